"""The best constants that the cards of losses on classes name, found by other means than the loss itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import optimize

SHARES = np.array([0.6, 0.3, 0.1])
ONES = 0.7

PULLS: dict[str, Callable[[Any, Any], Any]] = {
    "focal": lambda loss, p: (1 - p) ** loss.gamma / p - loss.gamma * (1 - p) ** (loss.gamma - 1) * np.log(p),
    "poly_1": lambda loss, p: 1 / p + loss.epsilon,
    "symmetric_cross_entropy": lambda loss, p: loss.alpha / p - loss.beta * loss.log_zero,
    "jensen_shannon": lambda _, p: -np.log(p / (1 + p)) / 2,
}
"""How hard a sample of a class pulls at its probability p: −df/dp of a loss f(p of the label)."""


def balance(pull: Callable[[Any], Any], shares: Any) -> Any:
    """The p at which no class gains by taking from another: share × pull is the same for all."""

    def probabilities(level: float) -> Any:
        edge = 1e-15

        def one(share: float) -> float:
            if share * pull(1 - edge) > level:
                return 1 - edge
            found = optimize.brentq(lambda p: share * pull(p) - level, 1e-300, 1 - edge, xtol=1e-16)
            return float(found)

        return np.array([one(share) for share in shares])

    low, high = 1e-6, 1e6
    for _ in range(200):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if probabilities(middle).sum() > 1 else (low, middle)
    return probabilities(high)


def expected_shares(loss: Any, q: Any) -> Any:
    """The best constant probabilities of classes with shares q."""
    word = loss.card.minimiser
    if loss.card.name in PULLS:
        p = balance(lambda p: PULLS[loss.card.name](loss, p), q)
        if "less certain" in word:
            assert p.max() < q.max()
        elif word == "more certain than the class frequencies":
            assert (p.max() > q.max()) == (loss.epsilon > 0)
        elif "between" in word:
            assert q.max() < p.max() < 1
        else:  # the closed form that is named
            assert word.startswith("pₖ = 1/(exp(c/qₖ) − 1)")
            c = optimize.brentq(lambda c: (1 / np.expm1(c / q)).sum() - 1, 1e-3, 5)
            np.testing.assert_allclose(p, 1 / np.expm1(c / q), rtol=1e-9)
        return p
    if word == "class frequencies":
        return q
    if word == "class frequencies to the power 1/(1 − q), scaled to sum 1":
        if loss.q == 1:
            return np.eye(len(q))[np.argmax(q)]
        weights = q ** (1 / (1 - loss.q))
        return weights / weights.sum()
    if word == "geometric mean of the smoothed targets, scaled to sum 1":
        low = loss.label_smoothing / len(q)
        means = np.exp(q * np.log(1 - loss.label_smoothing + low) + (1 - q) * np.log(low))
        return means / means.sum()
    assert word == "the most frequent class if it has more than half, else no decision"
    return np.eye(len(q))[np.argmax(q)] if q.max() > 0.5 else np.full(len(q), 1 / len(q))


def expected_share(loss: Any, q: float) -> float:
    """The best constant prediction of one output with a share q of ones."""
    word = loss.card.minimiser
    if word == "share of ones":
        return q
    if word == "mode: 0 or 1, the more frequent":
        return round(q)
    if word == "no decision: a score of 0":
        return 0.5
    if word == "k q / (k q + 1 − q) for a share of ones q":
        return float(loss.k * q / (loss.k * q + 1 - q))
    p = np.linspace(1e-9, 1 - 1e-9, 2_000_001)
    if loss.card.name == "focal_sigmoid":
        assert word == "less certain than the share of ones, shifted by alpha"
        mean = -q * loss.alpha * (1 - p) ** loss.gamma * np.log(p)
        mean -= (1 - q) * (1 - loss.alpha) * p**loss.gamma * np.log(1 - p)
    else:
        assert word == "no closed form, near 0 or 1"
        half = loss.card.name == "dice"
        alpha, beta = (0.5, 0.5) if half else (loss.alpha, loss.beta)
        s = loss.smooth / 2 if half else loss.smooth
        mean = q * beta * (1 - p) / (p + beta * (1 - p) + s) + (1 - q) * alpha * p / (alpha * p + s)
    return float(p[np.argmin(mean)])


def best_of_one(loss: Any, q: float) -> float:
    targets = (np.arange(10) < 10 * q - 1e-9).astype(float)[None, :, None]

    def mean(z: float) -> float:
        return float(loss.value_and_gradient(np.full(targets.shape, z), targets)[0].mean())

    grid = np.linspace(-20, 20, 401)
    start = grid[np.argmin([mean(z) for z in grid])]
    found = optimize.minimize_scalar(
        mean, bounds=(start - 0.2, start + 0.2), method="bounded", options={"xatol": 1e-12}
    )
    return float(loss.predictions(np.array([found.x]))[0])


def best_of_several(loss: Any, q: Any) -> Any:
    count = np.round(10 * q).astype(int)
    targets = np.repeat(np.eye(len(q)), count, axis=0)[None]

    def mean(z: Any) -> float:
        return float(loss.value_and_gradient(np.broadcast_to(z, targets.shape), targets)[0].mean())

    starts = [np.zeros(len(q)), *np.eye(len(q)), *4 * np.eye(len(q))]
    options = {"xatol": 1e-9, "fatol": 1e-15, "maxiter": 4000, "maxfev": 4000}
    runs = [optimize.minimize(mean, start, method="Nelder-Mead", options=options) for start in starts]
    return loss.predictions(min(runs, key=lambda run: run.fun).x)


def check_class_minimiser(loss: Any) -> None:
    if loss.link.joint:
        shares = [SHARES, np.array([0.4, 0.3, 0.3])] if loss.card.name == "multiclass_hinge" else [SHARES]
        for q in shares:
            expected = expected_shares(loss, q)
            sure = set(np.round(expected, 12)) <= {0, 1}
            np.testing.assert_allclose(best_of_several(loss, q), expected, atol=1e-3 if sure else 2e-5)
        return
    for q in (ONES, 0.2):
        # An optimum at infinity is approached, not reached.
        tolerance = 1e-4 if loss.link.name == "sigmoid" else 1e-5
        assert abs(best_of_one(loss, q) - expected_share(loss, q)) < tolerance
