"""Every loss as a GPU's threads compute it, emulated, against NumPy: soft, saturated, extreme and NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.backend import to_host
from compute.gpu.losses import LARGEST_HYPER, LOSS_KERNELS
from compute.gpu.program import program
from compute.gpu.tables import hyper_columns
from compute.losses import Loss
from tests.compute.losses.conftest import domain_targets
from tests.standin import StandIn
from tests.standin.kernels import COMPILER

pytestmark = pytest.mark.skipif(COMPILER is None, reason="g++ is not installed")
THREADS = 32
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}


def program_for(dtype: Any, outputs: int, each: int) -> str:
    """One program of all losses that take so many outputs for a target: compiled once."""
    names = [name for name in LOSS_KERNELS if name.endswith("_nll") == (each == 2)]
    numbers: dict[str, int | str] = {
        "CLASSES": 0, "OUTPUTS": outputs, "TARGETS": outputs // each, "LANES": 2, "THREADS": THREADS,
        "LAYERS": 1, "WIDTHS": f"1, {outputs}", "PARAMETERS": 2 * outputs, "KEEPS_INPUT": 0, "PENALTY": 0,
        "CLIP": 0,
    }  # fmt: skip
    return program("batched", dtype, names, "identity", "sgd", numbers)


def on_device(loss: Loss, outputs: Any, targets: Any) -> tuple[Any, Any]:
    """Value (n,) and gradient (n, K) of outputs (1, n, K): every sample is a run of one row of its own."""
    standin, (_, n, k), dtype = StandIn(), outputs.shape, outputs.dtype
    xp, each, name = standin.module, loss.card.outputs_per_target, loss.card.name
    source = program_for(dtype.type, k, each)
    names = [item for item in LOSS_KERNELS if item.endswith("_nll") == (each == 2)]
    hyper = np.zeros((n, LARGEST_HYPER), dtype=dtype)
    parameters = LOSS_KERNELS[name].parameters
    hyper[:, : len(parameters)] = hyper_columns(loss, parameters, n)
    value, gradient = xp.zeros((n, 1), dtype=dtype), xp.zeros((n, k), dtype=dtype)
    weights = np.broadcast_to(getattr(loss, "class_weights", ()) or 1.0, (n, k)).astype(dtype)
    arguments = (
        xp.array(outputs[0]),
        gradient,
        xp.zeros((n, 2 * k), dtype=dtype),
        value,
        None,
        xp.array(np.broadcast_to(targets, (1, n, k // each))[0].astype(dtype)),
        xp.asarray(np.arange(n, dtype=np.int64)),
        xp.asarray(np.arange(n, dtype=np.int32)),
        xp.asarray(np.full(n, names.index(name), dtype=np.int32)),
        xp.asarray(hyper),
        xp.ones(n, dtype=dtype),
        xp.asarray(weights) if getattr(loss, "class_weights", ()) else None,
        # one epoch of one row; one row of one; no biases; one part
        *np.array([1, 1, 0, 0, 1, 1, -1, 0, 1], dtype=np.int32),
    )
    xp.RawKernel(source, "losses")((1, n), (THREADS,), arguments, shared_mem=THREADS * 8)
    return to_host(value)[:, 0], to_host(gradient)


def reference(loss: Loss, outputs: Any, targets: Any) -> tuple[Any, Any]:
    """The same by NumPy in double precision, which the losses' own tests hold against 120 digits."""
    value, gradient = loss.value_and_gradient(outputs.astype(np.float64), targets.astype(np.float64))
    return value[0], gradient[0]


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("scale", [1.0, 8.0])
def test_random_outputs(loss, draw, scale, soft):
    outputs, targets = draw(loss, shape=(1, 40, 3), scale=scale, soft=soft, seed=2)
    for mine, wanted in zip(
        on_device(loss, outputs, targets), reference(loss, outputs, targets), strict=True
    ):
        np.testing.assert_allclose(mine, wanted, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_saturated_outputs_keep_their_digits(loss, dtype):
    """As NumPy's: right or wrong by a wide gap, every component is right relative to its own size."""
    rng = np.random.default_rng(1)
    outputs = rng.normal(size=(1, 12, 3 * loss.card.outputs_per_target))
    outputs[0, np.arange(12), np.arange(12) % 3] += np.linspace(5, 30, 12)
    outputs[0, ::2] *= -1
    targets = domain_targets(loss, np.eye(3)[None, np.arange(12) // 4]).astype(dtype)
    outputs = outputs.astype(dtype)
    value, gradient = on_device(loss, outputs, targets)
    wanted = reference(loss, outputs, targets)
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(value, wanted[0], rtol=tolerance, atol=np.finfo(dtype).tiny)
    np.testing.assert_allclose(gradient, wanted[1], rtol=tolerance, atol=np.finfo(dtype).tiny)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_extreme_outputs_stay_finite(loss, draw, dtype):
    _, targets = draw(loss, shape=(1, 4, 3), dtype=dtype)
    outputs = np.array([[[1e4, -1e4, 0], [-1e4] * 3, [1e4] * 3, [0, 0, 0]]], dtype)
    if loss.card.outputs_per_target == 2:
        outputs = np.concatenate([outputs, outputs[:, ::-1]], axis=2)
    value, gradient = on_device(loss, outputs, targets)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def test_not_a_number_goes_through(loss, draw):
    outputs, targets = draw(loss, shape=(1, 3, 3))
    outputs = outputs.copy()
    for place in range(3):
        outputs[0, place, place] = np.nan
    value, gradient = on_device(loss, outputs, targets)
    assert np.isnan(value).all()
    assert np.isnan(gradient).any(axis=1).all()
