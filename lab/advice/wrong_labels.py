"""Wrong labels learnt by heart, where it is known how many there are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compute.problems import Remedy
from lab.advice.finding import Finding
from lab.advice.overfitting import early_stop
from lab.advice.readings import Readings, enough, other_loss, percent

LEARNT = 0.2
"""Share of the wrong labels that must have been learnt."""
FALLEN = 0.05
"""A fall of the validation accuracy from its best that makes it a problem."""
FEWEST_WRONG = 10


def learnt_share(accuracy: float, wrong: float) -> float:
    """Return the least share of wrong labels that a training accuracy shows to be learnt.

    Whoever is right on every true label has the accuracy 1 − q where a share q is wrong; all above that comes
    from wrong labels answered as they are written.

    Examples
    --------
    >>> round(learnt_share(0.96, 0.4), 3), learnt_share(0.55, 0.4)
    (0.9, 0.0)
    """
    return max(0.0, (accuracy - (1 - wrong)) / wrong)


def wrong_labels_learnt(readings: Readings) -> Iterator[Finding]:
    """Find losses that learn flipped labels.

    Criterion: the experiment flipped a known share q of the training labels, at least 10, and the training
    accuracy, measured against the flipped labels and averaged over the last three of at least 5 evaluations,
    proves that a fifth of them or more were learnt as they stand: it exceeds 1 − q + q/5, on three quarters
    of the seeds. A bound, not an estimate. C. Zhang et al., "Understanding deep learning requires rethinking
    generalization", ICLR 2017, for networks that learn random labels.
    """
    summary, config = readings.source.summary, readings.source.run_config
    if summary is None or summary.task != "classification" or not config.data.label_noise.share:
        return
    if summary.corrupted_count < FEWEST_WRONG or not summary.train:
        return
    wrong = summary.corrupted_count / summary.train
    for loss in range(len(config.losses)):
        runs = readings.sound_runs(loss)
        found, shares, ends, falls = [], [], [], []
        for run in runs:
            _, accuracy = readings.evaluated("train_accuracy", run)
            if len(accuracy) < 5:
                continue
            share = learnt_share(float(accuracy[-3:].mean()), wrong)
            if share < LEARNT:
                continue
            found.append(run)
            shares.append(share)
            ends.append(float(accuracy[-3:].mean()))
            _, held_out = readings.evaluated("validation_accuracy", run)
            falls.append(
                (float(held_out.max()), float(held_out[-3:].mean())) if len(held_out) else (0.0, 0.0)
            )
        if not enough(found, runs):
            continue
        best, now = (float(value) for value in np.median(np.array(falls), axis=0))
        fallen = best - now >= FALLEN
        rest = (
            f" Its validation accuracy fell from {percent(best)} to {percent(now)} meanwhile."
            if fallen
            else ""
        )
        yield Finding(
            "wrong_labels_learnt",
            readings.title(loss, f"learns wrong labels by heart{readings.seeds(len(found), loss)}"),
            f"{percent(wrong)} of the training labels are wrong, yet it answers "
            f"{percent(float(np.median(ends)))} of them as they are written, so it has learnt at least "
            f"{percent(float(np.median(shares)))} of the wrong ones.{rest}",
            "Wrong labels probably pull hardest once the right ones are learnt.",
            "problem" if fallen else "hint",
            (loss,),
            tuple(found),
            _remedies(readings, loss),
            float(np.median(shares)),
        )


def _remedies(readings: Readings, loss: int) -> tuple[Remedy, ...]:
    stop = early_stop(readings)
    if not readings.offers("generalized_cross_entropy"):
        return stop
    changes = other_loss(readings, loss, "generalized_cross_entropy")
    return (Remedy("Try generalised cross-entropy", changes), *stop)
