"""Parameters of an experiment's runs in one append-only file beside its curves, thinned as it grows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.plan import Evaluation
from lab.experiment_file import dump_experiment
from lab.store.best_rows import METRIC, BestRow, BestRows
from lab.store.curve_files import is_file_of
from lab.store.frames import append_at, frame
from lab.store.kept_messages import WentOn
from lab.store.part_files import replaced
from lab.store.records import curve_path
from lab.store.summaries import pack_summary

FORMAT = 1
HEAD, PARAMETERS, SETTINGS, LEFT_OUT = range(4)
"""Kinds of frame: what file it is, parameters at a step, settings from a step on, why there are none."""
BUDGET = 12 * 2**20
"""Most bytes of parameters over time that are kept of an experiment."""
LAST_BUDGET = 4 * 2**20
"""Most bytes of the final parameters of all other runs."""
MOST_STEPS = 64
"""Steps at which parameters are kept, beside the last one: as many as a history looks at."""
MOST_STALE = 2**20
"""Bytes of what was replaced since, from which on a file is written anew without it."""
GROUP_SHARE = 4
"""An experiment of a sweep or race keeps one part in so many of what one of its own does."""
SNAPSHOTS_ENDING = ".snapshots"


def snapshot_path(folder: Path, identity: str) -> Path:
    """Return where the parameters of an experiment lie."""
    return folder / "snapshots" / f"{identity}{SNAPSHOTS_ENDING}"


def files_of(folder: Path, identity: str) -> tuple[Path, Path]:
    """Return where the curves and the parameters of an experiment lie."""
    return curve_path(folder, identity), snapshot_path(folder, identity)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Parameters (R, P) of some runs at a step; ``number`` counts the evaluations that handed them over."""

    number: int
    step: int
    runs: tuple[int, ...]
    values: NDArray[np.floating[Any]]

    def frame(self) -> bytes:
        """Return it as a frame."""
        little = self.values.dtype.newbyteorder("<")
        facts = {"step": self.step, "runs": list(self.runs), "type": little.str}
        head = json.dumps(facts, separators=(",", ":")).encode()
        packed = np.ascontiguousarray(self.values, dtype=little).reshape(-1).view(np.uint8)
        return frame(PARAMETERS, len(head).to_bytes(4, "little"), head, packed.data)


class SnapshotWriter:
    """Keeps parameters that evaluations hand over, so that an experiment can be looked into later.

    Those of the runs that every evaluation hands over are kept at every evaluation at first. When these are
    too many steps or bytes, every other one is dropped, and only every other one is kept from then on: what
    stays is evenly spread, however long the training goes on. The last one, and of each run that at which its
    validation loss was lowest, are added when it has come to rest.
    The final parameters of all other runs are kept, too, as far as there is room for them.

    Nothing is written before there is something to keep. Each frame reaches the system at once; where the
    file becomes shorter, a new one takes its place as a whole.

    Parameters
    ----------
    path
        The file; one that is there is replaced.
    share
        Keep as many steps and bytes as one of so many experiments may: of a sweep there are many.

    Raises
    ------
    OSError
        Where the file cannot be written, from every method; what was written stays whole.
    """

    def __init__(self, path: Path, share: int = 1) -> None:
        self.path = path
        self._most_steps = MOST_STEPS // share
        self._budget, self._last_budget = BUDGET // share, LAST_BUDGET // share
        self._file: int | None = None
        self._end = self._stale = 0
        self._usual: dict[tuple[int, ...], frozenset[int]] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._every = 1
        self._series: list[Snapshot] = []
        self._latest: dict[tuple[int, ...], Snapshot] = {}
        self._rested: dict[tuple[int, ...], Snapshot] = {}
        self._best: BestRows | None = BestRows()
        self._best_written: dict[int, BestRow] = {}
        self._last: list[Snapshot] = []
        self._settings = b""
        self._unwritten_settings = False
        self._left_out = False

    def append(self, runs: tuple[int, ...], evaluation: Evaluation) -> None:
        """Take what an evaluation of the runs ``runs`` (experiment indices along R) handed over."""
        kept, parameters = [runs[place] for place in evaluation.kept], evaluation.parameters
        usual = self._usual.setdefault(runs, frozenset(kept))
        if parameters is None or self._left_out:
            return
        series = [place for place, run in enumerate(kept) if run in usual]
        if series:
            number = self._numbers.get(runs, 0)
            self._numbers[runs] = number + 1
            those = tuple(kept[place] for place in series)
            found = self._latest[runs] = Snapshot(number, evaluation.step, those, parameters[series])
            losses = evaluation.metrics.get(METRIC)
            if losses is not None and self._best is not None:
                low = [float(losses[evaluation.kept[place]]) for place in series]
                self._best.note(number, evaluation.step, those, low, found.values)
            belongs = number % self._every == 0
            if belongs:
                self._series.append(found)
            if self._too_much():
                self._thin()  # which writes what stays
            elif belongs:
                self._append(found.frame())
        others = [place for place, run in enumerate(kept) if run not in usual]
        if others and not self._left_out:
            self._append_last(evaluation.step, [kept[place] for place in others], parameters[others])

    def _too_much(self) -> bool:
        """Whether there is no room for what is kept, with the latest parameters beside it."""
        steps = len({kept.step for kept in self._series})
        best = sum(row.values.nbytes for row in self._apart().values())
        size = _bytes(self._series) + _bytes(self._latest.values()) + best
        return steps > self._most_steps or size > self._budget

    def _apart(self) -> dict[int, BestRow]:
        """Return the best rows that are not in the series."""
        return {} if self._best is None else self._best.apart(self._every)

    def _thin(self) -> None:
        """Drop every other step until there is room for more; of nets too large for any, keep nothing.

        Before that, of a net of which only the first and the last fit, the best is given up.
        """
        while self._too_much() and not self._left_out:
            only_first = not any(kept.number for kept in self._series)
            if only_first and self._apart():
                self._best = None
                continue
            self._left_out = only_first
            self._every *= 2
            self._series = [kept for kept in self._series if kept.number % self._every == 0]
        if self._left_out:
            self._best = None
            self._series, self._last = [], []
            self._latest.clear()
        self._write_anew()

    def _append_last(self, step: int, runs: Sequence[int], values: NDArray[np.floating[Any]]) -> None:
        count = (self._last_budget - _bytes(self._last)) // values[0].nbytes
        if count:
            found = Snapshot(-1, step, tuple(runs[:count]), values[:count])
            self._last.append(found)
            self._append(found.frame())

    def go_on(self, went_on: WentOn) -> None:
        """Note the settings and the data by which runs go on; `flush` writes them."""
        self._settings = settings_frame(went_on)
        self._unwritten_settings = True

    def flush(self, *, rests: bool = False) -> None:
        """Write settings that are new; where training ``rests``, also the latest and the best parameters."""
        if self._unwritten_settings:
            self._unwritten_settings = False
            self._append(self._settings)
            self._stale += len(self._settings)
        if rests:
            for runs, found in self._latest.items():
                before = self._rested.get(runs)
                if found.number % self._every and found is not before:
                    self._stale += 0 if before is None else before.values.nbytes
                    self._rested[runs] = found
                    self._append(found.frame())
            self._append_best()
        kept = (*self._series, *self._rested.values(), *self._last)
        if self._stale > max(MOST_STALE, 4 * len(self._settings), _bytes(kept) // 4):
            self._write_anew()

    def _append_best(self) -> None:
        """Write the best rows that are neither in the series, nor the latest ones, nor written yet."""
        latest = {run: found.number for found in self._latest.values() for run in found.runs}
        for run, row in self._apart().items():
            before = self._best_written.get(run)
            if row is not before and row.number != latest[run]:
                self._stale += 0 if before is None else before.values.nbytes
                self._best_written[run] = row
                self._append(_of_best(run, row).frame())

    def mend(self) -> None:
        """Write the file anew where it was removed or replaced: what it should hold is still known."""
        if self._file is not None and not is_file_of(self._file, self.path):
            self._write_anew()

    def _write_anew(self) -> None:
        """Write a file with what is still kept, and put it in place of the old one."""
        self.close()
        frames = [head_frame()]
        if self._left_out:
            frames.append(frame(LEFT_OUT, b"too large"))
        if self._settings:
            frames.append(self._settings)
            self._unwritten_settings = False
        self._stale = 0
        self._rested = {runs: kept for runs, kept in self._rested.items() if self._latest.get(runs) is kept}
        self._best_written = self._apart()
        best = [_of_best(run, row) for run, row in self._best_written.items()]
        kept = (*self._series, *self._rested.values(), *self._last, *best)
        frames += [found.frame() for found in kept]
        write_whole(self.path, frames)
        self._file = os.open(self.path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        self._end = sum(map(len, frames))

    def _append(self, whole: bytes) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
            self._file = os.open(self.path, flags, 0o666)
            self._end = 0
            whole = head_frame() + whole
        self._end = append_at(self._file, whole, self._end)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def write_whole(path: Path, frames: Iterable[bytes]) -> None:
    """Write frames to a file that takes the place of one that is there, all of them or none.

    Raises
    ------
    OSError
        Where it cannot be written; what was there stays.
    """
    with replaced(path) as part, part.open("wb") as file:
        for whole in frames:
            file.write(whole)
        file.flush()
        os.fsync(file.fileno())


def head_frame() -> bytes:
    """Return the frame that a file begins with."""
    return frame(HEAD, json.dumps({"format": FORMAT}).encode())


def settings_frame(went_on: WentOn) -> bytes:
    """Return the frame of settings, as TOML, and data by which runs go on."""
    _, facts, arrays = pack_summary(went_on.summary)
    head = json.dumps(
        {"step": went_on.step, "config": dump_experiment(went_on.config), "summary": facts}
    ).encode()
    return frame(SETTINGS, len(head).to_bytes(4, "little"), head, arrays)


def _of_best(run: int, row: BestRow) -> Snapshot:
    return Snapshot(row.number, row.step, (run,), row.values[None])


def _bytes(kept: Iterable[Snapshot]) -> int:
    return sum(found.values.nbytes for found in kept)
