"""Known numbers: a slow neuron, a logit stuck at the wrong end, a gradient that never shrinks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from compute.plan import Plan
from compute.training import Training, train
from tests.compute.small_plans import prepared, small_plan


def walk(plan: Plan, inputs: Any, steps: list[int]) -> dict[int, tuple[Any, Any]]:
    """Return predictions (R, …) and parameters (R, P) after each of these numbers of updates."""
    training, found = Training(plan), {}
    for step in steps:
        training.advance(step - training.step)
        assert training.step == step
        found[step] = training.predict(inputs), training.parameters()
    return found


# One sigmoid neuron, x = 1, target 0, full-batch gradient descent, from (w, b) = (0.6, 0.9) and (2, 2).
# Nielsen, Neural Networks and Deep Learning, ch. 3: the quadratic cost is ½(a − y)².


def neuron(loss: str, scale: float, rate: float) -> Plan:
    return small_plan(
        prepared([[[1.0]]], [[0]], classes=2),
        losses=[loss],
        seeds=[0, 0],
        hidden=(),
        initial=[[0.6, 0.9], [2.0, 2.0]],
        scales=[scale],
        learning_rate=rate,
        batch_size=None,
        steps=300,
        evaluate_every=1,
        precision="float64",
    )


QUADRATIC = ("squared_error_sigmoid", 0.5)
ENTROPY = ("binary_cross_entropy", 1.0)


@pytest.mark.parametrize(
    ("loss", "rate", "run", "expected"),
    [
        (
            QUADRATIC,
            0.15,
            0,
            {0: 0.817574, 50: 0.387010, 100: 0.210996, 150: 0.152740, 200: 0.123747, 300: 0.093956},
        ),
        (
            QUADRATIC,
            0.15,
            1,
            {
                0: 0.982014,
                50: 0.975933,
                100: 0.964131,
                150: 0.933417,
                200: 0.788736,
                250: 0.357212,
                300: 0.202848,
            },
        ),
        (ENTROPY, 0.15, 0, {50: 0.079215, 300: 0.011638}),
        (ENTROPY, 0.15, 1, {50: 0.098504, 300: 0.012009}),
        (ENTROPY, 0.005, 0, {300: 0.417679}),
        (ENTROPY, 0.005, 1, {300: 0.779587}),
    ],
)
def test_slow_neuron(loss: tuple[str, float], rate: float, run: int, expected: dict[int, float]) -> None:
    found = walk(neuron(*loss, rate), np.ones((1, 1)), list(expected))
    for step, value in expected.items():
        assert found[step][0][run, 0, 0] == pytest.approx(value, abs=1e-6)


def test_slow_neurons_weights() -> None:
    _, weights = walk(neuron(*QUADRATIC, 0.15), np.ones((1, 1)), [300])[300]
    np.testing.assert_allclose(weights[0], [-1.283132, -0.983132], atol=1e-6)
    np.testing.assert_allclose(weights[1, 0], -0.684293, atol=1e-6)


@pytest.mark.parametrize(("loss", "steps"), [(QUADRATIC, [36, 232]), (ENTROPY, [8, 17])])
def test_slow_neuron_first_below_one_half(loss: tuple[str, float], steps: list[int]) -> None:
    evaluations = [e for chunk in train(neuron(*loss, 0.15)) for e in chunk.evaluations]
    for run, expected in enumerate(steps):
        right = [e.step for e in evaluations if e.metrics["train_accuracy"][run] == 1]
        assert right[0] == expected


def test_slow_neurons_recorded_rows_are_cost_and_gradient() -> None:
    chunks = list(train(neuron(*QUADRATIC, 0.15)))
    cost = np.concatenate([chunk.objective for chunk in chunks])
    norms = np.concatenate([chunk.gradient_norm for chunk in chunks])
    for step, a in ((0, 0.817574), (50, 0.387010), (200, 0.123747)):
        assert cost[step, 0] == pytest.approx(a * a / 2, abs=1e-6)
        # both parameters have the gradient a · a(1 − a)
        assert norms[step, 0] == pytest.approx(math.sqrt(2) * a * a * (1 - a), abs=1e-6)


# One logit z from z₀ < 0, target 1, learning rate 1: updates until p ≥ ½. The input is 0, so that the
# bias alone is the logit.


@pytest.mark.parametrize(
    ("loss", "scale", "counts"),
    [
        ("binary_cross_entropy", 1.0, {-2: 3, -4: 5, -6: 7, -8: 9, -10: 11}),
        ("squared_error_sigmoid", 0.5, {-2: 16, -4: 71, -6: 426, -8: 3011, -10: 22063}),
        ("absolute_error_sigmoid", 1.0, {-2: 12, -4: 64, -6: 418, -8: 3001, -10: 22051}),
    ],
)
def test_stuck_at_the_wrong_end(loss: str, scale: float, counts: dict[int, int]) -> None:
    steps = max(counts.values()) + 1
    plan = small_plan(
        prepared([[[0.0]]], [[1]], classes=2),
        losses=[loss],
        seeds=[0] * len(counts),
        hidden=(),
        initial=[[0.0, z] for z in counts],
        scales=[scale],
        learning_rate=1.0,
        batch_size=None,
        steps=steps,
        evaluate_every=steps,
        precision="float64",
    )
    norms = np.concatenate([chunk.parameter_norm for chunk in train(plan, chunk=5000)])
    # z rises from below 0 through ½: |z| falls until the update that crosses
    for run, (z, expected) in enumerate(counts.items()):
        training = Training(plan)
        training.advance(expected - 1)
        assert training.predict(np.zeros((1, 1)))[run, 0, 0] < 0.5, z
        training.advance(1)
        assert training.predict(np.zeros((1, 1)))[run, 0, 0] >= 0.5, z
        assert (np.diff(norms[:expected, run]) < 0).all()


# diabetes, inputs and targets standardised, linear, zero start, full batch, learning rate 0.1.


@pytest.fixture(scope="module")
def diabetes() -> Any:
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True, scaled=False)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    y = (y - y.mean()) / y.std()
    return prepared(x[None], y[None, :, None])


def test_the_gradient_of_squared_error_shrinks_and_that_of_absolute_error_never(diabetes: Any) -> None:
    settings: dict[str, Any] = {
        "seeds": [0],
        "hidden": (),
        "initializer": ("zeros", {}),
        "batch_size": None,
        "steps": 10_001,
        "evaluate_every": 100,
        "precision": "float64",
    }
    plan = small_plan(diabetes, losses=["squared_error", "absolute_error"], **settings)
    chunks = list(train(plan, chunk=2000))
    norms = np.concatenate([chunk.gradient_norm for chunk in chunks])
    assert norms[10_000, 0] < 1e-8
    assert norms[10_000, 0] == pytest.approx(4.1e-10, rel=0.05)
    assert norms[10_000, 1] > 1e-2
    at = {e.step: e.metrics for chunk in chunks for e in chunk.evaluations}
    best, median_best = 0.48225158, 0.55893882
    assert at[10_000]["train_mse"][0] == pytest.approx(best, abs=5e-9)
    for step, excess in ((100, 2.685e-3), (1000, 1.226e-4)):
        assert at[step]["train_mse"][0] - best == pytest.approx(excess, rel=2e-3)
    for step, excess in ((100, 2.240e-3), (1000, 4.899e-4), (10_000, 1.770e-4)):
        assert at[step]["train_mae"][1] - median_best == pytest.approx(excess, rel=2e-3)


def test_squared_error_diverges_beyond_twice_the_inverse_curvature(diabetes: Any) -> None:
    # the largest eigenvalue of the Hessian is 8.0484, so the largest learning rate is 2/8.0484 = 0.2485
    plan = small_plan(
        diabetes,
        losses=["squared_error"],
        seeds=[0, 0],
        hidden=(),
        initializer=("zeros", {}),
        batch_size=None,
        steps=3000,
        learning_rate=[0.2480, 0.2490],
        precision="float64",
    )
    ended = [end for chunk in train(plan, chunk=500) for end in chunk.ended]
    assert [(end.run, end.reason, end.layer) for end in ended] == [(1, "diverged", 0)]
