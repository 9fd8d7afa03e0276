"""Ends of the axes of loss curves: the usual x, and a y range that shows the curves, not one spike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lab.ranges import linear_range, log_range

if TYPE_CHECKING:
    from lab.explore.curves import Curve, CurvesState

_SPIKE = 15.0


def y_bounds(curves: Sequence[Curve], point: float, log_y: bool) -> tuple[float, float]:
    """Return a range on round numbers for the visible curves.

    A curve that rises beyond 15 times its median size is cut there, but not below what it has at the point.
    """
    low, high, smallest = np.inf, -np.inf, np.inf
    for curve in curves:
        y = curve.y[np.isfinite(curve.y)]
        if curve.kind == "naive" or not curve.visible or not len(y):
            continue
        cut = np.abs(y).max()
        if not log_y and cut > 10:
            median = float(np.median(np.abs(y)))
            here = abs(float(np.interp(point, curve.x, np.where(np.isfinite(curve.y), curve.y, 0.0))))
            cut = min(cut, max(_SPIKE * median, 1.2 * here, 1.0))
        inside = np.clip(y, -cut, cut)
        low, high = min(low, float(inside.min())), max(high, float(inside.max()))
        positive = y[y > 0]
        if len(positive):
            smallest = min(smallest, float(positive.min()))
    if not low <= high:
        return 0.0, 1.0
    if log_y and high > 0 and np.isfinite(smallest):
        return log_range(max(smallest, high * 1e-12), high)
    slack = 0.005 * (high - low)
    return linear_range(low + slack, high - slack)


def ends(state: CurvesState) -> tuple[float, float]:
    """Return the ends of the x axis: the chosen ones, or the axis's usual ones."""
    if state.low or state.high:
        return state.low, state.high
    probability = any(choice.card.link not in ("identity", "exponential") for choice in state.losses)
    if state.axis == "error":
        return 1e-6, 1.0 if probability else 10.0
    if state.axis in ("logit", "margin"):
        return (-8.0, 8.0) if probability else (state.target - 4, state.target + 4)
    if state.axis == "prediction":
        return (0.0, 1.0) if probability else (state.target - 4, state.target + 4)
    return (-state.target, 1 - state.target) if probability and 0 <= state.target <= 1 else (-4.0, 4.0)
