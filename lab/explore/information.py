"""Entropy, cross-entropy and divergences of two distributions as draggable bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.explore.evaluation import Numbers
from lab.explore.problems import check_choice, check_number, refuse
from lab.number_text import value_text

LARGEST_CLASSES = 50
_SUM = 1e-6


@dataclass(frozen=True)
class InformationState:
    """Two distributions over the same classes; ``smoothing`` mixes P with the uniform one."""

    p: tuple[float, ...] = (0.1, 0.7, 0.2)
    q: tuple[float, ...] = (0.2, 0.7, 0.1)
    unit: Literal["nats", "bits"] = "nats"
    smoothing: float = 0.0

    def __post_init__(self) -> None:
        check_choice("unit", "The unit", self.unit, ("nats", "bits"))
        check_number("smoothing", "The smoothing", self.smoothing, 0.0, 1.0)
        if not 2 <= len(self.p) <= LARGEST_CLASSES:
            raise refuse("p", f"Between 2 and {LARGEST_CLASSES} classes are needed, not {len(self.p)}")
        if len(self.p) != len(self.q):
            raise refuse("q", f"P has {len(self.p)} classes but Q has {len(self.q)}")
        for key, values in (("p", self.p), ("q", self.q)):
            for value in values:
                check_number(key, f"A probability of {key.upper()}", value, 0.0, 1.0)
            if abs(sum(values) - 1) > _SUM:
                raise refuse(key, f"{key.upper()} must sum to 1, not {value_text(sum(values), digits=6)}")


@dataclass(frozen=True)
class InformationView:
    """All numbers in the state's unit; ``p`` after smoothing.

    ``cross_entropy`` = ``entropy_p`` + ``divergence`` (the stacked bar); infinite where Q lacks mass that P
    has. ``terms`` (K,) is −p log q class by class, ``surprise_p`` and ``surprise_q`` are −log of each.
    """

    p: NDArray[np.float64]
    q: NDArray[np.float64]
    unit: str
    entropy_p: float
    entropy_q: float
    cross_entropy: float
    cross_entropy_reverse: float
    divergence: float
    divergence_reverse: float
    largest_entropy: float
    terms: NDArray[np.float64]
    surprise_p: NDArray[np.float64]
    surprise_q: NDArray[np.float64]
    sentence: str


def view(state: InformationState) -> InformationView:
    """Return entropies and divergences."""
    log_unit = float(np.log(2)) if state.unit == "bits" else 1.0
    classes = len(state.p)
    p = (1 - state.smoothing) * np.array(state.p) + state.smoothing / classes
    q = np.array(state.q, dtype=np.float64)
    with np.errstate(divide="ignore"):
        surprise_p, surprise_q = -np.log(p) / log_unit + 0.0, -np.log(q) / log_unit + 0.0
    terms = _weighted(p, surprise_q)
    entropy_p, entropy_q = float(_weighted(p, surprise_p).sum()), float(_weighted(q, surprise_q).sum())
    forward, backward = float(terms.sum()), float(_weighted(q, surprise_p).sum())
    divergence, reverse = _divergence(p, q) / log_unit, _divergence(q, p) / log_unit
    return InformationView(
        p, q, state.unit, entropy_p, entropy_q, forward, backward, divergence, reverse,
        float(np.log(classes)) / log_unit, terms, surprise_p, surprise_q,
        _sentence(state, entropy_p, divergence),
    )  # fmt: skip


def _weighted(weights: Numbers, values: Numbers) -> Numbers:
    """Return products in which nothing times infinity is nothing."""
    return np.where(weights > 0, weights * np.where(weights > 0, values, 0.0), 0.0)


def _divergence(p: Numbers, q: Numbers) -> float:
    """Return Σ p ln(p / q) in nats, summed with the differences q − p so that nothing cancels near 0."""
    if ((q == 0) & (p > 0)).any():
        return float("inf")
    inside = p > 0
    a, b = p[inside], q[inside]
    # p ln(p/q) + q − p is ≥ 0 term by term; the q − p that were added sum to what p = 0 leaves over.
    near = np.abs(b - a) < 0.5 * a
    gap = np.divide(b - a, a, out=np.zeros_like(a), where=near)
    terms = np.where(near, a * (gap - np.log1p(gap)), a * (np.log(a) - np.log(b)) + b - a)
    return max(0.0, float(terms.sum() + q[~inside].sum() - (q.sum() - p.sum())))


def _sentence(state: InformationState, entropy: float, divergence: float) -> str:
    unit = state.unit
    if np.isinf(divergence):
        return "Q rules out what P has seen: cross-entropy and divergence are infinite."
    if divergence < 1e-12:
        if entropy < 1e-12:
            return "P = Q and P is one-hot: the cross-entropy is 0, as small as it can be."
        least = value_text(entropy, digits=4)
        return f"P = Q: the cross-entropy is as small as it can be, {least} {unit}, not 0."
    return (
        f"Of the cross-entropy {value_text(entropy, digits=4)} {unit} are P's own entropy, which no Q can "
        "save; "
        f"{value_text(divergence, digits=4)} are the price of Q."
    )


def surprise_curve(unit: str = "nats", count: int = 400) -> tuple[Numbers, Numbers]:
    """Return P (n,) from 0 to 1 and −log P (n,), infinite at 0."""
    p = np.linspace(0, 1, count)
    with np.errstate(divide="ignore"):
        return p, -np.log(p) / (np.log(2) if unit == "bits" else 1.0) + 0.0


def dragged(values: tuple[float, ...], index: int, value: float) -> tuple[float, ...]:
    """Return probabilities with one set and the others scaled so that the sum stays 1.

    Where the others were all 0 they share what is left equally.

    Examples
    --------
    >>> dragged((0.5, 0.25, 0.25), 0, 0.8)
    (0.8, 0.1, 0.1)
    """
    check_number("p", "A probability", value, 0.0, 1.0)
    rest = sum(other for k, other in enumerate(values) if k != index)
    left = 1 - value
    others = len(values) - 1
    moved = [
        value if k == index else (left * other / rest if rest > 0 else left / others)
        for k, other in enumerate(values)
    ]
    return tuple(round(number, 12) for number in moved) if abs(sum(moved) - 1) < 1e-9 else tuple(moved)


def one_hot(classes: int, index: int) -> tuple[float, ...]:
    """Return the distribution with everything on one class."""
    return tuple(float(k == index) for k in range(classes))


def uniform(classes: int) -> tuple[float, ...]:
    """Return the distribution with the same on every class."""
    return (1 / classes,) * classes
