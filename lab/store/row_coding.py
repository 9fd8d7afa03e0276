"""Rows of curves as bytes: plain while they are written, shuffled and compressed once they rest."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.pyramid import Floats

_HEAD = struct.Struct("<IIBBxxqIII")
PLAIN, COMPRESSED = 0, 1


@dataclass(frozen=True, slots=True)
class Rows:
    """T rows of a track.

    Attributes
    ----------
    track
        Its number in the file.
    steps, seconds
        (T,) int64 updates done; float64 training time.
    values
        (C, R, T) in the track's precision.
    """

    track: int
    steps: NDArray[np.int64]
    seconds: NDArray[np.float64]
    values: Floats

    def pack(self, *, compressed: bool = False) -> tuple[bytes | memoryview, ...]:
        """Return the bytes of these rows, in parts that follow each other.

        Steps that follow each other, as those of training do, are only counted.
        """
        steps = np.asarray(self.steps, dtype="<i8")
        first, count = int(steps[0]), len(steps)
        in_order = bool((steps == np.arange(first, first + count)).all())
        columns = (
            np.empty(0, "<i8") if in_order else steps,
            np.asarray(self.seconds, dtype="<f8"),
            np.ascontiguousarray(self.values).astype(_little(self.values.dtype), copy=False),
        )
        if not compressed:
            parts = [column.reshape(-1).view(np.uint8).data for column in columns]
            head = _HEAD.pack(self.track, count, PLAIN, in_order, first, *map(len, parts))
            return (head, *parts)
        packed = [_squeeze(column.reshape(-1)) for column in columns]
        return (_HEAD.pack(self.track, count, COMPRESSED, in_order, first, *map(len, packed)), *packed)

    @staticmethod
    def track_of(payload: memoryview) -> int:
        """Return the track's number that packed rows belong to."""
        return int(_HEAD.unpack_from(payload)[0])

    @classmethod
    def unpack(cls, payload: memoryview, shape: tuple[int, int], dtype: np.dtype[Any]) -> Rows:
        """Read packed rows of a track of (C, R) series.

        Raises
        ------
        ValueError
            Where the bytes are not such rows.
        """
        track, count, coding, in_order, first, *lengths = _HEAD.unpack_from(payload)
        if coding not in (PLAIN, COMPRESSED):
            raise ValueError(f"rows are coded in an unknown way, {coding}")
        columns = []
        begin = _HEAD.size
        for length, kind in zip(lengths, (np.dtype("<i8"), np.dtype("<f8"), _little(dtype)), strict=True):
            part = payload[begin : begin + length]
            begin += length
            column: NDArray[Any] = np.frombuffer(part, kind) if coding == PLAIN else _restore(part, kind)
            columns.append(column)
        steps = np.arange(first, first + count) if in_order else columns[0]
        values = columns[2].reshape(*shape, count)
        return cls(track, steps.astype(np.int64, copy=False), columns[1], values)


def _little(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder("<")


def _squeeze(column: NDArray[Any]) -> bytes:
    """Compress numbers, all first bytes before all second ones: those of neighbours are alike."""
    shuffled = np.ascontiguousarray(column.view(np.uint8).reshape(-1, column.itemsize).T)
    return zlib.compress(shuffled.data if shuffled.size else b"", 1)


def _restore(data: memoryview, dtype: np.dtype[Any]) -> NDArray[Any]:
    shuffled = np.frombuffer(zlib.decompress(data), np.uint8).reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(shuffled.T).reshape(-1).view(dtype)
