"""Every loss on classes trains end to end: its objective falls, and better than chance comes out."""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses import LOSSES
from compute.training import train
from tests.compute.small_plans import random_data, small_plan

NAMES = [
    name for name, card in LOSSES.items() if "multiclass" in card.tasks and "regression" not in card.tasks
]
RATES = {"exponential": 0.02, "rescaled_squared_error": 0.01, "squared_hinge": 0.05}


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_objective_falls(name: str, classes: int) -> None:
    plan = small_plan(
        random_data(classes, samples=80),
        [name],
        seeds=(0, 1, 2),
        steps=300,
        learning_rate=RATES.get(name, 0.2),
    )
    chunks = list(train(plan))
    evaluations = [evaluation for chunk in chunks for evaluation in chunk.evaluations]
    assert not [end for chunk in chunks for end in chunk.ended if "diverged" in end.reason]
    loss = np.array([evaluation.metrics["train_loss"] for evaluation in evaluations])
    accuracy = np.array([evaluation.metrics["train_accuracy"] for evaluation in evaluations])
    assert np.isfinite(loss).all()
    # A margin loss may end at 0 exactly; the others must fall by a good part in every run.
    assert (loss[-1] < 0.9 * loss[0]).all()
    assert accuracy[-1].mean() > 1 / classes + 0.15
    for key in ("train_nll", "train_brier", "validation_nll"):
        assert np.isfinite(evaluations[-1].metrics[key]).all()


def test_perceptron_leaves_zero_weights() -> None:
    """At a margin of exactly 0 the update of a mistake is made, else this start would never move."""
    plan = small_plan(
        random_data(2), ["perceptron"], hidden=(), initializer=("zeros", {}), steps=100, learning_rate=0.1
    )
    last = [e for chunk in train(plan) for e in chunk.evaluations][-1]
    assert (last.metrics["train_accuracy"] > 0.6).all()


def test_class_weights_raise_the_recall_of_a_rare_class() -> None:
    rng = np.random.default_rng(3)
    from tests.compute.small_plans import prepared

    y = (rng.random((1, 300)) < 0.1).astype(int)
    x = rng.normal(size=(1, 300, 2)) + 1.0 * y[..., None]
    data = prepared(x, y, x, y, classes=2)
    losses = [("cross_entropy", {}), ("cross_entropy", {"class_weights": (1.0, 9.0)})]
    plan = small_plan(data, losses, seeds=(0,), hidden=(), steps=400, learning_rate=0.1)
    last = [e for chunk in train(plan) for e in chunk.evaluations][-1]
    assert last.confusion is not None
    recall = last.confusion[:, 1, 1] / last.confusion[:, 1].sum(-1)
    assert recall[1] > recall[0] + 0.2
