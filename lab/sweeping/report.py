"""A sweep on a terminal: a line for every loss at every point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.loss_labels import short_loss_labels
from lab.metric_catalogue import METRICS
from lab.number_text import MISSING, value_text
from lab.queue.work import config_key
from lab.store.rows import RunRow
from lab.store.store import Store
from lab.sweeping.expansion import axis_name, value_words
from lab.sweeping.sweep_work import SweepWork

SHOWN = ("validation_accuracy", "train_accuracy", "validation_mse", "train_mse", "validation_nll")
"""Metrics of which the first that was measured is shown."""


def print_sweep(store: Store, group: str, work: SweepWork) -> int:
    """Print the mean of a metric over the seeds for every loss at every point.

    Returns
    -------
    int
        How many runs diverged.

    Raises
    ------
    ProblemError
        Where the store cannot be read.
    """
    rows = [row for row in store.runs() if row.experiment.group == group]
    by_loss: dict[tuple[str, int], list[RunRow]] = {}
    for row in rows:
        by_loss.setdefault((row.experiment.id, row.loss_index), []).append(row)
    identities = {row.experiment.id for row in rows}
    stored = {config_key(store.experiment(identity).run_config): identity for identity in identities}
    metric = next((key for key in SHOWN if any(key in row.last for row in rows)), SHOWN[0])
    shorts = short_loss_labels(work.config)
    paths = [axis.path for axis in work.config.sweep]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in (*(axis_name(path) for path in paths), "Loss"):
        table.add_column(title, overflow="fold")
    for title in (METRICS[metric].label, "Runs", "Diverged"):
        table.add_column(title, justify="right")
    for swept in work.experiments:
        identity = stored.get(swept.planned.key, "")
        for place, point in enumerate(swept.points):
            mine = by_loss.get((identity, place), [])
            table.add_row(
                *(Text(cell) for cell in _cells(point, paths, shorts[swept.places[place]], mine, metric))
            )
    Console(highlight=False, markup=False).print(table)
    return sum(row.status == "diverged" for row in rows)


def _cells(
    point: Mapping[str, object], paths: list[str], loss: str, rows: list[RunRow], metric: str
) -> tuple[str, ...]:
    values = np.array([row.last.get(metric, np.nan) for row in rows if row.status != "diverged"])
    values = values[np.isfinite(values)]
    score = value_text(float(values.mean()), percent=METRICS[metric].percent) if len(values) else MISSING
    diverged = sum(row.status == "diverged" for row in rows)
    where = tuple(value_words(point[path]) if path in point else MISSING for path in paths)
    return (*where, loss, score, str(len(rows)), str(diverged) if diverged else "")
