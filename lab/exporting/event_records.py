"""TensorBoard's event files, byte by byte: TFRecord frames around Event messages of protocol buffers.

Written from the format's own definitions (``tensorflow/core/lib/io/record_writer.cc``, ``event.proto``,
``summary.proto``); all events of one scalar are encoded together as rows of one array of bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Scalar = str | float | bool

FILE_VERSION = b"brain.Event:2"
_ROWS = 32_768
"""Events encoded at once: some megabytes."""
_POLYNOMIAL = 0x82F63B78
"""Of CRC-32C (Castagnoli), bits reversed."""
_MASK = 0xA282EAD8


def _checksum_table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1).astype(np.uint32)
    return table


_TABLE = _checksum_table()


def masked_checksums(rows: Bytes) -> NDArray[np.uint32]:
    """Return the masked CRC-32C of each row of (n, length) bytes, (n,)."""
    checksum = np.full(len(rows), 0xFFFFFFFF, dtype=np.uint32)
    for column in np.ascontiguousarray(rows.T):
        checksum = _TABLE[(checksum ^ column) & np.uint32(0xFF)] ^ (checksum >> np.uint32(8))
    checksum = ~checksum
    turned = (checksum >> np.uint32(15)) | (checksum << np.uint32(17))
    return turned + np.uint32(_MASK)  # modulo 2³², as meant


def framed(rows: Bytes) -> bytes:
    """Return messages of one length, (n, length) bytes, as TFRecord frames."""
    count, length = rows.shape
    size = np.frombuffer(struct.pack("<Q", length), dtype=np.uint8)
    out = np.empty((count, length + 16), dtype=np.uint8)
    out[:, :8] = size
    out[:, 8:12] = masked_checksums(size[None, :]).astype("<u4").view(np.uint8)
    out[:, 12:-4] = rows
    out[:, -4:] = masked_checksums(rows).astype("<u4")[:, None].view(np.uint8)
    return out.tobytes()


# --- messages -------------------------------------------------------------------------------------
def varint(value: int) -> bytes:
    """Return a whole number from 0 as protocol buffers write it."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    """Return a field of text, bytes or a message."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def _double(number: int, value: float) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<d", value)


def _whole(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def _one(message: bytes) -> bytes:
    return framed(np.frombuffer(message, dtype=np.uint8)[None, :])


def file_version(seconds: float) -> bytes:
    """Return the event that every file begins with, at a time in seconds since 1970."""
    return _one(_double(1, seconds) + _field(3, FILE_VERSION))


def scalar_events(
    tag: str, steps: NDArray[np.int64], values: NDArray[np.floating], seconds: NDArray[np.float64]
) -> Iterator[bytes]:
    """Yield the events of one scalar, some thousands at a time.

    Parameters
    ----------
    tag
        Its name.
    steps
        (n,) from 0.
    values
        (n,), kept as float32, the format's own precision.
    seconds
        (n,) time of each, in seconds since 1970.

    Raises
    ------
    ValueError
        Where a step is negative.
    """
    if len(steps) and int(steps.min()) < 0:
        raise ValueError("steps count from 0")
    name = _field(1, tag.encode())
    value_head = name + b"\x15"  # field 2, four bytes
    value_size = len(value_head) + 4
    summary = b"\x0a" + varint(value_size) + value_head
    head = b"\x2a" + varint(len(summary) + 4) + summary
    for first in range(0, len(steps), _ROWS):
        part = slice(first, first + _ROWS)
        yield from _scalar_rows(head, steps[part], values[part], seconds[part])


def _scalar_rows(
    head: bytes, steps: NDArray[np.int64], values: NDArray[np.floating], seconds: NDArray[np.float64]
) -> Iterator[bytes]:
    """Yield the frames of some events, those whose step is written in as many bytes together."""
    widths = np.ones(len(steps), dtype=np.int64)
    rest = steps >> 7
    while rest.any():
        widths += rest > 0
        rest = rest >> 7
    ends = np.flatnonzero(np.diff(widths, append=0))
    begin = 0
    for end in (ends + 1).tolist():
        width, part = int(widths[begin]), slice(begin, end)
        rows = np.empty((end - begin, 10 + width + len(head) + 4), dtype=np.uint8)
        rows[:, 0] = 0x09
        rows[:, 1:9] = seconds[part].astype("<f8")[:, None].view(np.uint8)
        rows[:, 9] = 0x10
        for place in range(width):
            more = 0x80 if place < width - 1 else 0
            rows[:, 10 + place] = (steps[part] >> (7 * place)) & 0x7F | more
        rows[:, 10 + width : -4] = np.frombuffer(head, dtype=np.uint8)
        rows[:, -4:] = values[part].astype("<f4")[:, None].view(np.uint8)
        yield framed(rows)
        begin = end


def hyperparameter_event(parameters: Mapping[str, Scalar], group: str, seconds: float) -> bytes:
    """Return the event that tells TensorBoard's HParams page what a run was made with.

    Parameters
    ----------
    parameters
        Name → text, number or switch.
    group
        Runs of one group differ in their seed alone.
    seconds
        When the run began, in seconds since 1970.
    """
    entries = b"".join(
        _field(1, _field(1, name.encode()) + _field(2, _hyperparameter(value)))
        for name, value in parameters.items()
    )
    session = entries + _field(4, group.encode()) + _double(5, seconds)
    content = _whole(1, 0) + _field(3, session)  # data version 0, session_start_info
    plugin = _field(1, b"hparams") + _field(2, content)
    nothing = _whole(1, 1) + _field(2, b"")  # an empty float tensor: the page reads the plugin's part alone
    value = _field(1, b"_hparams_/session_start_info") + _field(8, nothing) + _field(9, _field(1, plugin))
    return _one(_double(1, seconds) + _field(5, _field(1, value)))


def _hyperparameter(value: Scalar) -> bytes:
    """Return a ``google.protobuf.Value``."""
    if isinstance(value, bool):
        return _whole(4, int(value))
    if isinstance(value, str):
        return _field(3, value.encode())
    return _double(2, float(value))
