"""Axes on round numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.ranges import growing_end, linear_range, log_range

FINITE = st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-9)


@given(FINITE, FINITE)
def test_linear_range_holds_the_data_and_is_not_empty(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    bottom, top = linear_range(low, high)
    slack = 1e-6 * max(abs(low), abs(high), 1e-9)
    assert bottom <= low + slack
    assert top >= high - slack
    assert bottom < top
    if high - low > 1e-3 * max(abs(low), abs(high)):
        assert top - bottom <= 2 * (high - low)


@given(st.floats(1e-20, 1e20), st.floats(1, 1e10))
def test_log_range_holds_the_data_on_ones_and_threes(low: float, factor: float) -> None:
    bottom, top = log_range(low, low * factor)
    assert bottom <= low * (1 + 1e-6)
    assert top >= low * factor * (1 - 1e-6)
    assert bottom < top
    for value in (bottom, top):
        mantissa = value / 10 ** math.floor(math.log10(value) + 1e-9)
        assert min(abs(mantissa - 1), abs(mantissa - 3)) < 1e-6


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.2, 0.97, (0.2, 1.0)), (0, 0, (-1, 1)), (math.nan, 1, (0, 1)), (-3, 17, (-5, 20))],
)
def test_linear_examples(low: float, high: float, expected: tuple[float, float]) -> None:
    assert linear_range(low, high) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.011, 1.0, (0.01, 1.0)),
        (0.5, 0.5, (0.3, 1.0)),
        (1, 1, (0.3, 3.0)),
        (-1, -1, (0.1, 1.0)),
        (0, 5, None),
    ],
)
def test_log_examples(low: float, high: float, expected: tuple[float, float] | None) -> None:
    bottom, top = log_range(low, high)
    assert 0 < bottom < top
    if expected is not None and low != high:
        assert (bottom, top) == expected


@given(st.floats(1e-6, 1e9))
def test_an_estimated_end_is_never_short_and_never_much_too_long(value: float) -> None:
    end = growing_end(value)
    assert value * (1 - 1e-9) <= end <= 1.36 * value
