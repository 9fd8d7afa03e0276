"""How runs end: frozen where they diverge or reach their target, while the others never notice."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.plan import Plan, PlateauRule, RunEnd, TargetRule
from compute.training import Training, train
from tests.compute.joined import finished, join, same
from tests.compute.small_plans import cut, prepared, random_data, small_plan


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
