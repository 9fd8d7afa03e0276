"""The store: every experiment that was trained, for anyone who lists, annotates, deletes or compares them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from compute.plan import RunEnd
from compute.problems import Problem, ProblemError
from lab.messages import DeviceReport, RunInfo
from lab.store.annotations import UNCHANGED, Change, annotate_runs
from lab.store.database import Database
from lab.store.experiment import StoredExperiment
from lab.store.interruption import interrupt_orphans
from lab.store.listing import Listing
from lab.store.owner import this_process
from lab.store.records import curve_path, insert, new_id, release
from lab.store.rows import ExperimentRow, GroupRow, RunKey, RunRow
from lab.store.snapshot_files import snapshot_path
from lab.view_options import RunState

if TYPE_CHECKING:
    import sqlite3

VARIABLE = "LOSSLAB_STORE"
CHECK_SECONDS = 1.0
"""How often it is asked whether the processes that keep experiments still live."""


def default_folder() -> Path:
    """Return the store's folder: that of the variable LOSSLAB_STORE, else in the user's data folder."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("losslab", appauthor=False) / "store"


@dataclass(frozen=True)
class Deletion:
    """Runs that were deleted together, for `Store.restore`."""

    keys: tuple[RunKey, ...]
    when: float


class Store:
    """Every stored run, of this and all other processes.

    Making a store opens nothing: its file is opened, and made where there is none, when it is first needed.
    It may be used from several threads.

    Parameters
    ----------
    folder
        Where it lies; `default_folder` by default.

    Attributes
    ----------
    problem
        Why something that was trained in this process could not be kept, lately, or ``None``.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder
        self.database = Database(self.folder)
        self._listing, self._generation = Listing(), 0
        self._checked = float("-inf")
        self.problem: Problem | None = None

    def tell(self, problem: Problem) -> None:
        """Note that something could not be kept; the same again is no news."""
        if self.problem != problem:
            self.problem = problem

    def open(self) -> None:
        """Open the store now, to see whether it can be used.

        Raises
        ------
        ProblemError
            Where it is damaged, no store, of a newer version, or its folder cannot be used.
        """
        self.database.open()

    def close(self) -> None:
        """Close its file; the next use opens it again."""
        self.database.close()

    # --- looking ----------------------------------------------------------------------------------
    @property
    def version(self) -> int:
        """Number that rises with every change by any process.

        Raises
        ------
        ProblemError
            As `open`.
        """
        self._check()
        return self.database.version

    def runs(self) -> Sequence[RunRow]:
        """Return all runs that are not deleted, those of the newest experiment first.

        Only what changed is read again, and without a change the same sequence is returned.

        Raises
        ------
        ProblemError
            As `open`.
        """
        return self._caught_up().runs

    def experiments(self) -> Sequence[ExperimentRow]:
        """Return all experiments that have runs, the newest first; errors as `runs`."""
        return self._caught_up().experiments

    def groups(self) -> Sequence[GroupRow]:
        """Return all sweeps and races, the newest first; errors as `runs`."""
        return self._caught_up().groups

    def _caught_up(self) -> Listing:
        self._check()
        with self.database.reading() as connection:
            return self._read_on(connection)

    def _read_on(self, connection: sqlite3.Connection) -> Listing:
        """Bring the listing up to date, from the start where it was that of another file."""
        if self._generation != self.database.generation:
            self._listing, self._generation = Listing(), self.database.generation
        self._listing.catch_up(connection)
        return self._listing

    def _check(self) -> None:
        """Note experiments whose process is gone."""
        now = time.monotonic()
        if now - self._checked >= CHECK_SECONDS:
            self._checked = now
            interrupt_orphans(self.database, self.folder)

    def experiment(self, identity: str) -> StoredExperiment:
        """Return an experiment with its curves, as it stands now.

        Raises
        ------
        ProblemError
            Where there is none of that identity, or as `open`.
        """
        self._check()
        with self.database.reading() as connection:
            listing = self._read_on(connection)
            found = connection.execute(
                "SELECT e.device_reason, e.config, e.interventions, e.command, e.system, s.facts, s.arrays "
                "FROM experiments e JOIN summaries s ON s.key = e.summary WHERE e.id = ?",
                (identity,),
            ).fetchone()
            row = listing.experiment(identity)
            if found is None or row is None:
                raise _unknown(f"experiment {identity}")
            runs = connection.execute(
                "SELECT r.idx, loss_index, seed, learning_rate, t.text, parameters, status, end_step, "
                "end_reason, end_layer, end_value, deleted FROM runs r JOIN texts t ON t.id = r.layers "
                "WHERE experiment = ? ORDER BY idx",
                (identity,),
            ).fetchall()
        reason, config, interventions, command, system, facts, arrays = found
        return StoredExperiment(
            row,
            [_run_state(run) for run in runs],
            DeviceReport(row.device_kind, row.device_label, reason),
            tuple(json.loads(interventions)),
            config,
            command,
            system,
            (facts, arrays),
            curve_path(self.folder, identity),
            snapshot_path(self.folder, identity),
        )

    # --- annotating -------------------------------------------------------------------------------
    def annotate(
        self,
        keys: Iterable[RunKey],
        name: str | None = None,
        note: str | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
        starred: bool | None = None,
        colour: int | Literal["unchanged"] | None = UNCHANGED,
    ) -> None:
        """Change what a person adds to runs; what is left out stays as it is.

        Parameters
        ----------
        keys
            The runs.
        name, note
            Their name and note; empty for none.
        add_tags, remove_tags
            Tags to add and to take away.
        starred
            Whether they are starred.
        colour
            Series number of their colour, ``None`` for that of their loss.

        Raises
        ------
        ProblemError
            Where a run does not exist, a text is too long, or the store cannot be written; nothing has
            changed then.
        """
        change = Change(name, note, tuple(add_tags), tuple(remove_tags), starred, colour)
        with self.database.writing() as (connection, number):
            annotate_runs(connection, number, tuple(keys), change)

    def delete(self, keys: Iterable[RunKey]) -> Deletion:
        """Put runs aside: nothing lists them any more, and `restore` brings them back.

        Raises
        ------
        ProblemError
            Where a run does not exist or the store cannot be written; nothing has changed then.
        """
        deletion = Deletion(tuple(dict.fromkeys(keys)), time.time())
        self._set_deleted(deletion.keys, deletion.when)
        return deletion

    def restore(self, deletion: Deletion) -> None:
        """Bring deleted runs back; errors as `delete`, also where they were removed for good meanwhile."""
        self._set_deleted(deletion.keys, None)

    def _set_deleted(self, keys: Sequence[RunKey], when: float | None) -> None:
        with self.database.writing() as (connection, number):
            for identity, index in keys:
                done = connection.execute(
                    "UPDATE runs SET deleted = ? WHERE experiment = ? AND idx = ?", (when, identity, index)
                )
                if done.rowcount != 1:
                    raise _unknown(f"run {index} of experiment {identity}")
            connection.executemany(
                "UPDATE experiments SET changed = ? WHERE id = ?",
                {(number, identity) for identity, _ in keys},
            )

    # --- groups -----------------------------------------------------------------------------------
    def begin_group(self, kind: Literal["sweep", "race"], name: str, config_toml: str) -> str:
        """Enter a sweep or race that begins, and return its identity.

        Raises
        ------
        ProblemError
            Where the store cannot be written.
        """
        identity, owner, now = new_id(), this_process(), time.time()
        with self.database.writing() as (connection, number):
            values = {
                "id": identity, "kind": kind, "name": name, "created": now, "state": "running",
                "config": config_toml, "owner_host": owner.host, "owner_pid": owner.pid,
                "owner_start": owner.start, "heartbeat": now, "changed": number,
            }  # fmt: skip
            insert(connection, "groups", values)
        return identity

    def resume_group(self, identity: str) -> None:
        """Note that this process goes on with a sweep or race; errors as `end_group`."""
        owner = this_process()
        with self.database.writing() as (connection, number):
            done = connection.execute(
                "UPDATE groups SET state = 'running', owner_host = ?, owner_pid = ?, owner_start = ?, "
                "heartbeat = ?, changed = ? WHERE id = ?",
                (owner.host, owner.pid, owner.start, time.time(), number, identity),
            )
            if done.rowcount != 1:
                raise _unknown(f"sweep or race {identity}")

    def end_group(self, identity: str, state: str) -> None:
        """Note how a sweep or race ended: ``finished``, ``stopped`` or ``interrupted``.

        Raises
        ------
        ProblemError
            Where there is none of that identity or the store cannot be written.
        """
        with self.database.writing() as (connection, number):
            done = connection.execute(
                "UPDATE groups SET state = ?, changed = ? WHERE id = ?", (state, number, identity)
            )
            if done.rowcount != 1:
                raise _unknown(f"sweep or race {identity}")
            release(connection, "groups", identity)


def _run_state(found: tuple[object, ...]) -> RunState:
    index, loss_index, seed, rate, layers, parameters, status, step, reason, layer, value, deleted = found
    info = RunInfo(index, loss_index, seed, rate, tuple(json.loads(layers)), parameters)  # type: ignore[arg-type]
    end = None
    if step is not None:
        end = RunEnd(index, step, reason, layer, float("nan") if value is None else value)  # type: ignore[arg-type]
    return RunState(info, status, end, deleted is None)  # type: ignore[arg-type]


def _unknown(what: str) -> ProblemError:
    return ProblemError(
        Problem(f"The store has no {what}", "It was removed for good, or is in another store.")
    )
