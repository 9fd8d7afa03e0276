"""How a training is steered: what a row describes, what scale, clipping and rates do, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.training import Training, train
from tests.compute.joined import finished, join
from tests.compute.small_plans import prepared, random_data, small_plan


def test_step_counts_updates_and_evaluations_fall_due_at_zero_between_and_at_the_end() -> None:
    training = Training(small_plan(steps=60, evaluate_every=25))
    assert training.step == 0
    assert not training.finished
    chunk = training.advance(25)
    assert (chunk.first_step, chunk.steps, training.step) == (0, 25, 25)
    assert [e.step for e in chunk.evaluations] == [0, 25]
    assert [e.step for e in training.advance(1000).evaluations] == [50, 60]
    assert training.finished
    empty = training.advance(10)
    assert (empty.first_step, empty.steps, empty.evaluations, empty.ended) == (60, 0, (), ())
    assert empty.layer_gradient_norm.shape == (0, 6, 2)


def test_rows_describe_the_parameters_before_the_update() -> None:
    plan = small_plan(batch_size=None, precision="float64", l2=0.3, steps=3, evaluate_every=1)
    training = Training(plan)
    curves = join([training.advance(3)])
    objective, gradient = training.gradient()
    np.testing.assert_allclose(curves["objective"][0], objective, rtol=1e-6)
    np.testing.assert_allclose(curves["gradient_norm"][0], np.linalg.norm(gradient, axis=1), rtol=1e-6)
    for layer, part in enumerate(plan.model.layer_slices):
        norms = np.linalg.norm(gradient[:, part], axis=1)
        np.testing.assert_allclose(curves["layer_gradient_norm"][0, :, layer], norms, rtol=1e-6)
    np.testing.assert_allclose(curves["parameter_norm"][0], np.linalg.norm(plan.initial, axis=1), rtol=1e-6)
    # plain gradient descent: one update by hand
    once = Training(replace(plan, steps=1))
    once.advance(1)
    np.testing.assert_allclose(once.parameters(), plan.initial - 0.1 * gradient, rtol=1e-12)
    weights = np.concatenate([plan.initial[:, part] for part in plan.model.weight_slices], axis=1)
    penalty = curves["objective"][0] - curves["loss"][0]
    np.testing.assert_allclose(penalty, 0.15 * (weights**2).sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(curves["evaluations"][0].metrics["train_loss"], curves["loss"][0], rtol=1e-6)


def test_scale_is_a_factor_on_loss_and_gradient() -> None:
    plain = small_plan(losses=["brier"], precision="float64", steps=20, learning_rate=0.3)
    scaled = small_plan(losses=["brier"], precision="float64", steps=20, scales=[0.1], learning_rate=3.0)
    a, b = join(train(plain)), join(train(scaled))
    np.testing.assert_allclose(b["loss"], 0.1 * a["loss"], rtol=1e-6)
    np.testing.assert_allclose(b["gradient_norm"], 0.1 * a["gradient_norm"], rtol=1e-6)
    np.testing.assert_allclose(finished(scaled).parameters(), finished(plain).parameters(), rtol=1e-9)
    np.testing.assert_allclose(
        b["evaluations"][-1].metrics["train_loss"],
        0.1 * a["evaluations"][-1].metrics["train_loss"],
        rtol=1e-9,
    )


def test_clipping_bounds_the_step_and_leaves_small_gradients_alone() -> None:
    base = small_plan(batch_size=None, precision="float64", steps=1, learning_rate=1.0)
    norms = np.linalg.norm(Training(base).gradient()[1], axis=1)
    limit = float(np.sort(norms)[2] + np.sort(norms)[3]) / 2
    training = Training(replace(base, clip=limit))
    chunk = training.advance(1)
    np.testing.assert_allclose(chunk.gradient_norm[0], norms, rtol=1e-6)  # recorded as it was
    steps = np.linalg.norm(training.parameters() - base.initial, axis=1)
    np.testing.assert_allclose(steps, np.minimum(norms, limit), rtol=1e-12)
    still = Training(replace(base, clip=limit, initial=np.zeros_like(base.initial), l2=0.0))
    still.advance(1)
    assert np.isfinite(still.parameters()).all()


def test_zero_gradient_is_not_divided_by_when_clipping() -> None:
    data = prepared(np.zeros((1, 4, 2)), np.zeros((1, 4, 1)))
    plan = small_plan(data, losses=["squared_error"], seeds=[0], initializer=("zeros", {}), clip=1.0)
    curves = join(train(plan))
    assert (curves["gradient_norm"] == 0).all()
    assert curves["ended"] == []


def test_learning_rate_zero_changes_nothing() -> None:
    plan = small_plan(learning_rate=0.0, batch_size=None)
    curves = join(train(plan))
    assert (curves["objective"] == curves["objective"][0]).all()
    np.testing.assert_array_equal(finished(plan).parameters(), plan.initial.astype(np.float32))


def test_a_changed_learning_rate_acts_from_the_next_update_on() -> None:
    plan = small_plan(steps=30, schedule=("inverse_sqrt", {"offset": 5.0}), precision="float64")
    training = Training(plan)
    first = training.advance(10)
    training.set_learning_rate(0.5)
    second = training.advance(10)
    training.set_learning_rate(np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5]))
    before = training.parameters()
    third = training.advance(10)
    factors = 1 / np.sqrt(1 + np.arange(30) / 5)
    expected = np.concatenate(
        [np.full((10, 6), 0.1), np.full((10, 6), 0.5), np.tile(np.arange(6) / 10, (10, 1))]
    )
    joined = np.concatenate([first.learning_rate, second.learning_rate, third.learning_rate])
    np.testing.assert_allclose(joined, expected * factors[:, None], rtol=1e-6)
    np.testing.assert_array_equal(training.parameters()[0], before[0])
    assert (training.parameters()[1:] != before[1:]).any(axis=1).all()
    unchanged = join(train(replace(plan, learning_rates=np.full(6, 0.1))))
    np.testing.assert_array_equal(first.objective, unchanged["objective"][:10])
    np.testing.assert_array_equal(second.objective[0], unchanged["objective"][10])
    assert (second.objective[1] != unchanged["objective"][11]).all()
    for bad in (-0.1, float("nan")):
        with pytest.raises(ValueError, match="learning rate"):
            training.set_learning_rate(bad)


def test_runs_with_equal_seed_see_equal_batches_under_every_loss() -> None:
    plan = small_plan(losses=["brier", "brier"], learning_rate=0.2)
    curves = join(train(plan))
    np.testing.assert_array_equal(curves["objective"][:, :3], curves["objective"][:, 3:])
    assert (curves["objective"][5, 0] != curves["objective"][5, 1:3]).all()


# --- divergence ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"initial": np.zeros((6, 3))}, "initial parameters"),
        ({"variants": np.zeros(5, dtype=np.intp)}, "5 variants"),
        ({"variants": np.full(6, 1)}, "variant that is not there"),
        ({"learning_rates": np.full(6, -1.0)}, "learning rates"),
        ({"learning_rates": np.full(6, np.nan)}, "learning rates"),
        ({"batch_seeds": (1, 2)}, "2 batch seeds"),
        ({"batch_size": 0}, "at least one sample"),
        ({"groups": ()}, "cover all runs"),
        ({"data": random_data(3, features=9)}, "4 inputs, the data have 9"),
        ({"data": random_data(5)}, "3 outputs for 5 classes"),
        ({"data": random_data(0)}, "3 outputs, the data 2"),
        ({"data": random_data(3, samples=0)}, "no training samples"),
    ],
)
def test_a_plan_whose_parts_do_not_fit_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Training(replace(small_plan(), **changes))


def test_predictions_are_those_of_each_runs_link() -> None:
    plan = small_plan(losses=["cross_entropy", "squared_error"], hidden=(), steps=5, precision="float64")
    training = finished(plan)
    grid = np.random.default_rng(2).normal(size=(2500, 4))
    predictions = training.predict(grid)
    assert predictions.shape == (6, 2500, 3)
    assert predictions.dtype == np.float32
    w = training.parameters().reshape(6, 5, 3)
    raw = grid @ w[:, :4] + w[:, 4:]
    powers = np.exp(raw - raw.max(axis=2, keepdims=True))
    np.testing.assert_allclose(predictions[:3], (powers / powers.sum(axis=2, keepdims=True))[:3], rtol=1e-5)
    np.testing.assert_allclose(predictions[3:], raw[3:], rtol=1e-5, atol=1e-6)
    assert training.predict(grid[:0]).shape == (6, 0, 3)
    with pytest.raises(ValueError, match="inputs must be"):
        training.predict(grid[:, :3])


def test_predictions_per_variant() -> None:
    plan = small_plan(random_data(3, variants=3), steps=5)
    training = finished(plan)
    grids = np.random.default_rng(2).normal(size=(3, 7, 4))
    each = training.predict(grids)
    for run in range(6):
        np.testing.assert_array_equal(each[run], training.predict(grids[run % 3])[run])
