"""Every loss as a GPU's threads compute it, emulated, against NumPy: soft, saturated, extreme and NaN."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compute.losses.kernel_calls import on_device, reference, saturated
from tests.standin import StandIn
from tests.standin.kernels import COMPILER

pytestmark = pytest.mark.skipif(COMPILER is None, reason="g++ is not installed")
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}


@pytest.fixture
def xp():
    return StandIn().module


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("scale", [1.0, 8.0])
def test_random_outputs(xp, loss, draw, scale, soft):
    outputs, targets = draw(loss, shape=(1, 40, 3), scale=scale, soft=soft, seed=2)
    for mine, wanted in zip(
        on_device(xp, loss, outputs, targets), reference(loss, outputs, targets), strict=True
    ):
        np.testing.assert_allclose(mine, wanted, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_saturated_outputs_keep_their_digits(xp, loss, dtype):
    """As NumPy's: right or wrong by a wide gap, every component is right relative to its own size."""
    outputs, targets = saturated(loss, dtype)
    value, gradient = on_device(xp, loss, outputs, targets)
    wanted = reference(loss, outputs, targets)
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(value, wanted[0], rtol=tolerance, atol=np.finfo(dtype).tiny)
    np.testing.assert_allclose(gradient, wanted[1], rtol=tolerance, atol=np.finfo(dtype).tiny)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_extreme_outputs_stay_finite(xp, loss, draw, dtype):
    _, targets = draw(loss, shape=(1, 4, 3), dtype=dtype)
    outputs = np.array([[[1e4, -1e4, 0], [-1e4] * 3, [1e4] * 3, [0, 0, 0]]], dtype)
    if loss.card.outputs_per_target == 2:
        outputs = np.concatenate([outputs, outputs[:, ::-1]], axis=2)
    value, gradient = on_device(xp, loss, outputs, targets)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def test_not_a_number_goes_through(xp, loss, draw):
    outputs, targets = draw(loss, shape=(1, 3, 3))
    outputs = outputs.copy()
    for place in range(3):
        outputs[0, place, place] = np.nan
    value, gradient = on_device(xp, loss, outputs, targets)
    assert np.isnan(value).all()
    assert np.isnan(gradient).any(axis=1).all()
