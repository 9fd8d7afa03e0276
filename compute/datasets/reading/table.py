"""A table as read, before it is decided what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compute.datasets.reading.wording import count, cut_excerpt
from compute.problems import Excerpt

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True)
class Table:
    """Columns of text or numbers.

    Attributes
    ----------
    file
        Name for messages.
    frame
        Columns of String or Float64, with names that differ.
    lines
        (N,) line of the file of every row, or ``None`` where it has no lines.
    decimal_comma
        Whether a comma stands before decimals in text columns.
    groups
        Whether the other sign may stand between groups of three digits.
    notes
        What was decided so far.
    """

    file: str
    frame: polars.DataFrame
    lines: NDArray[np.int64] | None = None
    decimal_comma: bool = False
    groups: bool = True
    notes: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """Say where a row is: "line 118" of a text file, else "row 117"."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def excerpt(self, row: int, column: str) -> Excerpt:
        """Return two rows on either side of a cell."""
        first = max(0, row - 2)
        shown = self.frame.slice(first, 5)
        names = tuple(self.frame.columns)
        rows = tuple(
            (
                str(first + i + 1 if self.lines is None else self.lines[first + i]),
                *("" if cell is None else cell if isinstance(cell, str) else f"{cell:g}" for cell in cells),
            )
            for i, cells in enumerate(shown.iter_rows())
        )
        head = "row" if self.lines is None else "line"
        return cut_excerpt(Excerpt((head, *names), rows, row - first, (names.index(column) + 1,)))


def distinct_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Return names that differ and are not empty, and notes on what was renamed.

    Examples
    --------
    >>> distinct_names(["age", "", "age"])[0]
    ['age', 'column 2', 'age (2)']
    """
    taken = {name for name in names if name}
    used: set[str] = set()
    result: list[str] = []
    repeated: list[str] = []
    unnamed = 0
    for position, name in enumerate(names, start=1):
        new, number = name, 2
        if not name:
            unnamed += 1
            new = f"column {position}"
            while new in taken or new in used:
                new += "'"
        elif name in used:
            repeated.append(name)
            while (new := f"{name} ({number})") in taken or new in used:
                number += 1
        used.add(new)
        result.append(new)
    notes = []
    if repeated:
        what = ", ".join(f"“{name}”" for name in dict.fromkeys(repeated[:5]))
        notes.append(f"column names that appear twice were numbered: {what}")
    if unnamed:
        notes.append(f"{count(unnamed, 'column')} without a name got one")
    return result, notes
