"""Second derivatives φ″(z) of the activations, which training never needs but curvature does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _tanh(z: Floats, a: Floats) -> Floats:
    """Return ``−2a(1 − a²)``."""
    found = a * a
    found -= 1.0
    found *= a
    found *= 2.0
    return found


def _sigmoid(z: Floats, a: Floats) -> Floats:
    """Return ``a(1 − a)(1 − 2a)``."""
    found = 1.0 - a
    found *= a
    found *= 1.0 - 2.0 * a
    return found


def _softplus(z: Floats, a: Floats) -> Floats:
    """Return ``s(1 − s)`` with the sigmoid ``s = 1 − e^{−a}``."""
    rest: Floats = np.exp(-a)
    rest -= rest * rest
    return rest


def _gelu(z: Floats, a: Floats) -> Floats:
    """Return the second derivative of the tanh form ``½ z (1 + t)``, ``t = tanh u``.

    ``φ″ = t′ + ½ z t″`` with ``t′ = (1 − t²) u′`` and ``t″ = (1 − t²)(u″ − 2 t u′²)``; beyond |z| = 10, where
    ``t`` is ±1 in every precision, it is 0.
    """
    root, cubic = math.sqrt(2 / math.pi), 0.044715
    z = np.clip(z, -10.0, 10.0)
    square = z * z
    t = np.tanh(z * (root + root * cubic * square))
    slope = root + 3 * root * cubic * square
    # φ″ = (1 − t²)(u′ + ½ z u″ − z t u′²), and ½ z u″ = √(2/π) · 3 · 0.044715 z² = u′ − √(2/π)
    found: Floats = 2 * slope - root
    slope *= slope
    slope *= t
    slope *= z
    found -= slope
    t *= t
    found *= 1 - t
    return found


SECOND_DERIVATIVES: Mapping[str, Callable[[Floats, Floats], Floats] | None] = {
    "identity": None,
    "relu": None,
    "leaky_relu": None,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "gelu": _gelu,
    "softplus": _softplus,
}
"""Activation → φ″ of pre-activations ``z`` and activations ``a = φ(z)`` of one shape; ``None`` where it is 0
wherever it is defined: those are made of straight pieces."""
