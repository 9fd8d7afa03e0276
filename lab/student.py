"""The quantile of Student's t that a confidence interval of a mean needs, without loading SciPy for it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

_STEPS = 1000


@lru_cache(maxsize=4096)
def t_quantile(degrees: int, probability: float = 0.975) -> float:
    """Return the quantile of Student's t distribution.

    The density is integrated by Simpson's rule over the angle arctan(t / √ν), in which it is smooth and
    the range is finite, and the quantile is found by bisection. A rule that NumPy would have to load or
    solve for first is not worth the wait: this is asked for when the first plot is drawn.

    Parameters
    ----------
    degrees
        Degrees of freedom ν, at least 1.
    probability
        Above 0.5 and below 1.

    Examples
    --------
    >>> round(t_quantile(2), 4), round(t_quantile(4), 4)
    (4.3027, 2.7764)
    """
    if degrees < 1 or not 0.5 < probability < 1:
        raise ValueError(f"no quantile for {degrees} degrees of freedom at {probability}")
    nodes = np.linspace(0.0, 1.0, 2 * _STEPS + 1)
    weights = np.where(np.arange(len(nodes)) % 2, 4.0, 2.0) / (6 * _STEPS)
    weights[[0, -1]] /= 2
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(math.pi)

    def mass(angle: float) -> float:
        """Return P(0 < T < √ν tan(angle)): the integral of scale · cos(a)^(ν − 1)."""
        return scale * angle * float((weights * np.cos(angle * nodes) ** (degrees - 1)).sum())

    low, high = 0.0, math.pi / 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if mass(middle) < probability - 0.5 else (low, middle)
    return math.sqrt(degrees) * math.tan((low + high) / 2)


def interval_deviations(runs: int) -> float:
    """Return half the 95 % confidence interval of a mean of so many runs, in their standard deviations.

    Examples
    --------
    >>> [round(interval_deviations(runs), 2) for runs in (2, 3, 5, 10)]
    [8.98, 2.48, 1.24, 0.72]
    """
    return t_quantile(runs - 1) / math.sqrt(runs)
