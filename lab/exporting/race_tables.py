"""A race as tables: the rates that were tried, the finalists, and every comparison."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from lab.exporting.summary_table import better_of, with_small_initial
from lab.exporting.tables import Cell, Column, Number, Table, best_cells
from lab.loss_labels import format_number
from lab.metric_catalogue import METRICS
from lab.number_text import thousands, value_text
from lab.racing.results import Entrant, Judgement, RaceResult, RateGrid
from lab.summary import spread_of

_WAYS = {"same": "one rate for all", "own": "each at its own best"}


def race_tables(result: RaceResult, judgements: Iterable[Judgement] = ()) -> dict[str, Table]:
    """Return a race's tables.

    Parameters
    ----------
    result
        The race, as far as it has come.
    judgements
        What it was judged.

    Returns
    -------
    ``rates`` and, where there is something to put in them, ``finalists`` and ``comparisons``.
    """
    tables = {"rates": rate_table(result.grid)}
    if result.entrants:
        tables["finalists"] = finalist_table(result)
    comparisons = comparison_table(judgements)
    if comparisons.rows:
        tables["comparisons"] = comparisons
    return tables


def rate_table(grid: RateGrid) -> Table:
    """Return loss × learning rate: the median over the tuning seeds, each loss's best rate marked."""
    columns = [Column("Loss"), *(Column(format_number(rate)) for rate in grid.rates)]
    rows = []
    for label, cells in zip(grid.labels, grid.cells, strict=True):
        row: list[Cell] = [label]
        for cell in cells:
            if cell is None:
                row.append(None)
            elif cell.diverged == cell.runs:
                row.append(Number(math.nan, words="diverged"))
            else:
                lost = f" ({cell.diverged} of {cell.runs} diverged)" if cell.diverged else ""
                row.append(Number(cell.score, words=f"{value_text(cell.score)}{lost}" if lost else ""))
        rows.append(tuple(row))
    best = frozenset((row, place + 1) for row, place in enumerate(grid.best) if place is not None)
    metric = METRICS[grid.metric].label
    return Table(
        f"{metric} by learning rate",
        tuple(columns),
        tuple(rows),
        f"Median over {len(grid.seeds)} tuning seeds, which the final does not use.",
        best,
    )


def finalist_table(result: RaceResult) -> Table:
    """Return a row a finalist: its rate, final values over seeds, and medians of the times to the target."""
    metrics = _judged(_union(entrant.outcomes for entrant in result.entrants))
    times = _time_shown(result, _union(entrant.times for entrant in result.entrants))
    target = ""
    if result.target is not None:
        key, value = result.target
        target = f" to {with_small_initial(METRICS[key].label)} {format_number(value)}"
    columns = [Column("Loss"), Column("Race"), Column("Learning rate", short="Rate")]
    columns += [Column(METRICS[key].label, better_of(key), METRICS[key].short) for key in metrics]
    columns += [Column(f"{name.capitalize()}{target}", "low") for name in times]
    columns += [Column("Diverged"), Column("Runs")]
    rows = tuple(_finalist(entrant, metrics, times) for entrant in result.entrants)
    best: frozenset[tuple[int, int]] = frozenset()
    for way in _WAYS:
        among = [place for place, entrant in enumerate(result.entrants) if entrant.way == way]
        best |= best_cells(columns, rows, among)
    note = "Mean ± sample deviation over seeds without diverged runs; times are medians over all runs."
    return Table(f"{result.config.name}: the final", tuple(columns), rows, note, best)


def _judged(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """Return the metrics that losses are compared by: shared ones, of the parts not trained on if there are.

    Nothing is judged by its own loss.
    """
    shared = tuple(key for key in metrics if key.partition("_")[2] != "loss")
    unseen = tuple(key for key in shared if not key.startswith("train_"))
    return unseen or shared


def _time_shown(result: RaceResult, times: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one time that is shown: what the race is judged by, else epochs; all count the same runs."""
    measure = result.config.race.measure
    return tuple(name for name in (measure, "epochs", *times) if name in times)[:1]


def _finalist(entrant: Entrant, metrics: tuple[str, ...], times: tuple[str, ...]) -> tuple[Cell, ...]:
    nothing: NDArray[np.float64] = np.empty(0)
    spreads = [spread_of(entrant.outcomes.get(key, nothing).tolist()) for key in metrics]
    return (
        entrant.label,
        _WAYS[entrant.way],
        Number(entrant.rate, words=format_number(entrant.rate)),
        *(Number(spread.mean, spread.deviation) for spread in spreads),
        *(_time(entrant.times.get(name, nothing)) for name in times),
        entrant.diverged,
        len(entrant.runs),
    )


def _time(times: NDArray[np.float64]) -> Number:
    """Return the median time, where runs that never arrived are infinitely late."""
    if not len(times):
        return Number(math.nan)
    median = float(np.median(times))
    if math.isfinite(median):
        whole = median >= 100
        return Number(median, words=thousands(round(median)) if whole else "")
    arrived = int(np.isfinite(times).sum())
    return Number(math.inf, words=f"never ({arrived} of {len(times)})" if arrived else "never")


def comparison_table(judgements: Iterable[Judgement]) -> Table:
    """Return a row a pair and way of racing: the difference, its interval, p after Holm, and the verdict."""
    columns = tuple(
        Column(title)
        for title in (
            "First", "Second", "Race", "Judged by", "Difference", "95 % low", "95 % high",
            "p (Holm)", "Margin", "Verdict",
        )
    )  # fmt: skip
    rows = []
    for judgement in judgements:
        for pair in judgement.comparisons:
            measure = METRICS[pair.metric].label if pair.metric in METRICS else f"{pair.metric} to the target"
            rows.append(
                (
                    pair.first, pair.second, _WAYS[judgement.way], measure,
                    _difference(pair.estimate), _difference(pair.low), _difference(pair.high),
                    Number(pair.p_adjusted, words="< 0.001" if pair.p_adjusted < 0.001 else ""),
                    Number(pair.margin), pair.sentence,
                )
            )  # fmt: skip
    note = "First − second, seed by seed; 95 % bootstrap interval; Wilcoxon signed-rank, Holm over all pairs."
    return Table("Comparisons", columns, tuple(rows), note)


def _difference(value: float) -> Number:
    return Number(value, words=value_text(value) if math.isinf(value) else "")


def _union(mappings: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Return all keys, in order of first appearance."""
    return tuple(dict.fromkeys(key for mapping in mappings for key in mapping))
