"""Every optimiser against the NumPy form: parameters and state after several updates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.optimizers import OPTIMIZERS, make_optimizer
from compute.workspace import Workspace
from tests.compute.fast.kernels import need_numba, single

need_numba()

from compute.fast.optimizers import CODES, columns, corrections, update  # noqa: E402

COLUMNS: dict[str, dict[str, Any]] = {
    "momentum": {"momentum": single([[0.9], [0.1]])},
    "nesterov": {"momentum": single([[0.9], [0.1]])},
    "adagrad": {"epsilon": single([[1e-3], [0.1]])},
    "rmsprop": {"decay": single([[0.5], [0.9]]), "epsilon": single([[1e-3], [0.1]])},
    "adam": {"beta1": single([[0.5], [0.9]]), "beta2": single([[0.9], [0.99]])},
    "adamw": {"weight_decay": single([[0.5], [0.01]]), "epsilon": single([[1e-3], [0.1]])},
}


@pytest.mark.parametrize(
    ("name", "own"),
    [*((name, {}) for name in OPTIMIZERS), *COLUMNS.items()],
    ids=lambda value: str(value)[:12],
)
def test_updates(name: str, own: dict[str, Any]) -> None:
    rng = np.random.default_rng(3)
    optimizer, work = make_optimizer(name, **own), Workspace(np)
    parameters = single(rng.normal(size=(2, 33)))
    rates = single([[0.1], [0.02]])
    state = optimizer.initial_state(np, (2, 33), np.float32)
    ours, own_state = parameters.copy(), [array.copy() for array in state]
    own_columns = columns(optimizer, 2)
    factors, epsilons = corrections(optimizer, 0, 5, 2)
    assert factors.shape == epsilons.shape == (5, 2)
    for step in range(5):
        gradients = single(rng.normal(size=(2, 33)))
        for run in range(2):
            spare = gradients[run].copy()
            arrays = [*(array[run] for array in own_state), spare, spare][:2]
            update(
                CODES[type(optimizer)], ours[run], spare, *arrays, own_columns[run],
                rates[run, 0], factors[step, run], epsilons[step, run],
            )  # fmt: skip
        optimizer.update(parameters, gradients, rates, state, step, work)
    np.testing.assert_allclose(ours, parameters, rtol=2e-6, atol=1e-6)
    for left, right in zip(own_state, state, strict=True):
        np.testing.assert_allclose(left, right, rtol=2e-6, atol=1e-6)


def test_corrections_are_those_of_the_steps_asked_for() -> None:
    adam = make_optimizer("adam")
    factors, epsilons = corrections(adam, 7, 2, 3)
    for row, step in enumerate((7, 8)):
        factor, epsilon = adam.corrections(step)  # type: ignore[attr-defined]
        np.testing.assert_allclose(factors[row], factor, rtol=1e-6)
        np.testing.assert_allclose(epsilons[row], epsilon, rtol=1e-6)
