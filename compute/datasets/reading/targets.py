"""Which column is predicted, and whether it holds classes or numbers."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import Task
from compute.datasets.reading.columns import Column, categories, read_column
from compute.datasets.reading.table import Table
from compute.datasets.reading.wording import count, listed, quoted, refuse
from compute.problems import Problem, ProblemError, Remedy

FEW_WHOLE_NUMBERS = 20
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Targets:
    """Targets before rows are dropped.

    Attributes
    ----------
    task
        Classes or numbers.
    values
        (N,) int64 classes, −1 at gaps; or (N, K) float64, NaN at gaps.
    names
        Class names, or names of the target columns.
    gaps
        (N,) rows without a target.
    notes
        How it was decided.
    """

    task: Task
    values: NDArray[Any]
    names: tuple[str, ...]
    gaps: NDArray[np.bool_]
    notes: tuple[str, ...]


def _names_in(text: str, columns: Sequence[str], key: str, file: str) -> list[str]:
    """Return the columns that a setting names: one name, or several with commas between."""
    text = text.strip()
    if text in columns:
        return [text]
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in columns:
            close = difflib.get_close_matches(name, columns, 2, 0.6)
            same = [column for column in columns if column.lower() == name.lower()]
            remedies = [Remedy(f"Use {quoted(column)}", {key: column}) for column in (same or close)]
            if key == "data.target" and columns[-1] not in (same or close):
                remedies.append(Remedy(f"Use {quoted(columns[-1])}", {key: columns[-1]}))
            if key == "data.ignore":
                remedies = [Remedy("Use all columns", {key: ""})]
            raise refuse(
                file,
                f"it has no column {quoted(name, 18)}.",
                f"Its columns are {listed(list(columns))}.",
                key,
                tuple(remedies),
            )
    return list(dict.fromkeys(names))


def choose_columns(table: Table, options: Mapping[str, Any]) -> tuple[list[str], list[str], tuple[str, ...]]:
    """Return the names of input and target columns, and notes.

    Raises
    ------
    ProblemError
        A name that is no column, or nothing left for inputs or target.
    """
    columns = list(table.frame.columns)
    ignored = _names_in(options["ignore"], columns, "data.ignore", table.file)
    left = [name for name in columns if name not in ignored]
    if not left:
        raise refuse(table.file, "every column is left out.", "Two are needed.", "data.ignore")
    notes = [f"left out: {listed(ignored, 5)}"] if ignored else []
    if options["target"].strip():
        targets = _names_in(options["target"], left, "data.target", table.file)
    else:
        targets = [left[-1]]
        notes.append(f"the target is the last column, {quoted(left[-1])}")
    inputs = [name for name in left if name not in targets]
    if not inputs:
        raise refuse(
            table.file, "no column of inputs is left.", "Besides the target, one is needed.", "data.target"
        )
    return inputs, targets, tuple(notes)


def read_targets(
    table: Table, names: Sequence[str], inputs: Sequence[str], options: Mapping[str, Any]
) -> Targets:
    """Read the target columns and decide whether they hold classes or numbers.

    Parameters
    ----------
    table
        The table.
    names
        Target columns.
    inputs
        Input columns, to suggest another target from.
    options
        ``task`` and ``missing`` as declared for files. By ``"auto"``, text is classes; so are whole numbers
        of which at most 20 different ones occur; everything else, and several columns, are numbers.

    Raises
    ------
    ProblemError
        No target at all, gaps that are to be refused, one class only, more classes than can be held, or
        text where numbers are wanted.
    """
    columns = [read_column(table, name) for name in names]
    gaps = np.logical_or.reduce([column.gaps for column in columns])
    notes: list[str] = []
    if gaps.all():
        raise refuse(
            table.file,
            f"{quoted(names[0], 18)} has no values.",
            "It is the target, and every row needs one.",
            "data.target",
            _others(inputs, names),
        )
    if gaps.any():
        if options["missing"] == "refuse":
            raise _gap_problem(table, columns, gaps)
        if options["missing"] == "mean":
            notes.append(f"{count(int(gaps.sum()), 'row')} without a target dropped")
    if len(columns) > 1:
        _refuse_classes_in_columns(options, names)
        return _numbers(
            table, columns, gaps, [*notes, f"{len(columns)} targets, so they are read as numbers"]
        )
    column = columns[0]
    if options["task"] == "regression":
        return _numbers(table, columns, gaps, notes)
    if options["task"] == "auto":
        decided, why = _decide(column, gaps)
        notes.append(why)
        if decided == "regression":
            return _numbers(table, columns, gaps, notes)
    return _classes(table, column, gaps, inputs, notes)


def _others(inputs: Sequence[str], names: Sequence[str]) -> tuple[Remedy, ...]:
    return tuple(
        Remedy(f"Use {quoted(other)} as the target", {"data.target": other})
        for other in list(inputs)[::-1][:2]
        if other not in names
    )


def _decide(column: Column, gaps: NDArray[np.bool_]) -> tuple[Task, str]:
    name = quoted(column.name)
    if column.text.any():
        return "classification", f"{name} holds text, so it is read as classes"
    values = np.unique(column.values[~gaps])
    if not (values == np.floor(values)).all():
        return "regression", f"{name} holds numbers with decimals, so it is read as numbers"
    if len(values) > FEW_WHOLE_NUMBERS:
        return "regression", f"{name} holds {count(len(values))} different numbers, so it is read as numbers"
    return "classification", (
        f"{name} holds {count(len(values), 'different whole number')}, so it is read as classes; "
        "“Targets are” changes it"
    )


def _refuse_classes_in_columns(options: Mapping[str, Any], names: Sequence[str]) -> None:
    if options["task"] == "classification":
        raise ProblemError(
            Problem(
                "Classes need one target column.",
                f"{count(len(names))} are named: {listed(list(names))}.",
                "data.target",
                (
                    Remedy(f"Use {quoted(names[0])} alone", {"data.target": names[0]}),
                    Remedy("Read them as numbers", {"data.task": "regression"}),
                ),
            )
        )


def _gap_problem(table: Table, columns: list[Column], gaps: NDArray[np.bool_]) -> Exception:
    row = int(np.argmax(gaps))
    column = next(c for c in columns if c.gaps[row])
    what = "an infinite target" if column.infinite[row] else "no target"
    return refuse(
        table.file,
        f"{table.place(row)} has {what}.",
        f"{count(int(gaps.sum()))} of {count(len(gaps), 'row')} lack one under {quoted(column.name)}.",
        "data.missing",
        (Remedy(f"Drop {count(int(gaps.sum()), 'row')}", {"data.missing": "drop"}),),
        table.excerpt(row, column.name),
    )


def _numbers(table: Table, columns: list[Column], gaps: NDArray[np.bool_], notes: list[str]) -> Targets:
    for column in columns:
        if column.text.any():
            row = int(np.argmax(column.text))
            remedy = Remedy("Read the target as classes", {"data.task": "classification"})
            raise refuse(
                table.file,
                f"{table.place(row)} has text as its target.",
                f"Under {quoted(column.name)} it reads {quoted(str(column.texts[row]))}; numbers are wanted.",
                "data.task",
                (remedy,) if len(columns) == 1 else (),
                table.excerpt(row, column.name),
            )
        if column.grouped:
            notes.append(f"signs between groups of three digits taken out under {quoted(column.name)}")
    values = np.column_stack([column.values for column in columns])
    for column, numbers in zip(columns, values[~gaps].T, strict=True):
        if (numbers == numbers[0]).all():
            notes.append(f"{quoted(column.name)} is {numbers[0]:g} in every row")
    return Targets("regression", values, tuple(column.name for column in columns), gaps, tuple(notes))


def _classes(
    table: Table, column: Column, gaps: NDArray[np.bool_], inputs: Sequence[str], notes: list[str]
) -> Targets:
    if column.text.any():
        values, codes = categories(column.texts.filter(~gaps))
        names = tuple(values)
    else:
        numbers, codes = np.unique(column.values[~gaps], return_inverse=True)
        names = tuple(
            f"{number:.0f}" if number == np.floor(number) else repr(float(number)) for number in numbers
        )
    if len(names) == 1:
        raise refuse(
            table.file,
            f"its target {quoted(column.name, 14)} has one class.",
            f"It is {quoted(names[0])} in every row; two or more classes are needed.",
            "data.target",
            _others(inputs, [column.name]),
        )
    if len(names) > MOST_CLASSES:
        remedies = [] if column.text.any() else [Remedy("Read it as numbers", {"data.task": "regression"})]
        raise refuse(
            table.file,
            f"its target has {count(len(names))} classes.",
            f"{quoted(column.name)} is read as classes, of which at most {count(MOST_CLASSES)} are taken.",
            "data.target",
            (*remedies, *_others(inputs, [column.name])),
        )
    rare = int((np.bincount(codes) < 2).sum())
    if rare:
        notes.append(f"{rare} of {count(len(names))} classes {'has' if rare == 1 else 'have'} a single row")
    labels = np.full(len(gaps), -1, dtype=np.int64)
    labels[~gaps] = codes
    return Targets("classification", labels, names, gaps, tuple(notes))
