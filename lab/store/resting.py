"""Putting the curves of an experiment that is over in order: few large frames, compressed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.curves import Curves
from lab.messages import RunInfo
from lab.row_blocks import power_of_two
from lab.store.curve_files import HEAD, CurveWriter, head_of
from lab.store.curve_reading import CurveReader
from lab.store.frames import frames
from lab.store.part_files import replaced
from lab.tracks import Track
from lab.view_options import Confusion

_FRAME_BYTES = 4 * 2**20


def is_at_rest(path: Path) -> bool:
    """Whether a file of curves was put in order.

    Raises
    ------
    OSError
        Where it cannot be read.
    """
    with path.open("rb") as file:
        first = next(frames(memoryview(file.read(2**20))), None)
    return first is not None and first.kind == HEAD and bool(head_of(first.payload).get("rests"))


def put_to_rest(path: Path) -> int:
    """Write a file of curves anew, in order, in place of itself; return how many bytes that freed.

    A frame that was cut short at its end is left out; a damaged file stays as it is. The experiment must be
    over: nothing may be appended meanwhile.

    Raises
    ------
    OSError
        Where it cannot be written; the file is unchanged then.
    ProblemError
        Where it cannot be read.
    """
    reader = CurveReader(path)
    if not reader.runs or reader.ending == "damaged":
        return 0
    with replaced(path) as part:
        write_in_order(part, reader.runs, reader.curves, reader.confusion)
        return path.stat().st_size - part.stat().st_size


def write_in_order(path: Path, runs: Sequence[RunInfo], curves: Curves, confusion: Confusion | None) -> None:
    """Write the curves of an experiment that is over to a new file.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    writer = CurveWriter(path, runs, curves.steps_per_epoch, rests=True)
    try:
        for track, evaluated in curves.all_tracks():
            _copy(track, evaluated, writer)
        if curves.ends:
            writer.append_ends(curves.ends.values())
        if confusion is not None:
            writer.append_confusions(confusion)
        writer.sync()
    finally:
        writer.close()


def _copy(track: Track, evaluated: bool, writer: CurveWriter) -> None:
    row_bytes = max(1, len(track.channels) * len(track.runs)) * track.dtype.itemsize
    rows = power_of_two(_FRAME_BYTES / row_bytes, 1, 65536)
    for first in range(0, track.length, rows):
        last = min(first + rows, track.length)
        writer.append_rows(
            track.runs, track.channels, track.steps[first:last], track.seconds[first:last],
            track.read_all(first, last), evaluated=evaluated, compressed=True,
        )  # fmt: skip
