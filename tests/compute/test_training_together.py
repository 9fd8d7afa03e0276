"""What runs owe each other (nothing), and what chunks change (nothing)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.optimizers import OPTIMIZERS
from compute.plan import Plan
from compute.training import Training, train
from tests.compute.joined import finished, join, same
from tests.compute.small_plans import cut, random_data, small_plan, unequal_ends_plan


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
    # ends fall between and inside chunks
    plan = unequal_ends_plan()
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
