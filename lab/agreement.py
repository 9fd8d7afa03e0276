"""Whether an experiment that was trained again gave the same curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.export import ResultSource
from lab.loss_labels import short_loss_labels
from lab.number_text import thousands
from lab.view_options import RunState

DEFAULT_TOLERANCE = 1e-4
"""Largest difference that counts as none, as a share of the curve's largest value.

Other BLAS kernels change curves of the digits race by at most 2e-6.
"""


@dataclass(frozen=True)
class CurveAgreement:
    """How one metric of the runs of one loss compares with what was recorded.

    Attributes
    ----------
    loss
        Short label of the loss.
    metric
        Name of the metric.
    curves
        How many were compared: one a run.
    values
        How many values were.
    identical
        Whether all have the same bits.
    largest
        Largest difference, as a share of the curve's scale: of its largest finite absolute value. Infinite
        where one of two values is not finite, or a curve is shorter than the other or missing.
    parts_at
        First step at which a difference exceeds the tolerance, or ``None``.
    """

    loss: str
    metric: str
    curves: int
    values: int
    identical: bool
    largest: float
    parts_at: int | None


@dataclass(frozen=True)
class Agreement:
    """How two recordings of one experiment compare.

    Attributes
    ----------
    tolerance
        As in `compare_recordings`.
    rows
        One a loss and metric.
    ends
        Runs that ended otherwise than they did, as sentences.
    """

    tolerance: float
    rows: tuple[CurveAgreement, ...]
    ends: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Whether every value has the same bits and every run ended in the same way."""
        return not self.ends and all(row.identical for row in self.rows)

    @property
    def within_tolerance(self) -> bool:
        """Whether no difference exceeds the tolerance and every run ended in the same way."""
        return not self.ends and all(row.parts_at is None for row in self.rows)


def compare_recordings(
    recorded: ResultSource, again: ResultSource, tolerance: float = DEFAULT_TOLERANCE
) -> Agreement:
    """Compare every curve of an experiment with that of the same experiment trained again.

    Times are not compared: they are never the same.

    Parameters
    ----------
    recorded
        What there was. Of runs that were stopped or interrupted, what they have recorded is compared.
    again
        The same experiment, trained again.
    tolerance
        Largest difference that counts as none, as a share of the largest finite absolute value of the curve.
    """
    labels = short_loss_labels(recorded.run_config)
    whole = {run.info.index: run.status not in ("stopped", "interrupted") for run in recorded.runs}
    rows = []
    for index, label in enumerate(labels):
        runs = [run.info.index for run in recorded.runs if run.info.loss_index == index]
        for metric in recorded.curves.metrics():
            parts = [
                compare_curves(
                    recorded.curves.series(metric, run), again.curves.series(metric, run),
                    tolerance, whole=whole[run],
                )
                for run in runs
                if len(recorded.curves.series(metric, run)[0])
            ]  # fmt: skip
            if parts:
                rows.append(_together(label, metric, parts))
    ends = []
    for before, now in zip(recorded.runs, again.runs, strict=False):
        if whole[before.info.index] and _end(before) != _end(now):
            name = f"{labels[before.info.loss_index]}, seed {before.info.seed}"
            ends.append(f"{name}: {_end_words(before)} before, {_end_words(now)} now")
    if len(recorded.runs) != len(again.runs):
        ends.append(f"{len(recorded.runs)} runs before, {len(again.runs)} now")
    return Agreement(tolerance, tuple(rows), tuple(ends))


def _end(run: RunState) -> tuple[str, int | None]:
    return run.status, None if run.end is None else run.end.step


def _end_words(run: RunState) -> str:
    return run.status if run.end is None else f"{run.status} at step {thousands(run.end.step)}"


@dataclass(frozen=True)
class _Part:
    values: int
    identical: bool
    largest: float
    parts_at: int | None


Series = tuple[NDArray[np.int64], NDArray[np.floating[Any]]]


def compare_curves(recorded: Series, again: Series, tolerance: float, *, whole: bool) -> _Part:
    """Compare two curves, each (n,) steps and (n,) values.

    With ``whole``, both must have the same steps; else those are compared that both have.
    """
    steps, values = recorded
    both, here, there = np.intersect1d(steps, again[0], assume_unique=True, return_indices=True)
    old, new = values[here], again[1][there]
    same_steps = np.array_equal(steps, again[0]) if whole else len(both) > 0
    identical = same_steps and old.dtype == new.dtype and old.tobytes() == new.tobytes()
    if identical:
        return _Part(len(both), True, 0.0, None)
    a, b = old.astype(np.float64), new.astype(np.float64)
    finite = np.isfinite(values)
    scale = float(np.abs(values[finite]).max()) if finite.any() else 0.0
    with np.errstate(invalid="ignore"):
        difference = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    difference = np.where(np.isfinite(difference), difference, math.inf)
    # a curve of nothing but zeros has no scale of its own: any difference is larger than it
    share = difference / scale if scale else np.where(difference > 0, math.inf, 0.0)
    beyond = np.flatnonzero(share > tolerance)
    parts_at = int(both[beyond[0]]) if len(beyond) else None
    largest = float(share.max(initial=0.0))
    if not same_steps:
        longer = np.setxor1d(steps, again[0]) if whole else steps
        first = int(longer[0])
        parts_at, largest = (first if parts_at is None else min(first, parts_at)), math.inf
    return _Part(len(both), False, largest, parts_at)


def _together(label: str, metric: str, parts: Sequence[_Part]) -> CurveAgreement:
    steps = [part.parts_at for part in parts if part.parts_at is not None]
    return CurveAgreement(
        label,
        metric,
        len(parts),
        sum(part.values for part in parts),
        all(part.identical for part in parts),
        max(part.largest for part in parts),
        min(steps) if steps else None,
    )
