"""Level lines of a field on a regular grid: marching squares over all cells at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def level_segments(
    values: NDArray[np.floating], x: NDArray[np.float64], y: NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the line where a field crosses a level, as pairs of end points.

    Parameters
    ----------
    values : (ny, nx) array
        The field, indexed [y, x]; cells with a NaN corner are left out.
    x, y : (nx,), (ny,) arrays
        Coordinates of the grid.
    level : float
        The level.

    Returns
    -------
    xs, ys : (2 n,) arrays
        Ends of n segments, in pairs. A saddle is split by the mean of its corners.
    """
    field = np.asarray(values, dtype=np.float64) - level
    empty = np.empty(0)
    if field.ndim != 2 or min(field.shape) < 2:
        return empty, empty
    corners = np.stack(
        [field[:-1, :-1], field[:-1, 1:], field[1:, 1:], field[1:, :-1]]
    )  # counter-clockwise from low x, low y
    inside = corners >= 0.0
    mixed = inside.any(axis=0) & ~inside.all(axis=0) & np.isfinite(corners).all(axis=0)
    rows, columns = np.nonzero(mixed)
    if len(rows) == 0:
        return empty, empty
    a, b, c, d = (corner[rows, columns] for corner in corners)
    x0, x1, y0, y1 = x[columns], x[columns + 1], y[rows], y[rows + 1]

    def part(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.clip(np.where(start == end, 0.5, start / (start - end)), 0.0, 1.0)

    # crossing points on the four sides: bottom, right, top, left
    px = np.stack([x0 + part(a, b) * (x1 - x0), x1, x0 + part(d, c) * (x1 - x0), x0])
    py = np.stack([y0, y0 + part(b, c) * (y1 - y0), y1, y0 + part(a, d) * (y1 - y0)])
    signs = np.stack([a, b, c, d]) >= 0.0
    crossed = signs != np.roll(signs, -1, axis=0)
    crossed[3] = signs[3] != signs[0]
    count = crossed.sum(axis=0)
    segments_x, segments_y = [], []

    simple = np.flatnonzero(count == 2)
    if len(simple):
        order = np.argsort(~crossed[:, simple], axis=0, kind="stable")[:2]
        segments_x.append(px[order, simple].T)
        segments_y.append(py[order, simple].T)
    saddle = np.flatnonzero(count == 4)
    if len(saddle):
        # the mean decides which corners are joined: those with its sign
        high = (a + b + c + d)[saddle] >= 0.0
        first_high = signs[0, saddle]
        cut_a = high != first_high  # corner a stands alone: cut off by bottom and left
        for one, other in (((0, 3), (0, 1)), ((1, 2), (2, 3))):
            pair = np.where(cut_a, np.array(one)[:, None], np.array(other)[:, None])
            segments_x.append(px[pair, saddle].T)
            segments_y.append(py[pair, saddle].T)
    return np.concatenate(segments_x).ravel(), np.concatenate(segments_y).ravel()


def joined(
    xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join segments end to end, so that a line can be dashed along its length.

    Parameters
    ----------
    xs, ys : (2 n,) arrays
        Ends of segments in pairs, as `level_segments` gives them.

    Returns
    -------
    xs, ys : (m,) arrays
        Polylines with NaN between them; a closed one ends where it began.
    """
    points = list(zip(xs.tolist(), ys.tolist(), strict=True))
    # neighbours compute their common end from the same corners, but maybe not to the last digit
    size = max((abs(value) for point in points for value in point), default=1.0) or 1.0
    names = [(round(x / size, 9), round(y / size, 9)) for x, y in points]
    meeting: dict[tuple[float, float], list[int]] = {}
    for end, name in enumerate(names):
        meeting.setdefault(name, []).append(end)
    # where a corner of the grid has just the level, there are segments of no length
    used = [names[end] == names[end + 1] for end in range(0, len(points), 2)]

    def walk(end: int) -> list[tuple[float, float]]:
        """Return the points from a segment's other end on, through unused segments."""
        found = []
        while True:
            other = end ^ 1
            found.append(points[other])
            following = next((e for e in meeting[names[other]] if not used[e // 2]), None)
            if following is None:
                return found
            used[following // 2] = True
            end = following

    lines: list[tuple[float, float]] = []
    for segment in range(len(used)):
        if used[segment]:
            continue
        used[segment] = True
        ahead = walk(2 * segment)
        behind = walk(2 * segment + 1)
        lines += [*reversed(behind), *ahead, (np.nan, np.nan)]
    made = np.array(lines[:-1], dtype=np.float64).reshape(-1, 2)
    return made[:, 0], made[:, 1]
