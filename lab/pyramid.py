"""Extremes, sums and counts of long series in a bounded number of buckets, kept up as samples come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_PAIRWISE = 32
"""Up to this width, joining neighbours again and again is faster than one reduction for each bucket."""


class Pyramid:
    """Smallest, largest, sum and count of consecutive samples of S series, in a bounded number of buckets.

    When the buckets are used up, neighbours are merged and the width doubles. The extremes are exact at
    every width. Values that are not finite are left out; their number is kept only where there are any.

    Parameters
    ----------
    series
        S.
    capacity
        Largest number of buckets, even.
    dtype
        Of the samples, and so of the extremes; sums are always float64.
    """

    def __init__(self, series: int, capacity: int = 4096, dtype: Any = np.float64) -> None:
        if capacity < 2 or capacity % 2:
            raise ValueError(f"capacity must be even and at least 2, not {capacity}")
        self.capacity = capacity
        self.width = 1
        self.length = 0
        room = min(capacity, 256)
        self._low = np.empty((series, room), dtype=dtype)
        self._high = np.empty((series, room), dtype=dtype)
        self._sum = np.empty((series, room), dtype=np.float64)
        self._missing: NDArray[np.int32] | None = None

    @property
    def buckets(self) -> int:
        """Number of buckets in use; the last one may be incomplete."""
        return -(-self.length // self.width)

    def read(
        self, rows: Any, first: int, last: int
    ) -> tuple[Floats, Floats, NDArray[np.float64], NDArray[np.int64]]:
        """Return smallest, largest, sum, count of the buckets ``first`` to before ``last`` of some series.

        Where a bucket holds no finite value, its count and sum are 0 and its extremes NaN.
        """
        last = min(last, self.buckets)
        part = slice(first, last)
        low = self._low[rows, part]
        begins = np.arange(first, last, dtype=np.int64) * self.width
        count = np.minimum(begins + self.width, self.length) - begins
        if self._missing is None:
            counts = np.broadcast_to(count, low.shape)
        else:
            counts = count - self._missing[rows, part]
        return low, self._high[rows, part], self._sum[rows, part], counts

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
        # the rest of a bucket that has begun, whole buckets, the beginning of one more
        head = min(-self.length % self.width, samples)
        whole = head + (samples - head) // self.width * self.width
        for first, last, width in (
            (0, head, head),
            (head, whole, self.width),
            (whole, samples, samples - whole),
        ):
            if last > first:
                self._put(values[:, first:last], width)
                self.length += last - first

    def _put(self, values: Floats, width: int) -> None:
        """Enter consecutive samples, ``width`` a bucket, the first of which may have begun already."""
        bucket, begun = divmod(self.length, self.width)
        part = slice(bucket, bucket + values.shape[1] // width)
        with np.errstate(invalid="ignore", over="ignore"):
            total = joined(np.add, values, width, np.float64)
        if np.isfinite(total).all():  # which no sum is that holds a value that is not
            low, high = joined(np.minimum, values, width), joined(np.maximum, values, width)
            missing = None
        else:
            finite = np.isfinite(values)
            kept = np.where(finite, values, np.nan)
            low, high = joined(np.fmin, kept, width), joined(np.fmax, kept, width)
            total = joined(np.add, np.where(finite, values, 0), width, np.float64)
            missing = joined(np.add, ~finite, width, np.int32)
            if self._missing is None:
                self._missing = np.zeros(self._low.shape, dtype=np.int32)
        if begun:
            self._low[:, part] = np.fmin(self._low[:, part], low)
            self._high[:, part] = np.fmax(self._high[:, part], high)
            self._sum[:, part] += total
            if missing is not None and self._missing is not None:
                self._missing[:, part] += missing
            return
        self._low[:, part], self._high[:, part], self._sum[:, part] = low, high, total
        if self._missing is not None:
            self._missing[:, part] = 0 if missing is None else missing

    def _reserve(self, buckets: int) -> None:
        room = self._low.shape[1]
        if buckets <= room:
            return
        while room < buckets:
            room *= 2
        room = min(room, self.capacity)
        used = self.buckets
        for name in ("_low", "_high", "_sum", "_missing"):
            old = getattr(self, name)
            if old is not None:
                new = np.zeros((len(old), room), dtype=old.dtype)
                new[:, :used] = old[:, :used]
                setattr(self, name, new)

    def _halve(self) -> None:
        used = self.buckets
        joins = ((np.fmin, self._low), (np.fmax, self._high), (np.add, self._sum), (np.add, self._missing))
        for join, kept in joins:
            if kept is not None and used:
                pairs = used // 2
                half = join(kept[:, 0 : 2 * pairs : 2], kept[:, 1 : 2 * pairs : 2])
                if used % 2:
                    kept[:, pairs] = kept[:, used - 1]
                kept[:, :pairs] = half
        self.width *= 2


def joined(join: np.ufunc, values: NDArray[Any], width: int, dtype: Any = None) -> NDArray[Any]:
    """Reduce every ``width`` consecutive values of (S, n · width) to one: (S, n), in ``dtype``.

    Parameters
    ----------
    join
        Associative, such as ``np.fmin``.
    values
        (S, m); where m is not a multiple of ``width``, the last reduction is of fewer.
    width
        At least 1.
    dtype
        Of the result; that of the values by default.
    """
    dtype = values.dtype if dtype is None else dtype
    if width == 1:
        return values.astype(dtype, copy=False)
    rest = values.shape[1] % width
    if rest:
        whole = joined(join, values[:, : values.shape[1] - rest], width, dtype)
        part = join.reduce(values[:, -rest:], axis=1, keepdims=True, dtype=dtype)
        return np.concatenate([whole, part], axis=1)
    if width > _PAIRWISE or width & (width - 1):
        shape = (len(values), values.shape[1] // width, width)
        return np.asarray(join.reduce(values.reshape(shape), axis=2, dtype=dtype))
    while width > 1:
        values = join(values[:, 0::2], values[:, 1::2], dtype=dtype)
        width //= 2
    return values
