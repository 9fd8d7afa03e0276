"""The same small trainings on a GPU and on the processor: equal but for rounding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from compute.backend import select_device
from compute.losses import LOSSES
from compute.models import ACTIVATIONS
from compute.optimizers import OPTIMIZERS, make_optimizer
from compute.plan import Chunk, Plan, TargetRule
from compute.training import Training
from tests.compute.change_checks import assert_same_plan_changes_nothing, trained
from tests.compute.same_training import CURVES, assert_same
from tests.compute.small_plans import random_data, small_plan

pytestmark = pytest.mark.gpu

KERNELS = ("arrays", "compiled")
Compare = Callable[[Plan, float, float], Chunk]


@pytest.fixture(params=KERNELS)
def compare(request: pytest.FixtureRequest) -> Callable[[Plan, float, float], Chunk]:
    """Train on both devices to the end and compare all that comes out; return what the GPU recorded."""
    gpu = select_device("gpu")

    def compared(plan: Plan, rtol: float, atol: float) -> Chunk:
        return assert_same(plan, replace(plan, device=gpu, kernels=request.param), rtol, atol)

    return compared


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str, compare: Compare) -> None:
    card = LOSSES[loss]
    data = random_data(0 if "regression" in card.tasks else 3, positive=card.target_low is not None)
    compare(small_plan(data, losses=[loss], precision="float64", learning_rate=0.05), 1e-8, 1e-11)


@pytest.mark.parametrize("loss", ["squared_error_sigmoid", "binary_cross_entropy"])
def test_one_output_for_two_classes(loss: str, compare: Compare) -> None:
    compare(small_plan(random_data(2), losses=[loss], precision="float64"), 1e-8, 1e-11)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str, compare: Compare) -> None:
    compare(small_plan(activation=activation, hidden=(6, 5), precision="float64"), 1e-8, 1e-11)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimiser(optimizer: str, compare: Compare) -> None:
    compare(small_plan(optimizer=optimizer, learning_rate=0.01, precision="float64"), 1e-8, 1e-11)


def test_float32_within_its_own_rounding(compare: Compare) -> None:
    data = random_data(10, samples=300, features=64)
    plan = small_plan(data, hidden=(64,), batch_size=64, optimizer="adam", learning_rate=0.003, steps=60)
    compare(plan, 2e-3, 1e-4)


@pytest.mark.parametrize("batch_size", [8, None])
def test_own_splits_penalties_clipping(batch_size: int | None, compare: Compare) -> None:
    plan = small_plan(
        random_data(3, variants=3), batch_size=batch_size, l1=0.01, l2=0.1, clip=0.5, precision="float64"
    )
    compare(plan, 1e-8, 1e-11)


def test_large_batches_in_pieces_and_classes_without_a_table(
    monkeypatch: pytest.MonkeyPatch, compare: Compare
) -> None:
    monkeypatch.setattr("compute.live_runs.PIECE", 17)
    monkeypatch.setattr("compute.rows.ONE_HOT_BYTES", 0)
    monkeypatch.setattr("compute.evaluation.CHUNK", 16)
    compare(small_plan(batch_size=25, precision="float64"), 1e-8, 1e-11)
    compare(small_plan(batch_size=None, precision="float64"), 1e-8, 1e-11)


def test_diverged_and_stopped_runs(compare: Compare) -> None:
    plan = small_plan(
        random_data(3, samples=200),
        losses=["squared_error", "cross_entropy"],
        hidden=(),
        learning_rate=[0.02, 40.0, 0.02, 0.3, 0.3, 0.3],
        target=TargetRule("train_nll", 0.7),
        steps=150,
        precision="float64",
    )
    chunk = compare(plan, 1e-6, 1e-9)
    assert {end.reason for end in chunk.ended} == {"diverged", "target"}


@pytest.mark.parametrize("kernels", KERNELS)
def test_the_same_seed_gives_the_same_curves_on_the_same_device(
    kernels: Literal["arrays", "compiled"],
) -> None:
    plan = replace(small_plan(optimizer="adam"), device=select_device("gpu"), kernels=kernels)
    first, second = Training(plan).advance(120), Training(plan).advance(120)
    for name in CURVES:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_a_change_to_the_same_plan_changes_nothing(
    kernels: Literal["arrays", "compiled"], optimizer: str
) -> None:
    plan = small_plan(optimizer=optimizer, learning_rate=0.01)
    assert_same_plan_changes_nothing(replace(plan, device=select_device("gpu"), kernels=kernels))
    large = small_plan(hidden=(600,), optimizer=optimizer, learning_rate=0.01, steps=60)
    assert_same_plan_changes_nothing(replace(large, device=select_device("gpu"), kernels=kernels), (20, 33))


@pytest.mark.parametrize("kernels", KERNELS)
def test_a_change_to_another_optimiser_and_rate(kernels: Literal["arrays", "compiled"]) -> None:
    plan = small_plan(precision="float64", steps=60)
    other = replace(plan, optimizer=make_optimizer("adam"), learning_rates=plan.learning_rates / 20)
    gpu = {"device": select_device("gpu"), "kernels": kernels}
    there, curves = trained(replace(plan, **gpu), (25,), replace(other, **gpu))  # type: ignore[arg-type]
    here, wanted = trained(plan, (25,), other)
    np.testing.assert_allclose(curves["objective"], wanted["objective"], rtol=1e-6)
    np.testing.assert_allclose(there.parameters(), here.parameters(), rtol=1e-8, atol=1e-11)
