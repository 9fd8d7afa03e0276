"""The update of one run's parameters in one pass over memory; the rules are `compute.optimizers`'."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.fast.jit import loops
from compute.optimizers.adaptive import Adam
from compute.optimizers.base import Optimizer
from compute.optimizers.make import OPTIMIZER_TYPES

Array = Any
f = np.float32

CODES = {kind: code for code, kind in enumerate(OPTIMIZER_TYPES.values())}
"""Optimiser → the number by which kernels know it."""

_SGD, _MOMENTUM, _NESTEROV, _ADAGRAD, _RMSPROP, _ADAM, _ADAMW = (
    CODES[OPTIMIZER_TYPES[name]]
    for name in ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
)


def columns(optimizer: Optimizer, runs: int) -> NDArray[Any]:
    """Return the hyper-parameters as (r, 5) float32: momentum, 1 − decay, beta1, beta2, weight decay.

    What an optimiser does not have is 0.
    """
    own = {field.name: getattr(optimizer, field.name) for field in dataclasses.fields(optimizer)}
    values = (
        own.get("momentum", 0.0),
        1 - own["decay"] if "decay" in own else 0.0,
        *(own.get(name, 0.0) for name in ("beta1", "beta2", "weight_decay")),
    )
    result = np.empty((runs, len(values)), dtype=np.float32)
    for place, value in enumerate(values):
        result[:, place] = np.broadcast_to(value, (runs, 1))[:, 0]
    return result


def corrections(optimizer: Optimizer, step: int, count: int, runs: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the factor on the learning rate and what is added to the root, (T, r) float32, step by step.

    Parameters
    ----------
    optimizer
        With numbers or (r, 1) columns.
    step
        Updates done before the first of them.
    count, runs
        T and r.
    """
    shape = (count, runs)
    factor: Any = 1.0
    epsilon: Any = getattr(optimizer, "epsilon", 0.0)
    if isinstance(optimizer, Adam):
        # beside steps (T, 1) columns of runs are rows
        rows = {
            name: np.reshape(getattr(optimizer, name), (1, -1)).astype(np.float64)
            for name in ("beta1", "beta2", "epsilon")
        }
        steps = np.arange(step, step + count, dtype=np.float64)[:, None]
        factor, epsilon = dataclasses.replace(optimizer, **rows).corrections(steps)  # type: ignore[arg-type]
    else:
        epsilon = np.reshape(epsilon, (1, -1))
    spread = [np.ascontiguousarray(np.broadcast_to(x, shape), dtype=np.float32) for x in (factor, epsilon)]
    return spread[0], spread[1]


@loops
def update(
    code: int,
    parameters: Array,
    gradients: Array,
    first: Array,
    second: Array,
    own: Array,
    rate: np.float32,
    factor: np.float32,
    epsilon: np.float32,
) -> None:
    """Update one run's parameters (P,) and state in place.

    ``first`` and ``second`` are the optimiser's arrays (P,), those that it lacks unused; ``own`` (5,) is a
    row of `columns`; ``rate`` the learning rate with the schedule's factor; ``factor`` and ``epsilon`` are
    `corrections`.
    """
    count = len(parameters)
    momentum, renewal, beta1, beta2, weight_decay = own[0], own[1], own[2], own[3], own[4]
    if code == _SGD:
        for i in range(count):
            parameters[i] -= rate * gradients[i]
    elif code == _MOMENTUM:
        for i in range(count):
            first[i] = momentum * first[i] + gradients[i]
            parameters[i] -= rate * first[i]
    elif code == _NESTEROV:
        for i in range(count):
            first[i] = momentum * first[i] + gradients[i]
            parameters[i] -= rate * (momentum * first[i] + gradients[i])
    elif code == _ADAGRAD:
        for i in range(count):
            first[i] += gradients[i] * gradients[i]
            parameters[i] -= rate * (gradients[i] / (np.sqrt(first[i]) + epsilon))
    elif code == _RMSPROP:
        for i in range(count):
            first[i] += (gradients[i] * gradients[i] - first[i]) * renewal
            parameters[i] -= rate * (gradients[i] / (np.sqrt(first[i]) + epsilon))
    else:
        if code == _ADAMW:
            kept = f(1) - rate * weight_decay
            for i in range(count):
                parameters[i] *= kept
        scaled = rate * factor
        for i in range(count):
            first[i] = beta1 * first[i] + gradients[i]
            second[i] = beta2 * second[i] + gradients[i] * gradients[i]
            parameters[i] -= scaled * (first[i] / (np.sqrt(second[i]) + epsilon))
