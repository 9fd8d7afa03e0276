"""Estimators of a location, row by row: mean, median, Huber's and quantiles."""

from __future__ import annotations

import numpy as np

from lab.explore.evaluation import Numbers

_ROUNDS = 200


def huber_location(data: Numbers, delta: float) -> Numbers:
    r"""Return m (...,) with Σ clip(x − m, −delta, delta) = 0 for samples (..., n): Huber's estimate.

    Newton's method on the piecewise linear equation, from the median; it ends on the exact root after a few
    rounds. A row without points inside the bend takes a reweighting step, which always moves towards it.

    Examples
    --------
    >>> round(float(huber_location(np.array([0.0, 1.0, 2.0, 100.0]), 1.0)), 4)
    1.5
    """
    x = np.asarray(data, dtype=np.float64)
    m = np.median(x, axis=-1)
    size = np.abs(x).max(axis=-1) + delta
    for round_ in range(_ROUNDS):
        r = x - m[..., None]
        bent = np.clip(r, -delta, delta)
        inside = (np.abs(r) <= delta).sum(axis=-1)
        weights = delta / np.maximum(np.abs(r), delta)
        newton = bent.sum(axis=-1) / np.maximum(inside, 1)
        weighted = bent.sum(axis=-1) / weights.sum(axis=-1)
        step = np.where((inside > 0) & (round_ < _ROUNDS // 4), newton, weighted)
        m = m + step
        if (np.abs(step) <= 1e-14 * size).all():
            break
    return np.asarray(m)


def quantile_location(data: Numbers, tau: float) -> Numbers:
    """Return the middle of all minimisers of the pinball loss, (...,) for samples (..., n)."""
    if not 0 < tau < 1:
        return np.asarray(np.min(data, axis=-1) if tau <= 0 else np.max(data, axis=-1))
    return np.asarray(np.quantile(data, tau, axis=-1, method="averaged_inverted_cdf"))
