"""Edits of the prediction table as new states, and what it says in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lab.explore.table import TableState, TableView
from lab.explore.table_rows import TableRow
from widgets.explore.table_columns import ratio_text
from widgets.numbers import format_integer

LARGEST_CLASSES = 20


def class_count(state: TableState) -> int:
    """Return how many numbers the rows' targets and predictions have."""
    return max((max(len(row.target), len(row.prediction)) for row in state.rows), default=3)


def seen(state: TableState) -> TableState:
    """Return the table with the losses whose eye is open."""
    return replace(state, losses=tuple(loss for loss in state.losses if loss.visible))


def with_number(state: TableState, row: int, kind: str, index: int, value: float) -> TableState:
    """Return the table with another number in a cell."""
    given = state.rows[row]
    numbers = list(given.target if kind == "target" else given.prediction)
    numbers += [0.0] * (index + 1 - len(numbers))
    numbers[index] = value
    changed = (
        replace(given, target=tuple(numbers))
        if kind == "target"
        else replace(given, prediction=tuple(numbers))
    )
    return _with_row(state, row, changed)


def with_name(state: TableState, row: int, name: str) -> TableState:
    """Return the table with another name of a row."""
    return _with_row(state, row, replace(state.rows[row], name=name.strip()))


def with_new_row(state: TableState) -> TableState:
    """Return the table with one more row: a copy of the last one, ready to be changed."""
    count = class_count(state)
    last = state.rows[-1] if state.rows else None
    if last is None:
        first = (1.0,) + (0.0,) * (count - 1)
        even = 0.5 if state.link == "sigmoid" else 1 / count
        last = TableRow(first, (even,) * count if state.entries == "predictions" else (0.0,) * count)
    return replace(state, rows=(*state.rows, replace(last, name="")))


def without_rows(state: TableState, rows: Sequence[int]) -> TableState:
    """Return the table without some rows; ratios refer to the same row as before, or to the first."""
    kept = tuple(row for number, row in enumerate(state.rows) if number not in rows)
    reference = 0 if state.reference in rows else state.reference - sum(row < state.reference for row in rows)
    return replace(state, rows=kept, reference=reference)


def without_unread(state: TableState, unread: Mapping[tuple[int, str, int], str]) -> TableState:
    """Return the table without the numbers that stood where a text cannot be read."""
    for row, kind, index in unread:
        state = with_number(state, row, kind, index, math.nan)
    return state


def with_classes(state: TableState, count: int) -> TableState:
    """Return the table with so many numbers a target and prediction: cut, or filled with zeros."""

    def fitted(numbers: tuple[float, ...]) -> tuple[float, ...]:
        return numbers[:count] + (0.0,) * (count - len(numbers))

    rows = tuple(
        replace(row, target=fitted(row.target), prediction=fitted(row.prediction)) for row in state.rows
    )
    return replace(state, rows=rows)


def subtitle_of(state: TableState) -> str:
    """Say what the table holds, for its head."""
    count = len(state.rows)
    rows = "no rows" if not count else "1 row" if count == 1 else f"{format_integer(count)} rows"
    if state.link == "identity":
        return f"{rows}, raw outputs"
    kind = "probabilities" if state.entries == "predictions" else "logits"
    return f"{rows}, {state.link} {kind}"


def sentence_of(state: TableState, view: TableView) -> str:
    """Say how the last row compares with the reference row, loss by loss."""
    last = len(state.rows) - 1
    if not view.labels or last < 0 or state.reference == last:
        return ""
    reference, other = view.rows[state.reference], view.rows[last]
    if reference.problem or other.problem:
        return ""
    parts, needs = [], []
    for label, ours, needed in zip(view.labels, other.cells, view.catching_up, strict=True):
        if not (ours.ratio == ours.ratio and ours.ratio not in (0.0, float("inf"))):
            continue
        same = abs(ours.ratio - 1) < 1e-12
        words = "the same" if same else f"{ratio_text(ours.ratio)} times as large"
        if not same and ours.ratio < 1:
            words = f"{ratio_text(1 / ours.ratio)} times smaller"
        parts.append(f"{label} {words}")
        if needed is not None and not same:
            needs.append(f"{needed} ({label})")
    if not parts:
        return ""
    sentence = f"Row {last + 1} against row {state.reference + 1}: " + ", ".join(parts) + "."
    if needs:
        sentence += (
            f"\nPerfect samples that bring row {state.reference + 1} level in the mean: {', '.join(needs)}."
        )
    return sentence


def _with_row(state: TableState, number: int, row: TableRow) -> TableState:
    return replace(state, rows=(*state.rows[:number], row, *state.rows[number + 1 :]))
