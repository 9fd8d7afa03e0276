"""Experiments whose process ended without a word become interrupted, with all that it wrote."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from compute.problems import ProblemError
from lab.store.curve_reading import CurveReader
from lab.store.database import Database
from lab.store.extremes import Extremes
from lab.store.owner import Owner, lives
from lab.store.records import Progress, curve_path, release, update_experiment

_KEPT = "SELECT id, owner_host, owner_pid, owner_start, heartbeat FROM {table} WHERE owner_pid IS NOT NULL"


def interrupt_orphans(database: Database, folder: Path) -> None:
    """Find the experiments and groups whose process is gone, and note how they ended.

    Raises
    ------
    ProblemError
        Where the store cannot be opened or read. Where it cannot be written, they are left as they are.
    """
    with database.reading() as connection:
        kept = {table: connection.execute(_KEPT.format(table=table)).fetchall() for table in _TABLES}
    now = time.time()
    gone = {
        table: [(row[0], row[1:4]) for row in rows if not lives(Owner(*row[1:4]), row[4], now)]
        for table, rows in kept.items()
    }
    for identity, owner in gone["experiments"]:
        with contextlib.suppress(ProblemError):
            _interrupt_experiment(database, folder, identity, owner)
    for identity, owner in gone["groups"]:
        with contextlib.suppress(ProblemError), database.writing() as (connection, change):
            connection.execute(
                "UPDATE groups SET state = 'interrupted', changed = ? WHERE id = ? AND state = 'running' AND "
                "(owner_host, owner_pid, owner_start) = (?, ?, ?)",
                (change, identity, *owner),
            )
            release(connection, "groups", identity)


_TABLES = ("experiments", "groups")


def _interrupt_experiment(
    database: Database, folder: Path, identity: str, owner: tuple[str, int, str]
) -> None:
    """Note the end of an experiment, and what its curves hold that its process did not come to enter."""
    try:
        reader: CurveReader | None = CurveReader(curve_path(folder, identity))
    except ProblemError:
        reader = None
    with database.writing() as (connection, change):
        found = connection.execute(
            "SELECT state, step, seconds, interventions FROM experiments WHERE id = ? AND "
            "(owner_host, owner_pid, owner_start) = (?, ?, ?)",
            (identity, *owner),
        ).fetchone()
        if found is None:
            return  # another process has noted it meanwhile
        state, step, seconds, interventions = found
        if state in ("running", "paused"):
            statuses = tuple(
                status
                for (status,) in connection.execute(
                    "SELECT status FROM runs WHERE experiment = ? ORDER BY idx", (identity,)
                )
            )
            progress = Progress(state, step, seconds, statuses, {}, tuple(json.loads(interventions)))
            if reader is not None and reader.runs:
                progress, extremes = reread(progress, reader)
                update_experiment(
                    connection, change, identity, progress.now("interrupted", "interrupted"), extremes
                )
            else:
                connection.execute(
                    "UPDATE experiments SET state = 'interrupted', changed = ? WHERE id = ?",
                    (change, identity),
                )
                connection.execute(
                    "UPDATE runs SET status = 'interrupted' WHERE experiment = ? AND "
                    "status IN ('waiting', 'running')",
                    (identity,),
                )
        release(connection, "experiments", identity)


def reread(progress: Progress, reader: CurveReader) -> tuple[Progress, Extremes]:
    """Return how far an experiment came, and its runs' values, by its curves."""
    extremes = Extremes(len(progress.statuses))
    step, seconds = progress.step, progress.seconds
    for track, evaluated in reader.curves.all_tracks():
        for begin in range(0, track.length, _AT_ONCE):
            extremes.note(track.runs, track.channels, track.read_all(begin, begin + _AT_ONCE))
        if track.length:
            step = max(step, int(track.steps[-1]) + (not evaluated))
            seconds = max(seconds, float(track.seconds[-1]))
    known = progress.with_ends(reader.curves.ends.values())
    return Progress(known.state, step, seconds, known.statuses, known.ends, known.interventions), extremes


_AT_ONCE = 65536
