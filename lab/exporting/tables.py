"""Tables of results as data, before they become CSV, Parquet, LaTeX or Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lab.exporting.measured import rounded

Better = Literal["", "high", "low"]


@dataclass(frozen=True)
class Number:
    """A number of a table.

    Attributes
    ----------
    value
        Infinite for what never happened, NaN for what was not measured.
    deviation
        Its sample deviation over runs, NaN where there is none.
    words
        What is printed in its place for readers, such as "never (1 of 3)"; files for programs hold the value.
    """

    value: float
    deviation: float = math.nan
    words: str = ""


Cell: TypeAlias = str | int | Number | None


@dataclass(frozen=True)
class Column:
    """A column: its title, and which of its numbers is best, if any is."""

    title: str
    better: Better = ""


@dataclass(frozen=True)
class Table:
    """A table of results.

    Attributes
    ----------
    title
        One sentence without a stop.
    columns
        K of them.
    rows
        Rows of K cells.
    note
        A sentence on how to read it, or empty.
    best
        Places (row, column) of what is best.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    best: frozenset[tuple[int, int]] = field(default=frozenset())

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row must have a cell for each column")


def best_cells(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], among: Iterable[int] | None = None
) -> frozenset[tuple[int, int]]:
    """Return the places of the best numbers of each column that says which is better.

    Numbers that are printed alike are equally good. What never happened is worse than what did, and never
    best; what was not measured does not count, and what stands alone is not best.

    Parameters
    ----------
    columns, rows
        Of the table.
    among
        Rows that are compared; all by default.
    """
    places = range(len(rows)) if among is None else tuple(among)
    found: set[tuple[int, int]] = set()
    for number, column in enumerate(columns):
        values = {row: _as_printed(rows[row][number]) for row in places}
        values = {row: value for row, value in values.items() if not math.isnan(value)}
        if not column.better or len(values) < 2:
            continue
        best = max(values.values()) if column.better == "high" else min(values.values())
        winners = [row for row, value in values.items() if math.isclose(value, best, rel_tol=1e-12)]
        if math.isfinite(best) and len(winners) < len(values):
            found.update((row, number) for row in winners)
    return frozenset(found)


def _as_printed(cell: Cell) -> float:
    """Return the number that a reader sees; NaN for what is no number."""
    if not isinstance(cell, Number) or not math.isfinite(cell.value):
        return cell.value if isinstance(cell, Number) else math.nan
    shown = rounded(cell.value, cell.deviation)
    return float(shown.value) * 10.0**shown.exponent
