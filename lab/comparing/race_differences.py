"""Paired differences of a race as rows: a dot a seed, an interval, and what stands for "never"."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.comparing.race_words import way_words
from lab.number_text import MINUS
from lab.racing.results import Judgement
from lab.statistics.measures import Measure
from lab.statistics.results import Comparison

POINTS = "points"
SPARE = 0.04
"""Share of the axis that stays free beyond the outermost values."""


@dataclass(frozen=True)
class DifferenceRow:
    """One pair: its numbers in the axis's unit.

    Attributes
    ----------
    words, names
        "CE − Brier", and both losses in full.
    dots
        (n,) first − second a seed; ±inf where only one arrived. Seeds without a difference are left out.
    estimate, low, high
        The difference and its 95 % interval.
    text
        "−9.0 [−10.5, −7.5]".
    comparison
        What it was made from.
    """

    words: str
    names: str
    dots: NDArray[np.float64]
    estimate: float
    low: float
    high: float
    text: str
    comparison: Comparison


@dataclass(frozen=True)
class Differences:
    """All pairs by way of racing.

    Attributes
    ----------
    groups
        (title, rows) of each way.
    low, high
        The axis, in ``unit``, around all finite values, the margin and 0.
    margin
        Half the width of the band in which differences do not matter.
    unit
        Of axis and margin: "epochs", "points" (of per cent), or empty.
    never_low, never_high
        Whether there is something at the edges beyond the axis: one of a pair never arrived.
    """

    groups: tuple[tuple[str, tuple[DifferenceRow, ...]], ...]
    low: float
    high: float
    margin: float
    unit: str
    never_low: bool
    never_high: bool

    @property
    def rows(self) -> tuple[DifferenceRow, ...]:
        """All rows, from top to bottom."""
        return tuple(row for _, rows in self.groups for row in rows)


def differences_of_race(
    judgements: Sequence[Judgement], measure: Measure, rates: dict[str, str] | None = None
) -> Differences:
    """Return the rows of a race's judgements.

    Parameters
    ----------
    judgements
        One a way of racing; those without comparisons are left out.
    measure
        What they are judged by.
    rates
        Way → rate in words, for the titles: {"same": "0.1"}.
    """
    factor = 100.0 if measure.percent else 1.0
    told = [judgement for judgement in judgements if judgement.comparisons]
    margin = factor * max((judgement.margin for judgement in told), default=0.0)
    groups = tuple(
        (
            way_words(judgement.way, (rates or {}).get(judgement.way, "")),
            tuple(_row(comparison, factor) for comparison in judgement.comparisons),
        )
        for judgement in told
    )
    rows = [row for _, found in groups for row in found]
    values = np.concatenate([
        np.array([0.0, margin, -margin]),
        *(np.append(row.dots, (row.estimate, row.low, row.high)) for row in rows),
    ])  # fmt: skip
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    spare = SPARE * (high - low) or 1.0
    return Differences(
        groups, low - spare, high + spare, margin, POINTS if measure.percent else measure.unit,
        bool((values == -math.inf).any()), bool((values == math.inf).any()),
    )  # fmt: skip


def _row(comparison: Comparison, factor: float) -> DifferenceRow:
    dots = factor * comparison.differences[~np.isnan(comparison.differences)]
    estimate, low, high = (factor * v for v in (comparison.estimate, comparison.low, comparison.high))
    return DifferenceRow(
        f"{comparison.first_short} − {comparison.second_short}",
        f"{comparison.first} − {comparison.second}",
        dots,
        estimate,
        low,
        high,
        interval_words(estimate, low, high),
        comparison,
    )


def interval_words(estimate: float, low: float, high: float) -> str:
    """Write a difference with its interval, all to the same place: "−9.0 [−10.5, −7.5]".

    An end that lies beyond every number is "never".

    >>> interval_words(-9.0, -10.5, -7.5), interval_words(float("-inf"), float("-inf"), -120.0)
    ('−9.0 [−10.5, −7.5]', 'never [never, −120]')
    """
    if math.isnan(estimate):
        return "–"
    if math.isinf(estimate) and low == high:
        return "first never" if estimate > 0 else "second never"
    finite = [abs(value) for value in (estimate, low, high) if math.isfinite(value)]
    size = max(finite, default=0.0)
    spread = max((abs(value - estimate) for value in (low, high) if math.isfinite(value)), default=size)
    scale = spread or size or 1.0
    decimals = min(6, max(0, 1 - math.floor(math.log10(scale)))) if math.isfinite(scale) else 1

    def text(value: float) -> str:
        if math.isinf(value):
            return "never"
        shown = f"{value:.{decimals if size < 100 else min(decimals, 1)}f}"
        if not float(shown):
            shown = shown.lstrip("-")
        return shown.replace("-", MINUS)

    return f"{text(estimate)} [{text(low)}, {text(high)}]"


def row_words(row: DifferenceRow, unit: str) -> str:
    """Return what is to be known of a row, for its tooltip: verdict, numbers, and runs that never arrived."""
    lines = [f"{row.names}: {row.text} {unit}".rstrip(), row.comparison.sentence, row.comparison.detail]
    for side, name in ((math.inf, row.comparison.first), (-math.inf, row.comparison.second)):
        count = int((row.dots == side).sum())
        if count:
            lines.append(f"In {count} of {len(row.dots)} seeds {name} never arrived and the other did.")
    return "\n".join(lines)


def differences_csv(differences: Differences) -> str:
    """Return the rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("rates", "first", "second", "unit", "difference", "low", "high", "p_holm", "decision"))
    for title, rows in differences.groups:
        for row in rows:
            pair = row.comparison
            writer.writerow((
                title, pair.first, pair.second, differences.unit, row.estimate, row.low, row.high,
                pair.p_adjusted, pair.decision,
            ))  # fmt: skip
    return out.getvalue()
