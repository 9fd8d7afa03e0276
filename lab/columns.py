"""Runs in columns of equally many rows: made once from the pyramid or the values, and then only extended."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from lab.pyramid import Floats, joined
from lab.tracks import Track

_serial = itertools.count()


class ColumnStream:
    """Smallest, largest and mean value of some runs in each column of rows.

    Parameters
    ----------
    metric, runs
        Which, all from one track.
    width
        Rows a column, a power of two.

    Attributes
    ----------
    serial
        No two streams have the same.
    """

    def __init__(self, metric: str, runs: tuple[int, ...], width: int) -> None:
        self.metric, self.runs, self.width = metric, runs, width
        self.serial = next(_serial)
        self._rows = 0
        self._room = 64
        self._extremes = np.empty((2, len(runs), self._room), dtype=np.float32)
        self._mean = np.empty((len(runs), self._room))

    def catch_up(self, track: Track) -> None:
        """Read the rows that are new, and the column that was not full."""
        if track.length == self._rows:
            return
        begin = self._rows // self.width
        columns = -(-track.length // self.width)
        if columns > self._room:
            self._grow(max(columns, 2 * self._room), begin)
        part = slice(begin, columns)
        low, high, mean = read_columns(track, self.metric, self.runs, self.width, begin, columns)
        self._extremes[0, :, part], self._extremes[1, :, part], self._mean[:, part] = low, high, mean
        self._rows = track.length

    def _grow(self, room: int, kept: int) -> None:
        extremes = np.empty((2, len(self.runs), room), dtype=np.float32)
        mean = np.empty((len(self.runs), room))
        extremes[:, :, :kept], mean[:, :kept] = self._extremes[:, :, :kept], self._mean[:, :kept]
        self._extremes, self._mean, self._room = extremes, mean, room

    def read(self, first: int, last: int | None) -> tuple[Floats, Floats, NDArray[np.float64]]:
        """Copy smallest, largest and mean value (R, n) of columns ``first`` to before ``last`` or the end."""
        columns = -(-self._rows // self.width)
        part = slice(first, columns if last is None else min(last, columns))
        return (
            self._extremes[0, :, part].copy(),
            self._extremes[1, :, part].copy(),
            self._mean[:, part].copy(),
        )


def read_columns(
    track: Track, metric: str, runs: tuple[int, ...], width: int, begin: int, end: int
) -> tuple[Floats, Floats, NDArray[np.float64]]:
    """Return smallest, largest and mean value of columns, from the pyramid or, in finer ones, the values.

    Parameters
    ----------
    track
        Where they are kept.
    metric, runs
        Which.
    width
        Rows a column, a power of two.
    begin, end
        The first column and the one after the last.

    Returns
    -------
    low, high, mean
        (R, end − begin) each, NaN where a column has no finite value.
    """
    channel, places = track.channel(metric), track.rows(runs)
    base = track.pyramid.width
    if width >= base:
        share = width // base
        read = track.pyramid.read(track.pyramid_rows(channel, places), begin * share, end * share)
        low, high, total, count = (
            joined(join, part, share)
            for join, part in zip((np.fmin, np.fmax, np.add, np.add), read, strict=True)
        )
    else:
        values = track.read(channel, places, begin * width, end * width)
        finite = np.isfinite(values)
        kept = np.where(finite, values, np.nan)
        low, high = joined(np.fmin, kept, width), joined(np.fmax, kept, width)
        total = joined(np.add, np.where(finite, values, 0), width, np.float64)
        count = joined(np.add, finite, width, np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, total / count, np.nan)
    return low, high, np.asarray(mean, dtype=np.float64)
