"""Fewer points for a plot without losing a spike: column edges, extremes a column, and the pyramid."""

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
        Equally wide in log x; points at x ≤ 0 fall into the first column.
    """
    n = len(x)
    if n <= columns:
        return np.arange(n)
    low, high = float(x[0]), float(x[-1])
    if log_x:
        positive = x[x > 0]
        if len(positive) == 0:
            return np.zeros(1, dtype=np.intp)
        edges = np.geomspace(positive[0], high, columns + 1)[:-1]
    else:
        edges = np.linspace(low, high, columns + 1)[:-1]
    starts = np.searchsorted(x, edges, side="left")
    starts[0] = 0
    return np.unique(np.minimum(starts, n - 1))


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


class Pyramid:
    """Smallest, largest, sum and count of consecutive samples of S series, in a bounded number of buckets.

    When the buckets are used up, neighbours are merged and the width doubles. The extremes are exact at
    every width. Values that are not finite are left out.

    Parameters
    ----------
    series
        S.
    capacity
        Largest number of buckets, even.
    """

    def __init__(self, series: int, capacity: int = 4096) -> None:
        if capacity < 2 or capacity % 2:
            raise ValueError(f"capacity must be even and at least 2, not {capacity}")
        self.capacity = capacity
        self.width = 1
        self.length = 0
        room = min(capacity, 256)
        self._low = np.empty((series, room), dtype=np.float64)
        self._high = np.empty((series, room), dtype=np.float64)
        self._sum = np.empty((series, room), dtype=np.float64)
        self._count = np.empty((series, room), dtype=np.int64)

    @property
    def buckets(self) -> int:
        """Number of buckets in use; the last one may be incomplete."""
        return -(-self.length // self.width)

    def read(
        self, rows: Any, first: int, last: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Return smallest, largest, sum, count of the buckets ``first`` to before ``last`` of some series."""
        last = min(last, self.buckets)
        part = slice(first, last)
        return self._low[rows, part], self._high[rows, part], self._sum[rows, part], self._count[rows, part]

    def append(self, values: Floats) -> None:
        """Add samples.

        Parameters
        ----------
        values
            (S, T) samples that follow those already in.
        """
        samples = values.shape[1]
        if samples == 0:
            return
        while (self.length + samples - 1) // self.width >= self.capacity:
            self._halve()
        self._reserve((self.length + samples - 1) // self.width + 1)
        finite = np.isfinite(values)
        if finite.all():
            low = high = total = values.astype(np.float64, copy=False)
            count = None
        else:
            low = high = np.where(finite, values, np.nan).astype(np.float64, copy=False)
            total = np.where(finite, values, 0).astype(np.float64, copy=False)
            count = finite
        index = (self.length + np.arange(samples)) // self.width
        starts = np.flatnonzero(np.append(True, np.diff(index) > 0))
        first, last = int(index[0]), int(index[-1]) + 1
        fresh = self.length % self.width == 0
        lows = np.fmin.reduceat(low, starts, axis=1)
        highs = np.fmax.reduceat(high, starts, axis=1)
        sums = np.add.reduceat(total, starts, axis=1)
        if count is None:
            counts = np.broadcast_to(np.diff(np.append(starts, samples)), lows.shape)
        else:
            counts = np.add.reduceat(count.astype(np.int64), starts, axis=1)
        if not fresh:
            lows[:, 0] = np.fmin(lows[:, 0], self._low[:, first])
            highs[:, 0] = np.fmax(highs[:, 0], self._high[:, first])
            sums[:, 0] += self._sum[:, first]
            counts = counts.copy()
            counts[:, 0] += self._count[:, first]
        part = slice(first, last)
        self._low[:, part] = lows
        self._high[:, part] = highs
        self._sum[:, part] = sums
        self._count[:, part] = counts
        self.length += samples

    def _reserve(self, buckets: int) -> None:
        room = self._low.shape[1]
        if buckets <= room:
            return
        while room < buckets:
            room *= 2
        room = min(room, self.capacity)
        used = self.buckets
        for name in ("_low", "_high", "_sum", "_count"):
            old = getattr(self, name)
            new = np.empty((len(old), room), dtype=old.dtype)
            new[:, :used] = old[:, :used]
            setattr(self, name, new)

    def _halve(self) -> None:
        used = self.buckets
        if used:
            starts = np.arange(0, used, 2)
            half = len(starts)
            self._low[:, :half] = np.fmin.reduceat(self._low[:, :used], starts, axis=1)
            self._high[:, :half] = np.fmax.reduceat(self._high[:, :used], starts, axis=1)
            self._sum[:, :half] = np.add.reduceat(self._sum[:, :used], starts, axis=1)
            self._count[:, :half] = np.add.reduceat(self._count[:, :used], starts, axis=1)
        self.width *= 2
