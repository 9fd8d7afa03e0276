"""How efficient and how robust estimators of a location are: Monte Carlo with intervals, and closed forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Sampling = Literal["gaussian", "laplace", "student_t3", "contaminated"]


@dataclass(frozen=True)
class EfficiencyState:
    """A Monte Carlo comparison: var(mean) / var(estimator) over ``replications`` samples of size ``samples``."""

    noise: Sampling = "gaussian"
    samples: int = 101
    replications: int = 20_000
    delta: float = 1.345
    seed: int = 0


@dataclass(frozen=True)
class Efficiency:
    """The ratio with its 95 % interval after ``done`` replications; ``exact`` is the limit for many samples."""

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
    """Yield the result after each chunk; the last one is the whole. The chunk size does not change the numbers."""
    raise NotImplementedError


def huber_efficiency(delta: float) -> float:
    """Return the efficiency of Huber's estimator under Gaussian noise, in closed form: eff(1.345) = 0.95."""
    raise NotImplementedError


def huber_delta(efficiency: float) -> float:
    """Return the delta at which Huber's estimator has an efficiency between 2/π and 1."""
    raise NotImplementedError


@dataclass(frozen=True)
class Breakdown:
    """Estimates (n,) after replacing ``replaced`` (n,) of the points by ``outlier``."""

    replaced: NDArray[np.int64]
    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    huber: NDArray[np.float64]
    breaks_at: dict[str, int]


def breakdown(samples: int = 101, outlier: float = 1e6, delta: float = 1.345, seed: int = 0) -> Breakdown:
    """Replace more and more points of a Gaussian sample by an outlier and follow the estimators."""
    raise NotImplementedError
