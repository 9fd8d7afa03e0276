"""The line of a group of runs: their mean or median, and the band around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from compute.plan import RunEnd
from lab.comparing.curves_columns import Part, Table, TrainingAxis, read_table
from lab.curve_samples import CurveView
from lab.group_curves import GroupCurve
from lab.student import interval_deviations, t_quantile
from lab.thinning import column_starts, envelope

Floats = NDArray[np.float64]
Centre = Literal["mean", "median"]
Spread = Literal["none", "minmax", "std", "se", "ci95", "iqr"]

CENTRES: dict[Centre, str] = {"mean": "Mean", "median": "Median"}
SPREADS: dict[Spread, str] = {
    "none": "No band",
    "minmax": "Min to max",
    "iqr": "Quartiles",
    "std": "± 1 deviation",
    "se": "± 1 standard error",
    "ci95": "95\u202f% CI of mean",
}


@dataclass(frozen=True)
class GroupLine:
    """A group's line and what is to be said of it.

    Attributes
    ----------
    curve
        Line, band, and the unsmoothed line behind it.
    runs
        How many runs have a value anywhere.
    diverged
        How many of them diverged.
    early
        How many of the others end before the longest: from there on the line goes on without them.
    """

    curve: GroupCurve
    runs: int
    diverged: int
    early: int


def group_line(
    parts: Sequence[Part],
    axis: TrainingAxis,
    view: CurveView,
    *,
    centre: Centre = "mean",
    spread: Spread = "none",
    higher_is_better: bool | None = None,
) -> GroupLine | None:
    """Return the line of some runs, or ``None`` where nothing is recorded of them.

    A run that is over leaves the line there. One that diverged ends a mean for good, since a mean of the
    survivors would look better than the group is; a median counts it as worse than all others, where it is
    known what is worse, and ends once that says nothing any more. Smoothing is applied to every run before.

    Parameters
    ----------
    parts
        The runs, as they were recorded together.
    axis
        Unit of x.
    view
        Columns, visible x, smoothing, transform; its own band and unit of x are of no concern.
    centre, spread
        What is drawn: `centred` says how they are computed.
    higher_is_better
        Of what is drawn; ``None`` where it is not known.
    """
    table = read_table(parts, axis, view)
    if table is None:
        return None
    worst = (
        None if centre == "mean" or higher_is_better is None else (-np.inf if higher_is_better else np.inf)
    )
    middle, low, high = _with_bands(table, centre, spread, worst)
    starts = column_starts(table.x, max(2, view.columns // 2), log_x=view.log_x)
    counts = np.diff(np.append(starts, len(table.x)))
    line = _column_means(middle, starts)
    if table.whole:  # a line begins and ends at its own values, however wide a column is
        for place in (0, -1):
            line[place] = middle[place] if np.isfinite(middle[place]) else line[place]
    x = table.x[starts + (counts - 1) // 2].copy()
    x[0], x[-1] = table.x[0], table.x[-1]
    if low is not None and high is not None:
        low, high = _column_band(low, high, starts, spread)
    raw_x, raw = np.empty(0), np.empty(0)
    if view.smoothing or len(starts) < len(table.x) or not table.whole:
        raw_x, raw = _raw(parts, axis, view, centre, worst, table)
    seen = np.isfinite(table.values).any(axis=1)
    longest = float(table.ends.max())
    early = int(np.count_nonzero(seen & ~table.diverged & (table.ends < longest * (1 - 1e-9))))
    counted = np.isfinite(table.values).sum(axis=0)
    fewest = int(counted[counted > 1].min(initial=len(table.values)))
    wide = interval_deviations(fewest) if spread == "ci95" and fewest > 1 else 1.0
    end = None
    if table.diverged.any() and not np.isfinite(middle[table.x > table.ends[table.diverged].min()]).any():
        end = _first_divergence(parts)
    return GroupLine(
        GroupCurve(x, line, low, high, raw_x, raw, len(table.values), end, wide),
        int(seen.sum()),
        int(table.diverged.sum()),
        early,
    )


def centred(values: Floats, centre: Centre, spread: Spread) -> tuple[Floats, Floats | None, Floats | None]:
    """Return centre and band of runs at each place.

    Parameters
    ----------
    values
        (R, n), NaN where a run has no value.
    centre
        ``mean``, or ``median``.
    spread
        ``minmax``; ``iqr``: first and third quartile, interpolated as NumPy does; ``std``: centre ± the
        sample deviation (n − 1); ``se``: ± deviation ÷ √n; ``ci95``: ± t(0.975, n − 1) times that. With
        fewer than two values at a place there is no band there.

    Returns
    -------
    middle, low, high
        (n,) each; the last two ``None`` for ``none``.
    """
    finite = np.isfinite(values)
    count = finite.sum(axis=0)
    with np.errstate(all="ignore"):
        mean = np.where(finite, values, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
        quartiles = _quartiles(values) if centre == "median" or spread == "iqr" else None
        middle = mean if centre == "mean" or quartiles is None else quartiles[1]
        if spread == "none":
            return middle, None, None
        if spread == "minmax":
            known = np.where(finite, values, np.nan)
            low, high = np.fmin.reduce(known), np.fmax.reduce(known)
        elif spread == "iqr" and quartiles is not None:
            low, high = quartiles[0], quartiles[2]
        else:
            squares = np.where(finite, (values - mean) ** 2, 0.0).sum(axis=0)
            half = np.sqrt(squares / (count - 1))
            if spread != "std":
                half = half / np.sqrt(count)
            if spread == "ci95":
                half = half * np.array([t_quantile(int(n) - 1) if n > 1 else np.nan for n in count])
            low, high = middle - half, middle + half
    few = count < 2
    return middle, np.where(few, np.nan, low), np.where(few, np.nan, high)


def _quartiles(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the quartiles of each column; infinite values count, NaN does not."""
    inside = np.sort(values, axis=0)  # NaN last
    count = (~np.isnan(values)).sum(axis=0)
    found = []
    columns = np.arange(values.shape[1])
    for share in (0.25, 0.5, 0.75):
        place = share * np.maximum(count - 1, 0)
        left = np.floor(place).astype(np.intp)
        right = np.minimum(left + 1, np.maximum(count - 1, 0))
        part = place - left
        low, high = inside[left, columns], inside[right, columns]
        between = np.where(part > 0, low + part * (high - low), low)
        found.append(np.where((count > 0) & np.isfinite(between), between, np.nan))
    return found[0], found[1], found[2]


def _with_bands(
    table: Table, centre: Centre, spread: Spread, worst: float | None
) -> tuple[Floats, Floats | None, Floats | None]:
    """Return centre and band at every place of a table, ended or weighed down by those that diverged."""
    values = table.values
    end = np.where(table.diverged, table.ends, np.inf)[:, None]
    gone = (table.x > end) | ((table.x == end) & ~np.isfinite(values))
    over = gone.any(axis=0)
    if worst is not None:
        values = np.where(gone, worst, values)
    middle, low, high = centred(values, centre, spread)
    if low is None or high is None:
        return (middle if worst is not None else np.where(over, np.nan, middle)), None, None
    if spread == "minmax":
        several = ~np.isnan(low)
        low = np.where(several, np.fmin.reduce(table.low, axis=0), np.nan)
        high = np.where(several, np.fmax.reduce(table.high, axis=0), np.nan)
    if worst is None:
        middle = np.where(over, np.nan, middle)
    if worst is None or spread != "iqr":  # the deviation of the survivors says nothing of the group
        low, high = np.where(over, np.nan, low), np.where(over, np.nan, high)
    return middle, low, high


def _column_means(values: Floats, starts: NDArray[np.intp]) -> Floats:
    finite = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            np.add.reduceat(np.where(finite, values, 0.0), starts)
            / np.add.reduceat(finite, starts, dtype=np.float64)
        )


def _column_band(
    low: Floats, high: Floats, starts: NDArray[np.intp], spread: Spread
) -> tuple[Floats, Floats]:
    if spread == "minmax":
        return np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)
    return _column_means(low, starts), _column_means(high, starts)


def _raw(
    parts: Sequence[Part],
    axis: TrainingAxis,
    view: CurveView,
    centre: Centre,
    worst: float | None,
    table: Table,
) -> tuple[Floats, Floats]:
    """Return the unsmoothed line, two points a column; of a single run with every spike."""
    if view.smoothing:
        found = read_table(parts, axis, replace(view, smoothing=0.0))
        table = table if found is None else found
    if len(table.values) == 1:
        low = table.low[0]
        high = low if table.low is table.high else table.high[0]
        return envelope(table.x, low, high, view.columns, log_x=view.log_x)
    middle, _, _ = _with_bands(table, centre, "none", worst)
    return envelope(table.x, middle, middle, view.columns, log_x=view.log_x)


def _first_divergence(parts: Sequence[Part]) -> RunEnd | None:
    ends = [
        end
        for part in parts
        for run in part.runs
        if (end := part.recording.ends.get(run)) is not None and end.reason == "diverged"
    ]
    return min(ends, key=lambda end: end.step, default=None)
