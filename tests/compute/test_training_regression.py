"""Every loss on numbers trains end to end; a learned scale has outputs of its own beside the predictions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from compute.losses import LOSSES, make_loss
from compute.plan_check import check_plan
from compute.training import Training
from tests.compute.small_plans import cut, prepared, random_data, small_plan

NUMERIC = [name for name, card in LOSSES.items() if "regression" in card.tasks]
SCALED = [name for name in NUMERIC if LOSSES[name].outputs_per_target == 2]


def amounts(samples: int = 80, validation: int = 20, variants: int = 1) -> Any:
    """Two columns of positive numbers whose logarithms follow from the inputs."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(variants, samples + validation, 3))
    means = np.exp(0.6 * x @ rng.normal(size=(3, 2)) + 0.5)
    y = means * rng.gamma(8.0, 1 / 8.0, size=means.shape)
    return prepared(x[:, :samples], y[:, :samples], x[:, samples:], y[:, samples:])


def evaluations(training: Training) -> list[Any]:
    found = []
    while not training.finished:
        found += training.advance(50).evaluations
    return found


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", NUMERIC)
def test_a_loss_trains_and_its_objective_falls(name, precision):
    rate = 0.01 if name.startswith("squared") or "scale" in name else 0.02
    plan = small_plan(amounts(), losses=[name], seeds=(0, 1), optimizer="adam", learning_rate=rate,
                      steps=400, batch_size=16, precision=precision)  # fmt: skip
    check_plan(plan)
    training = Training(plan)
    measured = evaluations(training)
    first, last = measured[0].metrics, measured[-1].metrics
    for part in ("train", "validation"):
        # by a twentieth of what it was; what can be negative by as much of what it lost
        fall = first[f"{part}_loss"] - last[f"{part}_loss"]
        assert (fall > 0.05 * np.abs(first[f"{part}_loss"])).all(), (part, first, last)
        assert (last[f"{part}_mae"] < first[f"{part}_mae"]).all()
    assert all(np.isfinite(values).all() for values in last.values())


@pytest.mark.parametrize("name", SCALED)
def test_metrics_of_a_learned_scale_see_its_locations(name):
    plan = small_plan(amounts(), losses=[name], seeds=(0, 1), steps=60, learning_rate=0.02)
    training = Training(plan)
    final = evaluations(training)[-1].metrics
    part = plan.data.train
    predictions = training.predict(part.inputs[0])
    assert predictions.shape == (2, 80, 2)
    residuals = predictions - part.targets[0]
    np.testing.assert_allclose(final["train_mse"], (residuals**2).sum(-1).mean(-1), rtol=1e-5)
    np.testing.assert_allclose(final["train_mae"], np.abs(residuals).sum(-1).mean(-1), rtol=1e-5)
    gaussian = 0.5 * np.log(2 * np.pi * (residuals**2).mean(1)) + 0.5
    np.testing.assert_allclose(final["train_nll"], gaussian.sum(-1), rtol=1e-5)


def test_predictions_of_log_means_are_means():
    plan = small_plan(amounts(), losses=["poisson", "gamma"], seeds=(0,), steps=400, learning_rate=0.05)
    training = Training(plan)
    evaluations(training)
    predictions = training.predict(plan.data.train.inputs[0])
    assert (predictions > 0).all()
    targets = plan.data.train.targets[0]
    for run in range(2):
        assert np.corrcoef(predictions[run, :, 0], targets[:, 0])[0, 1] > 0.8


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("variants", [1, 2])
def test_learned_scales_train_together_as_alone(variants, batch_size):
    plan = small_plan(amounts(variants=variants), losses=["gaussian_nll", "laplace_nll"], seeds=(0, 1),
                      steps=40, learning_rate=0.01, batch_size=batch_size, precision="float64")  # fmt: skip
    together = Training(plan)
    evaluations(together)
    for runs in ([0], [3], [1, 2]):
        alone = Training(cut(plan, runs))
        evaluations(alone)
        np.testing.assert_allclose(alone.parameters(), together.parameters()[runs], rtol=1e-12, atol=1e-15)


def test_location_and_scale_reach_the_maximum_of_the_likelihood():
    """A linear model whose deviation follows the input, against SciPy's optimum of the same density."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 400, 1))
    y = 2 * x + 0.3 + np.exp(0.8 * x - 1) * rng.normal(size=x.shape)
    plan = small_plan(prepared(x, y), losses=["gaussian_nll"], seeds=(0,), hidden=(), optimizer="adam",
                      learning_rate=0.02, steps=5000, batch_size=None, precision="float64")  # fmt: skip
    training = Training(plan)
    final = evaluations(training)[-1].metrics

    def mean_nll(a: Any) -> float:
        location, deviation = a[0] * x + a[2], np.exp(a[1] * x + a[3])
        return float(-stats.norm.logpdf(y, location, deviation).mean())

    best = optimize.minimize(mean_nll, np.zeros(4), options={"gtol": 1e-8})
    np.testing.assert_allclose(training.parameters()[0], best.x, atol=5e-3)
    np.testing.assert_allclose(best.x, [2.0, 0.8, 0.3, -1.0], atol=0.15)
    assert final["train_loss"][0] == pytest.approx(best.fun, abs=1e-5)


def test_a_plan_with_the_wrong_number_of_outputs_is_refused():
    good = small_plan(random_data(0), losses=["gaussian_nll"])
    group = replace(good.groups[0], loss=make_loss("squared_error"))
    with pytest.raises(ValueError, match="4 outputs, the data 2: MSE on raw outputs needs 2"):
        check_plan(replace(good, groups=(group,)))
    with pytest.raises(ValueError, match="2 outputs, the data 2: Gaussian NLL, learned scale needs 4"):
        check_plan(small_plan(random_data(0), losses=["squared_error", "gaussian_nll"]))
