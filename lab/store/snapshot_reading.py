"""Reading the parameters of an experiment's runs from their file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.problems import ProblemError
from lab.experiment_file import parse_experiment
from lab.messages import RunInfo
from lab.snapshots import Snapshots
from lab.store.frames import ending, frames
from lab.store.kept_messages import WentOn
from lab.store.snapshot_files import FORMAT, HEAD, LEFT_OUT, PARAMETERS, SETTINGS
from lab.store.summaries import unpack_summary

TOO_LARGE = "the net is too large for its parameters to be kept; run it again to look inside"
DAMAGED = "the file of its parameters cannot be read; run it again to look inside"
NEWER = "its parameters were kept by a newer version of Loss Lab, which can look inside"
Ending = Literal["whole", "torn", "damaged"]
_TYPES = ("<f4", "<f8")


class SnapshotReader:
    """What a file of parameters holds.

    What is no whole frame ends it, as does one that does not fit to the runs: what comes before is read. The
    steps of a run may come in any order.

    Parameters
    ----------
    path
        The file, or what it holds. One that is not there is one without parameters.
    runs
        The runs of the experiment.
    snapshots
        What parameters are added to; something new by default.

    Attributes
    ----------
    snapshots
        The parameters; `Snapshots.absence` says why there are none.
    went_on
        The last settings by which the runs went on, where they were changed meanwhile.
    ending
        As that of `lab.store.curve_reading.CurveReader`.
    """

    def __init__(
        self, path: Path | bytes, runs: Sequence[RunInfo], snapshots: Snapshots | None = None
    ) -> None:
        self.snapshots = Snapshots() if snapshots is None else snapshots
        self.went_on: WentOn | None = None
        self.ending: Ending = "whole"
        self._sizes = {run.index: run.parameters for run in runs}
        self._known: dict[int, dict[int, NDArray[np.floating[Any]]]] = {}
        try:
            data = memoryview(path.read_bytes() if isinstance(path, Path) else path)
        except FileNotFoundError:
            return
        except OSError:
            self.snapshots.absence = DAMAGED
            return
        if isinstance(path, Path) and not len(data):  # a file has a first frame at once
            self.snapshots.absence = DAMAGED
            return
        found = self._read(data)
        if found is not None:
            self.ending = found
        for run in sorted(self._known):
            for step in sorted(self._known[run]):
                self.snapshots.add(run, step, self._known[run][step])
        if found in ("torn", "damaged") and not self._known and not self.snapshots.absence:
            self.snapshots.absence = DAMAGED

    def _read(self, data: memoryview) -> Ending | None:
        """Take all frames and return how they end; ``None`` where they are not for this version."""
        end = 0
        try:
            for found in frames(data):
                if not self._take(found.kind, found.payload):
                    return None
                end = found.end
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError):
            return "damaged"
        return ending(data, end)

    def _take(self, kind: int, payload: memoryview) -> bool:
        """Take a frame; return whether to go on."""
        if kind == PARAMETERS:
            self._take_parameters(payload)
        elif kind == SETTINGS:
            self._take_settings(payload)
        elif kind == LEFT_OUT:
            self.snapshots.absence = TOO_LARGE
        elif kind == HEAD and json.loads(bytes(payload))["format"] > FORMAT:
            self.snapshots.absence = NEWER
            return False
        return True

    def _take_parameters(self, payload: memoryview) -> None:
        head, rest = _divided(payload)
        dtype = np.dtype(_TYPES[_TYPES.index(head["type"])])
        step, runs = int(head["step"]), [int(run) for run in head["runs"]]
        values: NDArray[np.floating[Any]] = np.frombuffer(rest, dtype).astype(dtype.newbyteorder("="))
        values = values.reshape(len(runs), -1)
        if any(self._sizes[run] != values.shape[1] for run in runs):
            raise ValueError("another net has so many parameters")
        for run, row in zip(runs, values, strict=True):
            self._known.setdefault(run, {}).setdefault(step, row)

    def _take_settings(self, payload: memoryview) -> None:
        head, rest = _divided(payload)
        try:
            config = parse_experiment(head["config"], "settings")
        except ProblemError:  # written by a version that knows more
            return
        self.went_on = WentOn(int(head["step"]), config, unpack_summary(head["summary"], bytes(rest)))


def _divided(payload: memoryview) -> tuple[dict[str, Any], memoryview]:
    """Return the description that a frame begins with, and what follows it."""
    length = 4 + int.from_bytes(payload[:4], "little")
    found = json.loads(bytes(payload[4:length]))
    if not isinstance(found, dict):
        raise TypeError("a frame begins with its description")
    return found, payload[length:]
