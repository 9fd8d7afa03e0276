"""A number with its uncertainty, rounded as a paper prints it: 0.972 ± 0.004."""

from __future__ import annotations

import math
from dataclasses import dataclass

SMALL, LARGE = 1e-3, 1e6
"""Outside, a power of ten is set apart."""
DIGITS = 3
"""Significant digits of a number without an uncertainty."""


@dataclass(frozen=True)
class RoundedNumber:
    """A rounded number in pieces, with ASCII signs.

    Attributes
    ----------
    value, deviation
        Such as "-0.972" and "0.004"; the deviation is empty where there is none.
    exponent
        Power of ten that both are multiplied by; 0 for none.
    """

    value: str
    deviation: str = ""
    exponent: int = 0


def rounded(value: float, deviation: float = math.nan) -> RoundedNumber:
    """Round a finite number to what its uncertainty leaves of it.

    The deviation keeps one significant digit, two where the first is a 1, and the value the same place.
    Without a deviation, or where it is 0, the value keeps three significant digits.

    Raises
    ------
    ValueError
        Where the value is not finite, or the deviation is negative or infinite.

    Examples
    --------
    >>> rounded(0.97236, 0.0041), rounded(1.234e-5, 3e-7)  # doctest: +NORMALIZE_WHITESPACE
    (RoundedNumber(value='0.972', deviation='0.004', exponent=0),
     RoundedNumber(value='1.23', deviation='0.03', exponent=-5))
    >>> rounded(1234.5, 96).value, rounded(0.5, 0.0).deviation
    ('1230', '0')
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be rounded")
    if deviation < 0 or math.isinf(deviation):
        raise ValueError(f"{deviation} is no deviation")
    exponent, place = _scale(value, deviation)
    value, deviation = value / 10.0**exponent, deviation / 10.0**exponent
    shown = "" if math.isnan(deviation) else "0" if deviation == 0 else _at(deviation, place)
    return RoundedNumber(_at(value, place), shown, exponent)


def rounded_alike(other: float, value: float, deviation: float = math.nan) -> bool:
    """Whether a finite number is written as another one is, with the digits of that.

    >>> rounded_alike(0.9721, 0.9724, 0.004), rounded_alike(0.184, 0.183, 0.013)
    (True, False)
    """
    exponent, place = _scale(value, deviation)
    return _at(other / 10.0**exponent, place) == _at(value / 10.0**exponent, place)


def _scale(value: float, deviation: float) -> tuple[int, int]:
    """Return the power of ten that is set apart, and that of the last digit that is left then."""
    known = not math.isnan(deviation)
    size = max(abs(value), deviation if known else 0.0)
    exponent = 0
    if size and not SMALL <= size < LARGE:
        exponent = math.floor(math.log10(size))
        value, deviation = value / 10.0**exponent, deviation / 10.0**exponent
    if known and deviation > 0:
        return exponent, _place_of_deviation(deviation)
    return exponent, math.floor(math.log10(abs(value))) - (DIGITS - 1) if value else 0


def _place_of_deviation(deviation: float) -> int:
    """Return the power of ten of the last digit that a deviation keeps.

    >>> _place_of_deviation(0.0041), _place_of_deviation(0.0014), _place_of_deviation(0.0096)
    (-3, -4, -3)
    """
    leading = math.floor(math.log10(deviation))
    return leading - 1 if deviation / 10.0**leading < 1.95 else leading


def _at(value: float, place: int) -> str:
    """Write a number rounded to a place; zero has no sign."""
    text = f"{value:.{-place}f}" if place < 0 else f"{round(value, -place):.0f}"
    return text.lstrip("-") if not float(text) else text
