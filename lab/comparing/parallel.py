"""Runs as lines across several axes: parallel coordinates, with ranges on the axes that choose runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.comparing.curves_groups import Grouping, group_runs
from lab.comparing.quantities import Column, is_metric, run_name, varying
from lab.comparing.scatter import Axis, LegendColour, make_axis
from lab.metric_catalogue import metric_of
from lab.store.rows import RunKey, RunRow

Floats = NDArray[np.float64]
MISSING_SHARE = -0.12
"""Where a run without a value crosses an axis: below its foot."""
MOST_SUGGESTED = 6


@dataclass(frozen=True)
class Parallel:
    """Lines of runs.

    Attributes
    ----------
    axes
        From left to right.
    keys, names
        Of the runs.
    shares
        (R, A) where each run crosses each axis, from 0 to 1; `MISSING_SHARE` where it has no value.
    values
        (R, A) values themselves, NaN where there is none.
    series
        (R,) series number of each line; all 0 where they are coloured by ``heat``.
    heat
        (R,) 0 to 1 along the values that lines are coloured by, NaN without one; ``None`` where lines have
        series.
    heat_axis
        What ``heat`` means.
    legend
        What series mean.
    best
        Index of the best run on the last axis, where that is a metric; else ``None``.
    """

    axes: tuple[Axis, ...]
    keys: tuple[RunKey, ...]
    names: tuple[str, ...]
    shares: Floats
    values: Floats
    series: NDArray[np.int_]
    heat: Floats | None
    heat_axis: Axis | None
    legend: tuple[LegendColour, ...]
    best: int | None

    def inside(self, ranges: Mapping[str, tuple[float, float]]) -> NDArray[np.bool_]:
        """Return (R,) whether each run lies within all ranges: name of an axis → shares (low, high)."""
        found = np.ones(len(self.keys), dtype=bool)
        for index, axis in enumerate(self.axes):
            if axis.name in ranges:
                low, high = ranges[axis.name]
                found &= (self.shares[:, index] >= low) & (self.shares[:, index] <= high)
        return found


def suggested_axes(rows: Sequence[RunRow], metric: str) -> tuple[str, ...]:
    """Return what to show at first: the fields in which runs differ, then how they ended."""
    fields = [name for name in varying(rows) if not name.startswith("loss.")]
    if len({row.loss for row in rows}) > 1:
        fields.insert(0, "loss")
    if not fields:
        fields = ["seed"]
    return (*fields[: MOST_SUGGESTED - 1], f"last.{metric}")


def make_parallel(
    rows: Sequence[RunRow],
    names: Sequence[str],
    colour: str = "loss",
    *,
    log: Mapping[str, bool] | None = None,
) -> Parallel:
    """Return the lines of some runs.

    Parameters
    ----------
    rows
        The runs.
    names
        What the axes show, as in `lab.comparing.quantities.value_of`.
    colour
        What lines are coloured by: a metric's value by heat, anything else by series.
    log
        Name → whether its axis is logarithmic; left out for what suits its values.

    Raises
    ------
    ValueError
        Without an axis.
    """
    if not names:
        raise ValueError("parallel coordinates need at least one axis")
    columns = [Column(name, rows) for name in names]
    axes = tuple(make_axis(column, (log or {}).get(column.name)) for column in columns)
    shares = np.stack([axis.share(column.values) for axis, column in zip(axes, columns, strict=True)], axis=1)
    heat, heat_axis = None, None
    series: NDArray[np.int_] = np.zeros(len(rows), dtype=np.int_)
    legend: tuple[LegendColour, ...] = ()
    if is_metric(colour):
        column = Column(colour, rows)
        heat_axis = make_axis(column)
        heat = np.clip(heat_axis.share(column.values), 0.0, 1.0)
    else:
        groups = group_runs(rows, Grouping(colour)).groups
        numbers = {row.key: group.series for group in groups for row in group.rows}
        series = np.array([numbers[row.key] for row in rows], dtype=np.int_)
        legend = tuple(LegendColour(group.series, group.name) for group in groups) if colour else ()
    return Parallel(
        axes,
        tuple(row.key for row in rows),
        tuple(run_name(row) for row in rows),
        np.where(np.isfinite(shares), shares, MISSING_SHARE),
        np.stack([column.values for column in columns], axis=1),
        series,
        heat,
        heat_axis,
        legend,
        _best(columns[-1]),
    )


def _best(column: Column) -> int | None:
    metric = column.name.partition(".")[2]
    known = np.isfinite(column.values)
    if not is_metric(column.name) or not known.any():
        return None
    try:
        higher = metric_of(metric).higher_is_better
    except KeyError:
        return None
    values = np.where(known, column.values, -np.inf if higher else np.inf)
    return int(np.argmax(values) if higher else np.argmin(values))
