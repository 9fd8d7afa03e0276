"""Losses that sum over outputs a function of one output and its target: value and derivative at once.

Each takes an output z, its target y and up to three hyper-parameters, and returns the term and its
derivative with respect to z, in the stable form that the loss of the same name documents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from compute.fast.elementary import clipped, exp, expm1, log1p, positive, power, sign, tanh
from compute.fast.jit import inlined, loops

f = np.float32
Array = Any
Pair = tuple[np.float32, np.float32]
_FAR = f(20)
_LARGEST_EXPONENT = f(50)


def summed(term: Callable[..., Pair]) -> Callable[..., None]:
    """Return the kernel that sums a term over outputs: ``(z, y, value, slope, a, b, c)``.

    Outputs, targets and slope are (K, B), value is (B,).
    """

    def kernel(
        z: Array, y: Array, value: Array, slope: Array, a: np.float32, b: np.float32, c: np.float32
    ) -> None:
        outputs, samples = z.shape
        value[:] = f(0)
        for k in range(outputs):
            each, target, derivative = z[k], y[k], slope[k]
            for i in range(samples):
                more, derivative[i] = term(each[i], target[i], a, b, c)
                value[i] += more

    return loops(kernel)


# --- of the residual ------------------------------------------------------------------------------
@inlined
def squared_error(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return r²."""
    r = z - y
    return r * r, r + r


@inlined
def half_squared_error(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return r²/2."""
    r = z - y
    return r * r * f(0.5), r


@inlined
def absolute_error(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return |r|."""
    r = z - y
    return abs(r), sign(r)


@inlined
def huber(z: np.float32, y: np.float32, delta: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return c (r − c/2) with c = r within ±delta."""
    r = z - y
    near = clipped(r, delta)
    return near * (r - f(0.5) * near), near


@inlined
def smooth_l1(z: np.float32, y: np.float32, beta: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return Huber's loss divided by beta."""
    r = z - y
    near = clipped(r, beta)
    slope = near / beta
    return (r - f(0.5) * near) * slope, slope


@inlined
def log_cosh(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return ln cosh r, along its asymptote beyond 20."""
    r = z - y
    size = abs(r)
    near = _FAR if size > _FAR else size
    # ln cosh r = ln(1 + 2 sinh²(r/2)), and sinh x = (e + e/(e + 1))/2 with e = eˣ − 1
    e = expm1(f(0.5) * near)
    sinh = f(0.5) * (e + e / (e + f(1)))
    return log1p(f(2) * sinh * sinh) + (size - near), tanh(r)


@inlined
def pinball(z: np.float32, y: np.float32, tau: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return max((1 − τ) r, −τ r)."""
    r = z - y
    above, below = (f(1) - tau) * r, -tau * r
    side = sign(r)
    return (below if below > above else above), ((f(0.5) - tau) * side + f(0.5)) * side


@inlined
def epsilon_insensitive(
    z: np.float32, y: np.float32, epsilon: np.float32, b: np.float32, c: np.float32
) -> Pair:
    """Return max(|r| − ε, 0)."""
    r = z - y
    excess = r - clipped(r, epsilon)
    return abs(excess), sign(excess)


@inlined
def squared_epsilon_insensitive(
    z: np.float32, y: np.float32, epsilon: np.float32, b: np.float32, c: np.float32
) -> Pair:
    """Return max(|r| − ε, 0)²."""
    r = z - y
    excess = r - clipped(r, epsilon)
    return excess * excess, excess + excess


@inlined
def cauchy(z: np.float32, y: np.float32, scale: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return c²/2 ln(1 + (r/c)²)."""
    r = z - y
    share = r / scale
    square = share * share
    return log1p(square) * (f(0.5) * scale * scale), r / (square + f(1))


@inlined
def student_t(z: np.float32, y: np.float32, nu: np.float32, sigma: np.float32, c: np.float32) -> Pair:
    """Return (ν + 1)/2 ln(1 + (r/σ)²/ν)."""
    share = (z - y) / sigma
    square = share * share
    return log1p(square / nu) * (f(0.5) * (nu + f(1))), share / (square + nu) * ((nu + f(1)) / sigma)


@inlined
def geman_mcclure(z: np.float32, y: np.float32, scale: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return c²/2 · s/(s + 1) with s = (r/c)²."""
    r = z - y
    share = r / scale
    square = share * share
    more = square + f(1)
    return square / more * (f(0.5) * scale * scale), r / more / more


@inlined
def welsch(z: np.float32, y: np.float32, scale: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return c²/2 (1 − exp(−(r/c)²))."""
    r = z - y
    share = r / scale
    square = -(share * share)
    return expm1(square) * (f(-0.5) * scale * scale), exp(square) * r


@inlined
def tukey_biweight(z: np.float32, y: np.float32, scale: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return c²/6 (1 − (1 − s)³) with s = min((r/c)², 1)."""
    r = z - y
    share = r / scale
    square = share * share
    square = f(1) if square > f(1) else square
    rest = f(1) - square
    term = ((square - f(3)) * square + f(3)) * square
    return term * (scale * scale / f(6)), rest * rest * r


@inlined
def rescaled_squared_error(z: np.float32, y: np.float32, k: np.float32, M: np.float32, c: np.float32) -> Pair:
    """Return w (z − M y)² with w = 1 + (k − 1) y."""
    r = z - y * M
    weighted = r * (y * (k - f(1)) + f(1))
    return r * weighted, weighted + weighted


# --- of sigmoid outputs ---------------------------------------------------------------------------
@inlined
def _sigmoid(z: np.float32) -> tuple[np.float32, np.float32, np.float32]:
    """Return σ(z), σ(−z) and e^(−|z|), each accurate relative to its size."""
    tail = exp(-abs(z))
    one = f(1) / (tail + f(1))
    rest = tail * one
    return (rest if z < f(0) else one), (one if z < f(0) else rest), tail


@inlined
def squared_error_sigmoid(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return (p − y)², p = σ(z)."""
    p, q, _ = _sigmoid(z)
    r = (f(1) - y) * p - y * q
    return r * r, (r + r) * p * q


@inlined
def absolute_error_sigmoid(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return |p − y|, p = σ(z)."""
    p, q, _ = _sigmoid(z)
    r = (f(1) - y) * p - y * q
    return abs(r), sign(r) * p * q


@inlined
def binary_cross_entropy(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return max(z, 0) − y z + ln(1 + e^(−|z|))."""
    p, q, tail = _sigmoid(z)
    return (positive(z) - y * z) + log1p(tail), (f(1) - y) * p - y * q


@inlined
def focal_sigmoid(z: np.float32, y: np.float32, gamma: np.float32, alpha: np.float32, c: np.float32) -> Pair:
    """Return y α q^γ (−ln p) + (1 − y)(1 − α) p^γ (−ln q), p = σ(z), q = 1 − p."""
    p, q, tail = _sigmoid(z)
    tail = log1p(tail)
    one = y * alpha * power(q, gamma)
    zero = (f(1) - y) * (f(1) - alpha) * power(p, gamma)
    one_log, zero_log = positive(-z) + tail, positive(z) + tail
    term = one * one_log + zero * zero_log
    return term, zero * (zero_log * q * gamma + p) - one * (one_log * p * gamma + q)


# --- of the margin --------------------------------------------------------------------------------
@inlined
def hinge(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return max(0, 1 − m), m = (2 y − 1) z."""
    side = y + y - f(1)
    lack = positive(f(1) - side * z)
    return lack, -sign(lack) * side


@inlined
def squared_hinge(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return max(0, 1 − m)²."""
    side = y + y - f(1)
    lack = positive(f(1) - side * z)
    return lack * lack, f(-2) * lack * side


@inlined
def modified_huber(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return c (2 (1 − m) − c) with c = 1 − m within 0 and 2."""
    side = y + y - f(1)
    lack = f(1) - side * z
    near = positive(lack)
    near = f(2) if near > f(2) else near
    return (lack + lack - near) * near, f(-2) * near * side


@inlined
def perceptron(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return max(0, −m)."""
    side = y + y - f(1)
    wrong = -(side * z)
    # at a margin of 0 the update of a mistake is made
    slope = f(-1) if wrong >= f(0) else f(0)
    return positive(wrong), (slope if wrong == wrong else wrong) * side


@inlined
def logistic(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return ln(1 + e^(−m))."""
    side = y + y - f(1)
    margin = side * z
    _, q, tail = _sigmoid(margin)
    return positive(-margin) + log1p(tail), -q * side


@inlined
def exponential(z: np.float32, y: np.float32, a: np.float32, b: np.float32, c: np.float32) -> Pair:
    """Return e^(−m), beyond an exponent of 50 its tangent."""
    side = y + y - f(1)
    rise = -(side * z)
    near = _LARGEST_EXPONENT if rise > _LARGEST_EXPONENT else rise
    powers = exp(near)
    return (rise - near + f(1)) * powers, -powers * side
