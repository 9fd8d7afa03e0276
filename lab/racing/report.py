"""A race on a terminal: the grid of rates, the finalists, the verdicts and what to do about the edges."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.catalogue import METRICS
from lab.config_race import TIMES
from lab.loss_labels import format_number
from lab.number_text import MISSING, value_text
from lab.racing.results import Judgement, RaceResult, RateCell, RateGrid
from lab.statistics.measures import measure_of
from lab.statistics.results import Survival

BEST = "★"


def print_race(result: RaceResult, judgements: Sequence[Judgement]) -> None:
    """Print a race, as far as it has come, on standard output.

    Parameters
    ----------
    result
        The race.
    judgements
        What it was judged, both ways.
    """
    console = Console(highlight=False, markup=False)
    grid = result.grid
    seeds = f"{len(grid.seeds)} tuning seed{'' if len(grid.seeds) == 1 else 's'}"
    console.print(f"{METRICS[grid.metric].label} by learning rate, median of {seeds} ({BEST} best)")
    console.print(_grid_table(grid))
    for sentence in edge_sentences(grid):
        console.print(sentence, soft_wrap=True)
    for judgement in judgements:
        console.print(f"\n{judgement.headline}", soft_wrap=True)
        if judgement.detail:
            console.print(f"  {judgement.detail}", soft_wrap=True)
        for line in _entrants(result, judgement):
            console.print(f"  {line}", soft_wrap=True)
        if len(judgement.comparisons) > 1:
            for pair in judgement.comparisons:
                console.print(f"  {pair.sentence} ({pair.detail})", soft_wrap=True)


def _grid_table(grid: RateGrid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for rate in grid.rates:
        table.add_column(format_number(rate), justify="right", no_wrap=True)
    percent = METRICS[grid.metric].percent
    for place, label in enumerate(grid.shorts):
        cells = [_cell(cell, percent) for cell in grid.cells[place]]
        best = grid.best[place]
        if best is not None:
            cells[best] = f"{cells[best]} {BEST}"
        table.add_row(*(Text(text) for text in (label, *cells)))
    return table


def _cell(cell: RateCell | None, percent: bool) -> str:
    if cell is None:
        return MISSING
    if cell.diverged == cell.runs:
        return "diverged"
    text = value_text(cell.score, percent=percent)
    return f"{text} ({cell.diverged} div.)" if cell.diverged else text


def edge_sentences(grid: RateGrid) -> tuple[str, ...]:
    """Return a warning for every loss whose best rate lies at an end of the grid, and what to add."""
    sentences = []
    for loss, rates in grid.edges.items():
        words = " ".join(format_number(rate) for rate in rates)
        best = grid.best[loss]
        if best is None:
            sentences.append(
                f"{grid.labels[loss]} diverged at every rate. Add smaller ones: --extend {words}"
            )
        else:
            sentences.append(
                f"The best rate of {grid.labels[loss]}, {format_number(grid.rates[best])}, lies at the end "
                f"of the grid; a better one may lie beyond. Extend it: --extend {words}"
            )
    return tuple(sentences)


def _entrants(result: RaceResult, judgement: Judgement) -> list[str]:
    """Return a line a loss: its rate, and its median time with how many arrived, or its mean score."""
    if judgement.decision is None:
        return []
    lines = []
    entrants = [entrant for entrant in result.entrants if entrant.way == judgement.way]
    measure = measure_of(judgement.measure, result.target)
    for place, entrant in enumerate(entrants):
        if judgement.measure in TIMES:
            words = survival_words(judgement.survivals[place], measure.unit)
        else:
            values = entrant.outcomes[judgement.measure]
            known = values[np.isfinite(values)]
            words = (
                f"mean {value_text(float(known.mean()), percent=measure.percent)}" if len(known) else MISSING
            )
        diverged = f", {entrant.diverged} diverged" if entrant.diverged else ""
        lines.append(f"{entrant.label} at {format_number(entrant.rate)}: {words}{diverged}")
    return lines


def survival_words(survival: Survival, unit: str) -> str:
    """Return the median of a Kaplan–Meier curve in words: "median 9 epochs (8–10), 20 of 20 arrived"."""
    counts = f"{survival.arrived} of {survival.runs} arrived"
    if math.isinf(survival.median):
        return f"median never, {counts}"
    low, high = (
        f"{bound:.4g}" if math.isfinite(bound) else "∞"
        for bound in (survival.median_low, survival.median_high)
    )
    return f"median {survival.median:.4g} {unit} ({low}–{high}), {counts}"
