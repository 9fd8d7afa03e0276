"""Tables of results as data, before they become CSV, Parquet, LaTeX or Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lab.exporting.measured import rounded_alike

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
    """A column: its title, which of its numbers is best, and a shorter title for print where there is one."""

    title: str
    better: Better = ""
    short: str = ""


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

    Numbers that agree with the best in the digits that it is printed with are as good. What never happened
    is worse than what did, and never best; what was not measured does not count, and what stands alone is
    not best.

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
        cells = {row: rows[row][number] for row in places}
        numbers = {row: cell for row, cell in cells.items() if isinstance(cell, Number)}
        numbers = {row: cell for row, cell in numbers.items() if not math.isnan(cell.value)}
        if not column.better or len(numbers) < 2:
            continue
        choose = max if column.better == "high" else min
        best = choose(numbers.values(), key=lambda cell: cell.value)
        if not math.isfinite(best.value):
            continue
        winners = [row for row, cell in numbers.items() if _as_good(cell, best)]
        if len(winners) < len(numbers):
            found.update((row, number) for row in winners)
    return frozenset(found)


def _as_good(cell: Number, best: Number) -> bool:
    """Whether a number cannot be told from the best one at the digits that this one is printed with."""
    return math.isfinite(cell.value) and rounded_alike(cell.value, best.value, best.deviation)
