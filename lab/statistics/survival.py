"""Times to a target with runs that never arrive: Kaplan–Meier curves and their medians."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lab.statistics.results import Survival

NORMAL_95 = 1.959963984540054
"""The normal quantile of 97.5 %."""


def kaplan_meier(times: NDArray[np.float64], arrived: NDArray[np.bool_]) -> Survival:
    """Estimate how many have not arrived by each time.

    Parameters
    ----------
    times
        (n,) time of arrival, or, for a run that did not arrive, until when it was watched.
    arrived
        (n,) whether it arrived.

    Returns
    -------
    Survival
        The product-limit estimate [1]_ with Greenwood's variance on the log–log scale; the median is the
        first time at which the curve is at most one half, its interval where the band is [2]_.

    Raises
    ------
    ValueError
        For arrays of different lengths, no runs, or a time that is negative or not a number.

    References
    ----------
    .. [1] E. L. Kaplan, P. Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53, 1958.
    .. [2] R. Brookmeyer, J. Crowley, "A Confidence Interval for the Median Survival Time", Biometrics 38,
       1982.

    Examples
    --------
    >>> import numpy as np
    >>> found = kaplan_meier(np.array([2.0, 3.0, 5.0, 5.0]), np.array([True, True, False, False]))
    >>> found.share.tolist(), found.median, found.arrived
    ([1.0, 0.75, 0.5], 3.0, 2)
    """
    times, arrived = np.asarray(times, dtype=np.float64), np.asarray(arrived, dtype=bool)
    if times.shape != arrived.shape or times.ndim != 1 or not len(times):
        raise ValueError(f"times and arrived must be (n,) with n ≥ 1, not {times.shape} and {arrived.shape}")
    if not (times >= 0).all():
        raise ValueError("times must be numbers of at least 0")
    events = np.unique(times[arrived])
    at_risk = np.array([(times >= time).sum() for time in events], dtype=np.int64)
    falls = np.array([((times == time) & arrived).sum() for time in events], dtype=np.int64)
    share: NDArray[np.float64] = np.cumprod(1 - falls / at_risk, dtype=np.float64)
    low, high = _band(share, falls, at_risk)
    start = np.ones(1)
    if len(events) and events[0] == 0:
        start = np.empty(0)  # the curve begins with a fall
    every = np.concatenate([np.zeros(len(start)), events])
    share, low, high = (np.concatenate([start, part]) for part in (share, low, high))
    return Survival(
        times=every,
        share=share,
        low=low,
        high=high,
        at_risk=np.concatenate([np.full(len(start), len(times)), at_risk]),
        censored=np.sort(times[~arrived]),
        median=_first_half(every, share),
        median_low=_first_half(every, low),
        median_high=_first_half(every, high),
        arrived=int(arrived.sum()),
        runs=len(times),
    )


def _band(
    share: NDArray[np.float64], falls: NDArray[np.int64], at_risk: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 95 % band: Greenwood's variance of ln S, carried over to ln(−ln S)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(falls / (at_risk * (at_risk - falls)))
        width = NORMAL_95 * np.sqrt(variance) / np.abs(np.log(share))
        low, high = share ** np.exp(width), share ** np.exp(-width)
    ended = share == 0  # nothing is left whose variance could be estimated
    return np.where(ended, 0.0, low), np.where(ended, 0.0, high)


def _first_half(times: NDArray[np.float64], share: NDArray[np.float64]) -> float:
    reached = np.flatnonzero(share <= 0.5 + 1e-12)
    return float(times[reached[0]]) if len(reached) else math.inf
