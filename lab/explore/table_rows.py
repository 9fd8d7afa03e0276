"""Rows of the prediction table: what was typed, as raw outputs and targets of a loss."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from compute.links import LINKS
from lab.explore.evaluation import Numbers, logit
from lab.loss_labels import format_number

if TYPE_CHECKING:
    from lab.explore.table import TableState

CLIP = 1e-7
_ROUNDED = 0.0151
_EMPTY: Numbers = np.empty(0)


@dataclass(frozen=True)
class TableRow:
    """One sample: target and prediction, K numbers each. ``name`` is free text."""

    target: tuple[float, ...]
    prediction: tuple[float, ...]
    name: str = ""


@dataclass(frozen=True)
class ReadRow:
    """A row as a loss takes it, or the sentence that says why not.

    ``clipped`` are the outputs whose probabilities are kept in [1e-7, 1 − 1e-7], ``ideal`` those that predict
    the target. ``scores`` is whether losses other than the cross-entropy are defined for the target.
    """

    prediction: tuple[float, ...]
    problem: str = ""
    note: str = ""
    outputs: Numbers = field(default_factory=lambda: _EMPTY)
    clipped: Numbers = field(default_factory=lambda: _EMPTY)
    ideal: Numbers = field(default_factory=lambda: _EMPTY)
    targets: Numbers = field(default_factory=lambda: _EMPTY)
    scores: bool = True


def read_row(state: TableState, row: TableRow) -> ReadRow:
    """Return the row's outputs and targets under the link of a table."""
    target, entered = np.array(row.target, dtype=np.float64), np.array(row.prediction, dtype=np.float64)
    problem = _problem(state, target, entered)
    if problem:
        return ReadRow(row.prediction, problem)
    link, note = state.link, ""
    probabilities = link != "identity"
    if state.entries == "outputs" or not probabilities:
        outputs = entered
        p = LINKS[link].forward(outputs) + 0.0
    else:
        total = entered.sum()
        p = entered / total if link == "softmax" else entered
        if link == "softmax" and abs(total - 1) > 1e-9:
            note = f"Scaled to sum 1 (it was {format_number(total)})."
        outputs = _outputs(link, p)
    clipped = _outputs(link, np.clip(p, CLIP, 1 - CLIP)) if probabilities else outputs
    scores = True
    if link == "softmax" and abs(target.sum() - 1) > 1e-9:
        scores = False
        note = (
            f"The targets sum to {format_number(target.sum())}, which a softmax cannot reach: several labels "
            "at once want a sigmoid each."
        )
    ideal = _outputs(link, target / target.sum() if link == "softmax" and target.sum() > 0 else target)
    return ReadRow(tuple(float(value) for value in p), "", note, outputs, clipped, ideal, target, scores)


def _outputs(link: str, p: Numbers) -> Numbers:
    with np.errstate(divide="ignore"):
        if link == "softmax":
            return np.log(p)
        return logit(p) if link == "sigmoid" else p


def _problem(state: TableState, target: Numbers, entered: Numbers) -> str:
    """Say why a row cannot be computed."""
    count = len(state.rows[0].target)
    if len(target) != len(entered):
        return f"It has {len(target)} targets but {len(entered)} predictions."
    if len(target) != count:
        return f"It has {len(target)} targets, the first row {count}."
    if not count:
        return "It is empty."
    if not (np.isfinite(target).all() and np.isfinite(entered).all()):
        return "A cell is no finite number."
    if state.link == "identity":
        return ""
    if state.link == "softmax" and count < 2:
        return "A softmax needs at least two classes; choose the sigmoid for one output."
    if target.min() < 0 or target.max() > 1:
        return "Targets must lie between 0 and 1."
    if state.entries == "outputs":
        return ""
    if entered.min() < 0 or entered.max() > 1:
        return "Probabilities must lie between 0 and 1; choose outputs to enter them before the link."
    if state.link == "softmax" and abs(entered.sum() - 1) > _ROUNDED:
        return f"The predictions sum to {format_number(float(entered.sum()))}; those of a softmax sum to 1."
    return ""
