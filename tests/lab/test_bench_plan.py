from __future__ import annotations

import numpy as np
import pytest

import lab.bench_plan
from compute.losses import LOSSES
from compute.training import Training
from lab.bench_plan import (
    DG,
    PG,
    Net,
    bench_plan,
    class_data,
    initial_parameters,
    number_data,
    prepared,
    why_not_compiled,
)

TINY = Net("tiny", (3, 4, 2), "tanh", 32, 8)


@pytest.mark.parametrize("net", [PG, DG, TINY])
def test_data_have_the_nets_shape_and_every_class(net: Net) -> None:
    inputs, classes = class_data(net)
    assert inputs.shape == (net.rows, net.sizes[0])
    assert inputs.std() == pytest.approx(1, rel=1e-3)
    assert set(classes.tolist()) == set(range(net.classes))
    assert (inputs.astype(np.float32) == inputs).all()


def test_one_output_means_two_classes() -> None:
    assert Net("one", (3, 1), "tanh", 8, 4).classes == 2


def test_numbers_are_such_that_every_loss_is_defined() -> None:
    _, numbers = number_data(TINY, 5)
    assert numbers.shape == (32, 5)
    assert numbers.min() > max(card.target_low or 0 for card in LOSSES.values())


def test_runs_differ_in_their_initial_weights_and_keep_them_when_there_are_more() -> None:
    three = initial_parameters(TINY, 3)
    assert three.shape == (3, 3 * 4 + 4 + 4 * 2 + 2)
    assert len({row.tobytes() for row in three}) == 3
    assert (initial_parameters(TINY, 2) == three[:2]).all()


@pytest.mark.parametrize("numbers", [0, 2])
def test_a_plan_trains_and_goes_on(numbers: int) -> None:
    data = prepared(*number_data(TINY, numbers), 0) if numbers else None
    net = Net("tiny", TINY.sizes, "tanh", 32, 8, "squared_error") if numbers else TINY
    training = Training(bench_plan(net, 3, data))
    losses = training.advance(200).loss
    assert losses.shape == (200, 3)
    assert (losses[-20:].mean(axis=0) < losses[:20].mean(axis=0)).all()
    assert not training.finished


def test_own_orders_are_a_seed_for_each_run() -> None:
    assert bench_plan(TINY, 3).batch_seeds == (0, 0, 0)
    assert bench_plan(TINY, 3, own_orders=True).batch_seeds == (0, 1, 2)


def test_without_numba_there_are_no_compiled_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab.bench_plan.importlib.util, "find_spec", lambda name: None)
    assert why_not_compiled(bench_plan(TINY, 1, kernels="compiled")) == "numba is not installed"


def test_a_plan_on_arrays_has_no_compiled_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab.bench_plan.importlib.util, "find_spec", lambda name: name)
    assert why_not_compiled(bench_plan(TINY, 1)) == "there are no compiled kernels for this net"
