"""Reading an experiment's curves from its file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.plan import RunEnd
from compute.problems import Problem, ProblemError
from lab.curves import Curves
from lab.messages import RunInfo
from lab.store.curve_files import CONFUSION, ENDS, FORMAT, HEAD, ROWS, TRACK, head_of
from lab.store.frames import ending, frames
from lab.store.row_coding import Rows
from lab.view_options import Confusion

_TOGETHER = 8192
"""Rows of a track that are put into the curves at once: many small chunks cost more than one large one."""


@dataclass(frozen=True)
class _Track:
    """A track as its file describes it, with rows that are not in the curves yet."""

    runs: tuple[int, ...]
    channels: tuple[str, ...]
    evaluated: bool
    waiting: list[Rows] = field(default_factory=list)

    def unpack(self, payload: memoryview) -> Rows:
        dtype = np.dtype(np.float64 if self.evaluated else np.float32)
        return Rows.unpack(payload, (len(self.channels), len(self.runs)), dtype)


class CurveReader:
    """What a file of curves holds; `catch_up` reads what was added since.

    Parameters
    ----------
    path
        The file. One that is not there is one without curves.

    Attributes
    ----------
    runs
        The runs, as the trainer announced them.
    curves
        Every row.
    confusion
        Latest confusion counts, or ``None``.
    ending
        How the file ends: "whole"; "torn" in a frame whose writing was cut short, or goes on just now;
        "damaged" in bytes that are something else. What is before that is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin()
        self.catch_up()

    def _begin(self) -> None:
        self.runs: tuple[RunInfo, ...] = ()
        self.curves = Curves()
        self.confusion: Confusion | None = None
        self.ending: Literal["whole", "torn", "damaged"] = "whole"
        self._tracks: list[_Track] = []
        self._end = 0
        self._inode = -1

    def catch_up(self) -> bool:
        """Read what was added to the file; return whether there was anything.

        Raises
        ------
        ProblemError
            Where the file is of a newer version or cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                inode = file_number(file.fileno())
                if inode != self._inode and self._inode >= 0:
                    self._begin()  # the file was put in order meanwhile
                self._inode = inode
                file.seek(self._end)
                data = memoryview(file.read())
        except FileNotFoundError:
            return False
        except OSError as error:
            raise ProblemError(_unreadable(self.path, f"{error.strerror or error}.")) from error
        end = 0
        try:
            for found in frames(data):
                self._take(found.kind, found.payload)
                end = found.end
            for track in self._tracks:
                self._put(track)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            if isinstance(error, ProblemError):
                raise
            raise ProblemError(_unreadable(self.path, f"Its contents are not curves: {error}.")) from error
        self._end += end
        self.ending = ending(data, end)
        return end > 0

    def _take(self, kind: int, payload: memoryview) -> None:
        if kind == ROWS:
            track = self._tracks[Rows.track_of(payload)]
            track.waiting.append(track.unpack(payload))
            if sum(len(rows.steps) for rows in track.waiting) >= _TOGETHER:
                self._put(track)
        elif kind == CONFUSION:
            self._take_confusion(payload)
        elif kind == TRACK:
            facts = json.loads(bytes(payload))
            self._tracks.append(_Track(tuple(facts["runs"]), tuple(facts["channels"]), facts["evaluated"]))
        elif kind == ENDS:
            ends = json.loads(bytes(payload))
            self.curves.append_ends(RunEnd(**{**end, "value": float(end["value"])}) for end in ends)
        elif kind == HEAD:
            self._take_head(head_of(payload))

    def _take_head(self, facts: dict[str, Any]) -> None:
        if facts["format"] > FORMAT:
            raise ProblemError(_unreadable(self.path, "It was written by a newer version of Loss Lab."))
        described = [{**run, "layers": tuple(run["layers"])} for run in facts["runs"]]
        self.runs = tuple(RunInfo(**run) for run in described)
        self.curves = Curves(self.runs, facts["steps_per_epoch"])

    def _take_confusion(self, payload: memoryview) -> None:
        length = int.from_bytes(payload[:4], "little")
        head = json.loads(bytes(payload[4 : 4 + length]))
        size = head["classes"]
        found: NDArray[np.int64] = np.frombuffer(payload[4 + length :], "<i8").reshape(-1, size, size)
        counts = {} if self.confusion is None else dict(self.confusion.counts)
        counts.update(zip(head["runs"], found.astype(np.int64), strict=True))
        self.confusion = Confusion(head["step"], counts, head["split"])

    def _put(self, track: _Track) -> None:
        """Put a track's waiting rows into the curves."""
        if not track.waiting:
            return
        waiting, track.waiting[:] = list(track.waiting), []
        steps = np.concatenate([rows.steps for rows in waiting])
        seconds = np.concatenate([rows.seconds for rows in waiting])
        values = (
            waiting[0].values
            if len(waiting) == 1
            else np.concatenate([rows.values for rows in waiting], axis=2)
        )
        self.curves.append_rows(track.runs, track.channels, steps, seconds, values, evaluated=track.evaluated)


def file_number(descriptor: int) -> int:
    """Return what tells a file from another that later has its name."""
    return os.fstat(descriptor).st_ino


def _unreadable(path: Path, why: str) -> Problem:
    return Problem("The curves of a stored run cannot be read", f"{why} The file is {path}.")
