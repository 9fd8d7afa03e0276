"""Fewer points for a plot without losing a spike: column edges and extremes a column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def column_starts(x: NDArray[np.float64], columns: int, *, log_x: bool = False) -> NDArray[np.intp]:
    """Say where each column begins: indices into ``x``, at most ``columns`` of them, the first 0.

    Columns are equally wide in ``x`` (or in log x); those without a point are left out.

    Parameters
    ----------
    x
        (n,) non-decreasing positions.
    columns
        Largest number of columns.
    log_x
        Equally wide in log x; points at x ≤ 0, which no logarithmic axis shows, have a column of their own.
    """
    n = len(x)
    if n <= columns:
        return np.arange(n)
    low, high = float(x[0]), float(x[-1])
    if log_x:
        unseen = int(np.searchsorted(x, 0.0, side="right"))
        if unseen == n:
            return np.zeros(1, dtype=np.intp)
        if unseen:
            return np.append(0, unseen + column_starts(x[unseen:], max(1, columns - 1), log_x=True))
        edges = np.geomspace(low, high, columns + 1)[:-1]
    else:
        edges = np.linspace(low, high, columns + 1)[:-1]
    starts = np.searchsorted(x, edges, side="left")
    starts[0] = 0
    starts = np.minimum(starts, n - 1)
    return starts[np.concatenate(([True], starts[1:] > starts[:-1]))]


def envelope(
    x: NDArray[np.float64], low: Floats, high: Floats, columns: int, *, log_x: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Thin a curve to at most two points a column, the lowest and the highest in it, in the order they come.

    Parameters
    ----------
    x
        (n,) non-decreasing positions.
    low, high
        (n,) smallest and largest value at each position; the same array twice for a plain curve.
    columns
        Width in pixels.

    Returns
    -------
    x, y
        At most ``2 * columns`` points. A plain curve with no more points than that comes back as it is.
        Columns without a finite value are NaN, which breaks the line.
    """
    plain = low is high
    if plain and len(x) <= 2 * columns:
        return x, np.asarray(low, dtype=np.float64)
    starts = column_starts(x, columns, log_x=log_x)
    counts = np.diff(np.append(starts, len(x)))
    group = np.repeat(np.arange(len(starts)), counts)
    lowest = np.fmin.reduceat(np.where(np.isfinite(low), low, np.nan), starts)
    highest = np.fmax.reduceat(np.where(np.isfinite(high), high, np.nan), starts)
    # Where each extreme was met first; n where a column has none.
    n = len(x)
    position = np.arange(n)
    at_low = np.minimum.reduceat(np.where(low == lowest[group], position, n), starts)
    at_high = np.minimum.reduceat(np.where(high == highest[group], position, n), starts)
    missing = (at_low == n) | (at_high == n)
    at_low = np.where(missing, starts, at_low)
    at_high = np.where(missing, starts, at_high)
    rising = at_low <= at_high
    out_x = np.empty(2 * len(starts))
    out_y = np.empty(2 * len(starts))
    out_x[0::2] = x[np.minimum(at_low, at_high)]
    out_x[1::2] = x[np.maximum(at_low, at_high)]
    out_y[0::2] = np.where(rising, lowest, highest)
    out_y[1::2] = np.where(rising, highest, lowest)
    if plain:
        same = np.zeros(len(out_x), dtype=bool)
        same[1::2] = at_low == at_high
        return out_x[~same], out_y[~same]
    return out_x, out_y
