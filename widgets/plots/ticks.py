"""Round numbers for axes and their words: 4 to 6 labels, 1-3-10 in log, U+2212, thin-space thousands."""

from __future__ import annotations

import itertools
import math

from widgets.numbers import NARROW_NO_BREAK_SPACE, format_fixed
from widgets.plots.scale import Scale

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def ticks(scale: Scale, wanted: int = 5, *, whole: bool = False) -> tuple[float, ...]:
    """Return the tick values of an axis, ascending, inside its range.

    Parameters
    ----------
    scale : Scale
        The axis.
    wanted : int
        About how many labels there is room for, at least 2.
    whole : bool
        Never step by less than one: for axes that count.
    """
    wanted = max(2, wanted)
    return _log_ticks(scale, wanted) if scale.log else _linear_ticks(scale.low, scale.high, wanted, whole)


def labels(values: tuple[float, ...], scale: Scale, *, percent: bool = False) -> tuple[str, ...]:
    """Return a label for each tick: plain numbers or per cent, powers of ten beyond three decades of log."""
    if not values:
        return ()
    if scale.log and not percent:
        low, high = scale.view
        if high - low > 3.3 or max(values) >= 1e6 or min(values) < 1e-4:
            return tuple(_power(value) for value in values)
        if high - low > 0.7:
            return tuple(format_fixed(value, _decimals_of(value)) for value in values)
    factor = 100.0 if percent else 1.0
    suffix = NARROW_NO_BREAK_SPACE + "%" if percent else ""
    if scale.log and scale.view[1] - scale.view[0] > 0.7:
        return tuple(format_fixed(value * 100.0, _decimals_of(value * 100.0)) + suffix for value in values)
    step = min((b - a for a, b in itertools.pairwise(values)), default=abs(values[0]) or 1.0)
    largest = max(abs(value) for value in values) * factor
    if largest >= 1e7 or (largest > 0.0 and largest < 1e-4):
        return tuple(_scientific(value * factor, step * factor) + suffix for value in values)
    decimals = _decimals_of(step * factor)
    return tuple(format_fixed(value * factor, decimals) + suffix for value in values)


def _linear_ticks(low: float, high: float, wanted: int, whole: bool) -> tuple[float, ...]:
    span = high - low
    if not span > 0.0:
        return ()
    rough = math.floor(math.log10(span / wanted))
    best: tuple[float, tuple[float, ...]] | None = None
    for exponent in (rough - 1, rough, rough + 1):
        for mantissa, dislike in ((1.0, 0.0), (2.0, 0.0), (2.5, 1.2), (4.0, 0.3), (5.0, 0.0)):
            step = mantissa * 10.0**exponent
            if whole and (step < 1.0 or step != int(step)):
                continue
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            count = last - first + 1
            if count < 2 or count > 3 * wanted:
                continue
            ends = 0.0 if abs(last * step - high) < 1e-9 * span else 1.5
            cost = abs(count - wanted) + dislike + ends + (2.0 if count > wanted + 1 else 0.0)
            if best is None or cost < best[0]:
                # index × step, rounded to the step's own decimals, so that 3 × 0.1 is 0.3
                digits = max(0, 1 - exponent)
                best = cost, tuple(round(i * step, digits) for i in range(first, last + 1))
    return best[1] if best is not None else ((round(low),) if whole else (low, high))


def _log_ticks(scale: Scale, wanted: int) -> tuple[float, ...]:
    low, high = scale.view
    decades = high - low
    tolerance = 1e-6 * max(1.0, decades)
    first, last = math.floor(low) - 1, math.ceil(high) + 1

    def inside(mantissas: tuple[float, ...]) -> tuple[float, ...]:
        candidates = (m * 10.0**e for e in range(first, last + 1) for m in mantissas)
        found = (v for v in candidates if v > 0.0 and low - tolerance <= math.log10(v) <= high + tolerance)
        return tuple(float(f"{v:.12g}") for v in found)

    if decades > 3.3:
        stride = max(1, math.ceil((math.floor(high + tolerance) - math.ceil(low - tolerance) + 1) / wanted))
        return tuple(v for v in inside((1.0,)) if round(math.log10(v)) % stride == 0) or inside((1.0,))
    thirds = inside((1.0, 3.0))
    if 3 <= len(thirds) <= wanted + 3:
        return thirds
    if len(thirds) > wanted + 3:
        return inside((1.0,))
    finer = inside((1.0, 2.0, 3.0, 5.0))
    if len(finer) >= 3:
        return finer if len(finer) <= wanted + 3 else inside((1.0, 2.0, 5.0))
    straight = tuple(v for v in _linear_ticks(scale.low, scale.high, wanted, False) if v > 0.0)
    return straight or finer


def _decimals_of(step: float) -> int:
    """Return how many decimals a round step needs, at most 8."""
    step = abs(step)
    if step == 0.0:
        return 0
    for decimals in range(9):
        if abs(round(step, decimals) - step) <= 1e-6 * step:
            return decimals
    return 8


def _power(value: float) -> str:
    exponent = math.floor(math.log10(value) + 1e-9)
    mantissa = value / 10.0**exponent
    power = "10" + str(exponent).translate(_SUPERSCRIPT)
    return (
        power if abs(mantissa - 1.0) < 1e-6 else f"{format_fixed(mantissa, _decimals_of(mantissa))}×{power}"
    )


def _scientific(value: float, step: float) -> str:
    if value == 0.0:
        return "0"
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    decimals = min(4, _decimals_of(step / 10.0**exponent))
    mantissa = format_fixed(value / 10.0**exponent, decimals)
    return f"{mantissa}×10{str(exponent).translate(_SUPERSCRIPT)}"
