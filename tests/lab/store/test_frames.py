from __future__ import annotations

import pytest

from lab.store import frames as module
from lab.store.frames import ending, frame, frames

THREE = [(0, b"first"), (7, b""), (2, bytes(range(256)) * 40)]
DATA = b"".join(frame(kind, payload) for kind, payload in THREE)


def read(data: bytes) -> list[tuple[int, bytes]]:
    return [(found.kind, bytes(found.payload)) for found in frames(memoryview(data))]


def test_what_was_written_is_read() -> None:
    assert read(DATA) == THREE
    assert read(frame(1, b"in ", memoryview(b"parts"))) == [(1, b"in parts")]
    assert read(b"") == []


def test_reading_can_begin_at_the_end_of_a_frame() -> None:
    first = next(frames(memoryview(DATA)))
    assert [(found.kind, bytes(found.payload)) for found in frames(memoryview(DATA), first.end)] == THREE[1:]


@pytest.mark.parametrize("length", range(0, len(DATA), 97))
def test_a_cut_off_file_has_all_whole_frames_before_the_cut(length: int) -> None:
    cut = DATA[:length]
    ends = [found.end for found in frames(memoryview(DATA))]
    assert read(cut) == THREE[: sum(end <= length for end in ends)]
    whole = max((end for end in ends if end <= length), default=0)
    assert ending(memoryview(cut), whole) == ("whole" if whole == length else "torn")


@pytest.mark.parametrize("place", [0, 5, 9, 13, 18, 30, 40, 2000, len(DATA) - 1])
def test_a_changed_byte_ends_what_is_read_before_it(place: int) -> None:
    changed = bytearray(DATA)
    changed[place] ^= 0x10
    found = read(bytes(changed))
    assert found == THREE[: len(found)]
    assert len(found) < 3


def test_damage_is_told_from_a_torn_end() -> None:
    for tail in (b"\0" * 100, b"x", frame(1, b"changed")[:-1] + b"x"):
        assert ending(memoryview(DATA + tail), len(DATA)) == "damaged"
    assert ending(memoryview(DATA + b"LL"), len(DATA)) == "torn"


def test_a_frame_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 10)
    with pytest.raises(ValueError, match="at most 10 bytes, not 11"):
        frame(0, b"12345", b"678901")
