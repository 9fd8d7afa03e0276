"""Numbers as a person reads them: the true minus sign, thin spaces between thousands, few digits."""

from __future__ import annotations

import math

MINUS = "\u2212"
THIN = "\u2009"
NO_BREAK = "\u202f"
MISSING = "–"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def value_text(value: float, *, percent: bool = False, digits: int = 3) -> str:
    """Write a value with a few significant digits.

    Examples
    --------
    >>> value_text(0.96137), value_text(1234.5), value_text(-0.000012), value_text(0.0104, percent=True)
    ('0.961', '1\u2009230', '\u22121.2 × 10⁻⁵', '1.0\u202f%')
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if percent:
        return f"{_percent(100 * value)}{NO_BREAK}%"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-3 or size >= 1e6:
        return _power(value)
    if size >= 1000:
        rounded = float(f"{value:.{digits}g}")
        return thousands(round(rounded))
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    return _signed(f"{value:.{min(decimals, digits + 2)}f}")


def bytes_text(number: int) -> str:
    """Return a size in words.

    Examples
    --------
    >>> bytes_text(1_480_000_000), bytes_text(63_400_000), bytes_text(900_000)
    ('1.48 GB', '63 MB', '1 MB')
    """
    if number >= 10**9:
        return f"{value_text(number / 1e9)} GB"
    return f"{max(1, round(number / 1e6))} MB"


def _percent(value: float) -> str:
    size = abs(value)
    if size >= 1000:
        return thousands(round(value)) if size < 1e6 else _power(value)
    if size >= 99.95:
        return _signed(f"{value:.0f}")
    if size >= 1 or size == 0:
        return _signed(f"{value:.1f}")
    return _signed(f"{value:.2g}")


def _power(value: float) -> str:
    return digits_text(value, ".1e")


def digits_text(value: float, form: str) -> str:
    """Write a number in a Python format, with the true minus sign and a power of ten as people write it.

    Examples
    --------
    >>> digits_text(1.946593e-05, ".4g"), digits_text(-0.25, ".4g")
    ('1.947 × 10⁻⁵', '\u22120.25')
    """
    mantissa, power, exponent = f"{value:{form}}".partition("e")
    times = f" × 10{str(int(exponent)).translate(_SUPERSCRIPT)}" if power else ""
    return _signed(mantissa) + times


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def thousands(value: int) -> str:
    """Write a whole number with thin spaces: 1 600.

    Examples
    --------
    >>> thousands(1600), thousands(-25)
    ('1\u2009600', '\u221225')
    """
    return _signed(f"{value:,}".replace(",", THIN))


def step_text(value: float) -> str:
    """Write a number of a message: plain, short, at most two significant digits below 100."""
    if not math.isfinite(value):
        return value_text(value)
    if abs(value) >= 100:
        return value_text(value, digits=3)
    if 0 < abs(value) < 1e-3:
        return _power(value)
    return _signed(f"{value:.2g}")
