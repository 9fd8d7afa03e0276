"""Fewer points for the same picture: what a line needs at its size on screen, spikes kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

NOISY_TRAVEL = 6.0
"""A line that travels further up and down than this (in plot heights) is noisy: slow at two pixels."""


def reduced(
    x: Points, y: Points, x_range: tuple[float, float], columns: float, height_unit: float
) -> tuple[Points, Points]:
    """Return (x, y) with at most about one point a column where flat and two where the line moves.

    Parameters
    ----------
    x, y : (n,) float arrays
        View coordinates, x ascending; NaN breaks the line and is kept.
    x_range : (float, float)
        The visible range; points outside are dropped but for one neighbour a side.
    columns : float
        How many columns the range is wide.
    height_unit : float
        Below this vertical extent a column becomes one point (a fraction of a pixel in view coordinates).
    """
    low, high = x_range
    size = len(x)
    if size == 0 or not high > low:
        return x, y
    first = max(0, int(np.searchsorted(x, low, side="left")) - 1)
    last = min(size, int(np.searchsorted(x, high, side="right")) + 1)
    x, y = x[first:last], y[first:last]
    if len(x) <= columns:
        return x, y
    column = np.floor((x - low) * (columns / (high - low)))
    broken = np.isnan(y)
    # a gap is a column of its own, so that it stays a gap
    starts = np.flatnonzero((np.diff(column) != 0) | (np.diff(broken) != 0)) + 1
    starts = np.concatenate(([0], starts))
    counts = np.diff(np.append(starts, len(x)))
    lows, highs = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    flat = ~(highs - lows > height_unit)
    ends = starts + counts - 1
    width = x[ends] - x[starts]
    rising = y[ends] >= y[starts]
    points = np.where(flat, 1, 2)
    # the ends stand where they are, beside the columns: a line starts and stops where it does
    place = np.cumsum(points) - points + 1
    total = int(points.sum()) + 2
    out_x, out_y = np.empty(total), np.empty(total)
    out_x[place] = x[starts] + np.where(flat, 0.5, 0.25) * width
    out_y[place] = np.where(flat, (lows + highs) / 2, np.where(rising, lows, highs))
    moving = ~flat
    second = place[moving] + 1
    out_x[second] = (x[starts] + 0.75 * width)[moving]
    out_y[second] = np.where(rising, highs, lows)[moving]
    out_x[0], out_y[0] = x[0], y[0]
    out_x[-1], out_y[-1] = x[-1], y[-1]
    return out_x, out_y


def straightened(x: Points, y: Points, tolerance: float) -> tuple[Points, Points]:
    """Return a line without the points that lie on the chord of their neighbours.

    Blocks of 16, then of 4 points are replaced by their chord where no point is further from it than
    ``tolerance`` (in units of y): strokes cost by the point, and a smooth curve needs few.

    Parameters
    ----------
    x, y : (n,) float arrays
        x ascending; a NaN keeps its block as it is.
    tolerance : float
        Largest vertical distance.
    """
    size = len(x)
    if size < 5:
        return x, y
    keep = np.ones(size, dtype=bool)
    for block in (16, 4):
        count = (size - 1) // block
        if count == 0:
            continue
        last = count * block
        inner_x, inner_y = x[:last].reshape(count, block), y[:last].reshape(count, block)
        start_x, start_y = inner_x[:, :1], inner_y[:, :1]
        end_x, end_y = x[block : last + 1 : block, None], y[block : last + 1 : block, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            chord = start_y + (inner_x - start_x) * ((end_y - start_y) / (end_x - start_x))
        straight = np.abs(inner_y - chord).max(axis=1) <= tolerance
        keep[:last].reshape(count, block)[straight, 1:] = False
    return x[keep], y[keep]


def travel(y: Points) -> float:
    """Return how far a line goes up and down in all, gaps left out."""
    steps = np.abs(np.diff(y))
    total = float(steps.sum())
    return total if total == total else float(np.nansum(steps))


def is_noisy(y: Points, height: float) -> bool:
    """Return whether a line (view coordinates) is too noisy to be drawn two pixels wide."""
    if len(y) < 3 or not height > 0.0:
        return False
    return travel(y) > NOISY_TRAVEL * height


def clipped(x: Points, y: Points, low: float, high: float) -> tuple[Points, Points]:
    """Return a line cut off exactly where it leaves low..high in y: NaN outside, the crossings put in.

    For vector files: not every reader of SVG clips.
    """
    if len(x) == 0:
        return x, y
    index = np.arange(len(x) - 1)
    keys, xs, ys = [np.arange(len(x), dtype=np.float64)], [x], [y]
    for level in (low, high):
        below, above = y[:-1] - level, y[1:] - level
        crossing = np.flatnonzero(below * above < 0.0)
        part = below[crossing] / (below[crossing] - above[crossing])
        keys.append(index[crossing] + part)
        xs.append(x[crossing] + part * (x[crossing + 1] - x[crossing]))
        ys.append(np.full(len(crossing), level))
    order = np.argsort(np.concatenate(keys), kind="stable")
    out_x, out_y = np.concatenate(xs)[order], np.concatenate(ys)[order]
    return out_x, np.where((out_y >= low) & (out_y <= high), out_y, np.nan)


def finite_stretches(*arrays: Points) -> list[tuple[int, int]]:
    """Return the (start, end) index pairs over which all arrays are finite."""
    if not arrays or len(arrays[0]) == 0:
        return []
    finite = np.isfinite(arrays[0])
    for array in arrays[1:]:
        finite = finite & np.isfinite(array)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def value_at(x: Points, y: Points, at: float) -> tuple[float, float] | None:
    """Return the (x, y) of the drawn point nearest to ``at``; None past the line's ends or in a gap."""
    if len(x) == 0 or not np.isfinite(at):
        return None
    spacing = (float(x[-1]) - float(x[0])) / max(1, len(x) - 1)
    if at < x[0] - spacing or at > x[-1] + spacing:
        return None
    right = min(int(np.searchsorted(x, at)), len(x) - 1)
    left = max(0, right - 1)
    index = left if abs(float(x[left]) - at) <= abs(float(x[right]) - at) else right
    value = float(y[index])
    return (float(x[index]), value) if np.isfinite(value) else None
