"""Everything recorded of one batch of runs, row by row: kept exactly in growing blocks, with a pyramid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.pyramid import Floats, Pyramid
from lab.row_blocks import RowBlocks, power_of_two
from lab.spill import SpillSpace

_PYRAMID_BYTES = 64 * 2**20


class Track:
    """Rows of C channels of R runs that are recorded at the same steps.

    Rows lie in blocks, the older of which go to the disk where there are many. Beside them, in memory, is
    a pyramid of at most 4,096 buckets (fewer where there are thousands of runs).

    Parameters
    ----------
    runs
        Experiment indices of the R runs.
    channels
        Names of the C channels.
    dtype
        Of the values kept.
    space
        Where older rows go; room of its own by default.
    """

    def __init__(
        self,
        runs: Sequence[int],
        channels: Sequence[str],
        dtype: Any = np.float32,
        space: SpillSpace | None = None,
    ) -> None:
        self.runs = tuple(runs)
        self.channels = tuple(channels)
        self.dtype = np.dtype(dtype)
        self.length = 0
        size = max(1, len(self.runs) * len(self.channels))
        self._rows = RowBlocks(
            len(self.channels), len(self.runs), self.dtype, SpillSpace() if space is None else space
        )
        bucket_bytes = size * (2 * self.dtype.itemsize + 8)
        self.pyramid = Pyramid(size, power_of_two(_PYRAMID_BYTES / bucket_bytes, 256, 4096), self.dtype)
        self._steps = np.empty(256, dtype=np.int64)
        self._seconds = np.empty(256, dtype=np.float64)
        shape = (len(self.channels), len(self.runs))
        self.first = np.full(shape, np.nan)
        self.last = np.full(shape, np.nan)
        self._row = {run: row for row, run in enumerate(self.runs)}
        self._channel = {name: index for index, name in enumerate(self.channels)}

    @property
    def steps(self) -> NDArray[np.int64]:
        """(T,) updates done at each row."""
        return self._steps[: self.length]

    @property
    def seconds(self) -> NDArray[np.float64]:
        """(T,) training seconds at each row."""
        return self._seconds[: self.length]

    def rows(self, runs: Sequence[int]) -> NDArray[np.intp]:
        """Positions along R of some runs."""
        return np.array([self._row[run] for run in runs], dtype=np.intp)

    def channel(self, name: str) -> int:
        """Position of a channel; KeyError for one that is not recorded."""
        return self._channel[name]

    def pyramid_rows(self, channel: int, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Series numbers in the pyramid."""
        return channel * len(self.runs) + rows

    def append(self, steps: NDArray[np.integer], seconds: NDArray[np.floating], values: Floats) -> None:
        """Add T rows.

        Parameters
        ----------
        steps, seconds
            (T,) of each row.
        values
            (C, R, T).
        """
        count = values.shape[2]
        if count == 0:
            return
        values = values.astype(self.dtype, copy=False)
        end = self.length + count
        if end > len(self._steps):
            room = max(end, 2 * len(self._steps))
            for name in ("_steps", "_seconds"):
                old = getattr(self, name)
                new = np.empty(room, dtype=old.dtype)
                new[: self.length] = old[: self.length]
                setattr(self, name, new)
        self._steps[self.length : end] = steps
        self._seconds[self.length : end] = seconds
        self._rows.append(values)
        self._note_ends(values)
        self.pyramid.append(values.reshape(-1, count))
        self.length = end

    def _note_ends(self, values: Floats) -> None:
        """Keep the first and the last finite value of every series."""
        tail = values[:, :, -1]
        finite = np.isfinite(tail)
        if finite.all():
            self.last[...] = tail
        else:
            inner = np.isfinite(values)
            index = values.shape[2] - 1 - np.argmax(inner[:, :, ::-1], axis=2)
            found = np.take_along_axis(values, index[:, :, None], axis=2)[:, :, 0]
            np.copyto(self.last, found, where=inner.any(axis=2))
        missing = np.isnan(self.first)
        if missing.any():
            inner = np.isfinite(values)
            index = np.argmax(inner, axis=2)
            found = np.take_along_axis(values, index[:, :, None], axis=2)[:, :, 0]
            np.copyto(self.first, found, where=missing & inner.any(axis=2))

    def read(self, channel: int, rows: NDArray[np.intp], first: int, last: int) -> Floats:
        """Copy rows ``first`` to before ``last`` of one channel of some runs: (len(rows), last − first)."""
        return self._rows.read(channel, rows, first, last)

    def read_all(self, first: int, last: int) -> Floats:
        """Copy rows ``first`` to before ``last``, as far as there are, of every series: (C, R, n)."""
        every = np.arange(len(self.runs))
        return np.stack([self.read(channel, every, first, last) for channel in range(len(self.channels))])
