"""Runs as points: any two things that are known of them against each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.comparing.curves_groups import Grouping, group_runs
from lab.comparing.quantities import Column, is_metric, run_name, varying
from lab.loss_labels import format_number
from lab.number_text import value_text
from lab.ranges import linear_range, log_range
from lab.store.rows import RunKey, RunRow

Floats = NDArray[np.float64]
MOST_COLOURS = 16
"""With more colours than this nobody can tell them apart: a legend would be longer than the plot."""


@dataclass(frozen=True)
class Axis:
    """One axis of a scatter or of parallel coordinates.

    Attributes
    ----------
    name, label
        What is shown, and in words.
    low, high
        Its range in data units; for categories, half a place beyond the first and the last.
    log
        Whether it is logarithmic.
    texts
        Categories by their number from 0; empty for numbers.
    percent
        Whether values are shares that are shown as per cent.
    """

    name: str
    label: str
    low: float
    high: float
    log: bool = False
    texts: tuple[str, ...] = ()
    percent: bool = False

    def share(self, values: Floats) -> Floats:
        """Return where values lie between low (0) and high (1); NaN where they have no place."""
        if not self.log:
            return np.asarray((values - self.low) / (self.high - self.low))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log(values / self.low) / np.log(self.high / self.low)
        return np.where(np.isfinite(found), found, np.nan)

    def text(self, value: float) -> str:
        """Return a value as text: its category, or the number as its kind is written."""
        if math.isnan(value):
            return "none"
        if self.texts:
            return self.texts[round(value)]
        return value_text(value, percent=self.percent) if is_metric(self.name) else format_number(value)

    def at(self, share: float) -> float:
        """Return the value at a share of the axis: the inverse of `share`."""
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + share * (self.high - self.low))


@dataclass(frozen=True)
class LegendColour:
    """A colour of points: the series number and what it stands for."""

    series: int
    name: str


@dataclass(frozen=True)
class Scatter:
    """Points of runs.

    Attributes
    ----------
    x, y
        The axes.
    keys, names
        Of the runs drawn, in the order of ``places``.
    places
        (n, 2) values on both axes.
    series
        (n,) series number of each point.
    legend
        What the colours mean.
    correlation
        Spearman's rank correlation of both, NaN where it is not defined: with fewer than three runs, one
        value only, or unordered categories.
    left_out
        How many runs have no place: a value is missing, or has no logarithm.
    """

    x: Axis
    y: Axis
    keys: tuple[RunKey, ...]
    names: tuple[str, ...]
    places: Floats
    series: NDArray[np.int_]
    legend: tuple[LegendColour, ...]
    correlation: float
    left_out: int


def make_axis(column: Column, log: bool | None = None) -> Axis:
    """Return the axis of a column, linear where nothing on it has a logarithm.

    Parameters
    ----------
    column
        What it shows.
    log
        Whether it is logarithmic; ``None`` for what suits its values.
    """
    if column.texts:
        return Axis(column.name, column.label, -0.5, len(column.texts) - 0.5, False, column.texts)
    known = column.values[np.isfinite(column.values)]
    wanted = column.log_suggested if log is None else log
    positive = known[known > 0]
    if wanted and len(positive):
        low, high = log_range(float(positive.min()), float(positive.max()))
        return Axis(column.name, column.label, low, high, True, percent=column.percent)
    low, high = linear_range(float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    return Axis(column.name, column.label, low, high, percent=column.percent)


def usual_field(rows: Sequence[RunRow]) -> str:
    """Return what runs are usually drawn against: the first number in which they differ, or field."""
    different = [name for name in varying(rows) if not name.startswith("loss.")]
    numbers = [name for name in different if not Column(name, rows).texts]
    return next(iter((*numbers, *different)), "seed")


def make_scatter(
    rows: Sequence[RunRow],
    x: str,
    y: str,
    colour: str = "loss",
    *,
    log_x: bool | None = None,
    log_y: bool | None = None,
) -> Scatter:
    """Return the points of some runs.

    Parameters
    ----------
    rows
        The runs.
    x, y, colour
        Names as in `lab.comparing.quantities.value_of`; ``colour`` may be empty.
    log_x, log_y
        Logarithmic axes, or ``None`` for what suits the values.
    """
    across, up = Column(x, rows), Column(y, rows)
    axes = make_axis(across, log_x), make_axis(up, log_y)
    placed = np.isfinite(axes[0].share(across.values)) & np.isfinite(axes[1].share(up.values))
    groups = group_runs(rows, Grouping(colour)).groups
    numbers = {row.key: group.series for group in groups for row in group.rows}
    kept = [row for row, there in zip(rows, placed, strict=True) if there]
    places = np.stack([across.values[placed], up.values[placed]], axis=1)
    unordered = len(across.texts) > 2 or len(up.texts) > 2
    return Scatter(
        *axes,
        tuple(row.key for row in kept),
        tuple(run_name(row) for row in kept),
        places,
        np.array([numbers[row.key] for row in kept], dtype=np.int_),
        tuple(LegendColour(group.series, group.name) for group in groups) if colour else (),
        float("nan") if unordered else rank_correlation(places[:, 0], places[:, 1]),
        len(rows) - len(kept),
    )


def rank_correlation(x: Floats, y: Floats) -> float:
    """Return Spearman's ρ: Pearson's correlation of the ranks, ties ranked by their mean.

    Parameters
    ----------
    x, y
        (n,) finite numbers.

    Examples
    --------
    >>> round(rank_correlation(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 4.0, 9.0, 8.0])), 6)
    0.8
    """
    if len(x) < 3:
        return float("nan")
    one, other = _ranks(x), _ranks(y)
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum() / scale) if scale > 0 else float("nan")


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place], dtype=np.float64)
