"""A strict reader of TensorBoard event files: every checksum, every field, nothing left over."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def crc32c(data: bytes) -> int:
    """CRC-32C, bit by bit from its definition."""
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = (checksum >> 1) ^ (0x82F63B78 if checksum & 1 else 0)
    return checksum ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    checksum = crc32c(data)
    return (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(path: Path) -> Iterator[bytes]:
    data, place = path.read_bytes(), 0
    while place < len(data):
        head = data[place : place + 8]
        (length,) = struct.unpack("<Q", head)
        assert struct.unpack_from("<I", data, place + 8)[0] == masked(head)
        message = data[place + 12 : place + 12 + length]
        assert len(message) == length
        assert struct.unpack_from("<I", data, place + 12 + length)[0] == masked(message)
        yield message
        place += length + 16
    assert place == len(data)


def fields(message: bytes) -> list[tuple[int, Any]]:
    """(number, value) of each field of a message."""
    found: list[tuple[int, Any]] = []
    place = 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = message[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while place < len(message):
        key = varint()
        kind = key & 7
        if kind == 0:
            found.append((key >> 3, varint()))
        elif kind == 1:
            found.append((key >> 3, struct.unpack_from("<d", message, place)[0]))
            place += 8
        elif kind == 2:
            length = varint()
            assert place + length <= len(message)
            found.append((key >> 3, message[place : place + length]))
            place += length
        elif kind == 5:
            found.append((key >> 3, struct.unpack_from("<f", message, place)[0]))
            place += 4
        else:
            raise AssertionError(f"wire type {kind}")
    assert place == len(message)
    return found


def read_scalars(path: Path) -> dict[str, list[tuple[float, int, float]]]:
    """Tag → (wall time, step, value) of every scalar of a file; checks that it begins as it must."""
    events = [fields(message) for message in records(path)]
    assert dict(events[0])[3] == b"brain.Event:2"
    found: dict[str, list[tuple[float, int, float]]] = {}
    for event in events[1:]:
        parts = dict(event)
        assert set(parts) <= {1, 2, 5}
        ((number, value),) = fields(parts[5])
        assert number == 1
        inside = dict(fields(value))
        if 9 in inside:
            continue  # hyper-parameters
        assert set(inside) == {1, 2}
        found.setdefault(inside[1].decode(), []).append((parts[1], parts.get(2, 0), inside[2]))
    return found
