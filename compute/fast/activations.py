"""Activations of hidden layers and their derivatives, in place, as `compute.models.activations` has them."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.fast.elementary import exp, expm1, log1p, positive, tanh
from compute.fast.jit import inlined, loops
from compute.models.activations import ACTIVATION_TYPES, SLOPE

Array = Any
f = np.float32

CODES = {name: code for code, name in enumerate(ACTIVATION_TYPES)}
"""Registry name → the number by which kernels know it."""

_RELU, _LEAKY, _TANH, _SIGMOID, _GELU, _SOFTPLUS = (
    CODES[name] for name in ("relu", "leaky_relu", "tanh", "sigmoid", "gelu", "softplus")
)
_SLOPE = f(SLOPE)
_ROOT, _CUBIC, _BOUND = f(0.7978845608028654), f(0.044715), f(10)


@inlined
def _gelu_tanh(z: np.float32) -> tuple[np.float32, np.float32]:
    """Return tanh(√(2/π)(z + 0.044715 z³)) and z within ±10, beyond which the tanh is ±1."""
    inside = _BOUND if z > _BOUND else z
    inside = -_BOUND if inside < -_BOUND else inside
    return tanh(_ROOT * (inside + _CUBIC * (inside * inside * inside))), inside


@loops
def forward(code: int, a: Array) -> None:
    """Turn pre-activations into activations, (n,) in place, for all but GELU.

    In place and with one array only: of two that are the same memory the compiler can prove nothing.
    """
    count = len(a)
    if code == _RELU:
        for i in range(count):
            a[i] = positive(a[i])
    elif code == _LEAKY:
        for i in range(count):
            a[i] = _SLOPE * a[i] if a[i] < f(0) else a[i]
    elif code == _TANH:
        for i in range(count):
            a[i] = tanh(a[i])
    elif code == _SIGMOID:
        for i in range(count):
            a[i] = f(0.5) * tanh(f(0.5) * a[i]) + f(0.5)
    elif code == _SOFTPLUS:
        for i in range(count):
            a[i] = positive(a[i]) + log1p(exp(-abs(a[i])))


@loops
def gelu(z: Array, a: Array) -> None:
    """Write GELU of pre-activations (n,) to ``a``: its derivative needs both."""
    for i in range(len(z)):
        t, _ = _gelu_tanh(z[i])
        a[i] = f(0.5) * z[i] * (t + f(1))


@loops
def backward(code: int, z: Array, a: Array, gradient: Array) -> None:
    """Multiply ``gradient`` by φ′(z), all flat; ``z`` is read for GELU alone."""
    count = len(a)
    if code == _RELU:
        for i in range(count):
            # a product, not a choice: a gradient that is NaN or infinite must be seen, as with arrays
            gradient[i] *= f(1) if a[i] > f(0) else f(0)
    elif code == _LEAKY:
        for i in range(count):
            gradient[i] *= f(1) if a[i] > f(0) else _SLOPE
    elif code == _TANH:
        for i in range(count):
            gradient[i] *= f(1) - a[i] * a[i]
    elif code == _SIGMOID:
        for i in range(count):
            gradient[i] *= (f(1) - a[i]) * a[i]
    elif code == _GELU:
        for i in range(count):
            t, inside = _gelu_tanh(z[i])
            rise = (_ROOT + f(3) * _ROOT * _CUBIC * (inside * inside)) * inside
            gradient[i] *= f(0.5) * (t + f(1)) * ((f(1) - t) * rise + f(1))
    elif code == _SOFTPLUS:
        for i in range(count):
            gradient[i] *= -expm1(-a[i])
