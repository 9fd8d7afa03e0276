"""Losses on softmax outputs: value and gradient with the largest power split off.

The pieces and their names are those of `compute.losses.softmax_form`: ``rest`` is e^(z − max z), 0 at the
largest; ``excess`` is what all but one of the largest sum to; ``total`` = 1 + excess. All arrays are
(K, B) or (B,). ``work`` (4, K, B) and ``sums`` (4, B) are scratch; ``prepare`` leaves in them

- work[0] z − max z, work[1] rest
- sums[0] how many are largest, sums[1] excess, sums[2] total
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.fast.elementary import exp, expm1, log1p, power, sign
from compute.fast.jit import inlined, loops

f = np.float32
_TINY = f(np.finfo(np.float32).tiny)
Array = Any


@inlined
def _top(shifted: np.float32) -> np.float32:
    """Return 1 for one of the largest, else 0."""
    return f(1) if shifted == f(0) else f(0)


@loops
def prepare(z: Array, work: Array, sums: Array) -> None:
    """Compute the pieces."""
    outputs, samples = z.shape
    shifted, rest = work[0], work[1]
    ties, excess, total = sums[0], sums[1], sums[2]
    total[:] = z[0]
    for k in range(1, outputs):
        each = z[k]
        for i in range(samples):
            total[i] = each[i] if each[i] > total[i] else total[i]
    ties[:] = f(0)
    excess[:] = f(0)
    for k in range(outputs):
        each, lead, powers = z[k], shifted[k], rest[k]
        for i in range(samples):
            lead[i] = each[i] - total[i]
            top = _top(lead[i])
            powers[i] = exp(lead[i]) - top
            ties[i] += top
            excess[i] += powers[i]
    for i in range(samples):
        excess[i] += ties[i] - f(1)
        total[i] = excess[i] + f(1)


@loops
def weighted_residual(weights: Array, work: Array, sums: Array, slope: Array) -> None:
    """Write p Σ v − v for weights v (K, B) whose sums are in sums[3]."""
    outputs, samples = slope.shape
    shifted, rest = work[0], work[1]
    excess, total, mass = sums[1], sums[2], sums[3]
    for k in range(outputs):
        weight, lead, powers, out = weights[k], shifted[k], rest[k], slope[k]
        for i in range(samples):
            split = powers[i] * mass[i] + (_top(lead[i]) * mass[i] - weight[i])
            out[i] = (split - weight[i] * excess[i]) / total[i]


@loops
def pull_back(work: Array, sums: Array, slope: Array) -> None:
    """Turn v = ∂L/∂p in ``slope`` into ∂L/∂z, with Σ v over the largest in sums[3]; writes over sums[0]."""
    outputs, samples = slope.shape
    shifted, rest = work[0], work[1]
    ties, total, mean = sums[0], sums[2], sums[3]
    for i in range(samples):
        mean[i] /= ties[i]
    others = ties
    others[:] = f(0)
    for k in range(outputs):
        powers, out = rest[k], slope[k]
        for i in range(samples):
            out[i] -= mean[i]
            others[i] += out[i] * powers[i]
    for i in range(samples):
        others[i] /= total[i]
    for k in range(outputs):
        lead, powers, out = shifted[k], rest[k], slope[k]
        for i in range(samples):
            out[i] = (out[i] - others[i]) * ((powers[i] + _top(lead[i])) / total[i])


@loops
def cross_entropy(
    y: Array, work: Array, sums: Array, value: Array, slope: Array, weights: Array, smoothing: np.float32
) -> None:
    """Cross-entropy with label smoothing and class weights."""
    outputs, samples = slope.shape
    shifted, smooth = work[0], work[2]
    excess, mass = sums[1], sums[3]
    kept, share = f(1) - smoothing, smoothing / f(outputs)
    value[:] = f(0)
    mass[:] = f(0)
    for k in range(outputs):
        target, lead, out, weight = y[k], shifted[k], smooth[k], weights[k]
        for i in range(samples):
            out[i] = (target[i] * kept + share) * weight
            mass[i] += out[i]
            value[i] -= out[i] * lead[i]
    for i in range(samples):
        value[i] += log1p(excess[i]) * mass[i]
    weighted_residual(smooth, work, sums, slope)


@inlined
def _residual(
    y: np.float32, shifted: np.float32, rest: np.float32, excess: np.float32, total: np.float32
) -> np.float32:
    """Return p − y."""
    return ((rest + (_top(shifted) - y)) - y * excess) / total


@loops
def brier(y: Array, work: Array, sums: Array, value: Array, slope: Array) -> None:
    """Squared error of the probabilities."""
    outputs, samples = slope.shape
    shifted, rest = work[0], work[1]
    excess, total, over_top = sums[1], sums[2], sums[3]
    value[:] = f(0)
    over_top[:] = f(0)
    for k in range(outputs):
        target, lead, powers, out = y[k], shifted[k], rest[k], slope[k]
        for i in range(samples):
            r = _residual(target[i], lead[i], powers[i], excess[i], total[i])
            value[i] += r * r
            out[i] = r + r
            over_top[i] += out[i] * _top(lead[i])
    pull_back(work, sums, slope)


@loops
def absolute_error_softmax(y: Array, work: Array, sums: Array, value: Array, slope: Array) -> None:
    """Absolute error of the probabilities."""
    outputs, samples = slope.shape
    shifted, rest = work[0], work[1]
    excess, total, over_top = sums[1], sums[2], sums[3]
    value[:] = f(0)
    over_top[:] = f(0)
    for k in range(outputs):
        target, lead, powers, out = y[k], shifted[k], rest[k], slope[k]
        for i in range(samples):
            r = _residual(target[i], lead[i], powers[i], excess[i], total[i])
            value[i] += abs(r)
            out[i] = sign(r)
            over_top[i] += out[i] * _top(lead[i])
    pull_back(work, sums, slope)


@inlined
def _complement(shifted: np.float32, rest: np.float32, excess: np.float32, total: np.float32) -> np.float32:
    """Return 1 − p without cancellation where p is near 1."""
    return ((f(1) - _top(shifted)) + (excess - rest)) / total


@loops
def _begin_labels(sums: Array, value: Array, further: Array) -> None:
    """Set sums to 0, and ``further`` to what ln p lies below the shifted outputs."""
    excess, mass = sums[1], sums[3]
    for i in range(len(value)):
        further[i] = log1p(excess[i])
    value[:] = f(0)
    mass[:] = f(0)


@loops
def focal(
    y: Array, work: Array, sums: Array, value: Array, slope: Array, weights: Array, gamma: np.float32
) -> None:
    """Focal loss with class weights."""
    outputs, samples = slope.shape
    shifted, rest, pull, further = work[0], work[1], work[2], work[3, 0]
    excess, total, mass = sums[1], sums[2], sums[3]
    _begin_labels(sums, value, further)
    for k in range(outputs):
        target, lead, powers, out, weight = y[k], shifted[k], rest[k], pull[k], weights[k]
        for i in range(samples):
            complement = _complement(lead[i], powers[i], excess[i], total[i])
            p = (powers[i] + _top(lead[i])) / total[i]
            log_p = lead[i] - further[i]
            factor = power(complement, gamma) * (target[i] * weight)
            value[i] -= factor * log_p
            # at p = 1 exactly ln p is 0 too: any divisor above 0 will do
            divisor = _TINY if complement < _TINY else complement
            out[i] = factor * (f(1) - gamma * p * log_p / divisor)
            mass[i] += out[i]
    weighted_residual(pull, work, sums, slope)


@loops
def generalized_cross_entropy(
    y: Array, work: Array, sums: Array, value: Array, slope: Array, q: np.float32
) -> None:
    """(1 − p^q)/q of the label's probability."""
    outputs, samples = slope.shape
    shifted, pull, further, mass = work[0], work[2], work[3, 0], sums[3]
    _begin_labels(sums, value, further)
    for k in range(outputs):
        target, lead, out = y[k], shifted[k], pull[k]
        for i in range(samples):
            log_power = (lead[i] - further[i]) * q
            value[i] += expm1(log_power) / -q * target[i]
            out[i] = exp(log_power) * target[i]
            mass[i] += out[i]
    weighted_residual(pull, work, sums, slope)


@loops
def poly_1(y: Array, work: Array, sums: Array, value: Array, slope: Array, epsilon: np.float32) -> None:
    """Cross-entropy plus ε (1 − p)."""
    outputs, samples = slope.shape
    shifted, rest, pull, further = work[0], work[1], work[2], work[3, 0]
    excess, total, mass = sums[1], sums[2], sums[3]
    _begin_labels(sums, value, further)
    for k in range(outputs):
        target, lead, powers, out = y[k], shifted[k], rest[k], pull[k]
        for i in range(samples):
            more = epsilon * _complement(lead[i], powers[i], excess[i], total[i])
            value[i] += (more - (lead[i] - further[i])) * target[i]
            out[i] = ((f(1) + epsilon) - more) * target[i]
            mass[i] += out[i]
    weighted_residual(pull, work, sums, slope)
