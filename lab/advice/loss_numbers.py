"""What a loss's own setting does to a run held still: residuals beside a threshold, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.config import ExperimentConfig
from lab.instruments.book import Book
from lab.instruments.calibration import reliability_of
from lab.instruments.frozen import Floats, FrozenRun, Samples

THRESHOLDS = {"huber": "delta", "smooth_l1": "beta"}
"""Losses that change from squared to absolute error at a residual, and the parameter that says which."""
FOCUSED = ("focal", "focal_sigmoid")
"""Losses with a focus γ."""
USUAL_GAMMA = 2.0
"""Up to here γ is as it is meant."""


@dataclass(frozen=True)
class Residuals:
    """Sizes of a run's residuals on training samples, in the units of the targets as trained on.

    Attributes
    ----------
    threshold
        The residual at which the loss changes from squared to absolute.
    quartile, median, largest
        A quarter and half of the residuals are smaller; the largest one.
    beyond
        Share beyond the threshold.
    moved
        Share of the samples whose target the experiment moved.
    median_moved, median_others
        Median of theirs and of the others; NaN where there are none.
    """

    threshold: float
    quartile: float
    median: float
    largest: float
    beyond: float
    moved: float = 0.0
    median_moved: float = float("nan")
    median_others: float = float("nan")


@dataclass(frozen=True)
class Sureness:
    """How often a run is right, and how sure.

    Attributes
    ----------
    gamma
        The loss's focus.
    right, sure
        Share of the training samples that it answers rightly; mean probability of its answers.
    held_out_right, held_out_sure
        The same on validation samples; NaN where there are none.
    pull
        Median over training samples of the gradient in the outputs by that of cross-entropy, p − y; with the
        loss's scale.
    """

    gamma: float
    right: float
    sure: float
    held_out_right: float
    held_out_sure: float
    pull: float


def has_setting(config: ExperimentConfig, loss: int, task: str) -> bool:
    """Whether a loss of an experiment has a setting that rules judge."""
    selected = config.losses[loss]
    if task == "classification":
        return selected.name in FOCUSED and float(selected.parameters["gamma"]) > USUAL_GAMMA
    return selected.name in THRESHOLDS


def residuals_of(run: FrozenRun, samples: Samples, parameters: Floats) -> Residuals | None:
    """Return the residuals of a run whose loss has a threshold; ``None`` of others, and of classes."""
    name = THRESHOLDS.get(run.loss.card.name)
    if name is None or run.plan.data.task != "regression" or not len(samples.inputs):
        return None
    outputs = run.forward(samples.inputs, parameters).outputs
    sizes = np.abs(outputs - run.targets_for_loss(samples.targets).reshape(outputs.shape))
    threshold = float(np.ravel(getattr(run.loss, name))[0])
    moved, others = sizes[samples.corrupted], sizes[~samples.corrupted]
    return Residuals(
        threshold,
        float(np.quantile(sizes, 0.25)),
        float(np.median(sizes)),
        float(sizes.max()),
        float((sizes > threshold).mean()),
        float(samples.corrupted.mean()),
        float(np.median(moved)) if len(moved) else float("nan"),
        float(np.median(others)) if len(others) else float("nan"),
    )


def sureness_of(book: Book, index: int, samples: Samples, parameters: Floats) -> Sureness | None:
    """Return how sure a run is whose loss has a focus; ``None`` for other losses."""
    run = book.run(index)
    if run.loss.card.name not in FOCUSED or run.plan.data.task != "classification" or not len(samples.inputs):
        return None
    passed = run.forward(samples.inputs, parameters)
    trained = reliability_of(run.loss.link, passed.outputs, samples.targets)
    held_out = book.samples(index, "validation")
    right = sure = float("nan")
    if len(held_out.inputs):
        outputs = run.forward(held_out.inputs, parameters).outputs
        found = reliability_of(run.loss.link, outputs, held_out.targets)
        right, sure = found.mean_accuracy, found.mean_confidence
    error = np.linalg.norm(passed.predictions - run.targets_for_loss(samples.targets), axis=1)
    gradient = np.linalg.norm(run.losses(passed.outputs, samples.targets)[1], axis=1)
    return Sureness(
        float(np.ravel(getattr(run.loss, "gamma"))[0]),  # noqa: B009 — a loss in general has none
        trained.mean_accuracy,
        trained.mean_confidence,
        right,
        sure,
        float(np.median(gradient / np.maximum(error, 1e-300))),
    )
