"""Curvature ∂²L/∂z² of a loss along its free output: in closed form where it is easy, else by differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.losses.regression import Huber
from lab.explore.axes import Setting
from lab.explore.evaluation import Numbers, slope_of

CLOSED = "closed form"
DIFFERENCES = "central differences of the exact gradient, float64"
_STEP = 1e-3


def _squared(setting: Setting, z: Numbers) -> Numbers:
    return np.full_like(z, 2.0)


def _absolute(setting: Setting, z: Numbers) -> Numbers:
    return np.zeros_like(z)


def _huber(setting: Setting, z: Numbers) -> Numbers:
    assert isinstance(setting.loss, Huber)
    delta = setting.loss.delta
    return (np.abs(z - setting.target) <= np.asarray(delta)).astype(np.float64).reshape(z.shape)


def _cross_entropy(setting: Setting, z: Numbers) -> Numbers:
    return slope_of(setting.loss.link, z, setting.classes)


def _squared_sigmoid(setting: Setting, z: Numbers) -> Numbers:
    p, slope = setting.prediction(z), slope_of(setting.loss.link, z, setting.classes)
    return 2 * slope * (slope + (p - setting.target) * (1 - 2 * p))


def _absolute_sigmoid(setting: Setting, z: Numbers) -> Numbers:
    p, slope = setting.prediction(z), slope_of(setting.loss.link, z, setting.classes)
    return np.sign(p - setting.target) * slope * (1 - 2 * p)


_FORMS: dict[str, Callable[[Setting, Numbers], Numbers]] = {
    "squared_error": _squared,
    "absolute_error": _absolute,
    "huber": _huber,
    "binary_cross_entropy": _cross_entropy,
    "cross_entropy": _cross_entropy,
    "squared_error_sigmoid": _squared_sigmoid,
    "absolute_error_sigmoid": _absolute_sigmoid,
}


def curvature(setting: Setting, z: Numbers) -> tuple[Numbers, str]:
    """Return ∂²L/∂z² (n,) at outputs z (n,) and how it was found.

    Differences are taken with five points, so that their own error is far below what a plot can show.
    """
    card = setting.loss.card
    inside = np.where(np.isfinite(z), z, 0.0)
    if card.name in _FORMS and not getattr(setting.loss, "class_weights", ()):
        found, method = _FORMS[card.name](setting, inside), CLOSED
    else:
        at = [setting.value_and_slope(inside + k * _STEP)[1] for k in (-2, -1, 1, 2)]
        found, method = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * _STEP), DIFFERENCES
    return np.where(np.isfinite(z), found, np.nan) + 0.0, method
