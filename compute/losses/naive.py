r"""The textbook forms of the cross-entropies, which break. Only to be shown failing beside the stable ones.

Value and gradient are what a program gets that writes the formulas down as they stand and differentiates step
by step: through the logarithm (−y/p), then through the softmax or sigmoid. They return (..., ) values and
(..., K) gradients of outputs (..., K), in the dtype of the outputs, and may return NaN and infinities;
NumPy's warnings about that are silenced.

- ``naive``: exp, sum, divide, log. exp overflows above 88.72 (float32) or 709.78 (float64): inf / inf = NaN.
- ``shifted``: the largest output subtracted first. Nothing overflows, but a power below −103.97 (float32) or
  −745.13 (float64) is 0, whose logarithm is −inf.
- ``clipped``: the probabilities kept in [1e-7, 1 − 1e-7]. Always finite, but the value cannot exceed 16.118,
  and where the clip acts the gradient is exactly 0: a wrong output is stuck there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from compute.backend import Array, array_module

CLIP = 1e-7
"""The bound that Keras clips probabilities to, and many programs after it."""

Form: TypeAlias = Callable[[Array, Array], tuple[Array, Array]]


def naive_cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return cross-entropy and gradient by exp, sum, divide and log.

    Examples
    --------
    >>> value, gradient = naive_cross_entropy(np.array([1000.0, 0.0, -1000.0]), np.array([0.0, 1.0, 0.0]))
    >>> float(value), bool(np.isnan(gradient).any())
    (inf, True)
    """
    return _cross_entropy(outputs, targets, shift=False, clip=None)


def shifted_cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return cross-entropy and gradient by exp, sum, divide and log, the largest output subtracted first.

    Examples
    --------
    >>> float(shifted_cross_entropy(np.array([1000.0, 0.0, -1000.0]), np.array([0.0, 1.0, 0.0]))[0])
    inf
    """
    return _cross_entropy(outputs, targets, shift=True, clip=None)


def clipped_cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return cross-entropy and gradient with the probabilities clipped.

    Examples
    --------
    >>> value, gradient = clipped_cross_entropy(np.array([40.0, 0.0]), np.array([0.0, 1.0]))
    >>> round(float(value), 4), gradient.tolist()
    (16.1181, [0.0, 0.0])
    """
    return _cross_entropy(outputs, targets, shift=True, clip=CLIP)


def naive_binary_cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return binary cross-entropy and gradient by the logarithms of p and 1 − p.

    Examples
    --------
    >>> value, gradient = naive_binary_cross_entropy(np.array([40.0]), np.array([0.0]))
    >>> float(value), bool(np.isnan(gradient[0]))
    (inf, True)
    """
    return _binary_cross_entropy(outputs, targets, clip=None)


def clipped_binary_cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return binary cross-entropy and gradient with the probability clipped.

    Examples
    --------
    >>> value, gradient = clipped_binary_cross_entropy(np.array([40.0]), np.array([0.0]))
    >>> round(float(value), 4), gradient.tolist()
    (16.1181, [0.0])
    """
    return _binary_cross_entropy(outputs, targets, clip=CLIP)


def _cross_entropy(z: Array, y: Array, shift: bool, clip: float | None) -> tuple[Array, Array]:
    xp = array_module(z)
    with np.errstate(all="ignore"):
        powers = xp.exp(z - xp.max(z, axis=-1, keepdims=True) if shift else z)
        p = powers / xp.sum(powers, axis=-1, keepdims=True)
        kept, inside = _clipped(p, clip, xp)
        # 0 ln 0 counts as 0, as every implementation has it that picks the label's entry.
        value = -xp.sum(xp.where(y > 0, y * xp.log(kept), 0 * z), axis=-1)
        grad_p = xp.where(inside & (y > 0), -y / kept, 0 * p)
        gradient = p * (grad_p - xp.sum(grad_p * p, axis=-1, keepdims=True))
    return value, gradient


def _binary_cross_entropy(z: Array, y: Array, clip: float | None) -> tuple[Array, Array]:
    xp = array_module(z)
    with np.errstate(all="ignore"):
        p = 1 / (1 + xp.exp(-z))
        kept, inside = _clipped(p, clip, xp)
        right = xp.where(y > 0, y * xp.log(kept), 0 * p)
        wrong = xp.where(y < 1, (1 - y) * xp.log(1 - kept), 0 * p)
        value = -xp.sum(right + wrong, axis=-1)
        grad_p = xp.where(inside, (kept - y) / (kept * (1 - kept)), 0 * p)
        gradient = grad_p * p * (1 - p)
    return value, gradient


def _clipped(p: Array, clip: float | None, xp: Any) -> tuple[Array, Array]:
    if clip is None:
        return p, xp.ones_like(p, dtype=bool)
    return xp.clip(p, clip, 1 - clip), (p >= clip) & (p <= 1 - clip)


NAIVE_FORMS: dict[str, dict[str, Form]] = {
    "cross_entropy": {
        "naive": naive_cross_entropy,
        "shifted": shifted_cross_entropy,
        "clipped": clipped_cross_entropy,
    },
    "binary_cross_entropy": {
        "naive": naive_binary_cross_entropy,
        "clipped": clipped_binary_cross_entropy,
    },
}
"""Forms that break, by the registry name of the loss whose stable form stands in `compute.losses`."""
