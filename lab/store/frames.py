"""Frames: pieces of an append-only file that are whole or are not there."""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_HEADER = struct.Struct("<4sIII")
_MAGIC = b"LLfr"
LARGEST = 1 << 30
"""Bytes that a frame may hold; more is not a frame."""


def frame(kind: int, *parts: bytes | memoryview) -> bytes:
    """Return a frame of some bytes: magic, kind, length and checksum before them.

    Raises
    ------
    ValueError
        Where it would be longer than `LARGEST`.
    """
    length = sum(len(part) for part in parts)
    if length > LARGEST:
        raise ValueError(f"a frame holds at most {LARGEST} bytes, not {length}")
    return b"".join((_HEADER.pack(_MAGIC, kind, length, _checksum(kind, length, parts)), *parts))


def append_at(file: int, data: bytes, end: int) -> int:
    """Write a frame to the end of an open file, at once; return where the file ends then.

    Raises
    ------
    OSError
        Where not all of it could be written; the file ends where it did.
    """
    left, done = memoryview(data), 0
    try:
        while done < len(left):
            done += write_at(file, left[done:], end + done)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(file, end)
        raise
    return end + done


def write_at(file: int, data: memoryview, place: int) -> int:
    """Write to a place of an open file, at once; return how many bytes were taken."""
    os.lseek(file, place, os.SEEK_SET)
    return os.write(file, data)


def _checksum(kind: int, length: int, parts: tuple[bytes | memoryview, ...]) -> int:
    value = zlib.crc32(struct.pack("<II", kind, length))
    for part in parts:
        value = zlib.crc32(part, value)
    return value


def ending(data: memoryview, end: int) -> Literal["whole", "torn", "damaged"]:
    """Return how a file's bytes end, given where its last whole frame does.

    What is torn is the beginning of a frame whose rest was not written; anything else is damage.
    """
    rest = data[end:]
    if not len(rest):
        return "whole"
    if len(rest) < _HEADER.size:
        return "torn" if _MAGIC.startswith(bytes(rest[: len(_MAGIC)])) else "damaged"
    magic, _, length, _ = _HEADER.unpack_from(rest)
    return "torn" if magic == _MAGIC and len(rest) - _HEADER.size < length <= LARGEST else "damaged"


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as read: its kind, what it holds, and where the next one begins."""

    kind: int
    payload: memoryview
    end: int


def frames(data: memoryview, begin: int = 0) -> Iterator[Frame]:
    """Yield the whole frames of a file's bytes from ``begin`` on.

    The first one that is cut off or does not agree with its checksum ends them: nothing after it can be
    relied on to follow what is before it.
    """
    while begin + _HEADER.size <= len(data):
        magic, kind, length, checksum = _HEADER.unpack_from(data, begin)
        start = begin + _HEADER.size
        if magic != _MAGIC or length > LARGEST or start + length > len(data):
            return
        payload = data[start : start + length]
        if _checksum(kind, length, (payload,)) != checksum:
            return
        begin = start + length
        yield Frame(kind, payload, begin)
