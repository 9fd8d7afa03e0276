"""Training with kernels: the curves of arrays whatever the plan, and runs that owe each other nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.losses import LOSSES, make_loss
from compute.models import ACTIVATIONS
from compute.optimizers import OPTIMIZERS, make_optimizer
from compute.plan import Plan, TargetRule
from compute.training import Training, train
from tests.compute.change_checks import assert_same_plan_changes_nothing
from tests.compute.fast.kernels import need_numba
from tests.compute.fast.test_fallback import live
from tests.compute.joined import join, same
from tests.compute.small_plans import cut, random_data, small_plan

need_numba()

from numba.core.runtime import _nrt_python as _nrt  # noqa: E402
from numba.core.runtime import rtsys  # noqa: E402

from compute.fast.losses import PARAMETERS  # noqa: E402

CURVES = ("objective", "loss", "gradient_norm", "layer_gradient_norm", "parameter_norm", "learning_rate")


def close(plan: Plan, way: str, rtol: float = 2e-4) -> None:
    """Train with kernels and with arrays, and compare what was recorded."""
    compiled = replace(plan, kernels="compiled")
    assert live(compiled).way == way
    by_kernels, by_arrays = join(train(compiled)), join(train(plan))
    for name in CURVES:
        np.testing.assert_allclose(by_kernels[name], by_arrays[name], rtol=rtol, atol=1e-5, err_msg=name)
    assert [e.step for e in by_kernels["evaluations"]] == [e.step for e in by_arrays["evaluations"]]
    assert [(e.run, e.step, e.reason, e.layer) for e in by_kernels["ended"]] == [
        (e.run, e.step, e.reason, e.layer) for e in by_arrays["ended"]
    ]


def data_for(loss: str, **more: Any) -> Any:
    card = LOSSES[loss]
    return random_data(
        0 if "regression" in card.tasks else 3, positive=card.target_low is not None, samples=30, **more
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str) -> None:
    way = "whole step" if loss in PARAMETERS else "fused"
    rate = 1e-4 if loss == "rescaled_squared_error" else 0.02
    close(small_plan(data_for(loss), losses=[loss], steps=40, scales=[0.7], learning_rate=rate), way)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser(name: str) -> None:
    plan = small_plan(optimizer=name, steps=60, learning_rate=[0.01, 0.02, 0.003, 0.01, 0.0, 0.005])
    close(plan, "whole step")
    close(
        replace(small_plan(optimizer=name, losses=["sparsemax"], steps=40), learning_rates=np.full(3, 0.003)),
        "fused",
    )


@pytest.mark.parametrize("hidden", [(), (5,), (6, 5, 4), (33, 7)], ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_and_depth(activation: str, hidden: tuple[int, ...]) -> None:
    close(small_plan(activation=activation, hidden=hidden, steps=40), "whole step")


@pytest.mark.parametrize(
    "changes",
    [
        {"l1": 0.01, "l2": 0.02},
        {"clip": 0.3},
        {"l2": 0.1, "clip": 0.3},
        {"schedule": ("cosine", {"warmup": 5})},
        {"batch_size": None},
        {"batch_size": 7, "steps": 300},
        {"batch_size": 1, "steps": 20},
        {"hidden": (64,), "data": random_data(3, samples=300, features=64, variants=3), "batch_size": 64},
        {"hidden": (64,), "data": random_data(3, samples=90, features=64, variants=2), "batch_size": None},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_penalties_clipping_schedules_and_batches(changes: dict[str, Any]) -> None:
    close(small_plan(**{"data": random_data(3, variants=3), "steps": 60, **changes}), "whole step")


def test_one_output_for_two_classes() -> None:
    close(small_plan(random_data(2), losses=["binary_cross_entropy", "hinge"], steps=60), "whole step")


def test_a_batch_in_pieces_and_losses_without_kernels_are_fused(monkeypatch: pytest.MonkeyPatch) -> None:
    close(small_plan(losses=["sparsemax"], steps=60, l2=0.1, clip=0.5, optimizer="adam"), "fused")
    monkeypatch.setattr("compute.live_runs.PIECE", 17)
    close(small_plan(batch_size=None, steps=30), "fused")


def test_losses_with_and_without_kernels_go_each_their_way() -> None:
    plan = small_plan(losses=["sparsemax", "brier", "jensen_shannon"], steps=60, l2=0.1, optimizer="adam")
    close(plan, "mixed")
    together = join(train(replace(plan, kernels="compiled")))
    alone = join(train(replace(cut(plan, [3, 4, 5]), kernels="compiled")))
    same(together, alone, [3, 4, 5])


def test_double_precision_is_trained_by_arrays() -> None:
    assert live(small_plan(kernels="compiled", precision="float64")).way == "arrays"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "adam", "hidden": (40, 9), "activation": "gelu", "clip": 0.4},
        {"batch_size": None, "l1": 0.01},
        {"losses": ["cross_entropy", "jensen_shannon"], "optimizer": "momentum"},
    ],
    ids=["small", "wide", "full batch", "mixed"],
)
def test_runs_together_are_what_each_is_alone_bit_for_bit(changes: dict[str, Any]) -> None:
    plan = small_plan(random_data(3, variants=3), kernels="compiled", **changes)
    together = join(train(plan))
    assert np.isfinite(together["objective"]).all()
    for run in range(len(plan.initial)):
        same(together, join(train(cut(plan, [run]))), slice(run, run + 1))
    same(together, join(train(cut(plan, [0, 1, 5]))), [0, 1, 5])


def test_chunks_are_the_same_whatever_their_lengths() -> None:
    plan = small_plan(kernels="compiled", batch_size=7, optimizer="adam")
    same(join(train(plan)), join(train(plan, chunk=13)))


@pytest.mark.parametrize("hidden", [(), (6,)], ids=["linear", "hidden"])
def test_a_run_diverges_at_the_same_step_in_the_same_layer(hidden: tuple[int, ...]) -> None:
    plan = small_plan(
        random_data(0),
        losses=["squared_error"],
        hidden=hidden,
        activation="relu",
        learning_rate=[0.01, 3.0, 50.0],
        steps=200,
        divergence=1e30,
    )
    compiled = replace(plan, kernels="compiled")
    ours, theirs = Training(compiled), Training(plan)
    found, expected = ours.advance(200), theirs.advance(200)
    assert [(e.run, e.step, e.layer) for e in found.ended] == [
        (e.run, e.step, e.layer) for e in expected.ended
    ]
    assert {e.run for e in found.ended} >= {2}
    assert np.isfinite(ours.parameters()).all()  # frozen at the last finite ones
    np.testing.assert_array_equal(np.isnan(found.loss), np.isnan(expected.loss))


@pytest.mark.parametrize(
    "losses", [["brier", "cross_entropy"], ["brier", "sparsemax"]], ids=["whole", "mixed"]
)
def test_a_learning_rate_is_changed_while_it_trains(losses: list[str]) -> None:
    curves = []
    for kernels in ("arrays", "compiled"):
        training = Training(small_plan(losses=losses, kernels=kernels, steps=60))
        training.advance(20)
        training.set_learning_rate([0.0, 0.2, 0.1, 0.1, 0.0, 0.3])
        curves.append(training.advance(40))
    np.testing.assert_allclose(curves[1].loss, curves[0].loss, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(curves[1].learning_rate, curves[0].learning_rate)


def test_a_stop_rule_ends_runs_alike() -> None:
    rule = TargetRule("train_nll", 0.9)
    close(small_plan(target=rule, steps=200, learning_rate=0.3), "whole step")


def test_the_loop_allocates_nothing() -> None:
    plan = small_plan(
        random_data(3, samples=400, features=64),
        hidden=(64, 9),
        activation="gelu",
        batch_size=4,
        optimizer="adam",
        l1=0.1,
        clip=1.0,
        kernels="compiled",
    )
    runs = live(plan)
    _nrt.memsys_enable_stats()
    try:
        runs.run(0, 0, 1)
        counts = []
        for steps in (1, 50):
            before = rtsys.get_allocation_stats()
            runs.run(0, 0, steps)
            after = rtsys.get_allocation_stats()
            counts.append((after.alloc - before.alloc, after.mi_alloc - before.mi_alloc))
    finally:
        _nrt.memsys_disable_stats()
    assert counts[0] == counts[1]


def test_parameters_in_columns_are_trained_right() -> None:
    plan = small_plan(steps=30)
    turned = replace(plan, initial=np.asfortranarray(plan.initial))
    close(turned, "whole step")


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
@pytest.mark.parametrize("losses", [["cross_entropy", "brier"], ["custom"], ["brier", "custom"]])
def test_a_change_to_the_same_plan_changes_nothing(losses: list[str], optimizer: str) -> None:
    named = [
        ("custom", {"formula": "(p - y)**2", "link": "softmax"}) if name == "custom" else name
        for name in losses
    ]
    plan = small_plan(losses=["brier"] * len(losses), optimizer=optimizer, learning_rate=0.01, steps=60)
    groups = tuple(
        replace(group, loss=make_loss(name[0], **name[1]))
        if isinstance(name, tuple)
        else replace(group, loss=make_loss(name))
        for group, name in zip(plan.groups, named, strict=True)
    )
    compiled = replace(plan, groups=groups, kernels="compiled")
    assert live(compiled).way == {1: "fused", 2: "mixed"}[len(losses)] if "custom" in losses else "whole step"
    assert_same_plan_changes_nothing(compiled, (0, 10, 25, 33))


def test_another_optimiser_begins_afresh() -> None:
    plan = small_plan(batch_size=None, learning_rate=0.02, steps=40, kernels="compiled")
    adam = replace(plan, optimizer=make_optimizer("adam"))
    training = Training(plan)
    training.advance(20)
    afresh = Training(replace(adam, initial=training.parameters(), steps=20))
    training.change(adam)
    training.advance(20)
    afresh.advance(20)
    np.testing.assert_array_equal(training.parameters(), afresh.parameters())
