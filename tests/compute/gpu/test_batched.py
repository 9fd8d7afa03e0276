"""Larger nets: products through cuBLAS's interface and the kernels between, emulated, against NumPy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.backend import to_host
from compute.blocks import GPU_BLOCK
from compute.gpu import choice
from compute.gpu.batched import blocks_for
from compute.gpu.products import Matrices, Products
from compute.models import ACTIVATIONS
from compute.optimizers import OPTIMIZERS
from compute.plan import Chunk, Plan, TargetRule
from compute.training import Training
from tests.compute.same_training import assert_same
from tests.compute.small_plans import prepared, random_data, small_plan
from tests.standin import StandIn
from tests.standin.kernels import COMPILER

pytestmark = pytest.mark.skipif(COMPILER is None, reason="g++ is not installed")


@pytest.fixture(autouse=True)
def _nothing_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small nets take the way of large ones; few threads, for they are emulated one after another."""
    monkeypatch.setattr(choice, "shared_fit", lambda plan, xp, rows: None)
    monkeypatch.setattr("compute.gpu.batched.THREADS", 32)


def compare(plan: Plan, rtol: float = 1e-9, atol: float = 1e-12) -> Chunk:
    standin = StandIn()
    other = replace(plan, device=standin.device, kernels="compiled")
    chunk = assert_same(plan, other, rtol, atol)
    assert standin.launches >= 4 * plan.steps or chunk.ended
    return chunk


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str) -> None:
    compare(small_plan(activation=activation, hidden=(6, 5), seeds=(0, 1), steps=6, precision="float64"))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimiser(optimizer: str) -> None:
    plan = small_plan(optimizer=optimizer, seeds=(0, 1), learning_rate=0.01, steps=6, precision="float64")
    compare(replace(plan, clip=0.3))


def test_a_linear_model_and_float32() -> None:
    compare(small_plan(hidden=(), steps=6, precision="float64"))
    compare(small_plan(hidden=(40,), seeds=(0,), steps=6), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("batch_size", [8, None])
def test_own_splits_penalties_and_clipping(batch_size: int | None) -> None:
    data = random_data(3, variants=3)
    options: dict[str, Any] = {"steps": 6, "l1": 0.01, "l2": 0.1, "clip": 0.5, "precision": "float64"}
    compare(small_plan(data, batch_size=batch_size, **options))


@pytest.mark.parametrize("batch_size", [25, None])
def test_large_batches_in_pieces(batch_size: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("compute.live_runs", "compute.gpu.batched"):
        monkeypatch.setattr(f"{module}.PIECE", 17)
    compare(small_plan(batch_size=batch_size, seeds=(0, 1), l2=0.1, steps=5, precision="float64"))


def test_numbers_and_a_loss_with_a_scale() -> None:
    data = random_data(0)
    compare(small_plan(data, losses=["huber", "squared_error"], seeds=(0,), steps=6, precision="float64"))
    compare(small_plan(data, losses=["gaussian_nll"], seeds=(0,), steps=6, precision="float64"))


def test_many_blocks_a_run_and_many_classes() -> None:
    rng = np.random.default_rng(0)
    data = prepared(rng.normal(size=(1, 60, 9)), rng.integers(0, 40, (1, 60)), classes=40)
    weighted = ("cross_entropy", {"class_weights": tuple(np.linspace(0.5, 2, 40))})
    plan = small_plan(
        data,
        losses=[weighted, "brier"],
        seeds=(0,),
        hidden=(50,),
        batch_size=20,
        steps=4,
        precision="float64",
    )
    compare(plan)
    assert blocks_for(plan.model.parameter_count) > 8
    assert blocks_for(1) == 1
    assert blocks_for(10**9) == blocks_for(10**12)


def test_divergence_is_rolled_back_and_a_rule_ends_runs() -> None:
    chunk = compare(
        small_plan(
            random_data(3, samples=200),
            losses=["squared_error", "cross_entropy"],
            hidden=(),
            learning_rate=[0.02, 40.0, 0.02, 0.3, 0.3, 0.3],
            target=TargetRule("train_nll", 0.7),
            steps=60,
            precision="float64",
        ),
        rtol=1e-6,
    )
    assert {end.reason for end in chunk.ended} == {"diverged", "target"}


def test_what_was_recorded_is_copied_once_a_block() -> None:
    copies = []
    for steps in (GPU_BLOCK, 2 * GPU_BLOCK):
        standin = StandIn()
        plan = small_plan(losses=["brier"], seeds=(0,), steps=steps, evaluate_every=1000, batch_size=4)
        training = Training(replace(plan, device=standin.device, kernels="compiled"))
        before = standin.copies_to_host
        training.advance(steps)
        copies.append(standin.copies_to_host - before)
        assert standin.launches == 6 * steps
    assert copies[1] - copies[0] == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("transposed", [(False, False), (True, False), (False, True), (True, True)])
def test_products_transpose_by_flag_share_by_stride_and_add(
    dtype: Any, transposed: tuple[bool, bool]
) -> None:
    rng, xp = np.random.default_rng(0), StandIn().module
    left_shape = (4, 3) if transposed[0] else (3, 4)
    right_shape = (5, 4) if transposed[1] else (4, 5)
    left = rng.normal(size=left_shape).astype(dtype)  # one for all three runs
    right = rng.normal(size=(3, 7 + 20)).astype(dtype)  # each within a longer row
    out = rng.normal(size=(3, 3, 6)).astype(dtype)  # with a column that is left alone
    wanted = out.copy()
    one = Matrices(xp.asarray(left), 0, left_shape[1], 0, transposed[0])
    other = Matrices(xp.asarray(right), 7, right_shape[1], 27, transposed[1])
    result = xp.asarray(out)
    for add in (False, True):
        Products(xp, dtype).multiply(one, other, Matrices(result, 0, 6, 18), (3, 5, 4), 3, add)
        for run in range(3):
            matrix = right[run, 7:].reshape(right_shape)
            product = (left.T if transposed[0] else left) @ (matrix.T if transposed[1] else matrix)
            wanted[run, :, :5] = product + (wanted[run, :, :5] if add else 0)
        np.testing.assert_allclose(to_host(result), wanted, rtol=1e-5)
    assert one == one.flipped().flipped()
    assert other.from_run(2).offset == 7 + 2 * 27
