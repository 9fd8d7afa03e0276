"""From columns to the matrix of inputs: text, gaps and infinite values by the person's choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import check_size
from compute.datasets.reading.columns import Column, categories, read_column
from compute.datasets.reading.structure import is_number
from compute.datasets.reading.table import Table
from compute.datasets.reading.wording import count, listed, quoted, refuse, short
from compute.problems import Remedy

MOST_VALUES = 1000
OFFERED_VALUES = 50


@dataclass(frozen=True)
class Inputs:
    """The matrix of inputs before rows are dropped.

    Attributes
    ----------
    matrix
        (N, D) float64, NaN at gaps.
    names
        D feature names.
    gaps
        (N,) rows with a gap that were not filled.
    notes
        What was decided.
    """

    matrix: NDArray[np.float64]
    names: tuple[str, ...]
    gaps: NDArray[np.bool_]
    notes: tuple[str, ...]


def read_inputs(table: Table, names: Sequence[str], options: Mapping[str, Any]) -> Inputs:
    """Read the input columns.

    Parameters
    ----------
    table
        The table.
    names
        Which columns.
    options
        ``text`` and ``missing`` as declared for files.

    Returns
    -------
    Inputs
        With ``missing = "mean"`` gaps are filled; with ``"drop"`` they are marked.

    Raises
    ------
    ProblemError
        Text, missing or infinite values with ``"refuse"``; nothing left; too many values to one-hot.
    """
    columns = [read_column(table, name) for name in names]
    notes: list[str] = []
    grouped = [column.name for column in columns if column.grouped]
    if grouped:
        sign = "points" if table.decimal_comma else "commas"
        notes.append(f"{sign} between groups of three digits taken out under {listed(grouped, 5)}")
    empty = [column.name for column in columns if column.empty]
    if empty:
        notes.append(f"left out, because there is no value in it: {listed(empty, 5)}")
        columns = [column for column in columns if not column.empty]
    columns = _without_text(table, columns, options, notes)
    if not columns:
        raise refuse(
            table.file,
            "no column of inputs is left.",
            "Besides the target, a column of numbers is needed.",
            "data.target",
        )
    check_size(len(columns[0].values), len(columns), "data.path")
    if options["missing"] == "refuse":
        _refuse_gaps(table, columns)
    gaps = np.zeros(len(columns[0].values), dtype=np.bool_)
    matrix = np.empty((len(gaps), len(columns)))
    filled = 0
    for index, column in enumerate(columns):
        holes = column.gaps
        matrix[:, index] = column.values
        if not holes.any():
            continue
        if options["missing"] == "mean" and not holes.all():
            numbers = column.values[~holes]
            largest = max(1.0, float(np.abs(numbers).max()))
            matrix[holes, index] = (numbers / largest).mean() * largest
            filled += int(holes.sum())
        else:
            gaps |= holes
    if filled:
        notes.append(f"{count(filled, 'missing or infinite value')} filled with the mean of the column")
    return Inputs(matrix, tuple(column.name for column in columns), gaps, tuple(notes))


def _without_text(
    table: Table, columns: list[Column], options: Mapping[str, Any], notes: list[str]
) -> list[Column]:
    texts = [column for column in columns if column.text.any()]
    if not texts:
        return columns
    names = [column.name for column in texts]
    how = options["text"]
    if how == "refuse":
        raise _text_problem(table, texts)
    if how == "drop":
        notes.append(f"{count(len(texts), 'column')} of text left out: {listed(names, 5)}")
        return [column for column in columns if not column.text.any()]
    if how == "missing":
        cells = sum(int(column.text.sum()) for column in texts)
        notes.append(f"{count(cells, 'value')} of text taken as missing under {listed(names, 5)}")
        taken = [
            Column(c.name, c.values, c.missing | c.text, np.zeros_like(c.text), c.texts) for c in columns
        ]
        return [column for column in taken if not column.empty]
    result = []
    for column in columns:
        result += _one_hot(table, column) if column.text.any() else [column]
    added = len(result) - (len(columns) - len(texts))
    notes.append(f"{listed(names, 5)} turned into {count(added, 'column')} of 0 and 1, one a value")
    return result


def _one_hot(table: Table, column: Column) -> list[Column]:
    """Return one column of 0 and 1 for every value, in alphabetical order; gaps stay gaps."""
    values, codes = categories(column.texts.filter(~column.missing))
    if len(values) > MOST_VALUES:
        raise refuse(
            table.file,
            f"{quoted(column.name, 12)} has {count(len(values))} different texts.",
            f"One column of 0 and 1 for each is too many; at most {count(MOST_VALUES)} are taken.",
            "data.text",
            (_leave_out([column.name], "drop"),),
        )
    nothing = np.zeros(len(column.values), dtype=np.bool_)
    result = []
    for code, value in enumerate(values):
        cells = np.full(len(column.values), np.nan)
        cells[~column.missing] = codes == code
        result.append(
            Column(f"{column.name}={short(value, 40)}", cells, column.missing, nothing, source=column.name)
        )
    return result


def _leave_out(names: Sequence[str], how: str) -> Remedy:
    label = f"Leave out {quoted(names[0])}" if len(names) == 1 else f"Leave out {len(names)} columns of text"
    return Remedy(label, {"data.text": how})


def _text_problem(table: Table, texts: list[Column]) -> Exception:
    column = texts[0]
    row = int(np.argmax(column.text))
    cell = str(column.texts[row])
    amount, total = int(column.text.sum()), len(column.text)
    different = column.texts.filter(column.texts.is_in([""]).not_()).n_unique()
    remedies = []
    evidence = f"{count(amount)} of {count(total, 'value')} under {quoted(column.name)} are text."
    if is_number(cell) and "," in cell and not table.decimal_comma:
        evidence += " It is probably a decimal comma."
        remedies.append(Remedy("Read decimal comma", {"data.decimal": "comma"}))
    if len(texts) > 1:
        evidence += f" So are some under {listed([other.name for other in texts[1:]], 4)}."
    one_hot = Remedy("One 0/1 column a value", {"data.text": "one_hot"})
    mostly_text = amount > total / 2
    if not mostly_text:
        rows = int(np.logical_or.reduce([other.text for other in texts]).sum())
        without = {"data.text": "missing", "data.missing": "drop"}
        if rows < total:
            remedies.append(Remedy(f"Load without {count(rows, 'row')} of text", without))
    if different <= OFFERED_VALUES and mostly_text:
        remedies.append(one_hot)
    remedies.append(_leave_out([other.name for other in texts], "drop"))
    if different <= OFFERED_VALUES and not mostly_text:
        remedies.append(one_hot)
    title = f"{table.place(row)} has {quoted(cell, 10)} under {quoted(column.name, 12)}, not a number."
    if len(title) > 50:
        title = f"{table.place(row)} has {quoted(cell, 10)}, not a number."
    return refuse(
        table.file,
        title,
        evidence,
        "data.text",
        tuple(remedies),
        table.excerpt(row, column.name),
    )


def _refuse_gaps(table: Table, columns: list[Column]) -> None:
    rows = np.logical_or.reduce([column.gaps for column in columns])
    if not rows.any():
        return
    row = int(np.argmax(rows))
    column = next(c for c in columns if c.gaps[row])
    what = "an infinite value" if column.infinite[row] else "no value"
    sources = {c.origin: c for c in columns}  # the columns that one text column became share their gaps
    amount = sum(int(c.gaps.sum()) for c in sources.values())
    with_gaps = [name for name, c in sources.items() if c.gaps.any()]
    remedies = []
    if not rows.all():
        remedies.append(Remedy(f"Drop {count(int(rows.sum()), 'row')}", {"data.missing": "drop"}))
    if not any(column.gaps.all() for column in columns):
        remedies.append(Remedy("Fill with the column's mean", {"data.missing": "mean"}))
    raise refuse(
        table.file,
        f"{table.place(row)} has {what} under {quoted(column.origin, 12)}.",
        f"{count(amount, 'value')} in {count(int(rows.sum()))} of {count(len(rows), 'row')} "
        f"{'is' if amount == 1 else 'are'} missing or infinite, under {listed(with_gaps, 5)}.",
        "data.missing",
        tuple(remedies),
        table.excerpt(row, column.origin),
    )
