"""A grid of learning rates as a heat map: how dark each cell is, its words, and what lies at an edge."""

from __future__ import annotations

import csv
import io
import math

from lab.loss_labels import format_number
from lab.metric_catalogue import metric_of
from lab.number_text import value_text
from lab.racing.results import RateCell, RateGrid
from lab.statistics.measures import lowered
from lab.word_lists import listed

NOT_YET = "nothing measured yet"
DIVERGED = "diverged"


def heat_shares(grid: RateGrid) -> tuple[tuple[float | None, ...], ...]:
    """Return how good each cell is among all: 0 the worst, 1 the best, ``None`` where there is no score.

    Scores of a metric that is best seen on a logarithmic axis are compared by their logarithms, where all are
    positive.
    """
    scores = [_score(cell) for row in grid.cells for cell in row]
    known = [score for score in scores if score is not None]
    log = bool(known) and metric_of(grid.metric).log_suggested and min(known) > 0
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if log:
        low, high = math.log(low), math.log(high)

    def share(cell: RateCell | None) -> float | None:
        score = _score(cell)
        if score is None:
            return None
        if high == low:
            return 1.0
        place = ((math.log(score) if log else score) - low) / (high - low)
        return place if grid.higher_is_better else 1.0 - place

    return tuple(tuple(share(cell) for cell in row) for row in grid.cells)


def cell_text(cell: RateCell | None) -> str:
    """Return what stands in a cell; nothing where it has not been measured."""
    if cell is None or (_score(cell) is None and not all_diverged(cell)):
        return ""
    return DIVERGED if all_diverged(cell) else value_text(cell.score)


def all_diverged(cell: RateCell | None) -> bool:
    """Whether all runs of a cell diverged: only then has it no score and never will."""
    return cell is not None and cell.runs > 0 and cell.diverged == cell.runs


def cell_note(cell: RateCell | None) -> str:
    """Return what stands under a cell's number: how many of its runs diverged, where some did."""
    if cell is None or not cell.diverged or _score(cell) is None:
        return ""
    return f"{cell.diverged} of {cell.runs} diverged"


def cell_words(grid: RateGrid, row: int, column: int) -> str:
    """Return what is to be known of a cell, for its tooltip."""
    cell = grid.cells[row][column]
    lines = [f"{grid.labels[row]} at {format_number(grid.rates[column])}"]
    if cell is None or (_score(cell) is None and not all_diverged(cell)):
        lines.append(NOT_YET)
    elif all_diverged(cell):
        lines.append(f"all {cell.runs} runs diverged" if cell.runs > 1 else "the run diverged")
    else:
        name = metric_of(grid.metric).label
        lines.append(f"{name}: {value_text(cell.score)}, median of {cell.runs}")
        lines.append(f"middle half: {value_text(cell.low)} to {value_text(cell.high)}")
        if cell.diverged:
            lines.append(cell_note(cell))
    if grid.best[row] == column:
        lines.append(f"the best rate of {grid.shorts[row]}")
    return "\n".join(lines)


def edge_sentence(grid: RateGrid) -> str:
    """Return which losses are best at an edge of the grid and what to add; empty where none is."""
    alike: dict[tuple[float, ...], list[str]] = {}
    for row, rates in sorted(grid.edges.items()):
        alike.setdefault(tuple(rates), []).append(grid.labels[row])
    parts = []
    for rates, labels in alike.items():
        added = " and ".join(format_number(rate) for rate in rates)
        verb = "is" if len(labels) == 1 else "are"
        parts.append(f"{listed(labels)} {verb} best at the edge of the grid: add {added}.")
    return " ".join(parts)


def extended_rates(grid: RateGrid) -> tuple[float, ...]:
    """Return the grid's rates with those that are worth adding, ascending."""
    added = {rate for rates in grid.edges.values() for rate in rates}
    return tuple(sorted({*grid.rates, *added}))


def grid_subtitle(grid: RateGrid) -> str:
    """Return what the cells show: "validation accuracy, median of 5 tuning seeds"."""
    count = len(grid.seeds)
    return (
        f"{lowered(metric_of(grid.metric).label)}, median of {count} tuning seed{'' if count == 1 else 's'}"
    )


def grid_csv(grid: RateGrid) -> str:
    """Return the cells as CSV: a row a loss and rate."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("loss", "learning_rate", grid.metric, "q25", "q75", "diverged", "runs", "best"))
    for row, label in enumerate(grid.labels):
        for column, rate in enumerate(grid.rates):
            cell = grid.cells[row][column]
            if cell is not None:
                writer.writerow((
                    label, rate, cell.score, cell.low, cell.high, cell.diverged, cell.runs,
                    int(grid.best[row] == column),
                ))  # fmt: skip
    return out.getvalue()


def _score(cell: RateCell | None) -> float | None:
    if cell is None or all_diverged(cell) or not math.isfinite(cell.score):
        return None
    return cell.score
