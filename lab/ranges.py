"""Axis ranges on round numbers."""

from __future__ import annotations

import math

_LOG_STEPS = (1.0, 3.0)


def _step(span: float, intervals: int = 5) -> float:
    """Return the round step (1, 2, 2.5 or 5 × 10ⁿ) that cuts a span into about so many parts."""
    raw = span / intervals
    power = 10.0 ** math.floor(math.log10(raw))
    return min((factor * power for factor in (1, 2, 2.5, 5, 10)), key=lambda step: abs(math.log(step / raw)))


def linear_range(low: float, high: float) -> tuple[float, float]:
    """Widen a range to round numbers.

    Examples
    --------
    >>> linear_range(0.13, 0.97)
    (0.0, 1.0)
    >>> linear_range(3.0, 3.0)
    (2.0, 4.0)
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-30):
        half = abs(low) / 3 if low else 1.0
        low, high = low - half, high + half
    step = _step(high - low)
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return float(f"{bottom:.12g}"), float(f"{top:.12g}")


def log_range(low: float, high: float) -> tuple[float, float]:
    """Widen a positive range to 1, 3 or 10 times powers of ten.

    Examples
    --------
    >>> log_range(0.012, 1.1)
    (0.01, 3.0)
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high <= 0:
        return 0.1, 1.0
    low = max(low, high * 1e-30, 1e-300)
    bottom = _log_floor(low)
    top = _log_ceiling(high)
    if not top > bottom:
        bottom, top = _log_floor(low / 1.5), bottom * 10
    return bottom, top


def _log_floor(value: float) -> float:
    exponent = math.floor(math.log10(value) + 1e-12)
    power = float(f"1e{exponent}")
    return max(factor * power for factor in _LOG_STEPS if factor * power <= value * (1 + 1e-9))


def _log_ceiling(value: float) -> float:
    exponent = math.floor(math.log10(value) + 1e-12)
    power = float(f"1e{exponent}")
    candidates = (power, 3 * power, 10 * power)
    return min(candidate for candidate in candidates if candidate >= value * (1 - 1e-9))


def growing_end(value: float) -> float:
    """Round up in steps of about a quarter, for an axis whose end is only estimated: it moves rarely.

    Examples
    --------
    >>> growing_end(8.3), growing_end(0.011)
    (10.0, 0.0125)
    """
    if not value > 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for factor in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if factor * power >= value * (1 - 1e-12):
            return float(f"{factor * power:.12g}")
    return 10 * power
