"""Numbers as text and text as numbers: U+2212 minus, thin-space thousands, "95 %" that never wraps."""

from __future__ import annotations

import math
import re

MINUS = "\u2212"
THIN_SPACE = "\u2009"
NARROW_NO_BREAK_SPACE = "\u202f"

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SPACES = re.compile(r"[\s\u2009\u202f\u00a0_]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


def format_integer(value: int) -> str:
    """Return a whole number with thin spaces between thousands.

    >>> format_integer(-1797)
    '−1\u2009797'
    """
    return f"{value:,}".replace(",", THIN_SPACE).replace("-", MINUS)


def format_fixed(value: float, decimals: int) -> str:
    """Return a number with a fixed count of decimals.

    >>> format_fixed(-0.96, 3)
    '−0.960'
    """
    if not math.isfinite(value):
        return _not_finite(value)
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.replace(",", THIN_SPACE).replace("-", MINUS)


def format_number(value: float, digits: int = 3) -> str:
    """Return a number to ``digits`` significant digits, in powers of ten where plain digits would run long.

    >>> format_number(0.0412)
    '0.0412'
    >>> format_number(-2982.4, 4)
    '−2\u2009982'
    >>> format_number(0.0000123)
    '1.23 × 10⁻⁵'
    """
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if power < -4 or power >= 7:
        return f"{mantissa} × 10{str(power).translate(_SUPERSCRIPTS)}".replace("-", MINUS)
    return format_fixed(float(f"{mantissa}e{power}"), max(0, digits - 1 - power))


def format_percent(share: float, digits: int = 2) -> str:
    """Return a share 0 … 1 in per cent to at most ``digits`` decimals.

    >>> format_percent(0.95)
    '95\u202f%'
    """
    text = format_fixed(share * 100, digits)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{NARROW_NO_BREAK_SPACE}%"


def format_duration(seconds: float) -> str:
    """Return a time span in words: "0.4 s", "8 s", "2 min 5 s", "1 h 4 min"."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 1:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def editable_number(value: float) -> str:
    """Return the shortest text that `parse_number` reads back as exactly this value.

    >>> editable_number(1e-05), editable_number(2.0), editable_number(-0.5)
    ('1e−5', '2', '−0.5')
    """
    if isinstance(value, int):
        return str(value).replace("-", MINUS)
    text = repr(float(value))
    if text.endswith(".0"):
        text = text[:-2]
    text = re.sub(r"e([+-]?)0*(\d+)$", lambda match: f"e{match[1].replace('+', '')}{match[2]}", text)
    return text.replace("-", MINUS)


def parse_number(text: str) -> float | None:
    """Read a number as people type it: any minus, spaces between thousands, a decimal comma, a percent sign.

    The sign "%" is dropped, not divided by. A text that could mean two numbers ("1,000") is refused.

    >>> parse_number("−1 797"), parse_number("0,1"), parse_number("95 %"), parse_number("1,000")
    (-1797.0, 0.1, 95.0, None)
    """
    plain = _SPACES.sub("", text).replace(MINUS, "-").replace("–", "-").removesuffix("%")
    if _THOUSANDS.fullmatch(plain):
        return None
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def _not_finite(value: float) -> str:
    return "–" if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
