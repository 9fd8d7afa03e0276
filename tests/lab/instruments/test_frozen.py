"""A run held still: the same numbers as in training, and gradients that differences confirm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lab.config import ExperimentConfig
from lab.experiment_file import parse_experiment
from lab.instruments.frozen import FrozenRun, freeze
from lab.instruments.influence import influence
from tests.lab.lessons.trained import train

TOML = """
[data]
name = "{data}"
samples = 60
[model]
hidden = [6, 5]
activation = "{activation}"
[[losses]]
name = "{loss}"
scale = 0.5
[[losses]]
name = "{second}"
[optimizer]
name = "sgd"
learning_rate = 0.05
[training]
steps = 20
evaluate_every = 10
full_batch = true
precision = "float64"
[seeds]
count = 2
"""
CASES = {
    "classes": ("blobs", "cross_entropy", "brier", "tanh"),
    "two classes": ("moons", "binary_cross_entropy", "hinge", "relu"),
    "numbers": ("sine", "squared_error", "huber", "sigmoid"),
    "learned scale": ("sine", "gaussian_nll", "absolute_error", "gelu"),
}


def experiment(case: str) -> ExperimentConfig:
    data, loss, second, activation = CASES[case]
    return parse_experiment(TOML.format(data=data, loss=loss, second=second, activation=activation))


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[FrozenRun, Any, Any, np.ndarray]:
    run = freeze(experiment(request.param), (1,))[1]
    inputs, targets = run.part("train")
    parameters = np.random.default_rng(0).normal(0, 0.6, run.model.parameter_count)
    return run, inputs, targets, parameters


def test_it_says_what_training_recorded() -> None:
    config = experiment("classes")
    session = train(config)
    for index, run in freeze(config, (0, 3)).items():
        inputs, targets = run.part("train")
        for step in (0, 10):
            parameters = session.curves.snapshots.at(index, step) if step else run.initial
            if parameters is None:
                continue
            value, gradient = run.gradient(inputs, targets, parameters)
            recorded = session.curves.series("loss", index)[1][step]
            norm = session.curves.series("gradient_norm", index)[1][step]
            assert value == pytest.approx(recorded, rel=1e-5)
            assert np.linalg.norm(gradient) == pytest.approx(norm, rel=1e-5)


def test_its_gradient_is_that_of_differences(case: tuple[FrozenRun, Any, Any, np.ndarray]) -> None:
    run, inputs, targets, parameters = case
    value, gradient = run.gradient(inputs, targets, parameters)
    assert value == pytest.approx(run.mean_loss(inputs, targets, parameters))
    for place in range(0, len(parameters), 7):
        step = np.zeros_like(parameters)
        step[place] = 1e-6
        up, down = (run.mean_loss(inputs, targets, parameters + sign * step) for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / 2e-6, rel=2e-4, abs=1e-7)


def test_influences_are_the_lengths_of_single_gradients(case: tuple[FrozenRun, Any, Any, np.ndarray]) -> None:
    run, inputs, targets, parameters = case
    found = influence(run, inputs, targets, parameters)
    _, mean = run.gradient(inputs, targets, parameters)
    for sample in (0, 5, 11):
        one = slice(sample, sample + 1)
        value, gradient = run.gradient(inputs[one], targets[one], parameters)
        assert found.loss[sample] == pytest.approx(value)
        assert found.norm[sample] == pytest.approx(np.linalg.norm(gradient))
        cosine = gradient @ mean / max(np.linalg.norm(gradient) * np.linalg.norm(mean), 1e-300)
        assert found.along[sample] == pytest.approx(cosine, abs=1e-9)
    assert found.share.sum() == pytest.approx(1)
    assert (np.diff(found.norm[found.hardest(10)]) <= 0).all()


def test_a_planted_outlier_pulls_hardest() -> None:
    text = """
[data]
name = "line"
samples = 50
[data.outliers]
share = 0.03
shift = 30.0
[data.preprocessing]
inputs = "none"
targets = "none"
[model]
name = "linear"
[[losses]]
name = "squared_error"
[[losses]]
name = "absolute_error"
"""
    config = parse_experiment(text)
    runs = freeze(config, (0, config.seeds.count))
    planted = np.flatnonzero(runs[0].plan.data.train.corrupted[0])
    assert len(planted) >= 1
    shares = []
    for run in runs.values():
        inputs, targets = run.part("train")
        found = influence(run, inputs, targets, np.array([2.0, 1.0]))
        shares.append(found.share[planted].sum())
        if run is runs[0]:
            assert set(found.hardest(len(planted))) == set(planted)
    assert shares[0] > 0.7 > 0.2 > shares[1]  # bounded pull of the absolute error


def test_one_run_is_frozen_at_a_time() -> None:
    with pytest.raises(KeyError):
        freeze(experiment("classes"), (17,))
