"""The summary of an experiment as a table: every loss by the metrics that all share."""

from __future__ import annotations

import math

from lab.exporting.tables import Better, Cell, Column, Number, Table, best_cells
from lab.loss_labels import format_number
from lab.metric_catalogue import METRICS
from lab.summary import Summary, SummaryRow, summarize_runs
from lab.view_options import PanelSource


def summary_table(source: PanelSource) -> Table:
    """Return a row a loss: final values over seeds, steps to the target, and how many runs diverged.

    Parameters
    ----------
    source
        The experiment, finished or not.
    """
    summary = summarize_runs(source)
    config = source.run_config
    rates = [loss.learning_rate or config.optimizer.learning_rate for loss in config.losses]
    columns = [Column("Loss"), Column("Learning rate", short="Rate")]
    columns += [Column(METRICS[key].label, better_of(key), METRICS[key].short) for key in summary.metrics]
    if summary.target is not None:
        key, value = summary.target
        shown, label = format_number(value), with_small_initial(METRICS[key].label)
        columns.append(Column(f"Steps to {label} {shown}", "low", f"Steps to {shown}"))
    columns += [Column("Diverged"), Column("Runs")]
    rows = tuple(_cells(summary, row, rates[row.loss_index]) for row in summary.rows)
    return Table(config.name, tuple(columns), rows, _note(summary), best_cells(columns, rows))


def better_of(metric: str) -> Better:
    """Say which values of a metric of the catalogue are better."""
    return "high" if METRICS[metric].higher_is_better else "low"


def with_small_initial(label: str) -> str:
    """Return a label for the middle of a title: "validation NLL"."""
    return label[:1].lower() + label[1:]


def _cells(summary: Summary, row: SummaryRow, rate: float) -> tuple[Cell, ...]:
    return (
        row.name,
        Number(rate, words=format_number(rate)),
        *(Number(row.finals[key].mean, row.finals[key].deviation) for key in summary.metrics),
        *((_steps(row),) if summary.target is not None else ()),
        row.diverged,
        row.runs,
    )


def _steps(row: SummaryRow) -> Number:
    steps = math.inf if row.median_steps is None else row.median_steps
    return Number(steps, words=row.steps_text())


def _note(summary: Summary) -> str:
    words = "Mean ± sample deviation of the last values over the runs that did not diverge."
    if summary.target is not None:
        words += " Steps are the median over all runs; never: half of them or more did not get there."
    return words
