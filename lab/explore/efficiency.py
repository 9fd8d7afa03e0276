"""How efficient and how robust estimators of a location are: Monte Carlo with intervals, and closed forms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.explore.estimators import huber_location
from lab.explore.evaluation import Numbers
from lab.explore.problems import check_choice, check_number

Sampling = Literal["gaussian", "laplace", "student_t3", "contaminated"]

SAMPLINGS: dict[Sampling, str] = {
    "gaussian": "Gaussian",
    "laplace": "Laplace",
    "student_t3": "Student-t, 3 degrees of freedom",
    "contaminated": "Gaussian, 10 % of it ten times as wide",
}
"""Name → label."""

_BLOCK = 500
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class EfficiencyState:
    """A Monte Carlo comparison: var(mean) / var(estimator) over many samples of a size."""

    noise: Sampling = "gaussian"
    samples: int = 101
    replications: int = 20_000
    delta: float = 1.345
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("noise", "The noise", self.noise, tuple(SAMPLINGS))
        check_number("samples", "The sample size", self.samples, 2, 10_000, whole=True)
        check_number(
            "replications", "The number of replications", self.replications, 100, 1_000_000, whole=True
        )
        check_number("delta", "Delta", self.delta, 0.0, 1e6, low_open=True)
        check_number("seed", "The seed", self.seed, 0, 2**32 - 1, whole=True)


@dataclass(frozen=True)
class Efficiency:
    """The ratio with its 95 % interval; ``exact`` is the limit for large samples."""

    estimator: Literal["median", "huber"]
    ratio: float
    low: float
    high: float
    exact: float | None


@dataclass(frozen=True)
class EfficiencyProgress:
    """What is known after some of the replications."""

    done: int
    replications: int
    results: tuple[Efficiency, ...]


def run(state: EfficiencyState, chunk: int = 1000) -> Iterator[EfficiencyProgress]:
    """Yield the result after each chunk of replications; the last one is the whole.

    Samples come in blocks of 500, each from its own stream, so the chunk does not change the numbers. The
    intervals are of the ratio's logarithm (delta method, for the estimates are paired).
    """
    squares: list[Numbers] = []
    done, shown = 0, 0
    for block in range(math.ceil(state.replications / _BLOCK)):
        count = min(_BLOCK, state.replications - done)
        x = _draw(state, block)[:count]
        estimates = np.stack([x.mean(axis=1), np.median(x, axis=1), huber_location(x, state.delta)])
        squares.append(estimates**2)
        done += count
        if done - shown >= chunk or done == state.replications:
            shown = done
            yield EfficiencyProgress(
                done, state.replications, _results(state, np.concatenate(squares, axis=1))
            )


def _draw(state: EfficiencyState, block: int) -> Numbers:
    """Return samples (500, n) with the true location 0."""
    rng = np.random.default_rng([state.seed, block])
    shape = (_BLOCK, state.samples)
    match state.noise:
        case "gaussian":
            return rng.standard_normal(shape)
        case "laplace":
            return rng.laplace(size=shape)
        case "student_t3":
            return rng.standard_t(3, shape)
    wide = rng.random(shape) < 0.1
    return rng.standard_normal(shape) * np.where(wide, 10.0, 1.0)


def _results(state: EfficiencyState, squares: Numbers) -> tuple[Efficiency, ...]:
    mean, count = squares[0], squares.shape[1]
    limits = {"median": median_limit(state.noise), "huber": huber_limit(state.noise, state.delta)}
    results = []
    for row, name in ((1, "median"), (2, "huber")):
        ratio = float(mean.mean() / squares[row].mean())
        relative = mean / mean.mean() - squares[row] / squares[row].mean()
        reach = math.exp(_NORMAL_95 * float(relative.std()) / math.sqrt(count))
        results.append(Efficiency(name, ratio, ratio / reach, ratio * reach, limits[name]))  # type: ignore[arg-type]
    return tuple(results)


def _phi(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _normal_moments(delta: float, scale: float) -> tuple[float, float]:
    """Return E ψ' and E ψ² of Huber's ψ under Gaussian noise of a scale."""
    c = delta / scale
    inside = math.erf(c / math.sqrt(2))
    tails = math.erfc(c / math.sqrt(2))
    return inside, scale**2 * (inside - 2 * c * _phi(c)) + delta**2 * tails


def huber_efficiency(delta: float) -> float:
    """Return the efficiency of Huber's estimator under Gaussian noise, in closed form.

    (2Φ(k) − 1)² / E ψ²; it tends to 2/π for k → 0.

    Examples
    --------
    >>> round(huber_efficiency(1.345), 6)
    0.95
    """
    check_number("delta", "Delta", delta, 0.0, 1e6)
    if delta < 1e-6:
        return 2 / math.pi
    slope, square = _normal_moments(delta, 1.0)
    return slope**2 / square


def median_limit(noise: Sampling) -> float:
    """Return 4 f(0)² σ², the limit of var(mean) / var(median) for large samples."""
    return {
        "gaussian": 2 / math.pi,
        "laplace": 2.0,
        "student_t3": 16 / math.pi**2,
        "contaminated": 4 * (0.91 * _phi(0)) ** 2 * 10.9,
    }[noise]


def huber_limit(noise: Sampling, delta: float) -> float | None:
    """Return σ² (E ψ')² / E ψ², the limit of var(mean) / var(Huber); not for Student-t."""
    if noise == "gaussian":
        return huber_efficiency(delta)
    if noise == "laplace":
        gone = -math.expm1(-delta)
        return gone**2 / (1 - math.exp(-delta) * (1 + delta))
    if noise == "contaminated":
        narrow, wide = _normal_moments(delta, 1.0), _normal_moments(delta, 10.0)
        slope, square = (0.9 * a + 0.1 * b for a, b in zip(narrow, wide, strict=True))
        return 10.9 * slope**2 / square
    return None


@dataclass(frozen=True)
class Breakdown:
    """Estimates (n,) after replacing ``replaced`` (n,) of the points by an outlier.

    ``breaks_at`` names for each estimator the smallest number at which it follows the outlier out of the
    reach of the good points.
    """

    replaced: NDArray[np.int64]
    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    huber: NDArray[np.float64]
    breaks_at: dict[str, int]


def breakdown(samples: int = 101, outlier: float = 1e6, delta: float = 1.345, seed: int = 0) -> Breakdown:
    """Replace more and more points of a Gaussian sample by an outlier and follow the estimators."""
    check_number("samples", "The sample size", samples, 3, 2001, whole=True)
    check_number("outlier", "The outlier", outlier, 1e3, 1e12)
    check_number("delta", "Delta", delta, 0.0, 1e3, low_open=True)
    clean = np.random.default_rng(seed).standard_normal(samples)
    counts = np.arange(samples + 1)
    x = np.where(np.arange(samples) < counts[:, None], outlier, clean)
    found = {"mean": x.mean(axis=1), "median": np.median(x, axis=1), "huber": huber_location(x, delta)}
    reach = 2 * float(np.abs(clean).max()) + delta
    breaks = {name: int(np.flatnonzero(values > reach)[0]) for name, values in found.items()}
    return Breakdown(counts, found["mean"], found["median"], found["huber"], breaks)
