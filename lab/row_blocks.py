"""Rows of recorded values in blocks of fixed size, the newest in memory, older ones on the disk."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.spill import SpillSpace

Floats = NDArray[np.floating[Any]]

_BLOCK_BYTES = 4 * 2**20
_SPILLED_AT_ONCE = 2
"""Blocks written whenever one becomes full: the backlog shrinks without a long wait."""


def power_of_two(value: float, low: int, high: int) -> int:
    """Round down to a power of two within bounds."""
    return min(high, max(low, 1 << max(0, int(value).bit_length() - 1)))


class RowBlocks:
    """Rows of C channels of R runs; growing never copies what is there.

    Parameters
    ----------
    channels, runs
        C and R.
    dtype
        Of the values.
    space
        Where full blocks go when there are many.
    """

    def __init__(self, channels: int, runs: int, dtype: Any, space: SpillSpace) -> None:
        self.length = 0
        self._shape = (channels, runs)
        self._dtype = np.dtype(dtype)
        row_bytes = max(1, channels * runs) * self._dtype.itemsize
        self._size = power_of_two(_BLOCK_BYTES / row_bytes, 64, 4096)
        self._bytes = row_bytes * self._size
        self._space = space
        self._blocks: list[Floats | int] = []
        """Of each block, its values (C, R, size), or its place in the file."""
        self._spilled = 0

    @property
    def spilled_rows(self) -> int:
        """Number of rows that are on the disk."""
        return self._spilled * self._size

    def append(self, values: Floats) -> None:
        """Add T rows, (C, R, T)."""
        count = values.shape[2]
        taken = 0
        while taken < count:
            inside = self.length % self._size
            if inside == 0:
                self._spill()
                self._blocks.append(np.empty((*self._shape, self._size), dtype=self._dtype))
                self._space.held += self._bytes
            block = self._blocks[-1]
            assert not isinstance(block, int)
            size = min(self._size - inside, count - taken)
            block[:, :, inside : inside + size] = values[:, :, taken : taken + size]
            taken += size
            self.length += size

    def _spill(self) -> None:
        """Write the oldest full blocks where memory is short."""
        for _ in range(_SPILLED_AT_ONCE):
            if self._spilled == len(self._blocks) or not self._space.crowded:
                return
            block = self._blocks[self._spilled]
            assert not isinstance(block, int)
            place = self._space.write(block)
            if place is None:
                return
            self._blocks[self._spilled] = place
            self._spilled += 1
            self._space.held -= self._bytes

    def read(self, channel: int, rows: NDArray[np.intp], first: int, last: int) -> Floats:
        """Copy rows ``first`` to before ``last`` of one channel of some runs: (len(rows), last − first)."""
        last = min(last, self.length)
        first = min(max(first, 0), last)
        out = np.empty((len(rows), last - first), dtype=self._dtype)
        done = first
        while done < last:
            number, inside = divmod(done, self._size)
            size = min(self._size - inside, last - done)
            block, part = self._blocks[number], out[:, done - first : done - first + size]
            if isinstance(block, int):
                self._read_file(block, channel, rows, inside, part)
            else:
                part[...] = block[channel, rows, inside : inside + size]
            done += size
        return out

    def _read_file(self, place: int, channel: int, rows: NDArray[np.intp], inside: int, out: Floats) -> None:
        """Fill ``out`` (len(rows), n) from row ``inside`` of a block on the disk."""
        low, count = int(rows.min()), int(rows.max()) - int(rows.min()) + 1
        start = place + (channel * self._shape[1] + low) * self._size * self._dtype.itemsize
        if count <= 2 * len(rows) and 4 * out.shape[1] >= self._size:
            # most of what lies between is wanted: one read, then choose
            found = np.empty((count, self._size), dtype=self._dtype)
            self._space.read(start, found)
            out[...] = found[rows - low, inside : inside + out.shape[1]]
            return
        line = np.empty(out.shape[1], dtype=self._dtype)
        for target, row in zip(out, rows, strict=True):
            offset = ((int(row) - low) * self._size + inside) * self._dtype.itemsize
            self._space.read(start + offset, line)
            target[...] = line
