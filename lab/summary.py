"""What came out: the shared metrics of each loss over its seeds, and how soon the target was reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lab.catalogue import METRICS
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.number_text import MISSING, step_text, thousands, value_text
from lab.panel_views import shared_metrics
from lab.view_options import PanelSource


@dataclass(frozen=True)
class Spread:
    """A mean over runs with the sample deviation (n − 1; NaN for one run)."""

    mean: float
    deviation: float
    runs: int

    def text(self) -> str:
        """Write it: "0.972 ± 0.004", with "(2 runs)" nowhere: the row says how many diverged."""
        if not self.runs:
            return MISSING
        if math.isnan(self.deviation):
            return value_text(self.mean)
        return f"{value_text(self.mean)} ± {step_text(self.deviation)}"


def spread_of(values: Sequence[float]) -> Spread:
    """Return mean and sample deviation of the finite values."""
    finite = np.array([value for value in values if math.isfinite(value)])
    if not len(finite):
        return Spread(math.nan, math.nan, 0)
    deviation = float(finite.std(ddof=1)) if len(finite) > 1 else math.nan
    return Spread(float(finite.mean()), deviation, len(finite))


@dataclass(frozen=True)
class SummaryRow:
    """One loss.

    Attributes
    ----------
    loss_index, name, short, series
        Which.
    runs, diverged
        How many runs, and how many of them diverged.
    finals
        Metric key → spread of the last value over the runs that did not diverge.
    reached
        How many runs reached the target.
    median_steps
        Median over all runs of the steps to the target; ``None`` where half of the runs or more never
        reached it ("never"), or where there is no target.
    """

    loss_index: int
    name: str
    short: str
    series: int
    runs: int
    diverged: int
    finals: dict[str, Spread] = field(default_factory=dict)
    reached: int = 0
    median_steps: float | None = None

    def steps_text(self) -> str:
        """Write the median steps to the target: "640", or "never (1 of 3)"."""
        if self.median_steps is not None:
            return thousands(round(self.median_steps))
        return "never" if not self.reached else f"never ({self.reached} of {self.runs})"


@dataclass(frozen=True)
class Summary:
    """The summary of an experiment.

    Attributes
    ----------
    rows
        One a loss, in the config's order.
    metrics
        Keys of the metrics in ``finals``, the usual one first.
    target
        (metric key, value) of "steps to", or ``None``.
    """

    rows: tuple[SummaryRow, ...]
    metrics: tuple[str, ...]
    target: tuple[str, float] | None

    def header(self) -> tuple[str, ...]:
        """Return the titles of `table`."""
        titles = ["Loss", *(METRICS[key].label for key in self.metrics)]
        if self.target is not None:
            titles.append(f"Steps to {METRICS[self.target[0]].short} {value_text(self.target[1])}")
        return (*titles, "Diverged")

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return the summary as text, a row a loss."""
        rows = []
        for row in self.rows:
            cells = [row.name, *(row.finals[key].text() for key in self.metrics)]
            if self.target is not None:
                cells.append(row.steps_text())
            cells.append(f"{row.diverged} of {row.runs}" if row.diverged else "none")
            rows.append(tuple(cells))
        return tuple(rows)


def summary_target(source: PanelSource) -> tuple[str, float] | None:
    """Return the metric and value that "steps to" counts to: the stop rule's, else the line in the plot."""
    training = source.run_config.training
    if training.target is not None:
        return training.target.metric, training.target.value
    if training.show_target is not None:
        split = "train" if source.summary is not None and source.summary.validation == 0 else "validation"
        return f"{split}_{shared_metrics(source.summary)[0]}", training.show_target
    return None


def median_steps(steps: Sequence[int | None]) -> float | None:
    """Return the median where ``None`` means never: infinitely late, and part of the sample.

    Examples
    --------
    >>> median_steps([100, 300, None]), median_steps([100, None, None]), median_steps([100, None])
    (300.0, None, None)
    """
    if not steps:
        return None
    middle = float(np.median([math.inf if step is None else step for step in steps]))
    return middle if math.isfinite(middle) else None


def summarize_runs(source: PanelSource) -> Summary:
    """Summarise an experiment, finished or not.

    Parameters
    ----------
    source
        The experiment. Hidden runs count, too.
    """
    config = source.run_config
    names, shorts, series = loss_labels(config), short_loss_labels(config), series_numbers(config)
    split = "train" if source.summary is not None and source.summary.validation == 0 else "validation"
    keys = tuple(f"{split}_{name}" for name in shared_metrics(source.summary))
    target = summary_target(source)
    rows = []
    for index, name in enumerate(names):
        runs = [run for run in source.runs if run.info.loss_index == index]
        kept = [run.info.index for run in runs if run.end is None or run.end.reason != "diverged"]
        steps: list[int | None] = []
        if target is not None:
            rising = METRICS[target[0]].higher_is_better
            steps = [
                source.curves.reached(target[0], run.info.index, target[1], rising=rising) for run in runs
            ]
        rows.append(
            SummaryRow(
                index,
                name,
                shorts[index],
                series[index],
                len(runs),
                len(runs) - len(kept),
                {key: spread_of([source.curves.last(key, run) for run in kept]) for key in keys},
                sum(step is not None for step in steps),
                median_steps(steps),
            )
        )
    return Summary(tuple(rows), keys, target)
