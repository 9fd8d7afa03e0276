"""Going on by another plan: the same one changes nothing, another one takes effect from that step on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.optimizers import OPTIMIZERS, make_optimizer, make_schedule
from compute.plan import LossGroup, Plan, PlateauRule, TargetRule
from compute.training import Training, train
from tests.compute.change_checks import assert_same_plan_changes_nothing, trained
from tests.compute.joined import join, same
from tests.compute.small_plans import prepared, random_data, small_plan
from tests.standin import StandIn

ENDS: dict[str, Any] = {
    "data": random_data(3, samples=200),
    "losses": ["squared_error", "cross_entropy"],
    "hidden": (),
    "learning_rate": [0.02, 40.0, 0.02, 0.3, 0.3, 0.3],
    "target": TargetRule("train_nll", 0.6),
    "plateau": PlateauRule("train_accuracy", 2, 0.02),
    "steps": 150,
}
"""Runs of which one diverges, one reaches its target and one comes to a plateau."""


def with_data(plan: Plan, move: float = 0.5, samples: int | None = None) -> Plan:
    """The same plan on data whose inputs are moved, with the first ``samples`` training samples."""
    train = plan.data.train
    some = slice(0, samples)
    part = replace(
        train,
        inputs=train.inputs[:, some] + move,
        targets=train.targets[:, some],
        rows=train.rows[:, some],
        corrupted=train.corrupted[:, some],
    )
    return replace(plan, data=replace(plan.data, train=part))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [8, None])
def test_the_same_plan_changes_nothing(optimizer: str, batch_size: int | None) -> None:
    assert_same_plan_changes_nothing(
        small_plan(
            optimizer=optimizer,
            batch_size=batch_size,
            learning_rate=[0.1, 0.02, 0.01, 0.1, 0.0, 0.3],
            schedule=("cosine", {"warmup": 7}),
            kept=(1, 4),
        )
    )


def test_the_same_plan_changes_nothing_with_penalties_and_own_splits() -> None:
    data = random_data(3, variants=3)
    assert_same_plan_changes_nothing(small_plan(data, l1=0.01, l2=0.1, clip=0.5, precision="float64"))
    assert_same_plan_changes_nothing(small_plan(random_data(0), losses=["squared_error", "huber"]))


def test_the_same_plan_changes_nothing_where_runs_have_ended() -> None:
    curves = assert_same_plan_changes_nothing(small_plan(**ENDS), (0, 1, 30, 50, 51, 77, 110))
    assert {end.reason for end in curves["ended"]} == {"diverged", "target", "plateau"}


@pytest.mark.parametrize("runs", [1, 2, 4])
def test_the_same_plan_changes_nothing_in_several_tiles(runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compute.tiling.MOST_RUNS", runs)
    plan = small_plan(**ENDS)
    assert_same_plan_changes_nothing(plan, (0, 30, 50, 51, 77, 110))
    assert_same_plan_changes_nothing(small_plan(optimizer="adam"))


def test_tiles_may_be_cut_differently_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = small_plan(**ENDS)
    _, curves = trained(plan)
    training, chunks = Training(plan), []
    for stop, most in ((30, 2), (50, 1), (51, 4), (77, 512), (110, 3), (150, 2)):
        chunks.append(training.advance(stop - training.step))
        monkeypatch.setattr("compute.tiling.MOST_RUNS", most)
        training.change(plan)
    joined = join(chunks)
    same(curves, joined)
    key = [(end.run, end.step, end.reason) for end in curves["ended"]]
    assert sorted(key) == sorted((end.run, end.step, end.reason) for end in joined["ended"])
    # the time spent is that of all tiles, however they are cut
    assert (np.diff(joined["seconds"]) >= 0).all()


def test_a_run_that_diverges_right_after_a_change_keeps_its_last_finite_parameters() -> None:
    plan = small_plan(**ENDS)
    straight, curves = trained(plan)
    broke = next(end for end in curves["ended"] if end.reason == "diverged")
    for stop in range(max(0, broke.step - 3), broke.step + 2):
        changed, _ = trained(plan, (stop,))
        np.testing.assert_array_equal(changed.parameters(), straight.parameters())
    assert np.isfinite(straight.parameters()).all()


@pytest.mark.parametrize("way", ["arrays", "compiled"])
def test_the_same_plan_changes_nothing_on_the_standin(way: Any) -> None:
    if way == "compiled":
        from tests.standin.kernels import COMPILER

        if COMPILER is None:
            pytest.skip("g++ is not installed")
    for optimizer in ("momentum", "adam"):
        plan = small_plan(optimizer=optimizer, learning_rate=0.01, steps=30, seeds=(0,), evaluate_every=10)
        assert_same_plan_changes_nothing(replace(plan, device=StandIn().device, kernels=way), (0, 7, 10, 22))


def test_other_data_take_effect_from_the_next_update_on() -> None:
    plan = small_plan(optimizer="momentum", precision="float64", evaluate_every=10)
    other = with_data(plan)
    _, before = trained(plan)
    training = Training(plan)
    first = training.advance(40)
    training.change(other)
    reached = training.parameters()
    second = training.advance(80)
    curves = join([first, second])
    assert len(curves["objective"]) == 120
    np.testing.assert_array_equal(curves["objective"][:40], before["objective"][:40])
    assert (curves["loss"][40] != before["loss"][40]).all()
    # the first row after the change: the new data's batch of that step, at the parameters reached
    probe = Training(replace(other, initial=reached))
    objective, gradient = probe.gradient(40)
    np.testing.assert_allclose(curves["objective"][40], objective, rtol=1e-6)
    np.testing.assert_allclose(curves["gradient_norm"][40], np.linalg.norm(gradient, axis=1), rtol=1e-6)
    # evaluations are on the new data, except for the one that was due at the change and done before it
    assert [e.step for e in curves["evaluations"]] == list(range(0, 121, 10))
    at_50 = curves["evaluations"][5].metrics["train_loss"]
    halfway = Training(plan)
    halfway.advance(40)
    halfway.change(other)
    halfway.advance(10)
    straight = Training(replace(other, initial=halfway.parameters(), steps=1)).advance(0)
    np.testing.assert_allclose(at_50, straight.evaluations[0].metrics["train_loss"], rtol=1e-12)


@pytest.mark.parametrize("samples", [17, 40])
def test_a_change_and_back_is_what_it_says(samples: int) -> None:
    """Momentum by hand over a change of data, loss, rate and batch size."""
    plan = small_plan(optimizer=("momentum", {"momentum": 0.8}), losses=["brier"], precision="float64")
    other = replace(
        with_data(plan, 0.3, samples),
        groups=(LossGroup(plan.groups[0].loss, 0.5, plan.groups[0].runs),),
        learning_rates=plan.learning_rates / 2,
        batch_size=5,
        l2=0.1,
        optimizer=make_optimizer("momentum", momentum=0.5),
    )
    training = Training(plan)
    training.advance(33)
    training.change(other)
    training.advance(12)
    theta, velocity = plan.initial.copy(), np.zeros_like(plan.initial)
    for step in range(45):
        now, mass = (plan, 0.8) if step < 33 else (other, 0.5)
        _, gradient = Training(replace(now, initial=theta)).gradient(step)
        velocity = mass * velocity + gradient
        theta = theta - now.learning_rates[:, None] * velocity
    np.testing.assert_allclose(training.parameters(), theta, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("way", ["numpy", "standin", "kernel"])
def test_another_optimiser_begins_afresh(way: str) -> None:
    """Its moments are zero, and its own count of updates begins at the change."""
    plan = small_plan(losses=["brier"], precision="float64", batch_size=None, learning_rate=0.05, steps=40)
    if way != "numpy":
        from tests.standin.kernels import COMPILER

        if way == "kernel" and COMPILER is None:
            pytest.skip("g++ is not installed")
        kernels: Any = "compiled" if way == "kernel" else "arrays"
        plan = replace(plan, device=StandIn().device, kernels=kernels)
    adam = replace(plan, optimizer=make_optimizer("adam"))
    training = Training(plan)
    training.advance(20)
    reached = training.parameters()
    training.change(adam)
    training.change(adam)  # at one step twice: still the beginning
    training.advance(5)
    training.change(adam)  # in between: it goes on
    training.advance(15)
    afresh = Training(replace(adam, initial=reached, steps=20))  # full batch: the step count is Adam's alone
    afresh.advance(20)
    np.testing.assert_allclose(training.parameters(), afresh.parameters(), rtol=1e-9, atol=1e-12)


def test_a_larger_batch_of_work_changes_precision_schedule_and_length() -> None:
    plan = small_plan(steps=30)
    longer = replace(
        plan,
        steps=50,
        evaluate_every=10,
        precision="float64",
        schedule=make_schedule("step", 50, every=10, factor=0.5),
    )
    training, curves = trained(plan, (20,), longer)
    assert training.step == 50
    assert [e.step for e in curves["evaluations"]] == [0, 20, 30, 40, 50]
    np.testing.assert_allclose(
        curves["learning_rate"][:, 0], [0.1] * 20 + [0.025] * 10 + [0.0125] * 10 + [0.00625] * 10
    )
    assert training.parameters().dtype == np.float64


def test_divergence_is_measured_by_an_objective_of_its_own_kind() -> None:
    data = random_data(0)
    plan = small_plan(
        data, losses=["squared_error"], seeds=(0,), learning_rate=1e-4, divergence=10.0, steps=40
    )
    # a thousand times the loss is a thousand times the objective, and no divergence
    scaled = replace(
        plan, groups=(LossGroup(plan.groups[0].loss, 1000.0, slice(0, 1)),), learning_rates=np.array([1e-7])
    )
    _, curves = trained(plan, (20,), scaled)
    assert not curves["ended"]
    assert curves["objective"][20, 0] > 100 * curves["objective"][19, 0]
    # nor is a data set on which it is large
    far = replace(plan, data=replace(data, train=replace(data.train, targets=data.train.targets + 300.0)))
    _, curves = trained(plan, (20,), replace(far, learning_rates=np.array([1e-7])))
    assert not curves["ended"]
    # what then grows by more than the factor is
    _, curves = trained(plan, (20,), replace(scaled, learning_rates=np.array([1.0])))
    assert [(end.reason, end.step > 20) for end in curves["ended"]] == [("diverged", True)]
    # and what was only left as it is, is measured as before
    first = curves["objective"][0, 0]
    training = Training(replace(plan, learning_rates=np.array([1.0])))
    training.advance(1)
    training.change(training.plan)
    ended = training.advance(39).ended
    straight = Training(training.plan).advance(40).ended
    assert [(e.step, e.value) for e in ended] == [(e.step, e.value) for e in straight]
    assert ended[0].value > 10 * max(1.0, first)


def test_a_moved_point_that_the_next_batch_misses_is_no_divergence() -> None:
    x = np.linspace(-1, 1, 40)[None, :, None]
    y = 30.0 * x
    plan = small_plan(
        prepared(x, y), losses=["squared_error"], hidden=(), seeds=(0,), batch_size=4, learning_rate=1e-6,
        divergence=100.0, steps=60,
    )  # fmt: skip
    moved = y.copy()
    moved[0, 0, 0] = 350.0
    other = replace(plan, data=prepared(x, moved))
    _, curves = trained(plan, (10,), other)
    assert curves["objective"][10:20].max() > 100 * curves["objective"][10:20].min()
    assert not curves["ended"]


def test_a_plateau_begins_again_on_other_data() -> None:
    rule = PlateauRule("train_loss", 2, 0.0)
    plan = small_plan(losses=["brier"], evaluate_every=10, plateau=rule, steps=120)
    harder = with_data(plan, 30.0)
    _, curves = trained(plan, (60,), harder)
    # the loss is worse at every evaluation after the change; counted against the old data's best it would
    # have ended at the second one
    assert all(end.step > 70 for end in curves["ended"])
    kept = replace(plan, learning_rates=np.zeros(3))
    _, curves = trained(kept, (10,))
    assert [(end.step, end.reason) for end in curves["ended"]] == [(20, "plateau")] * 3


def test_what_cannot_go_on_is_refused_in_words_and_nothing_changes() -> None:
    plan = small_plan()
    training = Training(plan)
    chunks = [training.advance(40)]
    numbers = small_plan(random_data(0), losses=["squared_error", "huber"], hidden=(5,))
    none = {
        name: getattr(plan.data.validation, name)[:, :0]
        for name in ("inputs", "targets", "rows", "corrupted")
    }
    bare = replace(plan, data=replace(plan.data, validation=replace(plan.data.validation, **none)))
    for other, words in (
        (small_plan(seeds=(0, 1)), "6 runs cannot go on as 4"),
        (small_plan(hidden=(6,)), r"sizes \(4, 5, 3\) cannot go on as one of \(4, 6, 3\)"),
        (numbers, "cannot go on as one of"),
        (replace(plan, device=StandIn().device), "CPU · NumPy cannot go on on GPU · stand-in"),
        (bare, "measured on train, validation cannot go on on train"),
        (replace(plan, steps=39), "40 updates are done, more than the 39"),
        (replace(plan, batch_size=0), "at least one sample"),
        (replace(plan, target=TargetRule("train_mse", 0.1)), "not measured here"),
    ):
        with pytest.raises(ValueError, match=words):
            training.change(other)
    chunks.append(training.advance(80))
    same(join(train(plan)), join(chunks))


def test_a_change_at_the_last_step_can_make_it_longer_or_leave_it_ended() -> None:
    plan = small_plan(steps=30)
    training = Training(plan)
    training.advance(30)
    training.change(plan)
    assert training.finished
    assert training.advance(5).steps == 0
    training.change(replace(plan, steps=60))
    assert not training.finished
    chunk = training.advance(100)
    assert (chunk.first_step, chunk.steps, [e.step for e in chunk.evaluations]) == (30, 30, [50, 60])
    everything = Training(small_plan(**{**ENDS, "target": TargetRule("train_nll", 1e9)}))
    everything.advance(10)
    everything.change(everything.plan)
    assert everything.finished
