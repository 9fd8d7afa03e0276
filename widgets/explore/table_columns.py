"""Which columns the prediction table has, and how its numbers are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtGui import QFontMetrics

from lab.explore.table import TableState, TableView
from widgets.numbers import MINUS, format_fixed, format_number

Kind = Literal["name", "target", "prediction", "probability", "value", "ratio", "mean", "note"]
WIDTHS: dict[str, int] = {
    "name": 96, "target": 42, "prediction": 58, "probability": 66, "value": 118, "ratio": 84, "mean": 88,
    "note": 240,
}  # fmt: skip
"""Kind of column → pixels that its cells need."""
TYPED = ("name", "target", "prediction")
"""Kinds of columns that a person types in; the others are computed."""


@dataclass(frozen=True)
class Column:
    """One column.

    ``index`` is the class or the loss; ``title`` stands over the column and ``group`` over all columns of
    its group; ``series`` is the colour and dash of a loss, or 0; ``words`` say all of it.
    """

    kind: Kind
    index: int
    title: str
    group: str
    words: str
    series: int = 0

    @property
    def typed(self) -> bool:
        """Whether a person types in it."""
        return self.kind in TYPED


def columns_of(state: TableState, view: TableView, *, names: bool) -> tuple[Column, ...]:
    """Return the columns from left to right; ``names`` asks for a column of names though no row has one."""
    columns: list[Column] = []
    if names or any(row.name for row in state.rows):
        columns.append(Column("name", 0, "", "Name", "Name"))
    targets = max((len(row.target) for row in state.rows), default=0)
    entered = max((len(row.prediction) for row in state.rows), default=0)
    raw = state.entries == "outputs" or state.link == "identity"
    word = "Output" if raw else "Probability"
    columns += [Column("target", k, _class(k, targets), "Target", f"Target {k + 1}") for k in range(targets)]
    columns += [Column("prediction", k, _class(k, entered), word, f"{word} {k + 1}") for k in range(entered)]
    if state.entries == "outputs" and state.link != "identity":
        columns += [
            Column("probability", k, _class(k, entered), f"After {state.link}", f"Probability {k + 1}")
            for k in range(entered)
        ]
    to_row = f"÷ row {state.reference + 1}"
    for number, (label, series) in enumerate(zip(view.labels, view.series, strict=True)):
        columns.append(Column("value", number, "L", label, label, series))
        columns.append(Column("ratio", number, to_row, label, f"{label} {to_row}", series))
        if state.perfect:
            of = f"mean of {state.perfect + 1}"
            columns.append(
                Column("mean", number, of, label, f"{label}, {of}: {_with(state.perfect)}", series)
            )
    if any(row.note for row in view.rows):
        columns.append(Column("note", 0, "", "Note", "Note"))
    return tuple(columns)


def column_widths(columns: tuple[Column, ...], heads: QFontMetrics) -> list[int]:
    """Return the widths in pixels: what the cells need, and in each group what its title needs."""
    marked = heads.horizontalAdvance("best 0.000000") + 32
    widths = [max(WIDTHS[column.kind], marked if column.kind == "value" else 0) for column in columns]
    for group in {(column.group, column.series) for column in columns}:
        places = [k for k, column in enumerate(columns) if (column.group, column.series) == group]
        missing = heads.horizontalAdvance(group[0]) + 18 - sum(widths[k] for k in places)
        if not group[1] and missing > 0:
            for k in places:
                widths[k] += math.ceil(missing / len(places))
    return widths


def loss_text(value: float) -> str:
    """Return a loss to six decimals, in powers of ten where those would hide it.

    >>> loss_text(0.22314355), loss_text(float("inf")), loss_text(2.5e-9)
    ('0.223144', '∞', '2.5 × 10⁻⁹')
    """
    if math.isnan(value):
        return "–"
    size = abs(value)
    if math.isfinite(value) and size != 0 and (size < 1e-4 or size >= 1e6):
        return _short(format_number(value, 6))
    return format_fixed(value, 6)


def ratio_text(value: float) -> str:
    """Return a ratio to six decimals without zeros at its end.

    >>> ratio_text(4.000000000000001), ratio_text(2.1179049), ratio_text(1 / 3)
    ('4', '2.117905', '0.333333')
    """
    return _short(loss_text(value))


def cell_text(value: float) -> str:
    """Return a computed probability to four decimals without zeros at its end."""
    return _short(format_fixed(value, 4))


def _short(text: str) -> str:
    mantissa, times, power = text.partition(" × ")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return ("0" if mantissa in ("", MINUS) else mantissa) + times + power


def _class(index: int, count: int) -> str:
    return str(index + 1) if count > 1 else ""


def _with(perfect: int) -> str:
    return "this row and one perfect sample" if perfect == 1 else f"this row and {perfect} perfect samples"
