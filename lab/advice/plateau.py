"""Plateaus: an objective that stands still while most of it is left."""

from __future__ import annotations

import math

import numpy as np

from lab.advice.readings import Readings

FEWEST_STEPS = 20
FLAT = 0.03
"""Share of itself by which the objective may fall over the last third of the steps."""
LEFT = 0.5
"""Share of its first value that must be left: an objective that is low and flat has converged."""
MOST_STEPS = 3000


def on_plateau(readings: Readings, run: int) -> bool:
    """Whether a run's objective stands still, high.

    Criterion: at least 20 steps; over the last third of them (at most 3,000) the median of the last quarter
    is less than 3 % below that of the first; and more than half of the first objective is left.
    """
    first = readings.source.curves.first("objective", run)
    series = readings.recorded("objective", run, min(MOST_STEPS, max(FEWEST_STEPS, readings.step // 3)))
    if len(series) < FEWEST_STEPS or not math.isfinite(first) or first <= 0:
        return False
    quarter = max(1, len(series) // 4)
    before, now = float(np.median(series[:quarter])), float(np.median(series[-quarter:]))
    return now > LEFT * first and before - now < FLAT * before and before - now > -FLAT * before
