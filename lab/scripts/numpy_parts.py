"""What a NumPy script is made of besides losses: randomness, units, optimisers, schedules, metrics.

Written to be read from top to bottom. A script is given the functions that it needs, as they stand here.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np

Array = Any


def stream(seed: int, name: str, *keys: int) -> np.random.Generator:
    """Return the random numbers of one use of a seed: the lab's own tree of seeds."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    sequence = np.random.SeedSequence(seed, spawn_key=(number, len(keys), *keys))
    return np.random.Generator(np.random.PCG64(sequence))


def batch_rows(seed: int, step: int, count: int, batch: int | None, together: int) -> Array:
    """Return the rows of the batch that the update after ``step`` updates uses.

    Rows are shuffled once an epoch; ``together`` epochs are shuffled by one stream of random numbers.
    """
    if batch is None:
        return np.arange(count)
    steps_per_epoch = -(-count // batch)
    epoch, place = divmod(step, steps_per_epoch)
    part, inside = divmod(epoch, together)
    key = (seed, part, count, together)
    if key not in SHUFFLED:
        rows = np.broadcast_to(np.arange(count), (together, count))
        SHUFFLED.clear()
        SHUFFLED[key] = stream(seed, "batches", part).permuted(rows, axis=1)
    return SHUFFLED[key][inside, place * batch : (place + 1) * batch]


SHUFFLED: dict[Any, Array] = {}


def identity(z: Array) -> tuple[Array, Array]:
    """Return z, and its slope."""
    return z, np.ones_like(z)


def relu(z: Array) -> tuple[Array, Array]:
    """Return max(z, 0), and its slope, 0 at 0."""
    return np.maximum(z, 0), (z > 0).astype(z.dtype)


def leaky_relu(z: Array) -> tuple[Array, Array]:
    """Return max(z, 0.01 z), and its slope."""
    return np.maximum(z, 0.01 * z), np.where(z > 0, 1.0, 0.01)


def tanh(z: Array) -> tuple[Array, Array]:
    """Return tanh z, and its slope."""
    a = np.tanh(z)
    return a, 1 - a**2


def sigmoid_unit(z: Array) -> tuple[Array, Array]:
    """Return 1 / (1 + exp(−z)), and its slope."""
    a = 0.5 * (1 + np.tanh(0.5 * z))
    return a, a * (1 - a)


def gelu(z: Array) -> tuple[Array, Array]:
    """Return z/2 (1 + tanh(√(2/π) (z + 0.044715 z³))), and its slope."""
    root, bounded = math.sqrt(2 / math.pi), np.clip(z, -10, 10)
    t = np.tanh(root * (bounded + 0.044715 * bounded**3))
    inner = root * (1 + 3 * 0.044715 * bounded**2)
    return z / 2 * (1 + t), (1 + t) / 2 * (1 + bounded * (1 - t) * inner)


def softplus_unit(z: Array) -> tuple[Array, Array]:
    """Return ln(1 + exp(z)), and its slope."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))), 0.5 * (1 + np.tanh(0.5 * z))


def constant(k: int) -> float:
    """Return the factor on the learning rate: always 1."""
    return 1.0


def step(k: int, every: int, factor: float) -> float:
    """Return a factor that falls every so many steps."""
    return factor ** (k // every)


def exponential_decay(k: int, decay: float) -> float:
    """Return a factor that falls by the same share every step."""
    return decay**k


def cosine(k: int, length: int, final: float) -> float:
    """Return half a cosine from 1 down to its final share."""
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(1.0, k / max(1, length))))


def inverse_sqrt(k: int, offset: float) -> float:
    """Return 1 / √(1 + k/offset)."""
    return 1 / math.sqrt(1 + k / offset)


def sgd(w: Array, g: Array, rate: float, state: dict[str, Any]) -> Array:
    """Return w − η g."""
    return w - rate * g


def momentum(w: Array, g: Array, rate: float, state: dict[str, Any], momentum: float) -> Array:
    """Heavy ball: v ← μ v + g, w ← w − η v."""
    state["v"] = momentum * state.get("v", 0.0) + g
    return w - rate * state["v"]


def nesterov(w: Array, g: Array, rate: float, state: dict[str, Any], momentum: float) -> Array:
    """Return Nesterov's step: v ← μ v + g, w ← w − η (g + μ v)."""
    state["v"] = momentum * state.get("v", 0.0) + g
    return w - rate * (g + momentum * state["v"])


def adagrad(w: Array, g: Array, rate: float, state: dict[str, Any], epsilon: float) -> Array:
    """Return AdaGrad's step: s ← s + g², w ← w − η g/(√s + ε)."""
    state["s"] = state.get("s", 0.0) + g**2
    return w - rate * g / (np.sqrt(state["s"]) + epsilon)


def rmsprop(w: Array, g: Array, rate: float, state: dict[str, Any], decay: float, epsilon: float) -> Array:
    """Return RMSProp's step: s ← ρ s + (1 − ρ) g², w ← w − η g/(√s + ε)."""
    state["s"] = decay * state.get("s", 0.0) + (1 - decay) * g**2
    return w - rate * g / (np.sqrt(state["s"]) + epsilon)


def adam(
    w: Array, g: Array, rate: float, state: dict[str, Any], beta1: float, beta2: float, epsilon: float
) -> Array:
    """Return Adam's step: means of g and g², both corrected for their start at 0."""
    state["t"] = state.get("t", 0) + 1
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    m, v = state["m"] / (1 - beta1 ** state["t"]), state["v"] / (1 - beta2 ** state["t"])
    return w - rate * m / (np.sqrt(v) + epsilon)


def adamw(
    w: Array,
    g: Array,
    rate: float,
    state: dict[str, Any],
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
) -> Array:
    """Return Adam's step after all parameters shrank by their decay."""
    return adam(w * (1 - rate * weight_decay), g, rate, state, beta1, beta2, epsilon)


def log_sigmoid(z: Array) -> Array:
    """Return ln σ(z), without overflow."""
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


def evaluate_classes(outputs: Array, labels: Array, predictions: Array, link: str) -> dict[str, float]:
    """Return accuracy, negative log-likelihood and Brier score of raw outputs (N, K) and classes (N,).

    Outputs that are no probabilities are clipped to [1e-7, 1] and scaled to sum 1; one output is class 1's.
    """
    if outputs.shape[1] == 1:
        z, p = outputs[:, 0], np.clip(predictions[:, 0], 0, 1)
        right = np.where(labels == 1, p, 1 - p)
        likelihood = np.log(np.clip(right, 1e-7, 1))
        if link in ("sigmoid", "sigmoid_twice"):
            logit = z if link == "sigmoid" else 2 * z
            likelihood = log_sigmoid(np.where(labels == 1, logit, -logit))
        shares, predicted = np.stack([1 - p, p], axis=1), (p >= 0.5).astype(int)
        if link not in ("sigmoid", "sigmoid_twice"):
            predicted = (predictions[:, 0] >= 0.5).astype(int)
    else:
        predicted = outputs.argmax(axis=1)
        if link == "softmax":
            shifted = outputs - outputs.max(axis=1, keepdims=True)
            logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            shares = np.exp(logs)
        else:
            clipped = np.clip(predictions, 1e-7, 1)
            shares = clipped / clipped.sum(axis=1, keepdims=True)
            logs = np.log(shares)
        likelihood = logs[np.arange(len(labels)), labels]
    wanted = np.eye(shares.shape[1])[labels]
    return {
        "accuracy": float((predicted == labels).mean()),
        "nll": float(-likelihood.mean()),
        "brier": float(((shares - wanted) ** 2).sum(axis=1).mean()),
    }


def evaluate_numbers(outputs: Array, targets: Array, predictions: Array, link: str) -> dict[str, float]:
    """Return mean squared and mean absolute error, both summed over outputs."""
    errors = predictions - targets
    return {"mse": float((errors**2).sum(axis=1).mean()), "mae": float(np.abs(errors).sum(axis=1).mean())}


def predict(outputs: Array, link: str, width: int, largest: float = 1.0) -> Array:
    """Return what a loss's link makes of raw outputs, the first ``width`` of them."""
    z = outputs[:, :width]
    if link == "softmax":
        shifted = np.exp(z - z.max(axis=1, keepdims=True))
        return shifted / shifted.sum(axis=1, keepdims=True)
    if link in ("sigmoid", "sigmoid_twice"):
        return 0.5 * (1 + np.tanh(0.5 * z if link == "sigmoid" else z))
    if link == "margin":
        return (1 + z) / 2
    if link == "sparsemax":
        ordered = -np.sort(-z, axis=1)
        sums = ordered.cumsum(axis=1)
        size = (1 + np.arange(1, z.shape[1] + 1) * ordered > sums).sum(axis=1)
        level = (sums[np.arange(len(z)), size - 1] - 1) / size
        return np.maximum(z - level[:, None], 0)
    if link == "exponential":
        return np.exp(z)
    if link == "exponential_minus_one":
        return np.expm1(z)
    return z / largest
