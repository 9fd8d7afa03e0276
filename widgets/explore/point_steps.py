"""Which numbers a dragged or stepped point lands on: round ones, as fine as a pixel."""

from __future__ import annotations

import math

from widgets.plots.scale import Scale


def rounded(scale: Scale, x: float, pixels: float) -> float:
    """Return x on a round number no coarser than a pixel of an axis ``pixels`` wide, inside the axis.

    >>> rounded(Scale(-8.0, 8.0), -3.2043, 650.0), rounded(Scale(1e-6, 1.0, True), 0.0123456, 650.0)
    (-3.2, 0.0123)
    """
    if scale.log:
        result = float(f"{x:.2e}")
    else:
        step = 10.0 ** math.floor(math.log10((scale.high - scale.low) / max(1.0, pixels)))
        result = _tidy(round(x / step) * step, step)
    return min(max(result, scale.low), scale.high)


def key_step(scale: Scale, x: float, steps: int) -> float:
    """Return the x that many steps on: about a hundredth of the axis each, on round numbers, inside the axis.

    >>> key_step(Scale(-8.0, 8.0), -3.2, 1), key_step(Scale(-8.0, 8.0), -3.2, -10)
    (-3.1, -4.2)
    """
    if scale.log:
        low, high = scale.view
        result = float(f"{x * 10.0 ** (steps * (high - low) / 120.0):.2e}") if x > 0 else scale.low
    else:
        step = 10.0 ** math.floor(math.log10((scale.high - scale.low) / 100.0) + 1e-9)
        result = _tidy(x + steps * step, step)
    return min(max(result, scale.low), scale.high)


def _tidy(value: float, step: float) -> float:
    return round(value, max(0, 2 - math.floor(math.log10(step)))) + 0.0
