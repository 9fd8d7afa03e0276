"""Writes the experiments of one trainer into the store, in a thread, so that nobody waits for the disk."""

from __future__ import annotations

import contextlib
import errno
import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from compute.problems import Problem, ProblemError
from lab.messages import Ended, Lost, Paused, Recorded, Resumed
from lab.recording import evaluated_rows, step_rows
from lab.store.curve_files import CurveWriter
from lab.store.database import Database
from lab.store.extremes import Extremes
from lab.store.kept_messages import Begun, Intervened, Kept, Over, Overrun, Reached, WentOn
from lab.store.owner import this_process
from lab.store.problems import curves_problem, removed_problem, snapshots_problem
from lab.store.records import Progress, curve_path, insert_experiment, release, sign, update_experiment
from lab.store.resting import put_to_rest
from lab.store.rows import Role
from lab.store.snapshot_files import GROUP_SHARE, SnapshotWriter, snapshot_path

ENTER_SECONDS = 1.0
"""How often the tables are brought up to date while something is recorded."""
SIGN_SECONDS = 20.0
"""How often a process that only waits says that it lives."""
SMALL_BYTES = 16 * 2**20
"""Curves that are put in order even while the program waits to end."""
_FINAL = ("finished", "interrupted")
"""States after which nothing more comes; what was stopped can be resumed."""


class Keeper:
    """What is done with each message about one trainer's experiments; for one thread.

    Parameters
    ----------
    folder
        The store's.
    group, role
        What the experiments belong to.
    tell
        Is told of every problem; the training goes on, and is kept as far as can be.
    """

    def __init__(self, folder: Path, group: str | None, role: Role, tell: Callable[[Problem], None]) -> None:
        self._folder, self._group, self._role, self._tell = folder, group, role, tell
        self._database = Database(folder)
        self._owner = this_process()
        self._identity: str | None = None
        self._curves: CurveWriter | None = None
        self._snapshots: SnapshotWriter | None = None
        self._went_on: WentOn | None = None
        self._progress = Progress.begun(0)
        self._extremes = Extremes(0)
        self._confusion: dict[tuple[int, ...], tuple[int, str, np.ndarray]] = {}
        self._entered = 0.0
        self._fresh = False
        self._unrested: list[Path] = []
        self._owed: list[tuple[str, Progress, Extremes]] = []
        self._tried = 0.0

    @property
    def patience(self) -> float | None:
        """Seconds after which there is something to do without a message, ``None`` where there is nothing."""
        if self._unrested:
            return 0.0
        if self._identity is None:
            return ENTER_SECONDS if self._owed else None
        return (ENTER_SECONDS if self._fresh else SIGN_SECONDS) / 4

    def take(self, message: Kept) -> None:
        """Write what a message says."""
        try:
            self._take(message)
        except ProblemError as error:
            self._tell(error.problem)

    def _take(self, message: Kept) -> None:
        if isinstance(message, Begun):
            self._finish()
            self._begin(message)
        elif isinstance(message, Reached):
            message.done.set()
        elif self._identity is None:
            return
        elif isinstance(message, Recorded):
            self._record(message)
        elif isinstance(message, WentOn):
            self._went_on = message
        elif isinstance(message, Over):
            self._finish()
        elif isinstance(message, Overrun):
            self._write(_too_slow)
        else:
            self._progress = _after(self._progress, message)
            if self._progress.state in _FINAL:
                self._finish()
            else:
                self._enter()
                self._write_snapshots(partial(SnapshotWriter.flush, rests=True))

    def tick(self) -> None:
        """Bring the tables up to date, if it is time."""
        if self._owed and time.monotonic() - self._tried >= ENTER_SECONDS:
            self._pay()
        if self._identity is None:
            return
        wait = ENTER_SECONDS if self._fresh else SIGN_SECONDS
        if time.monotonic() - self._entered >= wait:
            try:
                self._enter()
            except ProblemError as error:
                self._tell(error.problem)

    def _pay(self) -> None:
        """Enter how experiments ended for which there was no room, or no turn, when they did."""
        self._tried = time.monotonic()
        with contextlib.suppress(ProblemError):  # it was told when it was owed
            while self._owed:
                identity, progress, extremes = self._owed[0]
                with self._database.writing() as (connection, change):
                    update_experiment(connection, change, identity, progress, extremes)
                    release(connection, "experiments", identity)
                del self._owed[0]

    def rest(self, most_bytes: float = math.inf) -> None:
        """Put the curves of an experiment that is over in order, if they are at most so large."""
        if self._unrested:
            path = self._unrested.pop()
            # where it fails the file stays as it is, which is as good but for its size
            with contextlib.suppress(OSError, ProblemError):
                if path.stat().st_size <= most_bytes:
                    put_to_rest(path)

    def close(self) -> None:
        """End what is being kept; only what takes a moment is put in order."""
        self.take(Over())
        self._pay()
        self._database.close()
        while self._unrested:
            self.rest(SMALL_BYTES)

    def _begin(self, begun: Begun) -> None:
        with self._database.writing() as (connection, change):
            insert_experiment(
                connection, change, begun.identity, begun.config, begun.started, self._owner, self._group,
                self._role,
            )  # fmt: skip
        self._identity = begun.identity
        self._progress = Progress.begun(len(begun.started.runs))
        self._extremes = Extremes(len(begun.started.runs))
        self._confusion.clear()
        self._entered, self._fresh = time.monotonic(), False
        self._went_on = None
        share = 1 if self._group is None else GROUP_SHARE
        self._snapshots = SnapshotWriter(snapshot_path(self._folder, begun.identity), share)
        path, started = curve_path(self._folder, begun.identity), begun.started
        try:
            self._curves = CurveWriter(path, started.runs, started.steps_per_epoch)
        except OSError as error:
            self._tell(curves_problem(path, error))

    def _write(self, write: Callable[[CurveWriter], None]) -> None:
        """Write to the curves; where that fails, they end with what was written before."""
        if self._curves is None:
            return
        try:
            write(self._curves)
        except OSError as error:
            self._tell(curves_problem(self._curves.path, error))
            self._close_curves()

    def _write_snapshots(self, write: Callable[[SnapshotWriter], None]) -> None:
        """Write parameters; where that fails, they end with what was written before."""
        if self._snapshots is None:
            return
        try:
            write(self._snapshots)
        except OSError as error:
            self._tell(snapshots_problem(self._snapshots.path, error))
            self._close_snapshots()

    def _record(self, message: Recorded) -> None:
        runs, chunk = message.runs, message.chunk
        self._write(lambda curves: curves.append(runs, chunk))
        step, seconds = self._progress.step, self._progress.seconds
        if chunk.steps:
            self._extremes.note(runs, *step_rows(chunk))
            step, seconds = max(step, chunk.first_step + chunk.steps), max(seconds, float(chunk.seconds[-1]))
        for evaluation in chunk.evaluations:
            self._extremes.note(runs, *evaluated_rows(evaluation))
            self._write_snapshots(partial(SnapshotWriter.append, runs=runs, evaluation=evaluation))
            if evaluation.confusion is not None:
                validation = any(name.startswith("validation_") for name in evaluation.metrics)
                split = "validation" if validation else "train"
                self._confusion[runs] = evaluation.step, split, evaluation.confusion
        self._progress = self._progress.at(step, seconds).with_ends(
            replace(end, run=runs[end.run]) for end in chunk.ended
        )
        self._fresh = True
        if chunk.ended:
            self._enter()

    def _enter(self) -> None:
        """Write how the experiment stands into the tables."""
        assert self._identity is not None
        self._entered, self._fresh = time.monotonic(), False
        self._check_entered(self._identity)
        for runs, (step, split, counts) in self._confusion.items():
            self._write(
                partial(CurveWriter.append_confusion, step=step, split=split, runs=runs, counts=counts)
            )
        self._confusion.clear()
        if self._went_on is not None:
            self._write_snapshots(partial(SnapshotWriter.go_on, went_on=self._went_on))
            self._write_snapshots(SnapshotWriter.flush)
            self._went_on = None
        with self._database.writing() as (connection, change):
            update_experiment(connection, change, self._identity, self._progress, self._extremes)
            if self._group is not None:
                sign(connection, "groups", self._group)

    def _check_entered(self, identity: str) -> None:
        """See that the experiment and its files are still in the store.

        Raises
        ------
        ProblemError
            Where the store was removed, or another one has taken its place; the experiment is left then.
        """
        with self._database.reading() as connection:
            found = connection.execute("SELECT 1 FROM experiments WHERE id = ?", (identity,)).fetchone()
        if found is None:
            self._identity = None
            self._close_curves()
            self._close_snapshots()
            raise ProblemError(removed_problem(self._folder))
        self._write(CurveWriter.check)
        self._write_snapshots(SnapshotWriter.mend)

    def _finish(self) -> None:
        """Leave the experiment: what still ran was ended by whoever trained it."""
        if self._identity is None:
            return
        identity = self._identity
        if self._progress.state in ("running", "paused"):
            self._progress = self._progress.now("stopped", "stopped")
        try:
            self._enter()
            self._write_snapshots(partial(SnapshotWriter.flush, rests=True))
            with self._database.writing() as (connection, _):
                release(connection, "experiments", identity)
        except ProblemError:
            if self._identity is not None:  # else it is in the store no more
                self._owed.append((identity, self._progress, self._extremes))
                self._tried = time.monotonic()
            raise
        finally:
            self._identity = None
            if self._curves is not None:
                self._unrested.append(self._curves.path)
            self._close_curves()
            self._close_snapshots()

    def _close_curves(self) -> None:
        if self._curves is not None:
            with contextlib.suppress(OSError):
                self._curves.close()
            self._curves = None

    def _close_snapshots(self) -> None:
        if self._snapshots is not None:
            with contextlib.suppress(OSError):
                self._snapshots.close()
            self._snapshots = None


def _too_slow(_: CurveWriter) -> None:
    raise OSError(errno.ETIMEDOUT, "The disk is too slow for what is recorded")


def _after(progress: Progress, message: object) -> Progress:
    """Return how an experiment stands after a message that is neither its beginning nor rows."""
    if isinstance(message, Intervened):
        return progress.intervened(message.sentence, replaces=message.replaces)
    if isinstance(message, Paused):
        return progress.at(message.step, progress.seconds).now("paused", "running", ())
    if isinstance(message, Resumed):
        return progress.now("running", "running", ("stopped",))
    if isinstance(message, Ended):
        status = "finished" if message.ending == "finished" else "stopped"
        return progress.at(message.step, message.seconds).now(message.ending, status)  # type: ignore[arg-type]
    if isinstance(message, Lost):
        return progress.lost(message.runs)
    return progress.now("interrupted", "interrupted") if progress.state in ("running", "paused") else progress
