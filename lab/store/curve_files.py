"""Curves of an experiment in one append-only file, whole up to the last frame however its writer ended."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.plan import RunEnd
from lab.messages import Chunk, RunInfo
from lab.pyramid import Floats
from lab.recording import evaluated_rows, step_rows
from lab.store.frames import append_at, frame, frames
from lab.store.row_coding import Rows
from lab.view_options import Confusion

FORMAT = 1
HEAD, TRACK, ROWS, ENDS, CONFUSION = range(5)
"""Kinds of frame: what file it is, a track that begins, rows of it, runs that ended, confusion counts."""


class CurveWriter:
    """Appends what is recorded of an experiment to its file; each frame reaches the system at once.

    Parameters
    ----------
    path
        The file, new or one that was begun: a torn last frame is cut off.
    runs, steps_per_epoch
        As the trainer announced them.
    rests
        Whether the file is of an experiment that is over, written in order.

    Raises
    ------
    OSError
        Where the file cannot be written, at once and from every method; what was written stays whole.
    """

    def __init__(
        self, path: Path, runs: Sequence[RunInfo], steps_per_epoch: int, *, rests: bool = False
    ) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        self._tracks: dict[tuple[bool, tuple[int, ...]], int] = {}
        self._end = self._whole_length()
        if self._end == 0:
            described = [asdict(run) for run in runs]
            head = {
                "format": FORMAT, "steps_per_epoch": steps_per_epoch, "rests": rests, "runs": described,
            }  # fmt: skip
            self._append(HEAD, _json(head))

    def _whole_length(self) -> int:
        """Find the end of the last whole frame, and the tracks that have begun."""
        data = memoryview(self.path.read_bytes())
        end = 0
        for found in frames(data):
            end = found.end
            if found.kind == TRACK:
                track = json.loads(bytes(found.payload))
                self._tracks[bool(track["evaluated"]), tuple(track["runs"])] = len(self._tracks)
        if end < len(data):
            os.ftruncate(self._file, end)
        return end

    def append(self, runs: Sequence[int], chunk: Chunk) -> None:
        """Write a chunk of the runs ``runs`` (experiment indices, in the chunk's order along R)."""
        runs = tuple(runs)
        if chunk.steps:
            channels, values = step_rows(chunk)
            steps = np.arange(chunk.first_step, chunk.first_step + chunk.steps)
            self.append_rows(runs, channels, steps, chunk.seconds, values)
        for evaluation in chunk.evaluations:
            names, measured = evaluated_rows(evaluation)
            step, seconds = np.array([evaluation.step]), np.array([evaluation.seconds])
            self.append_rows(runs, names, step, seconds, measured, evaluated=True)
        if chunk.ended:
            self.append_ends(replace(end, run=runs[end.run]) for end in chunk.ended)

    def append_rows(
        self,
        runs: Sequence[int],
        channels: Sequence[str],
        steps: NDArray[np.int64],
        seconds: NDArray[np.float64],
        values: Floats,
        *,
        evaluated: bool = False,
        compressed: bool = False,
    ) -> None:
        """Write rows; parameters as those of `lab.recording.Recording.append_rows`."""
        key = evaluated, tuple(runs)
        number = self._tracks.get(key)
        if number is None:
            number = len(self._tracks)
            track = {"runs": list(runs), "channels": list(channels), "evaluated": evaluated}
            self._append(TRACK, _json(track))
            self._tracks[key] = number
        self._append(ROWS, *Rows(number, steps, seconds, values).pack(compressed=compressed))

    def append_ends(self, ends: Iterable[RunEnd]) -> None:
        """Write runs that ended; ``run`` is the experiment's index."""
        self._append(ENDS, _json([{**asdict(end), "value": _finite(end.value)} for end in ends]))

    def append_confusion(self, step: int, split: str, runs: Sequence[int], counts: NDArray[np.int64]) -> None:
        """Write confusion counts (R, K, K) of some runs; the latest ones of a run are those that count."""
        head = _json({"step": step, "split": split, "runs": list(runs), "classes": counts.shape[1]})
        packed = np.asarray(counts, "<i8").tobytes()
        self._append(CONFUSION, len(head).to_bytes(4, "little"), head, packed)

    def append_confusions(self, confusion: Confusion) -> None:
        """Write all counts of an evaluation."""
        runs = tuple(confusion.counts)
        counts = np.stack([confusion.counts[run] for run in runs])
        self.append_confusion(confusion.step, confusion.split, runs, counts)

    def _append(self, kind: int, *parts: bytes | memoryview) -> None:
        self._end = append_at(self._file, frame(kind, *parts), self._end)

    def check(self) -> None:
        """Raise OSError where the file is no longer the one of its name: what is written reaches nobody."""
        if not is_file_of(self._file, self.path):
            raise OSError("Their file was removed while it was written")

    def sync(self) -> None:
        """Have the system write everything to the disk, for when the power fails."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def is_file_of(descriptor: int, path: Path) -> bool:
    """Return whether an open file still has its name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def head_of(payload: memoryview) -> dict[str, Any]:
    """Return what a file's first frame says."""
    found = json.loads(bytes(payload))
    if not isinstance(found, dict):
        raise ValueError("its first frame is not a description")  # noqa: TRY004
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def _finite(value: float) -> float | str:
    """Return a number as JSON can hold it: those that are not finite as text."""
    return value if math.isfinite(value) else str(value)
