"""Classes that are never predicted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.problems import Remedy
from lab.advice.finding import Finding
from lab.advice.readings import Readings, at_step, enough, other_loss, percent
from lab.number_text import thousands
from lab.word_lists import listed

FEWEST_EVALUATIONS = 10
FEWEST_EPOCHS = 5
FEWEST_SAMPLES = 5
"""Samples of a class that must be there to be predicted."""
SETTLED = 0.02
"""Most that the accuracy may have risen over those evaluations: else the run is on its way."""
USUAL_Q = 0.7
"""Generalised cross-entropy's q in its paper; near 1 it goes over into absolute error."""
RARE = 0.2
"""A class with less than this share of an equal share is rare."""


@dataclass(frozen=True)
class Missing:
    """Classes that a run does not predict: their numbers, their samples, and the samples of all classes."""

    run: int
    classes: tuple[int, ...]
    counts: NDArray[np.int64]


def missing_classes(run: int, counts: NDArray[np.int64]) -> Missing | None:
    """Return the classes with at least 5 samples that (K, K) counts show never to be predicted."""
    present = counts.sum(axis=1)
    absent = np.flatnonzero((counts.sum(axis=0) == 0) & (present >= FEWEST_SAMPLES))
    return Missing(run, tuple(int(place) for place in absent), present) if len(absent) else None


def class_never_predicted(readings: Readings) -> Iterator[Finding]:
    """Find losses that gave up on classes.

    Criterion: in the latest evaluation no sample is predicted to be of a class of which there are at least
    5. And it is not on the way: the last 10 evaluations span at least 5 epochs or a fifth of the run, none
    of them is more accurate than one can be without those classes, and the accuracy rose by less than 2
    points over them. On three quarters of the seeds, or on at least two seeds out of more: a class that is
    lost is a fact of that run. Absolute error on probabilities does so, since its gradient 2 p (1 − p)
    vanishes for a class whose probability is small: Z. Zhang, M. Sabuncu, "Generalized cross entropy loss
    for training deep neural networks with noisy labels", NeurIPS 2018.
    """
    confusion, config = readings.source.confusion, readings.source.run_config
    if confusion is None or not readings.now or readings.epochs < FEWEST_EPOCHS:
        return
    for loss in range(len(config.losses)):
        runs = readings.sound_runs(loss)
        found = []
        for run in runs:
            missing = missing_classes(run, confusion.counts[run]) if run in confusion.counts else None
            if missing is not None and _settled(readings, missing, confusion.split):
                found.append(missing)
        if not found or (len(found) < 2 and not enough(found, runs)):
            continue
        first = max(found, key=lambda missing: len(missing.classes))
        yield Finding(
            "class_never_predicted",
            _title(readings, loss, found),
            _evidence(readings, loss, first, len(found), confusion.split, confusion.step)
            + _those_that_do(readings, loss),
            _cause(readings, loss, first),
            "problem",
            (loss,),
            tuple(missing.run for missing in found),
            _remedies(readings, loss, first),
            sum(len(missing.classes) for missing in found) / max(1, len(runs)),
        )


def _settled(readings: Readings, missing: Missing, split: str) -> bool:
    """Whether the last evaluations fit a run that does not predict these classes, and hardly change."""
    steps, accuracy = readings.evaluated(f"{split}_accuracy", missing.run)
    if len(accuracy) < FEWEST_EVALUATIONS:
        return False
    last, span = accuracy[-FEWEST_EVALUATIONS:], int(steps[-1] - steps[-FEWEST_EVALUATIONS])
    epoch, planned = readings.source.steps_per_epoch, readings.source.planned_steps
    if not (epoch and span >= FEWEST_EPOCHS * epoch) and not (planned and span >= planned / 5):
        return False
    ceiling = 1 - missing.counts[list(missing.classes)].sum() / missing.counts.sum()
    return bool(last.max() <= ceiling + 1e-9) and float(last[-3:].mean() - last[:3].mean()) < SETTLED


def _title(readings: Readings, loss: int, found: list[Missing]) -> str:
    most = max(len(missing.classes) for missing in found)
    what = "a class" if most == 1 else "some classes"
    return readings.title(loss, f"never predicts {what}{readings.seeds(len(found), loss)}")


def _evidence(readings: Readings, loss: int, missing: Missing, count: int, split: str, step: int) -> str:
    summary = readings.source.summary
    names = summary.target_names if summary is not None else ()
    labels = [names[place] if place < len(names) else str(place) for place in missing.classes]
    listed = ", ".join(f"“{label}”" for label in labels[:4]) + ("…" if len(labels) > 4 else "")
    samples = int(missing.counts[list(missing.classes)].sum())
    part = "validation" if split == "validation" else "training"
    accuracy = readings.source.curves.last(f"{split}_accuracy", missing.run)
    seed = readings.source.runs[missing.run].info.seed
    whose = f"With seed {seed}" if len(readings.runs_of(loss)) > 1 else "There"
    return (
        f"At {at_step(step)}, {part} has {thousands(samples)} samples of {listed}, and none is answered so. "
        f"{whose} the accuracy stays at {percent(accuracy)}."
    )


def _those_that_do(readings: Readings, loss: int) -> str:
    """Name the other losses that predict every class on every seed; nothing where there are none."""
    confusion = readings.source.confusion
    if confusion is None:
        return ""
    names = []
    for other in range(len(readings.source.run_config.losses)):
        runs = readings.runs_of(other)
        known = [confusion.counts.get(run.info.index) for run in runs]
        if other != loss and all(counts is not None and (counts.sum(axis=0) > 0).all() for counts in known):
            names.append(readings.name(other))
    return (
        f" {listed(names, 4)} {'predicts' if len(names) == 1 else 'predict'} every class here."
        if names
        else ""
    )


def _rare(missing: Missing) -> bool:
    share = missing.counts[list(missing.classes)] / missing.counts.sum()
    return bool((share < RARE / len(missing.counts)).any())


def _cause(readings: Readings, loss: int, missing: Missing) -> str:
    if _rare(missing):
        return "The class is probably too rare to be worth an answer to this loss."
    if readings.source.run_config.losses[loss].card.bounded_value:
        return "Its gradient probably vanished for a class whose probability had become small."
    return ""


def _remedies(readings: Readings, loss: int, missing: Missing) -> tuple[Remedy, ...]:
    selected = readings.source.run_config.losses[loss]
    card = selected.card
    if _rare(missing):
        if any(parameter.name == "class_weights" for parameter in card.parameters):
            mean = missing.counts.sum() / len(missing.counts)
            weights = tuple(float(f"{mean / max(1, count):.2g}") for count in missing.counts)
            return (Remedy("Weigh the classes by their rarity", {f"losses.{loss}.class_weights": weights}),)
        return ()
    if card.name == "generalized_cross_entropy" and float(selected.parameters["q"]) > USUAL_Q:
        label = f"Try q = {USUAL_Q} for {readings.name(loss)}"
        return (Remedy(label, {f"losses.{loss}.q": USUAL_Q}),)
    if card.bounded_value and readings.offers("cross_entropy", "binary_cross_entropy"):
        name = "binary_cross_entropy" if card.link == "sigmoid" else "cross_entropy"
        return (Remedy("Try cross-entropy", other_loss(readings, loss, name)),)
    return ()
