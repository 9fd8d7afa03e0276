"""When a run ends before its plan: divergence found in recorded rows, target and plateau in evaluations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.plan import PlateauRule, TargetRule
from compute.recording import Rows

RISING = ("accuracy", "r2")
"""Metrics of which more is better; of every other metric less is."""

HISTORY = 20
"""Steps looked back on to say in which layer divergence began."""


def rises(metric: str) -> bool:
    """Whether a metric key such as ``"validation_accuracy"`` is a score, of which more is better."""
    return metric.rpartition("_")[2] in RISING


def first_diverged_rows(rows: Rows, first_objective: NDArray[np.float64], factor: float) -> NDArray[np.intp]:
    """Find the first row in which each run has diverged.

    A run has diverged when its objective, a gradient norm or its parameter norm is not finite, or its
    objective exceeds ``factor · max(1, first objective)``.

    Parameters
    ----------
    rows
        T rows of R runs.
    first_objective
        (R,) objective at step 0.
    factor
        As in the plan.

    Returns
    -------
    (R,) row, T where a run has not diverged.
    """
    bound = factor * np.maximum(1.0, first_objective)
    fine = rows.objective <= bound  # False for NaN
    fine &= np.isfinite(rows.objective)
    for layer in range(rows.layers.shape[2]):  # along a short last axis `all` is many times slower
        fine &= np.isfinite(rows.layers[:, :, layer])
    fine &= np.isfinite(rows.parameters)
    if fine.all():
        return np.full(fine.shape[1], len(fine), dtype=np.intp)
    bad = ~fine
    return np.where(bad.any(axis=0), bad.argmax(axis=0), len(bad)).astype(np.intp)


def divergence_layer(norms: NDArray[np.float64]) -> int:
    """Say in which layer divergence began.

    Parameters
    ----------
    norms
        (T, L) gradient norms of one run's layers up to the row in which it diverged, the last rows suffice.

    Returns
    -------
    int
        The layer whose norm was the first to be not finite while another layer's still was; if all broke in
        the same row, or none did, the layer whose norm grew by the largest factor over the finite rows.
    """
    finite = np.isfinite(norms)
    broken = ~finite.all(axis=1)
    if broken.any():
        row = int(broken.argmax())
        if finite[row].any():
            return int((~finite[row]).argmax())
        norms = norms[:row]
    if len(norms) < 2:
        return 0
    start = np.maximum(norms[0], np.finfo(np.float64).tiny)
    return int(np.argmax(norms[-1] / start))


@dataclass
class TargetWatch:
    """Tells which runs have reached a target."""

    rule: TargetRule

    def reached(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (R,) whether each run's value is there; NaN is not."""
        if rises(self.rule.metric):
            return values >= self.rule.value
        return values <= self.rule.value


class PlateauWatch:
    """Counts evaluations without improvement, run by run.

    Attributes
    ----------
    best, waited
        (R,) best value so far, negated for scores, and evaluations since.
    """

    def __init__(self, rule: PlateauRule, runs: int) -> None:
        self.rule = rule
        self._sign = -1.0 if rises(rule.metric) else 1.0
        self.best = np.full(runs, np.inf)
        self.waited = np.zeros(runs, dtype=np.int64)

    def flat(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Take an evaluation's values (R,) and return which runs have not improved for too long."""
        signed = self._sign * values
        better = signed < self.best - self.rule.min_delta
        better |= np.isinf(self.best) & np.isfinite(signed)
        self.best = np.where(better, signed, self.best)
        self.waited = np.where(better, 0, self.waited + 1)
        return self.waited >= self.rule.patience
