"""Debiased exponential smoothing, as long curves need it: vectorised, gaps kept out, resumable."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Carry = tuple[NDArray[np.float64], NDArray[np.float64]]

_ROUNDING = 1e-17


def _filter(values: NDArray[Any], weight: float, carry: NDArray[np.float64]) -> NDArray[np.float64]:
    """m_t = w m_{t−1} + (1 − w) x_t along the last axis.

    Sums over twice as many terms again and again: after j passes every m_t holds its latest 2^j terms, and
    w^(2^j) soon is less than a rounding error. No matrix products: BLAS would wait for a core of its own.
    """
    out = np.asarray((1 - weight) * values, dtype=np.float64)
    out[:, 0] += weight * carry
    reach = 1
    while reach < out.shape[1] and weight**reach >= _ROUNDING:
        out[:, reach:] += weight**reach * out[:, :-reach]
        reach *= 2
    return out


def smooth(
    values: NDArray[np.floating], weight: float, carry: Carry | None = None
) -> tuple[NDArray[np.float64], Carry]:
    """Smooth each row exponentially, without the pull towards 0 of a plain average's start.

    m_t = w m_{t−1} + (1 − w) x_t from m_0 = 0, divided by 1 − w^t (Kingma and Ba 2015, section 3). A value
    that is not finite counts for nothing: numerator and denominator leave it out alike, so that a gap
    keeps the average where it was.

    Parameters
    ----------
    values
        (R, T) numbers.
    weight
        w, weight of the past, 0 ≤ w < 1; 0 returns the values.
    carry
        What an earlier call returned, to go on from there.

    Returns
    -------
    smoothed
        (R, T); NaN before the first finite value.
    carry
        State after the last value.

    Examples
    --------
    >>> smooth(np.array([[4.0, 4.0, 4.0]]), 0.9)[0].round(6).tolist()
    [[4.0, 4.0, 4.0]]
    """
    if not 0 <= weight < 1:
        raise ValueError(f"the weight of the past must be at least 0 and below 1, not {weight!r}")
    rows = len(values)
    if carry is None:
        carry = (np.zeros(rows), np.zeros(rows))
    if values.shape[1] == 0:
        return np.asarray(values, dtype=np.float64), carry
    finite = np.isfinite(values)
    if finite.all():
        # The filter of ones, in closed form: 1 − (1 − d) w^t from a carried d.
        numerator = _filter(values, weight, carry[0])
        decay = weight ** np.arange(1, values.shape[1] + 1)
        denominator = 1 - (1 - carry[1][:, None]) * decay
        return numerator / denominator, (numerator[:, -1].copy(), denominator[:, -1].copy())
    numerator = _filter(np.where(finite, values, 0.0), weight, carry[0])
    denominator = _filter(finite, weight, carry[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        smoothed = np.where(denominator > 1e-300, numerator / denominator, np.nan)
    return smoothed, (numerator[:, -1].copy(), denominator[:, -1].copy())


def memory(weight: float) -> int:
    """How many values back still weigh more than one part in a million: history that a zoomed view needs."""
    return 0 if weight <= 0 else min(10**9, math.ceil(math.log(1e-6) / math.log(weight)))
