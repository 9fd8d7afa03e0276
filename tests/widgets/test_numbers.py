from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.numbers import (
    editable_number,
    format_duration,
    format_fixed,
    format_integer,
    format_number,
    format_percent,
    parse_number,
)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_editable_text_reads_back_exactly(value: float) -> None:
    assert parse_number(editable_number(value)) == value


@given(st.integers(-(10**15), 10**15))
def test_formatted_integer_reads_back(value: int) -> None:
    text = format_integer(value)
    assert parse_number(text) == value
    assert "," not in text
    assert "-" not in text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", 0.1),
        ("0,1", 0.1),
        ("−2", -2),
        ("-2", -2),
        ("1\u2009797", 1797),
        ("95 %", 95),
        ("1e-3", 1e-3),
        (".5", 0.5),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text", ["", "abc", "nan", "inf", "1,000", "1e999", "0x10", "1.2.3", "--1", "1 e", "%"]
)
def test_what_is_no_number_or_ambiguous_is_refused(text: str) -> None:
    assert parse_number(text) is None


def test_formats() -> None:
    assert format_number(math.nan) == "–"
    assert format_number(-math.inf) == "−∞"
    assert format_number(0.96123) == "0.961"
    assert format_number(99950, 3) == "100\u2009000"
    assert format_number(1e-9) == "1.00 × 10⁻⁹"
    assert format_fixed(-0.0001, 2) == "0.00"
    assert format_percent(0.123456) == "12.35\u202f%"
    assert format_duration(125) == "2 min 5 s"
    assert format_duration(59.7) == "1 min"
    assert format_duration(3600) == "1 h 0 min"
