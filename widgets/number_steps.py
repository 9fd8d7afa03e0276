"""How a number field steps, and which numbers it says it takes."""

from __future__ import annotations

import math
import re

from lab.field_spec import FieldSpec
from widgets.numbers import editable_number, format_integer


def allowed_words(spec: FieldSpec) -> str:
    """Say which values a field takes, in per cent where it is shown so."""
    if not spec.percent:
        words = re.sub(r"\d{5,}", lambda digits: format_integer(int(digits[0])), spec.allowed or "a number")
    else:
        low, high = (
            None if bound is None else editable_number(tidy(bound * 100)) for bound in (spec.low, spec.high)
        )
        words = "a number"
        if low is not None and high is not None and not spec.low_open and not spec.high_open:
            words = f"{low} to {high} %"
        else:
            parts = []
            if low is not None:
                parts.append(f"{'above' if spec.low_open else 'at least'} {low} %")
            if high is not None:
                parts.append(f"{'below' if spec.high_open else 'at most'} {high} %")
            words = " and ".join(parts) or words
    return f"{words}, or nothing" if spec.optional else words


def neighbour_125(value: float, *, up: bool) -> float:
    """Return the next number of the series 1, 2, 5, 10, … above or below a positive one."""
    power = math.floor(math.log10(value) + 1e-12)
    ladder = [float(f"{digit}e{power + shift}") for shift in (-1, 0, 1) for digit in (1, 2, 5)]
    if up:
        return next(rung for rung in ladder if rung > value * (1 + 1e-9))
    return next(rung for rung in reversed(ladder) if rung < value * (1 - 1e-9))


def last_place(text: str, *, percent: bool = False, whole: bool = False) -> float:
    """Return the worth of the last digit of a number's text, at most 1 (a hundredth for per cent)."""
    mantissa, _, exponent = text.replace("−", "-").lower().partition("e")
    _, _, decimals = mantissa.strip("% \u202f\u2009").partition(".")
    worth = 1.0 if whole else 10.0 ** -len(decimals)
    if exponent:
        worth *= 10.0 ** int(exponent.strip("% \u202f\u2009") or 0)
    elif not decimals and not whole and not percent:
        worth = 1.0
    return worth / 100 if percent else worth


def tidy(number: float) -> float:
    """Round away what binary arithmetic left in the last digits."""
    return float(f"{number:.12g}")
