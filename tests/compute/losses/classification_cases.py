"""Losses on classes: more hyper-parameters to test, their kinks, and their formulas in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from compute.losses import Loss

CLASS_CASES: dict[str, dict[str, float]] = {
    "focal sharp": {"gamma": 0.5},
    "focal_sigmoid balanced": {"gamma": 1.0, "alpha": 0.6},
    "poly_1 negative": {"epsilon": -0.5},
    "generalized_cross_entropy small": {"q": 0.1},
    "generalized_cross_entropy one": {"q": 1.0},
    "symmetric_cross_entropy even": {"alpha": 1.0, "beta": 0.5, "log_zero": -6.0},
    "reverse_kullback_leibler small": {"label_smoothing": 0.01},
    "rescaled_squared_error heavy": {"k": 3.0, "M": 2.0},
    "dice smooth": {"smooth": 0.1},
    "tversky even": {"alpha": 1.0, "beta": 0.5, "smooth": 0.2},
}
COLUMNS: list[tuple[str, str, list[float]]] = [
    ("focal", "gamma", [0.0, 0.5, 4.0]),
    ("focal_sigmoid", "gamma", [0.0, 0.5, 4.0]),
    ("focal_sigmoid", "alpha", [0.0, 0.25, 1.0]),
    ("poly_1", "epsilon", [-1.0, 0.0, 5.0]),
    ("generalized_cross_entropy", "q", [0.01, 0.7, 1.0]),
    ("symmetric_cross_entropy", "alpha", [0.0, 0.1, 2.0]),
    ("symmetric_cross_entropy", "beta", [0.0, 1.0, 2.0]),
    ("symmetric_cross_entropy", "log_zero", [-1.0, -4.0, -9.0]),
    ("reverse_kullback_leibler", "label_smoothing", [0.01, 0.1, 0.5]),
    ("rescaled_squared_error", "k", [0.5, 1.0, 4.0]),
    ("rescaled_squared_error", "M", [0.5, 1.0, 15.0]),
    ("dice", "smooth", [0.01, 1.0, 4.0]),
    ("tversky", "alpha", [0.1, 0.3, 2.0]),
    ("tversky", "beta", [0.1, 0.7, 2.0]),
    ("tversky", "smooth", [0.01, 1.0, 4.0]),
]
"""Loss, parameter and values of a column."""

HARD_LINKS = ("margin", "sigmoid_twice", "scaled")
"""Links of losses whose targets are 0 or 1 for each output and nothing between."""
HARD_LOSSES = ("logistic", "multiclass_hinge")
MARGIN_KINKS = {
    "hinge": (1.0,), "squared_hinge": (1.0,), "modified_huber": (1.0, -1.0), "perceptron": (0.0,),
    "exponential": (-50.0,),
}  # fmt: skip


def is_smooth(loss: Loss, outputs: Any, targets: Any, reach: float) -> Any:
    """Samples (R, B) that are further than this from where the slope, or its slope, jumps."""
    name = loss.card.name
    smooth = np.ones(outputs.shape[:2], bool)
    for kink in MARGIN_KINKS.get(name, ()):
        smooth &= (np.abs((2 * targets - 1) * outputs - kink) > reach).all(-1)
    if name == "multiclass_hinge":
        ordered = np.sort(outputs + 1 - targets, axis=-1)
        smooth &= ordered[..., -1] - ordered[..., -2] > 2 * reach
    if name == "sparsemax":
        p = loss.predictions(outputs)
        threshold = (outputs - p).max(-1, keepdims=True, where=p > 0, initial=-np.inf)
        smooth &= (np.abs(outputs - threshold) > 2 * reach).all(-1)
    return smooth


ZERO, ONE = Decimal(0), Decimal(1)


def of(loss: Loss, name: str) -> Decimal:
    return Decimal(repr(getattr(loss, name)))


def softmax(z: list[Decimal]) -> list[Decimal]:
    powers = [item.exp() for item in z]
    return [power / sum(powers) for power in powers]


def sigmoid(z: Decimal) -> Decimal:
    return ONE / (ONE + (-z).exp())


def of_labels(
    term: Callable[[Any, Decimal], Decimal],
) -> Callable[[Any, list[Decimal], list[Decimal]], Decimal]:
    """Σ y f(p) on a softmax."""
    return lambda loss, z, y: sum((b * term(loss, a) for a, b in zip(softmax(z), y, strict=True)), ZERO)


def of_margins(
    term: Callable[[Decimal], Decimal],
) -> Callable[[Any, list[Decimal], list[Decimal]], Decimal]:
    return lambda _, z, y: sum((term((2 * b - 1) * a) for a, b in zip(z, y, strict=True)), ZERO)


def power(base: Decimal, exponent: Decimal) -> Decimal:
    return (exponent * base.ln()).exp()


def divergence(a: list[Decimal], b: list[Decimal]) -> Decimal:
    return sum((s * (s / t).ln() for s, t in zip(a, b, strict=True) if s > 0), ZERO)


def focal_sigmoid(loss: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    gamma, alpha, total = of(loss, "gamma"), of(loss, "alpha"), ZERO
    for a, b in zip(z, y, strict=True):
        p, q = sigmoid(a), sigmoid(-a)
        total -= alpha * b * power(q, gamma) * p.ln() + (1 - alpha) * (1 - b) * power(p, gamma) * q.ln()
    return total


def symmetric(loss: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    alpha, beta, least = (of(loss, name) for name in ("alpha", "beta", "log_zero"))
    return -sum(
        (
            alpha * b * a.ln() + beta * a * (max(b.ln(), least) if b > 0 else least)
            for a, b in zip(softmax(z), y, strict=True)
        ),
        ZERO,
    )


def reverse(loss: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    smoothing = of(loss, "label_smoothing")
    return divergence(softmax(z), [(1 - smoothing) * item + smoothing / len(y) for item in y])


def jensen_shannon(_: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    p = softmax(z)
    mixture = [(a + b) / 2 for a, b in zip(p, y, strict=True)]
    return (divergence(y, mixture) + divergence(p, mixture)) / 2


def sparsemax(_: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    ordered = sorted(z, reverse=True)
    size = max(k for k in range(1, len(z) + 1) if 1 + k * ordered[k - 1] > sum(ordered[:k]))
    threshold = (sum(ordered[:size]) - 1) / size
    p = [max(ZERO, item - threshold) for item in z]
    return sum(((a - b) ** 2 - (a - c) ** 2 for a, b, c in zip(z, y, p, strict=True)), ZERO) / 2


def rescaled(loss: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    k, size = of(loss, "k"), of(loss, "M")
    return sum((k * (a - size) ** 2 if b == 1 else a * a for a, b in zip(z, y, strict=True)), ZERO)


def tversky(loss: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    p = [sigmoid(item) for item in z]
    hits = sum((a * b for a, b in zip(p, y, strict=True)), ZERO)
    if loss.card.name == "dice":
        s = of(loss, "smooth")
        return 1 - (2 * hits + s) / (sum(p) + sum(y) + s)
    alarms = sum((a * (1 - b) for a, b in zip(p, y, strict=True)), ZERO)
    misses = sum(((1 - a) * b for a, b in zip(p, y, strict=True)), ZERO)
    alpha, beta, s = (of(loss, name) for name in ("alpha", "beta", "smooth"))
    return 1 - (hits + s) / (hits + alpha * alarms + beta * misses + s)


def multiclass_hinge(_: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
    label = y.index(ONE)
    return max([ZERO, *(1 + item - z[label] for k, item in enumerate(z) if k != label)])


def modified_huber(m: Decimal) -> Decimal:
    return max(ZERO, 1 - m) ** 2 if m >= -1 else -4 * m


def exponential(m: Decimal) -> Decimal:
    return (-m).exp() if m >= -50 else Decimal(50).exp() * (1 - m - 50)


CLASS_EXACT: dict[str, Callable[[Any, list[Decimal], list[Decimal]], Decimal]] = {
    "focal": of_labels(lambda loss, p: -power(1 - p, of(loss, "gamma")) * p.ln()),
    "focal_sigmoid": focal_sigmoid,
    "poly_1": of_labels(lambda loss, p: -p.ln() + of(loss, "epsilon") * (1 - p)),
    "generalized_cross_entropy": of_labels(lambda loss, p: (1 - power(p, of(loss, "q"))) / of(loss, "q")),
    "symmetric_cross_entropy": symmetric,
    "kullback_leibler": lambda _, z, y: divergence(y, softmax(z)),
    "reverse_kullback_leibler": reverse,
    "jensen_shannon": jensen_shannon,
    "sparsemax": sparsemax,
    "rescaled_squared_error": rescaled,
    "hinge": of_margins(lambda m: max(ZERO, 1 - m)),
    "squared_hinge": of_margins(lambda m: max(ZERO, 1 - m) ** 2),
    "modified_huber": of_margins(modified_huber),
    "perceptron": of_margins(lambda m: max(ZERO, -m)),
    "logistic": of_margins(lambda m: (1 + (-m).exp()).ln()),
    "exponential": of_margins(exponential),
    "multiclass_hinge": multiclass_hinge,
    "dice": tversky,
    "tversky": tversky,
}
