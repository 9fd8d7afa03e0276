"""The triangle of three probabilities: its coordinates and a grid over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lab.explore.evaluation import Numbers

_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.75**0.5]])


def grid(resolution: int) -> tuple[Numbers, NDArray[np.intp]]:
    """Return barycentric points (n, 3) with ``resolution`` parts a side, and triangles (m, 3) of them."""
    side = resolution + 1
    rows, columns = np.nonzero(np.add.outer(np.arange(side), np.arange(side)) <= resolution)
    points = np.stack([resolution - rows - columns, rows, columns], axis=1) / resolution
    place = np.full((side + 1, side + 1), -1, dtype=np.intp)
    place[rows, columns] = np.arange(len(rows))
    a, b, c = place[rows, columns], place[rows + 1, columns], place[rows, columns + 1]
    d = place[rows + 1, columns + 1]
    up = np.stack([a, b, c], axis=1)[(b >= 0) & (c >= 0)]
    down = np.stack([b, d, c], axis=1)[(b >= 0) & (c >= 0) & (d >= 0)]
    return points, np.concatenate([up, down])


def to_xy(p: Numbers) -> Numbers:
    """Return barycentric (..., 3) as coordinates (..., 2) in the unit triangle."""
    return np.asarray(p @ _CORNERS)


def from_xy(x: float, y: float) -> tuple[float, float, float]:
    """Return the nearest point of the triangle to (x, y) in barycentric coordinates.

    Examples
    --------
    >>> from_xy(-1.0, -1.0)
    (1.0, 0.0, 0.0)
    """
    system = np.vstack([_CORNERS.T, np.ones(3)])
    p = np.linalg.solve(system, np.array([x, y, 1.0]))
    if p.min() < 0:
        # Outside, the nearest point lies on a side: project on each and keep the nearest.
        at = np.array([x, y])
        best = None
        for i, j in ((0, 1), (1, 2), (2, 0)):
            edge = _CORNERS[j] - _CORNERS[i]
            share = float(np.clip((at - _CORNERS[i]) @ edge / (edge @ edge), 0, 1))
            distance = float(((_CORNERS[i] + share * edge - at) ** 2).sum())
            if best is None or distance < best[0]:
                best = (distance, i, j, share)
        assert best is not None
        p = np.zeros(3)
        p[best[1]], p[best[2]] = 1 - best[3], best[3]
    p = np.clip(p, 0, 1)
    first, second, third = (float(value) for value in p / p.sum() + 0.0)
    return first, second, third
