"""The finalists of a race as a table: who, at which rate, how many reached the target and when, scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.loss_labels import format_number
from lab.metric_catalogue import metric_of
from lab.racing.results import Entrant, RaceResult
from lab.statistics.measures import Measure, goal_words
from lab.summary import spread_of

MOST_METRICS = 4
REACHED = "Reached"
"""Title of the column that counts the runs that reached the target."""


@dataclass(frozen=True)
class RaceCellText:
    """What stands in a cell; ``bad`` where it is a failure, ``tip`` what a tooltip adds."""

    text: str
    tip: str = ""
    bad: bool = False


@dataclass(frozen=True)
class RaceRow:
    """One finalist: its series and its cells, in the order of the columns."""

    series: int
    cells: tuple[RaceCellText, ...]


@dataclass(frozen=True)
class RaceRows:
    """(title, tooltip) of each column, and a row a finalist."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[RaceRow, ...]


def race_rows(result: RaceResult, measure: Measure) -> RaceRows:
    """Return the finalists of a race; the time is the measure's, or epochs where a score is judged by."""
    metrics = list(dict.fromkeys(key for entrant in result.entrants for key in entrant.outcomes))
    metrics = [key for key in metrics if not key.endswith("_loss")]
    first = [measure.key] if measure.key in metrics else []
    metrics = [*first, *(key for key in metrics if key not in first)][:MOST_METRICS]
    columns = [
        ("Loss", ""),
        ("Rates", "One rate for all, or each loss’s own best"),
        ("Rate", "Learning rate"),
    ]
    time = measure.key if measure.is_time else "epochs"
    timed = result.target is not None and any(time in entrant.times for entrant in result.entrants)
    if timed and result.target is not None:
        goal = goal_words(*result.target)
        columns += [
            (REACHED, f"Runs that reached {goal}"),
            (time.capitalize(), f"Median and quartiles to {goal}"),
        ]
    columns += [
        (metric_of(key).short, f"{metric_of(key).label}, mean ± deviation over seeds") for key in metrics
    ]
    rows = tuple(
        RaceRow(entrant.series, _cells(entrant, metrics, time if timed else ""))
        for entrant in result.entrants
    )
    return RaceRows(tuple(columns), rows)


def _cells(entrant: Entrant, metrics: list[str], time: str) -> tuple[RaceCellText, ...]:
    way = "same for all" if entrant.way == "same" else "own best"
    cells = [RaceCellText(entrant.label), RaceCellText(way), RaceCellText(format_number(entrant.rate))]
    if time:
        times = entrant.times.get(time, np.empty(0))
        arrived = int(np.isfinite(times).sum())
        cells.append(RaceCellText(f"{arrived} of {len(times)}", bad=arrived == 0 and len(times) > 0))
        cells.append(_time_cell(times, entrant.ends.get(time)))
    for key in metrics:
        values = entrant.outcomes.get(key, np.empty(0))
        lost = int(np.isnan(values).sum())
        tip = f"{lost} of {len(values)} runs diverged and have no value" if lost else ""
        spread = spread_of(values.tolist())
        cells.append(RaceCellText(spread.text(), tip, bad=lost == len(values) and lost > 0))
    return tuple(cells)


def _time_cell(times: NDArray[np.float64], ends: NDArray[np.float64] | None) -> RaceCellText:
    """Return median and quartiles, in which a run that never arrived is later than all others."""
    if not len(times) or np.isnan(times).any():
        return RaceCellText("–", "Not all runs have ended" if len(times) else "")
    ordered = np.sort(times)
    low, middle, high = (_quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    if math.isinf(float(ordered[0])):
        watched = "" if ends is None or not len(ends) else f" in {_words(float(ends.max()))}"
        return RaceCellText(f"never{watched}", bad=True)
    return RaceCellText(f"{_words(middle)}  ({_words(low)} – {_words(high)})", bad=math.isinf(middle))


def _quantile(ordered: NDArray[np.float64], share: float) -> float:
    """Return a quantile between neighbours; infinite where either is."""
    place = share * (len(ordered) - 1)
    low, high = float(ordered[math.floor(place)]), float(ordered[math.ceil(place)])
    if math.isinf(low) or math.isinf(high):
        return high if place > math.floor(place) else low
    return low + (high - low) * (place - math.floor(place))


def _words(value: float) -> str:
    if math.isinf(value):
        return "never"
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    return format_number(float(f"{value:.3g}"))
