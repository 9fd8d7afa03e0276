"""Everything stored as rows, read once and then only where something changed."""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from lab.store.extremes import Values
from lab.store.rows import ExperimentRow, GroupRow, RunRow, Scalar
from lab.store.run_fields import run_fields

if TYPE_CHECKING:
    import sqlite3

_EXPERIMENT = (
    "SELECT id, kind, group_id, role, name, question, created, seconds, state, device_kind, device_label, "
    "step, planned_steps, steps_per_epoch, versions, metrics FROM experiments WHERE changed > ?"
)
_RUNS = (
    "SELECT r.idx, r.loss, r.short, r.loss_index, r.series, r.seed, r.learning_rate, r.status, r.end_step, "
    "r.fields, r.first, r.last, r.best, r.name, r.note, r.tags, r.starred, r.colour, r.deleted, r.experiment "
    "FROM {source} ORDER BY r.experiment, r.idx"
)
_EVERY_RUN = _RUNS.format(source="runs r")
_CHANGED_RUNS = _RUNS.format(source="experiments e JOIN runs r ON r.experiment = e.id WHERE e.changed > ?")


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for garbage among thousands of new rows, none of which is."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


class Listing:
    """Rows of all experiments and runs as of a change of the store.

    Attributes
    ----------
    version
        Number of the change that it is of; -1 before anything was read.
    experiments, runs, groups
        What there is, the newest first; runs that are deleted, and experiments and groups all of whose runs
        are, are left out.
    """

    def __init__(self) -> None:
        self.version = -1
        self.experiments: tuple[ExperimentRow, ...] = ()
        self.runs: tuple[RunRow, ...] = ()
        self.groups: tuple[GroupRow, ...] = ()
        self._purged = -1
        self._known: dict[str, tuple[ExperimentRow, tuple[RunRow, ...]]] = {}
        self._texts: dict[int, Any] = {}

    def catch_up(self, connection: sqlite3.Connection) -> None:
        """Read what changed since the last call."""
        version, purged = connection.execute("SELECT value, purged FROM counter").fetchone()
        if version == self.version:
            return
        if purged != self._purged:  # rows are gone for good: what is left is read anew
            self._known.clear()
            self._texts.clear()  # their numbers may be given to others
            self.version, self._purged = -1, purged
        with _collector_at_rest():
            fresh = self._read_experiments(connection)
            for identity, runs in self._read_runs(connection, fresh).items():
                self._known[identity] = fresh[identity], tuple(runs)
        ordered = sorted(
            self._known.values(), key=lambda known: (known[0].created, known[0].id), reverse=True
        )
        self.experiments = tuple(row for row, runs in ordered if runs)
        self.runs = tuple(run for _, runs in ordered for run in runs)
        self._read_groups(connection)
        self.version = version

    def experiment(self, identity: str) -> ExperimentRow | None:
        """Return the row of an experiment, also where all its runs are deleted."""
        known = self._known.get(identity)
        return None if known is None else known[0]

    def _text(self, connection: sqlite3.Connection, number: int) -> Any:
        """Return what a shared JSON text says, the same object each time."""
        if number not in self._texts:
            (text,) = connection.execute("SELECT text FROM texts WHERE id = ?", (number,)).fetchone()
            self._texts[number] = json.loads(text)
        return self._texts[number]

    def _read_experiments(self, connection: sqlite3.Connection) -> dict[str, ExperimentRow]:
        counts = dict(connection.execute("SELECT experiment, count(*) FROM runs GROUP BY experiment"))
        fresh = {}
        self._places: dict[str, Mapping[str, int]] = {}
        for row in connection.execute(_EXPERIMENT, (self.version,)).fetchall():
            identity, versions, metrics = row[0], row[-2], row[-1]
            facts = (*row[:-2], counts[identity], self._text(connection, versions))
            fresh[identity] = ExperimentRow(*facts)
            self._places[identity] = self._metric_places(connection, metrics)
        return fresh

    def _metric_places(self, connection: sqlite3.Connection, number: int) -> Mapping[str, int]:
        names = self._text(connection, number)
        if isinstance(names, list):
            self._texts[number] = names = {name: place for place, name in enumerate(names)}
        return names  # type: ignore[no-any-return]

    def _read_runs(
        self, connection: sqlite3.Connection, fresh: Mapping[str, ExperimentRow]
    ) -> dict[str, list[RunRow]]:
        found: dict[str, list[RunRow]] = {identity: [] for identity in fresh}
        if self.version < 0:
            rows = connection.execute(_EVERY_RUN)
        else:
            rows = connection.execute(_CHANGED_RUNS, (self.version,))
        of_loss: Mapping[str, Scalar]
        for (
            index, loss, short, loss_index, series, seed, rate, status, end_step, fields, first, last, best,
            name, note, tags, starred, colour, deleted, identity,
        ) in rows.fetchall():  # fmt: skip
            if deleted is not None:
                continue
            experiment, values = fresh[identity], partial(Values, self._places[identity])
            of_loss = self._text(connection, fields)
            found[identity].append(
                RunRow(
                    (identity, index), experiment, loss, short, loss_index, series, seed, rate, status,
                    end_step, experiment.step if end_step is None else end_step, experiment.seconds,
                    run_fields(of_loss, seed, rate), values(first), values(last), values(best), name, note,
                    tuple(json.loads(tags)) if tags != "[]" else (), bool(starred), colour,
                )
            )  # fmt: skip
        return found

    def _read_groups(self, connection: sqlite3.Connection) -> None:
        empty = dict(
            connection.execute(
                "SELECT e.group_id, min(r.deleted IS NOT NULL) FROM experiments e "
                "JOIN runs r ON r.experiment = e.id WHERE e.group_id IS NOT NULL GROUP BY e.group_id"
            )
        )
        self.groups = tuple(
            GroupRow(*facts)
            for facts in connection.execute(
                "SELECT id, kind, name, created, state, config FROM groups ORDER BY created DESC, id DESC"
            )
            if not empty.get(facts[0], False)
        )
