"""How data coordinates become view coordinates: linear, or log10 with what has no logarithm left out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


def transformed(values: ArrayLike, log: bool) -> NDArray[np.float64]:
    """Return values (n,) in view coordinates; NaN where they have none (≤ 0 under ``log``)."""
    array = np.asarray(values, dtype=np.float64)
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            array = np.log10(array)
    # one sum tells whether all are finite, which is the rule; huge sums only cost the longer way
    with np.errstate(over="ignore", invalid="ignore"):
        if math.isfinite(float(array.sum())):
            return array
    return np.where(np.isfinite(array), array, np.nan)


@dataclass(frozen=True)
class Scale:
    """One axis: the range ``low``..``high`` in data units, ``low`` < ``high``, both > 0 when ``log``."""

    low: float
    high: float
    log: bool = False

    @property
    def view(self) -> tuple[float, float]:
        """The range in view coordinates."""
        return (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)

    def to_view(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return values (n,) in view coordinates, NaN where there is none."""
        return transformed(values, self.log)

    def to_data(self, view: float) -> float:
        """Return the data value at a view coordinate."""
        return float(10.0**view) if self.log else float(view)

    def fraction(self, value: float) -> float:
        """Return where ``value`` lies between low (0) and high (1); NaN where it has no place."""
        low, high = self.view
        return (float(self.to_view([value])[0]) - low) / (high - low)

    def at(self, fraction: float) -> float:
        """Return the data value at a fraction of the axis: the inverse of `fraction`."""
        low, high = self.view
        return self.to_data(low + fraction * (high - low))


def usable_scale(low: float, high: float, log: bool, smallest: float | None = None) -> Scale:
    """Return a scale for whatever range was asked: ordered, not empty, finite, and positive when ``log``.

    Parameters
    ----------
    low, high : float
        The wanted range.
    log : bool
        Whether the axis is logarithmic.
    smallest : float, optional
        The smallest positive value on show: where a log axis begins that was to start at or below zero.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = (0.0, 1.0)
    if low > high:
        low, high = high, low
    if log:
        if high < 1e-300:  # nothing, or so little that its thousandth is none
            low, high = (0.1, 1.0)
        if low <= 0.0:
            known = smallest is not None and math.isfinite(smallest) and 0.0 < smallest < high
            low = float(smallest) if known and smallest is not None else high / 1000.0
        if math.log10(high) - math.log10(low) < 1e-9:
            low, high = low / 2.0, high * 2.0
        return Scale(low, high, True)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        margin = max(abs(low) * 0.1, 1e-6)
        low, high = low - margin, high + margin
    return Scale(low, high)
