"""The general hot path on a device that refuses what would make a GPU wait, against NumPy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.blocks import GPU_BLOCK
from compute.losses import LOSSES, make_loss, output_count
from compute.losses.base import LossCard
from compute.models import ACTIVATIONS
from compute.optimizers import OPTIMIZERS, SCHEDULES
from compute.plan import Chunk, LossGroup, Plan
from compute.training import Training
from tests.compute.same_training import assert_same
from tests.compute.small_plans import ending_plan, random_data, small_plan
from tests.standin import StandIn


def compare(plan: Plan, rtol: float = 1e-9, atol: float = 1e-12) -> Chunk:
    """Hold the stand-in against NumPy and return what was recorded."""
    return assert_same(plan, replace(plan, device=StandIn().device), rtol, atol)


def suitable_data(card: LossCard) -> Any:
    return random_data(0 if "regression" in card.tasks else 3, positive=card.target_low is not None)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str) -> None:
    plan = small_plan(suitable_data(LOSSES[loss]), losses=[loss], steps=20, precision="float64")
    compare(replace(plan, learning_rates=plan.learning_rates / 4))


@pytest.mark.parametrize("loss", [name for name, card in LOSSES.items() if card.parameters])
def test_a_column_for_every_parameter_of_a_loss(loss: str) -> None:
    card = LOSSES[loss]
    data = suitable_data(card)
    assert output_count(card, data.task, data.classes or 2) >= 2
    plan = small_plan(data, losses=[loss], steps=8, precision="float64", learning_rate=0.01)
    columns = {
        item.name: np.full((3, 1), item.default) * np.array([[1.0], [0.9], [0.8]])
        for item in card.parameters
        if item.kind == "float"
    }
    group = LossGroup(make_loss(loss, **columns), 1.0, slice(0, 3))
    compare(replace(plan, groups=(group,)))


def test_class_weights_and_one_output_for_two_classes() -> None:
    weighted = ("cross_entropy", {"class_weights": (1.0, 2.0, 0.5), "label_smoothing": 0.1})
    compare(small_plan(losses=[weighted, "focal"], steps=20, precision="float64"))
    compare(small_plan(random_data(2), losses=["binary_cross_entropy"], steps=20, precision="float64"))


def test_a_typed_formula() -> None:
    typed = make_loss("custom", formula="(p - y)**2 + c*abs(r)", link="softmax", parameters={"c": 0.1})
    plan = small_plan(losses=["brier"], steps=20, precision="float64")
    compare(replace(plan, groups=(LossGroup(typed, 1.0, slice(0, 3)),)))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str) -> None:
    compare(small_plan(activation=activation, hidden=(6, 5), steps=20, precision="float64"))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimiser(optimizer: str) -> None:
    compare(small_plan(optimizer=optimizer, learning_rate=0.01, steps=20, precision="float64"))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule(schedule: str) -> None:
    compare(small_plan(schedule=(schedule, {"warmup": 3}), steps=12, precision="float64"))


@pytest.mark.parametrize("batch_size", [8, None])
def test_own_splits_penalties_clipping(batch_size: int | None) -> None:
    data = random_data(3, variants=3)
    compare(small_plan(data, batch_size=batch_size, steps=20, l1=0.01, l2=0.1, clip=0.5, precision="float64"))


def test_batches_in_pieces_and_classes_without_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compute.live_runs.PIECE", 17)
    monkeypatch.setattr("compute.rows.ONE_HOT_BYTES", 0)
    compare(small_plan(batch_size=25, steps=12, precision="float64"))
    compare(small_plan(batch_size=None, steps=12, precision="float64"))


def test_float32() -> None:
    compare(small_plan(optimizer="adam", learning_rate=0.003, steps=40), rtol=1e-3, atol=1e-5)


def test_divergence_is_rolled_back_and_stop_rules_end_runs() -> None:
    chunk = compare(ending_plan(), rtol=1e-6)
    assert {end.reason for end in chunk.ended} == {"diverged", "target", "plateau"}


def copies(steps: int, evaluate_every: int, **changes: Any) -> tuple[int, int]:
    """Train on a device of its own: how often arrays went to the host, and to the device."""
    standin = StandIn()
    plan = small_plan(steps=steps, evaluate_every=evaluate_every, device=standin.device, **changes)
    training = Training(plan)
    before = standin.copies_to_host, standin.copies_to_device
    training.advance(steps)
    return standin.copies_to_host - before[0], standin.copies_to_device - before[1]


@pytest.mark.parametrize("penalty", [0.0, 0.1])
def test_a_block_is_copied_to_the_host_once(penalty: float) -> None:
    one, three = (copies(steps, 1000, batch_size=None, l2=penalty) for steps in (GPU_BLOCK, 3 * GPU_BLOCK))
    assert three[0] - one[0] == 2  # both evaluate at their first and last step
    assert three[1] == one[1]


def test_batches_reach_the_device_some_epochs_at_a_time() -> None:
    assert copies(150, 1000)[1] == copies(50, 1000)[1]


def test_an_evaluation_is_copied_to_the_host_a_few_times() -> None:
    plain, evaluated = copies(50, 50)[0], copies(50, 25)[0]
    assert evaluated - plain == 1 + 3  # a shorter block more, scores of two parts and confusion counts of one
