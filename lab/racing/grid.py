"""The tuning of a race as a grid: scores, the best rate of each loss, and where the grid is too small."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from lab.config import ExperimentConfig
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.racing.cells import CellRuns
from lab.racing.plan import Cell
from lab.racing.results import RateCell, RateGrid
from lab.racing.terms import LARGEST_RATE, RaceTerms, default_margin

BEYOND = 2
"""How many rates are proposed beyond the end of a grid."""
SMALLEST_RATE = 1e-9


def rate_cell(runs: CellRuns, metric: str) -> RateCell:
    """Return the median and quartiles of a metric at the end of the runs that did not diverge."""
    values = runs.last(metric)
    values = values[np.isfinite(values)]
    low, score, high = np.percentile(values, (25, 50, 75)) if len(values) else (math.nan,) * 3
    return RateCell(float(score), float(low), float(high), runs.diverged, len(runs.rows))


def race_grid(
    config: ExperimentConfig,
    terms: RaceTerms,
    runs: Mapping[Cell, CellRuns],
    soonest: Mapping[Cell, float],
) -> RateGrid:
    """Return the grid of a race as far as it is measured.

    Parameters
    ----------
    config, terms
        The race.
    runs
        The tuning's runs.
    soonest
        Median time to the target of each cell, where the race is judged by a time; else empty.

    Notes
    -----
    The best rate has the best median. A rate at which any run diverged is never best. Where the race is
    judged by a time, rates whose medians differ by no more than a margin of the score (0.005 of accuracy) are
    tied, and of those the one that reaches the target soonest is best: nearly all rates end with the same
    accuracy, and not at the same speed. What ties even so goes to the better score, then to the smaller rate.
    """
    rows = []
    best: list[int | None] = []
    for loss in range(len(config.losses)):
        mine = [runs.get((loss, rate)) for rate in terms.rates]
        row = tuple(None if cell is None else rate_cell(cell, terms.tuning_metric) for cell in mine)
        known = all(cell is not None and cell.complete for cell in mine)
        times = [soonest.get((loss, rate), math.inf) for rate in terms.rates]
        rows.append(row)
        best.append(best_place(row, times, terms) if known else None)
    edges = {
        loss: added
        for loss, place in enumerate(best)
        if (added := _edge(rows[loss], place, terms, bool(soonest)))
    }
    return RateGrid(
        loss_labels(config),
        short_loss_labels(config),
        series_numbers(config),
        terms.rates,
        terms.tuning_metric,
        terms.higher_is_better,
        tuple(rows),
        tuple(best),
        edges,
        config.race.tuning_seeds.values,
    )


def best_place(row: Sequence[RateCell | None], times: Sequence[float], terms: RaceTerms) -> int | None:
    """Return the place of the best rate of one loss, ``None`` where there is none; see `race_grid`.

    Parameters
    ----------
    row
        Its cells.
    times
        Median time to the target at each rate; all ``inf`` where the race is not judged by one.
    terms
        The race's.
    """
    sign = -1 if terms.higher_is_better else 1
    costs = {
        place: sign * cell.score
        for place, cell in enumerate(row)
        if cell is not None and not cell.diverged and math.isfinite(cell.score)
    }
    if not costs:
        return None
    room = default_margin(terms.tuning_metric)
    least = min(costs.values())
    tied = [place for place, cost in costs.items() if cost <= least + room]
    if all(math.isinf(times[place]) for place in tied):
        return min(costs, key=lambda place: (costs[place], place))
    return min(tied, key=lambda place: (times[place], costs[place], place))


def _edge(
    row: Sequence[RateCell | None], place: int | None, terms: RaceTerms, by_time: bool
) -> tuple[float, ...]:
    """Return the rates to add where the best lies at an end of the grid, or where all diverged.

    Where scores alone decide, an end that is no better than the rate beside it, but for the margin, is a
    plateau: going on would gain nothing.
    """
    rates = terms.rates
    if place is None:
        hopeless = all(cell is not None and cell.diverged for cell in row)
        return _ladder(rates[0], upwards=False) if hopeless else ()
    if not by_time and len(rates) > 1 and place in (0, len(rates) - 1):
        end, beside = row[place], row[1 if place == 0 else place - 1]
        assert end is not None
        if beside is not None and abs(end.score - beside.score) <= default_margin(terms.tuning_metric):
            return ()
    down = _ladder(rates[0], upwards=False) if place == 0 else ()
    up = _ladder(rates[-1], upwards=True) if place == len(rates) - 1 else ()
    return (*down, *up)


def _ladder(rate: float, *, upwards: bool) -> tuple[float, ...]:
    """Return the next half-decades (…, 0.1, 0.3, 1, 3, …) beyond a rate, ascending.

    Examples
    --------
    >>> _ladder(10.0, upwards=True), _ladder(0.003, upwards=False)
    ((30.0, 100.0), (0.0003, 0.001))
    """
    decade = math.floor(math.log10(rate))
    steps = [float(f"{digit}e{decade + shift}") for shift in range(-2, 3) for digit in (1, 3)]
    if upwards:
        return tuple(step for step in steps if rate * 1.01 < step <= LARGEST_RATE)[:BEYOND]
    return tuple(step for step in steps if SMALLEST_RATE <= step < rate * 0.99)[-BEYOND:]
