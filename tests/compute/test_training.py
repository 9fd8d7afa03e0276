"""What runs owe each other (nothing), what chunks change (nothing), and how a run is steered and ended."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.optimizers import OPTIMIZERS
from compute.plan import Plan, PlateauRule, RunEnd, TargetRule
from compute.training import Training, train
from tests.compute.joined import join, same
from tests.compute.small_plans import cut, prepared, random_data, small_plan


def varied_plans() -> list[Any]:
    return [
        pytest.param(small_plan(), id="mini-batch"),
        pytest.param(small_plan(batch_size=None, precision="float64"), id="full batch, float64"),
        pytest.param(small_plan(optimizer="adam", activation="gelu", hidden=(6, 5)), id="adam, two layers"),
        pytest.param(small_plan(random_data(3, variants=3), l1=0.01, l2=0.02), id="own split, penalties"),
        pytest.param(
            small_plan(random_data(0), losses=["squared_error", "huber", "absolute_error"], clip=0.5),
            id="regression, clipped",
        ),
        pytest.param(
            small_plan(random_data(3, samples=300, features=64), hidden=(64,), batch_size=64, seeds=range(5)),
            id="64-64-3 on batches of 64",
        ),
    ]


@pytest.mark.parametrize("plan", varied_plans())
def test_runs_together_are_what_each_is_alone_bit_for_bit(plan: Plan) -> None:
    together = join(train(plan))
    assert np.isfinite(together["objective"]).all()
    for run in range(len(plan.initial)):
        same(together, join(train(cut(plan, [run]))), slice(run, run + 1))
    last = len(plan.initial) - 1
    same(together, join(train(cut(plan, [0, 1, last]))), [0, 1, last])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_runs_together_are_what_each_is_alone_with_every_optimiser(name: str) -> None:
    plan = small_plan(optimizer=name, learning_rate=[0.1, 0.02, 0.01, 0.1, 0.0, 0.3])
    together = join(train(plan))
    for run in range(6):
        same(together, join(train(cut(plan, [run]))), slice(run, run + 1))


@pytest.mark.parametrize("plan", varied_plans())
def test_the_same_plan_gives_the_same_curves_bit_for_bit(plan: Plan) -> None:
    same(join(train(plan)), join(train(plan)))


def test_joined_chunks_do_not_depend_on_their_lengths() -> None:
    # the third loss diverges on the way, the second reaches its target: ends fall between and inside chunks
    plan = small_plan(
        losses=["cross_entropy", "brier", "squared_error"],
        learning_rate=[0.5] * 6 + [2.5] * 3,
        target=TargetRule("validation_accuracy", 0.8),
        steps=173,
    )
    whole = join(train(plan, chunk=1000))
    assert {end.reason for end in whole["ended"]} == {"diverged", "target"}
    rng = np.random.default_rng(1)
    for lengths in ([1] * 200, [50] * 4, [7] * 30, list(rng.integers(0, 90, 40))):
        training = Training(plan)
        chunks = []
        for length in lengths:
            chunks.append(training.advance(int(length)))
        assert training.finished
        pieces = join(chunks)
        same(whole, pieces)
        assert sorted(whole["ended"], key=lambda e: e.run) == sorted(pieces["ended"], key=lambda e: e.run)
        np.testing.assert_array_equal(training.parameters(), finished(plan).parameters())


def finished(plan: Plan) -> Training:
    training = Training(plan)
    while not training.finished:
        training.advance(60)
    return training


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


def diverging_plan(**changes: Any) -> Plan:
    """Run 1 of six takes steps far too large for the squared error on raw outputs."""
    rates = [0.05, 40.0, 0.05, 0.05, 0.05, 0.05]
    settings: dict[str, Any] = {"hidden": (), "steps": 130} | changes
    return small_plan(losses=["squared_error", "cross_entropy"], learning_rate=rates, **settings)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
@pytest.mark.parametrize("hidden", [(), (5, 4)])
def test_a_diverged_run_is_frozen_and_the_others_never_notice(
    optimizer: str, hidden: tuple[int, ...]
) -> None:
    plan = diverging_plan(optimizer=optimizer, hidden=hidden, activation="relu")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curves = join(train(plan))
    (end,) = curves["ended"]
    assert (end.run, end.reason) == (1, "diverged")
    assert end.layer in range(plan.model.layers)
    rows = curves["objective"][:, 1]
    bound = plan.divergence * max(1.0, rows[0])
    assert (rows[: end.step] <= bound).all()
    assert not rows[end.step] <= bound
    assert end.value == pytest.approx(float(rows[end.step]), rel=1e-6, nan_ok=True)
    assert np.isnan(rows[end.step + 1 :]).all()
    assert np.isnan(curves["gradient_norm"][end.step + 1 :, 1]).all()
    others = [0, 2, 3, 4, 5]
    without = join(train(cut(plan, others)))
    assert without["ended"] == []
    same(curves, without, others)
    # frozen at the weights after end.step updates, or the last finite ones before
    stopped = Training(cut(plan, [1]))
    stopped = Training(replace(cut(plan, [1]), steps=end.step, divergence=1e30))
    stopped.advance(end.step)
    frozen = finished(plan).parameters()[1]
    assert np.isfinite(frozen).all()
    np.testing.assert_array_equal(frozen, stopped.parameters()[0])


@pytest.mark.parametrize("step", [0, 1, 2, 49, 50, 51, 99, 100])
def test_weights_that_overflow_in_one_update_are_frozen_before_it(step: int) -> None:
    plan = small_plan(losses=["brier"], steps=120)
    training = Training(plan)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        training.advance(step)
        before = training.parameters()
        training.set_learning_rate(np.array([0.1, 1e308, 0.1]))
        chunk = training.advance(3)
        training.set_learning_rate(0.1)
        training.advance(1000)
    assert [(e.run, e.step, e.reason) for e in chunk.ended] == [(1, step + 1, "diverged")]
    np.testing.assert_array_equal(training.parameters()[1], before[1])
    same_others = finished(plan).parameters()
    np.testing.assert_array_equal(training.parameters()[[0, 2]], same_others[[0, 2]])


def test_overflow_in_the_last_update_is_found_without_a_row() -> None:
    plan = small_plan(losses=["brier"], steps=10, evaluate_every=100, learning_rate=[0.1, 0.1, 1e308])
    chunk = Training(replace(plan, steps=1)).advance(1)
    assert [(e.run, e.step, e.reason) for e in chunk.ended] == [(2, 1, "diverged")]
    assert np.isfinite(chunk.objective).all()
    training = finished(replace(plan, steps=1))
    np.testing.assert_array_equal(training.parameters()[2], plan.initial[2].astype(np.float32))
    assert np.isnan(chunk.evaluations[-1].metrics["train_nll"][2])
    assert np.isfinite(chunk.evaluations[-1].metrics["train_nll"][:2]).all()


def test_not_a_number_in_the_inputs_ends_a_run_at_step_zero() -> None:
    data = random_data(3, variants=3)
    data.train.inputs[1, 4, 2] = np.nan
    plan = small_plan(data, losses=["cross_entropy"], batch_size=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curves = join(train(plan))
    (end,) = curves["ended"]
    assert (end.run, end.step, end.reason, end.layer) == (1, 0, "diverged", 0)
    assert np.isnan(end.value)
    same(curves, join(train(cut(plan, [0, 2]))), [0, 2])
    np.testing.assert_array_equal(finished(plan).parameters()[1], plan.initial[1].astype(np.float32))


def test_training_is_over_when_all_runs_have_diverged() -> None:
    plan = small_plan(losses=["squared_error"], hidden=(), learning_rate=[40.0, 30.0, 50.0], steps=100_000)
    training = Training(plan)
    chunk = training.advance(1000)
    assert training.finished
    assert {e.run for e in chunk.ended} == {0, 1, 2}
    last = max(e.step for e in chunk.ended)
    assert (training.step, chunk.steps) == (last, last + 1)
    assert np.isfinite(training.parameters()).all()
    assert training.advance(10).steps == 0
    assert np.isfinite(training.predict(plan.data.validation.inputs[0])).all()


def test_a_huge_but_steady_objective_has_not_diverged() -> None:
    data = prepared(np.ones((1, 8, 1)), np.full((1, 8, 1), 1e6))
    plan = small_plan(data, losses=["squared_error"], seeds=[0], hidden=(), learning_rate=0.01)
    curves = join(train(plan))
    assert curves["objective"][0, 0] > 1e11
    assert curves["ended"] == []


# --- stop rules -----------------------------------------------------------------------------------------


def test_target_freezes_a_run_at_the_evaluation_that_reaches_it() -> None:
    plan = small_plan(
        random_data(3, samples=200), losses=["cross_entropy", "brier"], evaluate_every=5, steps=200
    )
    rule = TargetRule("train_nll", 0.7)
    free, stopped = join(train(plan)), join(train(replace(plan, target=rule)))
    ends = {end.run: end for end in stopped["ended"]}
    assert ends
    for run in range(6):
        reached = [e.step for e in free["evaluations"] if e.metrics[rule.metric][run] <= rule.value]
        if not reached:
            assert run not in ends
            continue
        end = ends[run]
        value = next(e for e in free["evaluations"] if e.step == reached[0]).metrics[rule.metric][run]
        assert end == RunEnd(run, reached[0], "target", None, float(value))
        np.testing.assert_array_equal(
            stopped["objective"][: end.step, run], free["objective"][: end.step, run]
        )
        assert np.isnan(stopped["objective"][end.step :, run]).all()
        short = finished(replace(cut(plan, [run]), steps=end.step))
        np.testing.assert_array_equal(
            finished(replace(plan, target=rule)).parameters()[run], short.parameters()[0]
        )


def test_plateau_waits_for_its_patience() -> None:
    plan = small_plan(learning_rate=0.0, evaluate_every=10, plateau=PlateauRule("validation_nll", 3, 1e-4))
    training = Training(plan)
    chunk = training.advance(1000)
    # the first evaluation is the best there is; three more without improvement end the run
    assert [(e.run, e.step, e.reason) for e in chunk.ended] == [(run, 30, "plateau") for run in range(6)]
    assert (chunk.steps, training.step, training.finished) == (30, 30, True)


def test_a_rule_on_a_metric_that_is_not_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="validation_r2"):
        Training(small_plan(target=TargetRule("validation_r2", 0.5)))
    bare = random_data(validation=0)
    with pytest.raises(ValueError, match="train_accuracy"):
        Training(small_plan(bare, target=TargetRule("validation_accuracy", 0.5)))


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
