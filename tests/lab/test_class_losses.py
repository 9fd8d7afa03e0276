"""Losses on classes in experiments: class weights in files and against the data, losses of every link."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.backend import select_device
from compute.losses import LOSSES
from compute.problems import ProblemError
from compute.training import train
from lab.config import ExperimentConfig
from lab.experiment_file import apply_changes, default_experiment, dump_experiment, parse_experiment
from lab.sweep import Sweep, plan_sweep, prepare_data

CPU = select_device("cpu")
CLASSES = [name for name, card in LOSSES.items() if "multiclass" in card.tasks]


def experiment(data: str, *losses: dict[str, Any], **changes: Any) -> ExperimentConfig:
    chosen = {"data.name": data, "losses": list(losses), "training.target": None, **changes}
    return apply_changes(default_experiment(), chosen)


def swept(config: ExperimentConfig) -> Sweep:
    return plan_sweep(config, prepare_data(config), CPU)


def test_class_weights_survive_the_file_and_reach_the_loss() -> None:
    config = experiment("iris", {"name": "cross_entropy", "class_weights": [1, 2.5, 0]}, {"name": "focal"})
    again = parse_experiment(dump_experiment(config), "mine.toml")
    assert again == config
    groups = [group for _, plan in swept(again).plans for group in plan.groups]
    assert groups[0].loss.class_weights == (1.0, 2.5, 0.0)  # type: ignore[attr-defined]
    assert groups[1].loss.class_weights == ()  # type: ignore[attr-defined]


def test_class_weights_that_do_not_fit_the_classes_are_refused_with_ways_out() -> None:
    config = experiment("iris", {"name": "brier"}, {"name": "cross_entropy", "class_weights": [1, 2]})
    with pytest.raises(ProblemError) as caught:
        swept(config)
    problem = caught.value.problem
    assert problem.title == "Cross-entropy has 2 class weights for 3 classes"
    assert problem.where == "losses.1.class_weights"
    weights = []
    for remedy in problem.remedies:
        repaired = apply_changes(config, remedy.changes)
        assert swept(repaired).runs
        weights.append(repaired.losses[1].parameters["class_weights"])
    assert weights == [(), (1.0, 1.0, 1.0)]


@pytest.mark.parametrize("weights", [[-1, 1, 1], ["a", 1, 1], 2.0, [float("inf"), 1, 1]])
def test_weights_that_are_none_are_refused_by_the_file(weights: Any) -> None:
    with pytest.raises(ProblemError) as caught:
        swept(experiment("iris", {"name": "cross_entropy", "class_weights": weights}))
    assert "class_weights" in caught.value.problem.where


@pytest.mark.parametrize("data", ["breast_cancer", "iris"])
def test_all_losses_on_classes_run_side_by_side(data: str) -> None:
    """Every link and number of outputs in one experiment, at a rate that all can bear."""
    config = experiment(
        data,
        *[{"name": name} for name in CLASSES],
        **{"training.epochs": 6, "optimizer.learning_rate": 0.01, "seeds.count": 1, "model.hidden": [8]},
    )
    found = {}
    for indices, plan in swept(config).plans:
        chunks = list(train(plan))
        assert not [end for chunk in chunks for end in chunk.ended if "diverged" in end.reason]
        last = [evaluation for chunk in chunks for evaluation in chunk.evaluations][-1]
        for key in ("validation_nll", "validation_brier", "validation_accuracy"):
            assert np.isfinite(last.metrics[key]).all(), key
        for place, index in enumerate(indices):
            found[CLASSES[index]] = float(last.metrics["train_accuracy"][place])
    assert set(found) == set(CLASSES)
    if data == "breast_cancer":
        assert min(found[name] for name in ("hinge", "logistic", "multiclass_hinge", "sparsemax")) > 0.85
