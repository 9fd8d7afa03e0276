"""One launch of the kernels' losses on given outputs, on whatever device has kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.backend import to_host
from compute.gpu.losses import LARGEST_HYPER, LOSS_KERNELS
from compute.gpu.program import program
from compute.gpu.tables import hyper_columns
from compute.losses import Loss
from tests.compute.losses.conftest import domain_targets

THREADS = 32


def program_for(dtype: Any, outputs: int, each: int) -> str:
    """One program of all losses that take so many outputs for a target: compiled once."""
    names = [name for name in LOSS_KERNELS if name.endswith("_nll") == (each == 2)]
    numbers: dict[str, int | str] = {
        "CLASSES": 0, "OUTPUTS": outputs, "TARGETS": outputs // each, "LANES": 2, "THREADS": THREADS,
        "LAYERS": 1, "WIDTHS": f"1, {outputs}", "PARAMETERS": 2 * outputs, "KEEPS_INPUT": 0, "PENALTY": 0,
        "CLIP": 0,
    }  # fmt: skip
    return program("batched", dtype, names, "identity", "sgd", numbers)


def on_device(xp: Any, loss: Loss, outputs: Any, targets: Any) -> tuple[Any, Any]:
    """Value (n,) and gradient (n, K) of outputs (1, n, K): every sample is a run of one row of its own."""
    (_, n, k), dtype = outputs.shape, outputs.dtype
    each, name = loss.card.outputs_per_target, loss.card.name
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
    xp.RawKernel(source, "losses")((n, 1), (THREADS,), arguments, shared_mem=THREADS * 8)
    return to_host(value)[:, 0], to_host(gradient)


def reference(loss: Loss, outputs: Any, targets: Any) -> tuple[Any, Any]:
    """The same by NumPy in double precision, which the losses' own tests hold against 120 digits."""
    value, gradient = loss.value_and_gradient(outputs.astype(np.float64), targets.astype(np.float64))
    return value[0], gradient[0]


def saturated(loss: Loss, dtype: Any) -> tuple[Any, Any]:
    """Outputs (1, 12, 3) that are right or wrong by a wide gap, and their targets."""
    rng = np.random.default_rng(1)
    outputs = rng.normal(size=(1, 12, 3 * loss.card.outputs_per_target))
    outputs[0, np.arange(12), np.arange(12) % 3] += np.linspace(5, 30, 12)
    outputs[0, ::2] *= -1
    return outputs.astype(dtype), domain_targets(loss, np.eye(3)[None, np.arange(12) // 4]).astype(dtype)
