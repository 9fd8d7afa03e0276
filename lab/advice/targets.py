"""Targets in their own units where the model would have them standardised."""

from __future__ import annotations

import math
from collections.abc import Iterator

from compute.problems import Remedy
from lab.advice.finding import Finding
from lab.advice.readings import Readings, enough, number

FAR = 10.0
"""Root mean square of the residuals at the start from which on targets count as far away; 1 is usual."""
FEWEST_EVALUATIONS = 10
FEWEST_EPOCHS = 5
UNREACHED = -0.5
"""R² on the training part below which not even the targets' mean has been reached."""


def unnormalised_targets(readings: Readings) -> Iterator[Finding]:
    """Find that targets in their own units keep runs from learning.

    Criterion: numbers to predict, ``preprocessing.targets = "none"``, and the first predictions are off by
    at least 10 (root mean square; standardised targets give about 1). And it does harm: runs of a network
    with hidden layers diverged, or after at least 10 evaluations and 5 epochs R² on the training part is
    still below −0.5, so that the best constant would do better: on three quarters of the seeds of a loss. A
    linear model's divergence is left out: its curvature does not depend on the targets. Losses that need
    positive targets are left alone, since theirs must not be standardised. Y. LeCun et al., "Efficient
    BackProp", 1998, sections 4.3 and 4.5, for why networks are given numbers of order 1.
    """
    summary, config = readings.source.summary, readings.source.run_config
    if summary is None or summary.task != "regression" or config.data.preprocessing.targets != "none":
        return
    if any(loss.card.target_low is not None for loss in config.losses):
        return
    hidden = config.model.name == "mlp" and bool(config.model.hidden)
    losses, affected, words = [], [], []
    far = 0.0
    for loss in range(len(config.losses)):
        runs = tuple(run.info.index for run in readings.runs_of(loss))
        away = [run for run in runs if _start(readings, run) >= FAR]
        if not away:
            continue
        blown = [run for run in away if hidden and readings.diverged(run)]
        behind = [run for run in away if not readings.diverged(run) and _unreached(readings, run)]
        if not enough([*blown, *behind], runs):
            continue
        far = max(far, _start(readings, away[0]))
        losses.append(loss)
        affected += [*blown, *behind]
        name = readings.name(loss)
        if len(blown) >= len(behind):
            words.append(f"{name} diverged{readings.seeds(len(blown), loss)}.")
        else:
            r2 = readings.evaluated("train_r2", behind[0])[1][-1]
            words.append(f"{name} is still at R² {number(float(r2))}{readings.seeds(len(behind), loss)}.")
    if not losses:
        return
    yield Finding(
        "unnormalised_targets",
        "The targets are in their own units, far from where the model starts",
        f"At the start predictions are off by {number(far)} (root mean square); with standardised targets "
        f"it is about 1. {' '.join(words)}",
        "Probably the gradients, or the way to go, are too large for the learning rate.",
        "problem",
        tuple(losses),
        tuple(sorted(affected)),
        (Remedy("Standardise the targets", {"data.preprocessing.targets": "standardize"}),),
        far,
    )


def _start(readings: Readings, run: int) -> float:
    """Return the root mean square of a run's residuals at step 0, NaN while it is not known."""
    steps, values = readings.evaluated("train_mse", run)
    return math.sqrt(values[0]) if len(values) and steps[0] == 0 and values[0] >= 0 else math.nan


def _unreached(readings: Readings, run: int) -> bool:
    _, values = readings.evaluated("train_r2", run)
    long = len(values) >= FEWEST_EVALUATIONS and readings.epochs >= FEWEST_EPOCHS
    return long and float(values[-FEWEST_EVALUATIONS // 2 :].max()) < UNREACHED
