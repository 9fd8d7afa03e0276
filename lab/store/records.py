"""Experiments as they are written into the store's tables."""

from __future__ import annotations

import json
import math
import platform
import secrets
import shlex
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from compute.plan import RunEnd
from lab.config import ExperimentConfig
from lab.experiment_file import dump_experiment
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.messages import DeviceReport, Started
from lab.store.extremes import Extremes
from lab.store.owner import Owner
from lab.store.rows import Role
from lab.store.run_fields import loss_fields
from lab.store.summaries import pack_summary
from lab.versions import versions
from lab.view_options import RunStatus

if TYPE_CHECKING:
    import sqlite3

CURVES_ENDING = ".curves"
_UNDER_WAY: tuple[RunStatus, ...] = ("waiting", "running")


def new_id() -> str:
    """Return an identity that no other has: the time in UTC and eight random digits."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"


def intern(connection: sqlite3.Connection, text: str) -> int:
    """Return the number of a text that is kept once, however often it is used."""
    connection.execute("INSERT INTO texts (text) VALUES (?) ON CONFLICT (text) DO NOTHING", (text,))
    return int(connection.execute("SELECT id FROM texts WHERE text = ?", (text,)).fetchone()[0])


def command_line(arguments: Sequence[str] | None = None) -> str:
    """Return how the program was called, without folders of this machine in its own name."""
    words = list(sys.argv if arguments is None else arguments)
    return shlex.join(["losslab", *words[1:]])


@dataclass(frozen=True)
class Progress:
    """How an experiment stands.

    Attributes
    ----------
    state
        As in `lab.store.rows.ExperimentRow`.
    step, seconds
        Updates done and training time.
    statuses
        Of each run.
    ends
        Runs that ended before the plan did; ``run`` is the experiment's index.
    interventions
        What was changed by hand meanwhile, as sentences.
    """

    state: str
    step: int
    seconds: float
    statuses: tuple[RunStatus, ...]
    ends: Mapping[int, RunEnd]
    interventions: tuple[str, ...] = ()

    @classmethod
    def begun(cls, runs: int) -> Progress:
        """Return where so many runs stand at the start."""
        status: RunStatus = "running"
        return cls("running", 0, 0.0, (status,) * runs, {})

    def at(self, step: int, seconds: float) -> Progress:
        """Return this after so many updates and so much training time."""
        return replace(self, step=step, seconds=seconds)

    def intervened(self, sentence: str, *, replaces: bool = False) -> Progress:
        """Return this with one more thing that was changed by hand, or the last one said anew."""
        said = self.interventions[:-1] if replaces else self.interventions
        return replace(self, interventions=(*said, sentence))

    def lost(self, runs: Iterable[int]) -> Progress:
        """Return this with some runs interrupted, as far as they were under way."""
        gone = set(runs)
        statuses: tuple[RunStatus, ...] = tuple(
            "interrupted" if index in gone and status in (*_UNDER_WAY, "stopped") else status
            for index, status in enumerate(self.statuses)
        )
        return replace(self, statuses=statuses)

    def with_ends(self, ends: Iterable[RunEnd]) -> Progress:
        """Return this with runs that a rule or divergence ended."""
        statuses, known = list(self.statuses), dict(self.ends)
        for end in ends:
            statuses[end.run], known[end.run] = end.reason, end
        return replace(self, statuses=tuple(statuses), ends=known)

    def now(self, state: str, status: RunStatus, of: Sequence[RunStatus] = _UNDER_WAY) -> Progress:
        """Return this in another state, with the status of the runs ``of`` those statuses changed."""
        statuses = tuple(status if known in of else known for known in self.statuses)
        return replace(self, state=state, statuses=statuses)


def insert_experiment(
    connection: sqlite3.Connection,
    change: int,
    identity: str,
    config: ExperimentConfig,
    started: Started,
    owner: Owner,
    group: str | None = None,
    role: Role = "",
) -> None:
    """Enter an experiment that begins, with its runs."""
    key, facts, arrays = pack_summary(started.summary)
    connection.execute(
        "INSERT INTO summaries VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING", (key, facts, arrays)
    )
    kind = connection.execute("SELECT kind FROM groups WHERE id = ?", (group,)).fetchone()
    now = time.time()
    device: DeviceReport = started.device
    values = {
        "id": identity, "kind": "train" if kind is None else kind[0], "group_id": group, "role": role,
        "name": config.name, "question": config.question, "created": now, "seconds": 0.0,
        "state": "running", "device_kind": device.kind, "device_label": device.label,
        "device_reason": device.reason, "step": 0, "planned_steps": started.steps,
        "steps_per_epoch": started.steps_per_epoch, "versions": intern(connection, json.dumps(versions())),
        "metrics": intern(connection, "[]"), "config": dump_experiment(config), "summary": key,
        "interventions": "[]", "command": command_line(), "system": platform.platform(),
        "owner_host": owner.host, "owner_pid": owner.pid, "owner_start": owner.start, "heartbeat": now,
        "changed": change,
    }  # fmt: skip
    insert(connection, "experiments", values)
    _insert_runs(connection, identity, config, started)


def insert(connection: sqlite3.Connection, table: str, values: Mapping[str, object]) -> None:
    """Insert a row whose columns are named."""
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", values)


def _insert_runs(
    connection: sqlite3.Connection, identity: str, config: ExperimentConfig, started: Started
) -> None:
    labels, short, series = loss_labels(config), short_loss_labels(config), series_numbers(config)
    of_losses = [
        intern(connection, json.dumps(loss_fields(config, index))) for index in range(len(config.losses))
    ]
    for run in started.runs:
        insert(
            connection,
            "runs",
            {
                "experiment": identity, "idx": run.index, "loss_index": run.loss_index,
                "loss": labels[run.loss_index], "short": short[run.loss_index],
                "series": series[run.loss_index], "seed": run.seed, "learning_rate": run.learning_rate,
                "layers": intern(connection, json.dumps(run.layers)), "parameters": run.parameters,
                "fields": of_losses[run.loss_index], "status": "running",
                "first": b"", "last": b"", "best": b"",
            },
        )  # fmt: skip


def update_experiment(
    connection: sqlite3.Connection, change: int, identity: str, progress: Progress, extremes: Extremes
) -> None:
    """Enter how an experiment stands now."""
    connection.execute(
        "UPDATE experiments SET state = ?, step = ?, seconds = ?, interventions = ?, metrics = ?, "
        "heartbeat = ?, changed = ? WHERE id = ?",
        (
            progress.state, progress.step, progress.seconds,
            json.dumps(progress.interventions, ensure_ascii=False),
            intern(connection, json.dumps(extremes.metrics)), time.time(), change, identity,
        ),
    )  # fmt: skip
    rows = []
    for index, status in enumerate(progress.statuses):
        end = progress.ends.get(index)
        ending = (None,) * 4 if end is None else (end.step, end.reason, end.layer, _stored(end.value))
        rows.append((status, *ending, *extremes.packed(index), identity, index))
    connection.executemany(
        "UPDATE runs SET status = ?, end_step = ?, end_reason = ?, end_layer = ?, end_value = ?, first = ?, "
        "last = ?, best = ? WHERE experiment = ? AND idx = ?",
        rows,
    )


def sign(connection: sqlite3.Connection, table: str, identity: str) -> None:
    """Note that the process that keeps an experiment or group lives."""
    connection.execute(f"UPDATE {table} SET heartbeat = ? WHERE id = ?", (time.time(), identity))


def release(connection: sqlite3.Connection, table: str, identity: str) -> None:
    """Note that no process keeps an experiment or group any longer."""
    connection.execute(
        f"UPDATE {table} SET owner_host = NULL, owner_pid = NULL, owner_start = NULL WHERE id = ?",
        (identity,),
    )


def _stored(value: float) -> float | None:
    """Return what SQLite keeps of a number; it turns NaN into nothing."""
    return None if math.isnan(value) else value


def curve_path(folder: Path, identity: str) -> Path:
    """Return where the curves of an experiment lie."""
    return folder / "curves" / f"{identity}{CURVES_ENDING}"
