"""Losses in plain NumPy, as scripts show them: raw outputs ``z`` and targets ``y``, both (B, K).

Each returns the loss of every sample (B,) and its gradient in the outputs (B, K). A script is given only
those that it needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(−z)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def softplus(z: Array) -> Array:
    """Return ln(1 + exp(z)), without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def log_softmax(z: Array) -> Array:
    """Return z − ln Σ exp(z), the largest z taken out first."""
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def through_softmax(p: Array, slope: Array) -> Array:
    """Return ∂L/∂z from ∂L/∂p: p (slope − Σ p slope)."""
    return p * (slope - (p * slope).sum(axis=1, keepdims=True))


def sparsemax_of(z: Array) -> Array:
    """Return the point of the probability simplex that is nearest to z."""
    ordered = -np.sort(-z, axis=1)
    places = np.arange(1, z.shape[1] + 1)
    sums = ordered.cumsum(axis=1)
    size = (1 + places * ordered > sums).sum(axis=1)
    rows = np.arange(len(z))
    level = (sums[rows, size - 1] - 1) / size
    return np.maximum(z - level[:, None], 0)


def squared_error(z: Array, y: Array) -> tuple[Array, Array]:
    r = z - y
    return (r**2).sum(axis=1), 2 * r


def squared_error_sigmoid(z: Array, y: Array) -> tuple[Array, Array]:
    p = sigmoid(z)
    return ((p - y) ** 2).sum(axis=1), 2 * (p - y) * p * (1 - p)


def brier(z: Array, y: Array) -> tuple[Array, Array]:
    p = np.exp(log_softmax(z))
    return ((p - y) ** 2).sum(axis=1), through_softmax(p, 2 * (p - y))


def absolute_error(z: Array, y: Array) -> tuple[Array, Array]:
    r = z - y
    return np.abs(r).sum(axis=1), np.sign(r)


def absolute_error_sigmoid(z: Array, y: Array) -> tuple[Array, Array]:
    p = sigmoid(z)
    return np.abs(p - y).sum(axis=1), np.sign(p - y) * p * (1 - p)


def absolute_error_softmax(z: Array, y: Array) -> tuple[Array, Array]:
    p = np.exp(log_softmax(z))
    return np.abs(p - y).sum(axis=1), through_softmax(p, np.sign(p - y))


def cross_entropy(
    z: Array, y: Array, label_smoothing: float = 0.0, class_weights: Array = ()
) -> tuple[Array, Array]:
    logs = log_softmax(z)
    wanted = (1 - label_smoothing) * y + label_smoothing / z.shape[1]
    if len(class_weights):
        wanted = wanted * np.asarray(class_weights)
    gradient = np.exp(logs) * wanted.sum(axis=1, keepdims=True) - wanted
    return -(wanted * logs).sum(axis=1), gradient


def binary_cross_entropy(z: Array, y: Array) -> tuple[Array, Array]:
    return (softplus(z) - y * z).sum(axis=1), sigmoid(z) - y


def huber(z: Array, y: Array, delta: float = 1.0) -> tuple[Array, Array]:
    r = z - y
    size = np.abs(r)
    value = np.where(size <= delta, r**2 / 2, delta * (size - delta / 2))
    return value.sum(axis=1), np.clip(r, -delta, delta)


def half_squared_error(z: Array, y: Array) -> tuple[Array, Array]:
    r = z - y
    return (r**2 / 2).sum(axis=1), r


def smooth_l1(z: Array, y: Array, beta: float = 1.0) -> tuple[Array, Array]:
    r = z - y
    size = np.abs(r)
    value = np.where(size <= beta, r**2 / (2 * beta), size - beta / 2)
    return value.sum(axis=1), np.clip(r / beta, -1, 1)


def log_cosh(z: Array, y: Array) -> tuple[Array, Array]:
    r = z - y
    size = np.abs(r)
    return (size + np.log1p(np.exp(-2 * size)) - np.log(2)).sum(axis=1), np.tanh(r)


def pinball(z: Array, y: Array, tau: float = 0.5) -> tuple[Array, Array]:
    r = z - y
    gradient = np.where(r < 0, -tau, np.where(r > 0, 1 - tau, 0.0))
    return np.maximum(-tau * r, (1 - tau) * r).sum(axis=1), gradient


def epsilon_insensitive(z: Array, y: Array, epsilon: float = 0.1) -> tuple[Array, Array]:
    r = z - y
    over = np.abs(r) - epsilon
    return np.maximum(over, 0).sum(axis=1), np.where(over > 0, np.sign(r), 0.0)


def squared_epsilon_insensitive(z: Array, y: Array, epsilon: float = 0.1) -> tuple[Array, Array]:
    r = z - y
    over = np.maximum(np.abs(r) - epsilon, 0)
    return (over**2).sum(axis=1), 2 * np.sign(r) * over


def cauchy(z: Array, y: Array, c: float = 1.0) -> tuple[Array, Array]:
    r = z - y
    return (c**2 / 2 * np.log1p((r / c) ** 2)).sum(axis=1), r / (1 + (r / c) ** 2)


def student_t(z: Array, y: Array, degrees_of_freedom: float = 3.0, sigma: float = 1.0) -> tuple[Array, Array]:
    r, nu = z - y, degrees_of_freedom
    value = (nu + 1) / 2 * np.log1p(r**2 / (nu * sigma**2))
    return value.sum(axis=1), (nu + 1) * r / (nu * sigma**2 + r**2)


def geman_mcclure(z: Array, y: Array, c: float = 1.0) -> tuple[Array, Array]:
    r = z - y
    below = 1 + (r / c) ** 2
    return (r**2 / 2 / below).sum(axis=1), r / below**2


def welsch(z: Array, y: Array, c: float = 1.0) -> tuple[Array, Array]:
    r = z - y
    far = np.exp(-((r / c) ** 2))
    return (c**2 / 2 * (1 - far)).sum(axis=1), r * far


def tukey_biweight(z: Array, y: Array, c: float = 4.685) -> tuple[Array, Array]:
    r = z - y
    u = np.minimum((r / c) ** 2, 1)
    return (c**2 / 6 * (1 - (1 - u) ** 3)).sum(axis=1), r * (1 - u) ** 2


def general_robust(z: Array, y: Array, alpha: float = 0.0, c: float = 1.0) -> tuple[Array, Array]:
    r = z - y
    square = (r / c) ** 2
    if alpha == 2:
        return (square / 2).sum(axis=1), r / c**2
    if alpha == 0:
        return np.log1p(square / 2).sum(axis=1), r / c**2 / (square / 2 + 1)
    if alpha == -np.inf:
        return (1 - np.exp(-square / 2)).sum(axis=1), r / c**2 * np.exp(-square / 2)
    b = abs(alpha - 2)
    base = square / b + 1
    return (b / alpha * (base ** (alpha / 2) - 1)).sum(axis=1), r / c**2 * base ** (alpha / 2 - 1)


def absolute_percentage_error(z: Array, y: Array) -> tuple[Array, Array]:
    r = z - y
    return (np.abs(r) / np.abs(y)).sum(axis=1), np.sign(r) / np.abs(y)


def squared_log_error(z: Array, y: Array) -> tuple[Array, Array]:
    r = z - np.log1p(y)  # the prediction is exp(z) − 1
    return (r**2).sum(axis=1), 2 * r


def gaussian_nll(z: Array, y: Array) -> tuple[Array, Array]:
    location, s = np.split(z, 2, axis=1)  # s = ln σ
    r, precision = location - y, np.exp(-2 * s)
    value = s + r**2 * precision / 2 + np.log(2 * np.pi) / 2
    return value.sum(axis=1), np.concatenate([r * precision, 1 - r**2 * precision], axis=1)


def laplace_nll(z: Array, y: Array) -> tuple[Array, Array]:
    location, s = np.split(z, 2, axis=1)  # s = ln b
    r, inverse = location - y, np.exp(-s)
    value = s + np.abs(r) * inverse + np.log(2)
    return value.sum(axis=1), np.concatenate([np.sign(r) * inverse, 1 - np.abs(r) * inverse], axis=1)


def poisson(z: Array, y: Array) -> tuple[Array, Array]:
    mu = np.exp(z)
    positive = np.where(y > 0, y, 1)
    return (mu - y * z + y * np.log(positive) - y).sum(axis=1), mu - y


def gamma(z: Array, y: Array) -> tuple[Array, Array]:
    ratio = y * np.exp(-z)
    return (ratio - np.log(ratio) - 1).sum(axis=1), 1 - ratio


def tweedie(z: Array, y: Array, power: float = 1.5) -> tuple[Array, Array]:
    one, two = 1 - power, 2 - power
    value = (np.exp(two * z) - y**two) / two - (y * np.exp(one * z) - y**two) / one
    return value.sum(axis=1), np.exp(two * z) - y * np.exp(one * z)


def focal(z: Array, y: Array, gamma: float = 2.0, class_weights: Array = ()) -> tuple[Array, Array]:
    logs = log_softmax(z)
    p = np.exp(logs)
    weights = y * np.asarray(class_weights) if len(class_weights) else y
    rest = np.maximum(-np.expm1(logs), 1e-300)  # 1 − p
    value = -(weights * rest**gamma * logs).sum(axis=1)
    pulls = weights * rest**gamma * (1 - gamma * p * logs / rest)
    return value, p * pulls.sum(axis=1, keepdims=True) - pulls


def focal_sigmoid(z: Array, y: Array, gamma: float = 2.0, alpha: float = 0.25) -> tuple[Array, Array]:
    p, q = sigmoid(z), sigmoid(-z)
    log_p, log_q = -softplus(-z), -softplus(z)
    value = -(alpha * y * q**gamma * log_p + (1 - alpha) * (1 - y) * p**gamma * log_q)
    ones = alpha * y * q**gamma * (gamma * p * log_p - q)
    zeros = (1 - alpha) * (1 - y) * p**gamma * (p - gamma * q * log_q)
    return value.sum(axis=1), ones + zeros


def poly_1(z: Array, y: Array, epsilon: float = 1.0) -> tuple[Array, Array]:
    logs = log_softmax(z)
    p = np.exp(logs)
    pulls = y * (1 + epsilon * p)
    return (y * (epsilon * (1 - p) - logs)).sum(axis=1), p * pulls.sum(axis=1, keepdims=True) - pulls


def generalized_cross_entropy(z: Array, y: Array, q: float = 0.7) -> tuple[Array, Array]:
    logs = log_softmax(z)
    pulls = y * np.exp(q * logs)
    value = (y * -np.expm1(q * logs) / q).sum(axis=1)
    return value, np.exp(logs) * pulls.sum(axis=1, keepdims=True) - pulls


def symmetric_cross_entropy(
    z: Array, y: Array, alpha: float = 0.1, beta: float = 1.0, log_zero: float = -4.0
) -> tuple[Array, Array]:
    logs = log_softmax(z)
    p = np.exp(logs)
    cost = -np.maximum(np.log(np.maximum(y, 1e-300)), log_zero)
    value = (-alpha * y * logs + beta * p * cost).sum(axis=1)
    return value, alpha * (p - y) + beta * through_softmax(p, cost)


def kullback_leibler(z: Array, y: Array) -> tuple[Array, Array]:
    logs = log_softmax(z)
    entropy = y * np.log(np.where(y > 0, y, 1))
    return (entropy - y * logs).sum(axis=1), np.exp(logs) - y


def reverse_kullback_leibler(z: Array, y: Array, label_smoothing: float = 0.1) -> tuple[Array, Array]:
    logs = log_softmax(z)
    p = np.exp(logs)
    wanted = (1 - label_smoothing) * y + label_smoothing / z.shape[1]
    ratio = logs - np.log(wanted)
    return (p * ratio).sum(axis=1), through_softmax(p, ratio)


def jensen_shannon(z: Array, y: Array) -> tuple[Array, Array]:
    logs = log_softmax(z)
    p = np.exp(logs)
    middle = np.log(np.maximum((p + y) / 2, 1e-300))
    positive = np.where(y > 0, y, 1)
    value = y * (np.log(positive) - middle) + p * (logs - middle)
    return value.sum(axis=1) / 2, through_softmax(p, (logs - middle) / 2)


def sparsemax(z: Array, y: Array) -> tuple[Array, Array]:
    p = sparsemax_of(z)
    return (((z - y) ** 2 - (z - p) ** 2) / 2).sum(axis=1), p - y


def rescaled_squared_error(z: Array, y: Array, k: float = 1.0, M: float = 15.0) -> tuple[Array, Array]:
    value = y * k * (z - M) ** 2 + (1 - y) * z**2
    return value.sum(axis=1), 2 * (y * k * (z - M) + (1 - y) * z)


def hinge(z: Array, y: Array) -> tuple[Array, Array]:
    s = 2 * y - 1
    short = 1 - s * z
    return np.maximum(short, 0).sum(axis=1), np.where(short > 0, -s, 0.0)


def squared_hinge(z: Array, y: Array) -> tuple[Array, Array]:
    s = 2 * y - 1
    short = np.maximum(1 - s * z, 0)
    return (short**2).sum(axis=1), -2 * s * short


def modified_huber(z: Array, y: Array) -> tuple[Array, Array]:
    s = 2 * y - 1
    m = s * z
    value = np.where(m >= -1, np.maximum(1 - m, 0) ** 2, -4 * m)
    return value.sum(axis=1), -2 * s * np.clip(1 - m, 0, 2)


def perceptron(z: Array, y: Array) -> tuple[Array, Array]:
    s = 2 * y - 1
    return np.maximum(-s * z, 0).sum(axis=1), np.where(s * z <= 0, -s, 0.0)


def logistic(z: Array, y: Array) -> tuple[Array, Array]:
    s = 2 * y - 1
    return softplus(-s * z).sum(axis=1), -s * sigmoid(-s * z)


def exponential(z: Array, y: Array) -> tuple[Array, Array]:
    s = 2 * y - 1
    m = s * z
    grown = np.exp(-np.maximum(m, -50))
    return (grown * np.where(m < -50, -49 - m, 1)).sum(axis=1), -s * grown


def multiclass_hinge(z: Array, y: Array) -> tuple[Array, Array]:
    raised = z + 1 - y
    top = raised.max(axis=1, keepdims=True)
    share = (raised == top) / (raised == top).sum(axis=1, keepdims=True)
    return top[:, 0] - (y * z).sum(axis=1), share - y


def dice(z: Array, y: Array, smooth: float = 1.0) -> tuple[Array, Array]:
    p = sigmoid(z)
    above = 2 * (p * y).sum(axis=1, keepdims=True) + smooth
    below = (p + y).sum(axis=1, keepdims=True) + smooth
    return 1 - (above / below)[:, 0], (above - 2 * y * below) / below**2 * p * (1 - p)


def tversky(
    z: Array, y: Array, alpha: float = 0.3, beta: float = 0.7, smooth: float = 1.0
) -> tuple[Array, Array]:
    p = sigmoid(z)
    hits = (p * y).sum(axis=1, keepdims=True) + smooth
    misses = (alpha * p * (1 - y) + beta * (1 - p) * y).sum(axis=1, keepdims=True)
    below = hits + misses
    slope = ((alpha * (1 - y) - beta * y) * hits - y * misses) / below**2
    return 1 - (hits / below)[:, 0], slope * p * (1 - p)
