"""Rows of the prediction table from text that was copied out of a spreadsheet."""

from __future__ import annotations

import math
import re

from compute.problems import Excerpt, Problem, ProblemError
from lab.explore.table import LARGEST_ROWS
from lab.explore.table_rows import TableRow

_LARGEST_CELLS = 2_001
_LARGEST_TEXT = 4_000_000


def parse_rows(text: str, link: str = "softmax") -> tuple[TableRow, ...]:
    r"""Read rows pasted from a spreadsheet: K targets or one label (from 1), then K predictions.

    Between cells are tabs, semicolons, commas or blanks. Where it is not a comma, numbers may have a decimal
    comma. A first column of words names the rows; a first line of words is a header. ``80 %`` is 0.8. Four
    and more even cells a row are targets and predictions if the first half is of zeros and ones or sums to 1.

    Parameters
    ----------
    text
        What was pasted.
    link
        ``"softmax"``, ``"sigmoid"`` or ``"identity"``; only under a softmax can a row start with a label.

    Raises
    ------
    ProblemError
        With line and cell, and an excerpt.

    Examples
    --------
    >>> parse_rows("1;0;0,8;0,2")
    (TableRow(target=(1.0, 0.0), prediction=(0.8, 0.2), name=''),)
    >>> parse_rows("2\t0.1\t0.7\t0.2")[0].target
    (0.0, 1.0, 0.0)
    """
    if len(text) > _LARGEST_TEXT:
        raise ProblemError(Problem(f"The pasted text is too long: more than {_LARGEST_TEXT} characters"))
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" \t;,\ufeff")]
    if not lines:
        raise ProblemError(Problem("There are no rows in the pasted text"))
    separator = _separator([line for _, line in lines])
    table = [(number, _cells(line, separator)) for number, line in lines]
    decimal_comma = separator != ","
    if len(table) > 1 and all(_number(cell, decimal_comma) is None for cell in table[0][1]):
        table = table[1:]
    if len(table) > LARGEST_ROWS:
        raise ProblemError(Problem(f"A table has at most {LARGEST_ROWS} rows, not {len(table)}"))
    return tuple(_row(number, cells, decimal_comma, link) for number, cells in table)


def _separator(lines: list[str]) -> str:
    for sign in ("\t", ";"):
        if any(sign in line for line in lines):
            return sign
    if any("," in line for line in lines):
        # "0,8 0,2": blanks between numbers with a decimal comma; "0.8, 0.2": commas between them.
        spaced = all(re.fullmatch(r"\s*\S+(\s+\S+)+\s*", line) and ", " not in line for line in lines)
        return " " if spaced else ","
    return " "


def _cells(line: str, separator: str) -> list[str]:
    line = line.strip("\ufeff\r\n ")
    parts = line.split() if separator == " " else line.split(separator)
    cells = [part.strip().strip('"') for part in parts]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _number(cell: str, decimal_comma: bool) -> float | None:
    cell = cell.replace("\u2212", "-").replace("\u2009", "").replace("\u202f", "").replace("\u00a0", "")
    percent = cell.endswith("%")
    cell = cell.rstrip("% ")
    if decimal_comma:
        cell = cell.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", cell):
        return None
    value = float(cell) / (100 if percent else 1)
    return value if math.isfinite(value) else None


def _refuse(number: int, cells: list[str], bad: int | None, title: str, body: str = "") -> ProblemError:
    shown = [cell if len(cell) <= 20 else cell[:19] + "…" for cell in cells[:8]]
    header = ("line", *(str(k) for k in range(1, len(shown) + 1)))
    wrong = (bad + 1,) if bad is not None and bad < len(shown) else ()
    excerpt = Excerpt(header, ((str(number), *shown),), 0, wrong)
    return ProblemError(Problem(title, body, "rows", (), excerpt))


def _row(number: int, cells: list[str], decimal_comma: bool, link: str) -> TableRow:
    name = ""
    if len(cells) > 1 and _number(cells[0], decimal_comma) is None and cells[0]:
        name, cells = cells[0][:200], cells[1:]
    if len(cells) > _LARGEST_CELLS:
        raise _refuse(
            number, cells, None, f"Line {number} has {len(cells)} cells; at most {_LARGEST_CELLS} fit"
        )
    values: list[float] = []
    for place, cell in enumerate(cells):
        value = _number(cell, decimal_comma)
        if value is None:
            said = f"{cell[:40]!r} is no number" if cell else "a cell is empty"
            raise _refuse(number, cells, place, f"Line {number}, cell {place + 1}: {said}")
        values.append(value)
    half, odd = divmod(len(values), 2)
    first = values[:half]
    plain = all(value in (0, 1) for value in first) or abs(sum(first) - 1) < 1e-9
    if half and not odd and (plain or link != "softmax"):
        return TableRow(tuple(first), tuple(values[half:]), name)
    if link == "softmax" and len(values) >= 3 and _is_label(values):
        count = len(values) - 1
        target = tuple(float(k == int(values[0]) - 1) for k in range(count))
        return TableRow(target, tuple(values[1:]), name)
    raise _refuse(
        number, cells, 0, f"Line {number} has {len(values)} cell{'' if len(values) == 1 else 's'}",
        "A row is as many targets as predictions, or the number of the right class (from 1) and predictions.",
    )  # fmt: skip


def _is_label(values: list[float]) -> bool:
    return values[0] == int(values[0]) and 1 <= values[0] <= len(values) - 1
