"""Overfitting: better and better on the training samples, worse and worse on others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compute.problems import Remedy
from lab.advice.finding import Finding
from lab.advice.readings import Floats, Readings, at_step, enough, number

FEWEST_EVALUATIONS = 10
FEWEST_AFTER = 5
"""Evaluations, in all and after the least value."""
FEWEST_SAMPLES = 30
"""Validation samples: on fewer, a rise says little about new samples."""
RISE = 0.1
"""Share of the least value by which it must have risen, and in nats for a likelihood at least `NATS`."""
NATS = 0.02
NOISE = 4.0
"""Deviations of the step-to-step noise that the rise must have."""
SPOILT = 0.5
"""From this relative rise on, it is a problem rather than a hint."""


@dataclass(frozen=True)
class Rise:
    """How far a validation metric has risen above its least value, in one run.

    ``low`` and ``now`` are means of three evaluations; ``step`` is the step of the least one; ``train_low``
    and ``train_now`` are the training metric at those places.
    """

    run: int
    step: int
    low: float
    now: float
    train_low: float
    train_now: float

    @property
    def relative(self) -> float:
        """The rise as a share of the least value."""
        return (self.now - self.low) / max(abs(self.low), 1e-12)


def find_rise(run: int, steps: Floats, held_out: Floats, training: Floats, least: float = 0.0) -> Rise | None:
    """Find a rise of a held-out metric that is beyond its own noise, while the training metric falls.

    Parameters
    ----------
    run
        The run's index, handed through.
    steps, held_out, training
        (n,) steps of the evaluations, and the metric (smaller is better) on both parts.
    least
        The smallest absolute rise that counts.

    Notes
    -----
    Means of three evaluations are compared, so that one lucky evaluation is no minimum. The noise is the
    deviation of second differences, which a trend does not touch, divided by √6.
    """
    if len(held_out) < FEWEST_EVALUATIONS or len(training) != len(held_out):
        return None
    smooth = np.convolve(held_out, np.full(3, 1 / 3), mode="valid")
    place = int(np.argmin(smooth))
    if len(smooth) - 1 - place < FEWEST_AFTER:
        return None
    low, now = float(smooth[place]), float(smooth[-1])
    train = np.convolve(training, np.full(3, 1 / 3), mode="valid")
    found = Rise(run, int(steps[place + 1]), low, now, float(train[place]), float(train[-1]))
    bends = np.diff(held_out, 2)
    noise = 1.4826 * float(np.median(np.abs(bends - np.median(bends)))) / math.sqrt(6)
    rise = now - low
    lasting = float(held_out[-FEWEST_AFTER:].min()) > low + rise / 4
    big = rise >= max(RISE * abs(low), least, NOISE * noise) and rise > 0
    falls = found.train_now < found.train_low - 0.01 * abs(found.train_low)
    return found if big and lasting and falls else None


def overfitting(readings: Readings) -> Iterator[Finding]:
    """Find losses that overfit.

    Criterion: the validation NLL (for numbers the validation MSE) has risen from its least value by at least
    10 %, at least 0.02 nats and four times its evaluation noise, over at least 5 of at least 10 evaluations
    on at least 30 samples, while the same metric falls on the training part; on three quarters of the seeds,
    and on the mean over seeds by two standard errors. That is what overfitting means: C. M. Bishop, "Pattern
    Recognition and Machine Learning", 2006, section 1.1.
    Where outliers were planted in the training part, they are what is followed, and it is a hint.
    """
    summary, config = readings.source.summary, readings.source.run_config
    if summary is None or summary.validation < FEWEST_SAMPLES:
        return
    metric = "mse" if summary.task == "regression" else "nll"
    word = "MSE" if metric == "mse" else "NLL"
    for loss in range(len(config.losses)):
        runs = readings.sound_runs(loss)
        found = []
        for run in runs:
            steps, held_out = readings.evaluated(f"validation_{metric}", run)
            _, training = readings.evaluated(f"train_{metric}", run)
            rise = find_rise(
                run, steps.astype(np.float64), held_out, training, NATS if word == "NLL" else 0.0
            )
            if rise is not None:
                found.append(rise)
        if not enough(found, runs) or not _beyond_seeds(found):
            continue
        worst = sorted(found, key=lambda rise: rise.relative)[len(found) // 2]
        planted = metric == "mse" and config.data.outliers.share > 0
        what = "is pulled off by the planted outliers" if planted else "overfits"
        typical = f" (seed {_seed(readings, worst.run)})" if len(runs) > 1 else ""
        yield Finding(
            "overfitting",
            readings.title(loss, f"{what} since {at_step(worst.step)}{readings.seeds(len(found), loss)}"),
            f"Its validation {word} rose from {number(worst.low)} to {number(worst.now)} since then, while "
            f"its training {word} fell from {number(worst.train_low)} to {number(worst.train_now)}{typical}.",
            "The outliers are in the training part only."
            if planted
            else "The model probably learns by heart what is peculiar to the training samples.",
            "problem" if worst.relative >= SPOILT and not planted else "hint",
            (loss,),
            tuple(rise.run for rise in found),
            early_stop(readings) + (() if planted else _penalty(readings)),
            worst.relative,
        )


def _beyond_seeds(found: list[Rise]) -> bool:
    if len(found) < 2:
        return True
    rises = np.array([rise.now - rise.low for rise in found])
    return bool(rises.mean() > 2 * rises.std(ddof=1) / math.sqrt(len(rises)))


def _seed(readings: Readings, index: int) -> int:
    return readings.source.runs[index].info.seed


def early_stop(readings: Readings) -> tuple[Remedy, ...]:
    """Offer to stop runs when the validation metric no longer improves, where nothing stops them yet."""
    if readings.source.run_config.training.plateau is not None or readings.split != "validation":
        return ()
    metric = "validation_mse" if readings.task == "regression" else "validation_nll"
    word = "MSE" if readings.task == "regression" else "NLL"
    changes = {"training.plateau.metric": metric, "training.plateau.patience": 10}
    return (Remedy(f"Stop when validation {word} stops improving", changes),)


def _penalty(readings: Readings) -> tuple[Remedy, ...]:
    if readings.source.run_config.training.l2 > 0:
        return ()
    return (Remedy("Try L2 penalty 0.01", {"training.l2": 0.01}),)
