"""Whether two trainings of one experiment recorded the same curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.loss_labels import loss_labels
from lab.view_options import PanelSource

TOLERANCES = {"float32": 1e-4, "float64": 1e-9}
"""Largest difference that counts as agreement, as a share of a curve's largest value, by precision."""


@dataclass(frozen=True)
class Agreement:
    """How well the curves of one metric agree over the runs of one loss.

    Attributes
    ----------
    loss, metric
        Label and metric.
    runs
        Number of runs compared.
    exact
        How many agree bit for bit.
    difference
        The largest difference at any step of any run, as a share of the curve's largest size; infinite
        where only one of two values is a finite number, or curves have different steps.
    parts_at
        The first step at which a run differs by more than the tolerance, or ``None``.
    """

    loss: str
    metric: str
    runs: int
    exact: int
    difference: float
    parts_at: int | None


def compare_curves(first: PanelSource, again: PanelSource, tolerance: float) -> tuple[Agreement, ...]:
    """Hold every curve of a training against that of its repetition.

    Parameters
    ----------
    first, again
        The training and its repetition, of the same experiment.
    tolerance
        Largest difference that counts as agreement, as a share of the largest finite size on a curve.

    Returns
    -------
    One for each loss and metric, by loss.
    """
    labels = loss_labels(first.run_config)
    metrics = tuple(dict.fromkeys((*first.curves.metrics(), *again.curves.metrics())))
    repeated = {run.info.index for run in again.runs}
    found: list[Agreement] = []
    for index, label in enumerate(labels):
        runs = [run.info.index for run in first.runs if run.info.loss_index == index]
        for metric in metrics:
            pairs = [
                _compare(
                    first.curves.series(metric, run),
                    again.curves.series(metric, run) if run in repeated else None,
                    tolerance,
                )
                for run in runs
            ]
            parted = [step for _, _, step in pairs if step is not None]
            found.append(
                Agreement(
                    label,
                    metric,
                    len(runs),
                    sum(exact for exact, _, _ in pairs),
                    max((difference for _, difference, _ in pairs), default=0.0),
                    min(parted, default=None),
                )
            )
    return tuple(found)


_Series = tuple[NDArray[np.int64], NDArray[np.floating]]


def _compare(first: _Series, again: _Series | None, tolerance: float) -> tuple[bool, float, int | None]:
    """Return whether two curves are equal to the bit, their largest difference and where they part."""
    steps, values = first
    if again is None:
        return False, np.inf, int(steps[0]) if len(steps) else 0
    other_steps, others = again
    alike = values.dtype == others.dtype and np.array_equal(steps, other_steps)
    if alike and values.tobytes() == others.tobytes():
        return True, 0.0, None
    common = min(len(steps), len(other_steps))
    apart = np.flatnonzero(steps[:common] != other_steps[:common])
    common = int(apart[0]) if len(apart) else common
    a, b = values[:common].astype(np.float64), others[:common].astype(np.float64)
    scale = max(float(np.abs(a[np.isfinite(a)]).max(initial=0.0)), float(np.finfo(np.float64).tiny))
    with np.errstate(invalid="ignore", over="ignore"):
        differences = np.abs(a - b) / scale
    same = (a == b) | (np.isnan(a) & np.isnan(b))  # two infinities of one sign agree
    differences = np.where(same, 0.0, np.where(np.isnan(differences), np.inf, differences))
    far = np.flatnonzero(~(differences <= tolerance))
    largest = float(differences.max(initial=0.0))
    if len(far):
        return False, largest if common == len(steps) == len(other_steps) else np.inf, int(steps[far[0]])
    if common < len(steps) or common < len(other_steps):
        longer = steps if common < len(steps) else other_steps
        return False, np.inf, int(longer[common])
    return False, largest, None


def agree(agreements: Sequence[Agreement]) -> bool:
    """Whether every curve stays within the tolerance, and there are any."""
    return bool(agreements) and all(found.parts_at is None for found in agreements)


def table(agreements: Sequence[Agreement]) -> str:
    """Lay agreements out as lines of text."""
    head = ("loss", "metric", "runs", "to the bit", "largest difference", "parts at step")
    rows = [
        (
            found.loss,
            found.metric,
            str(found.runs),
            str(found.exact),
            "0" if found.difference == 0 else f"{found.difference:.2g}",
            "" if found.parts_at is None else str(found.parts_at),
        )
        for found in agreements
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "  ".join(
            word.ljust(width) if column < 2 else word.rjust(width)
            for column, (word, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join(lines)
