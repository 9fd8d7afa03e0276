"""What training takes of a loss, against its values and gradients sample by sample."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pytest

from compute.losses import make_loss
from compute.tape import Replay
from compute.workspace import Workspace

FACTOR = 0.125


def written(loss: Any, outputs: Any, targets: Any, one_hot: bool = False) -> tuple[Any, Any]:
    sums, gradient = np.empty(len(outputs), outputs.dtype), np.empty_like(outputs)
    factor = np.array(FACTOR, outputs.dtype)
    loss.write_batch(outputs, targets, factor, sums, gradient, Workspace(np), one_hot)
    return sums, gradient


@pytest.mark.parametrize("shared", [False, True])
def test_sums_and_slopes_are_those_of_the_samples(loss: Any, draw: Any, shared: bool) -> None:
    outputs, targets = draw(loss, shared=shared)
    value, gradient = loss.value_and_gradient(outputs, targets)
    sums, slopes = written(loss, outputs, targets)
    np.testing.assert_allclose(sums, value.sum(axis=1), rtol=1e-13)
    np.testing.assert_allclose(slopes, FACTOR * gradient, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_known_one_hot_targets_change_nothing(loss: Any, draw: Any, dtype: Any, scale: float) -> None:
    if loss.card.link != "softmax":
        pytest.skip("only losses on softmax may have a shorter way")
    outputs, targets = draw(loss, scale=scale, dtype=dtype)
    near = 2e-6 if dtype is np.float32 else 1e-13
    for long, short in zip(
        written(loss, outputs, targets), written(loss, outputs, targets, one_hot=True), strict=True
    ):
        np.testing.assert_allclose(short, long, rtol=near, atol=1e-37)


@pytest.mark.parametrize("gap", [-60.0, -20.0, -1.0, 0.0, 1.0, 20.0, 60.0, 88.0])
def test_short_cross_entropy_keeps_its_digits_however_saturated(gap: float) -> None:
    outputs = np.array([[[gap, 0.0, -1.0]]], dtype=np.float32)
    sums, slopes = written(make_loss("cross_entropy"), outputs, np.eye(3, dtype=np.float32)[None, :1], True)
    powers = [Decimal(float(z)).exp() for z in outputs[0, 0]]
    total = sum(powers)
    assert sums[0] == pytest.approx(float((total / powers[0]).ln()), rel=1e-6)
    expected = [-float((powers[1] + powers[2]) / total), *(float(power / total) for power in powers[1:])]
    np.testing.assert_allclose(slopes[0, 0] / FACTOR, expected, rtol=1e-6, atol=1e-38)


@pytest.mark.parametrize("outputs", [[np.nan, 0.0, 0.0], [np.inf, 0.0, 0.0], [0.0, np.inf, -np.inf]])
def test_broken_outputs_show_in_short_cross_entropy(outputs: list[float]) -> None:
    broken = np.array([[outputs]], dtype=np.float32)
    with np.errstate(all="ignore"):
        sums, slopes = written(
            make_loss("cross_entropy"), broken, np.eye(3, dtype=np.float32)[None, :1], True
        )
    assert not np.isfinite(sums).all()
    assert not np.isfinite(slopes).all()


@pytest.mark.parametrize("shared", [False, True])
def test_every_loss_is_done_by_its_calls(loss: Any, draw: Any, shared: bool) -> None:
    """A loss that is not would still be right, but slow where arrays are small."""
    given = [np.array(array) for array in draw(loss, dtype=np.float32, shared=shared)]
    work, factor = Workspace(np), np.array(FACTOR, np.float32)
    sums, gradient = np.empty(len(given[0]), np.float32), np.empty_like(given[0])
    replay = Replay(
        partial(loss.write_batch, *given, factor, sums, gradient, work, False), work, (sums, gradient)
    )
    for seed in range(5):
        for array, drawn in zip(given, draw(loss, dtype=np.float32, seed=seed, shared=shared), strict=True):
            array[...] = drawn
        replay()
        expected = written(loss, *given)
        np.testing.assert_array_equal(sums, expected[0])
        np.testing.assert_array_equal(gradient, expected[1])
    if loss.card.name != "sparsemax":  # sorts
        assert replay.by_calls
