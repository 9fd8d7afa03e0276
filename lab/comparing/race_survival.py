"""Times to a target as falling curves: how many have not arrived yet, by loss."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.number_text import value_text
from lab.racing.results import Judgement, RaceResult
from lab.statistics.measures import Measure
from lab.statistics.results import Survival


@dataclass(frozen=True)
class Arrival:
    """One finalist's curve: its name, short name, series, curve and median in words."""

    label: str
    short: str
    series: int
    survival: Survival
    text: str


@dataclass(frozen=True)
class Arrivals:
    """The finalists of one way of racing.

    Attributes
    ----------
    lines
        One a loss.
    end
        Where the axis of time ends: the latest time that anything is known of.
    unit
        Of the times: "epochs".
    """

    lines: tuple[Arrival, ...]
    end: float
    unit: str


def arrivals_of(result: RaceResult, judgement: Judgement, measure: Measure) -> Arrivals:
    """Return the curves of a judgement by a time; none where it is judged by a score."""
    family = [entrant for entrant in result.entrants if entrant.way == judgement.way]
    lines = tuple(
        Arrival(entrant.label, entrant.short, entrant.series, survival, median_words(survival))
        for entrant, survival in zip(family, judgement.survivals, strict=bool(judgement.survivals))
    )
    ends = [float(part.max()) for line in lines for part in _times(line.survival) if len(part)]
    return Arrivals(lines, max(ends, default=1.0) or 1.0, measure.unit)


def median_words(survival: Survival) -> str:
    """Return when half of the runs had arrived, and how many did: "9 (8 – 10)", "never, 3 of 20"."""
    if math.isinf(survival.median):
        return f"never, {survival.arrived} of {survival.runs}" if survival.arrived else "never"
    low, high = (_time(value) for value in (survival.median_low, survival.median_high))
    return f"{_time(survival.median)} ({low} – {high})"


def arrival_words(line: Arrival, unit: str) -> str:
    """Return what is to be known of a curve, for its tooltip."""
    survival = line.survival
    half = (
        "half never arrived"
        if math.isinf(survival.median)
        else f"half arrived within {_time(survival.median)} {unit}"
    )
    reached = f"{survival.arrived} of {survival.runs} runs arrived"
    return f"{line.label}: {half}\n{reached}"


def arrivals_csv(arrivals: Arrivals) -> str:
    """Return the curves as CSV: a row a fall."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("loss", arrivals.unit or "time", "not_arrived", "low", "high", "at_risk"))
    for line in arrivals.lines:
        curve = line.survival
        columns = (curve.times, curve.share, curve.low, curve.high, curve.at_risk)
        writer.writerows((line.label, *row) for row in zip(*(c.tolist() for c in columns), strict=True))
    return out.getvalue()


def _times(survival: Survival) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return survival.times, survival.censored


def _time(value: float) -> str:
    if math.isinf(value):
        return "never"
    return str(int(value)) if value == int(value) and value < 1000 else value_text(value)
