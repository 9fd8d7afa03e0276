"""The best constants that the cards of losses on numbers name, found by other means than the loss itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import optimize

WEIGHTS: dict[str, Callable[[Any, Any], Any]] = {
    "smooth_l1": lambda loss, r: 1 / np.maximum(np.abs(r), loss.beta),
    "log_cosh": lambda _, r: np.tanh(r) / r,
    "cauchy": lambda loss, r: 1 / (1 + (r / loss.c) ** 2),
    "student_t": lambda loss, r: 1 / (loss.degrees_of_freedom * loss.sigma**2 + r**2),
    "geman_mcclure": lambda loss, r: 1 / (1 + (r / loss.c) ** 2) ** 2,
    "welsch": lambda loss, r: np.exp(-((r / loss.c) ** 2)),
    "tukey_biweight": lambda loss, r: np.maximum(0, 1 - (r / loss.c) ** 2) ** 2,
    "general_robust": lambda loss, r: ((r / loss.c) ** 2 / abs(loss.alpha - 2) + 1) ** (loss.alpha / 2 - 1),
}
"""Weights ψ(r)/r as the tables of robust statistics print them, up to a factor."""


def reweighted_mean(loss: Any, y: Any) -> float:
    """Iteratively reweighted least squares from the median."""
    z = float(np.median(y)) + 1e-3
    for _ in range(5000):
        weights = WEIGHTS[loss.card.name](loss, z - y)
        z = float((weights * y).sum() / weights.sum())
    return z


def weighted_median(y: Any, weights: Any) -> float:
    order = np.argsort(y)
    share = np.cumsum(weights[order]) / weights.sum()
    return float(y[order][np.searchsorted(share, 0.5)])


def best(loss: Any, y: Any) -> Any:
    """The raw outputs of the best constant for targets (N,), by search."""
    targets = y[None, :, None]

    def mean(z: Any) -> float:
        outputs = np.broadcast_to(np.atleast_1d(z), (1, len(y), loss.card.outputs_per_target))
        return float(loss.value_and_gradient(outputs, targets)[0].mean())

    if loss.card.outputs_per_target == 2:
        options = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000}
        return optimize.minimize(mean, [0.3, 0.3], method="Nelder-Mead", options=options).x
    grid = np.linspace(-3, 8, 1101)
    start = grid[np.argmin([mean(z) for z in grid])]
    found = optimize.minimize_scalar(
        mean, bounds=(start - 0.01, start + 0.01), method="bounded", options={"xatol": 1e-12}
    )
    return np.array([found.x])


def check_minimiser(loss: Any) -> None:
    y = np.random.default_rng(11).exponential(size=101)  # skewed: mean and median differ
    y = np.maximum(y, 0.05)
    found, word = best(loss, y), loss.card.minimiser
    prediction = float(loss.predictions(found)[0])
    if word == "as many targets more than ε below as above":
        below, above = (
            (y < prediction - loss.epsilon - 1e-6).sum(),
            (y > prediction + loss.epsilon + 1e-6).sum(),
        )
        assert abs(below - above) <= (np.abs(np.abs(y - prediction) - loss.epsilon) <= 1e-6).sum() <= 2
        return
    if word == "mean of what exceeds ε is 0":
        residual = y - prediction
        excess = np.sign(residual) * np.maximum(np.abs(residual) - loss.epsilon, 0)
        assert abs(excess.mean()) < 1e-7
        return
    if word == "mean and standard deviation":
        expected = [y.mean(), np.log(y.std())]
    elif word == "median and mean absolute deviation from it":
        expected = [np.median(y), np.log(np.abs(y - np.median(y)).mean())]
    else:
        expected = [expected_prediction(loss, y, word)]
        found = [prediction]
    np.testing.assert_allclose(found, expected, atol=2e-6)


def expected_prediction(loss: Any, y: Any, word: str) -> float:
    if word == "mean":
        return float(y.mean())
    if word == "quantile":
        return float(np.quantile(y, loss.tau, method="inverted_cdf"))
    if word == "median weighted by 1/target":
        return weighted_median(y, 1 / y)
    if word == "geometric mean of 1 + target, minus 1":
        return float(np.expm1(np.log1p(y).mean()))
    assert word in ("M-estimate between median and mean", "M-estimate with falling weights")
    expected = reweighted_mean(loss, y)
    if "between" in word:
        assert np.median(y) < expected < y.mean()
    return expected
