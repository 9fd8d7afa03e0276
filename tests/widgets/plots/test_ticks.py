from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plots.scale import Scale
from widgets.plots.ticks import labels, ticks


def words(low: float, high: float, *, log: bool = False, percent: bool = False) -> list[str]:
    scale = Scale(low, high, log)
    found = labels(ticks(scale), scale, percent=percent)
    return [word.replace("\u2009", " ").replace("\u202f", " ") for word in found]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1600, ["0", "400", "800", "1 200", "1 600"]),
        (0.2, 1.0, ["0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-8, 8, ["−8", "−4", "0", "4", "8"]),
    ],
)
def test_linear_axes_have_round_numbers(low: float, high: float, expected: list[str]) -> None:
    assert words(low, high) == expected


def test_log_axes_say_1_3_10_within_three_decades() -> None:
    assert words(0.03, 1.2, log=True) == ["0.03", "0.1", "0.3", "1"]
    assert words(0.01, 1.3, log=True, percent=True) == ["1 %", "3 %", "10 %", "30 %", "100 %"]


def test_log_axes_say_powers_of_ten_beyond() -> None:
    assert words(1e-6, 10, log=True) == ["10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]


def test_a_narrow_log_axis_has_more_than_one_label() -> None:
    assert len(words(0.9, 1.1, log=True)) >= 3


def test_an_axis_that_counts_never_steps_by_less_than_one() -> None:
    assert all(value == int(value) for value in ticks(Scale(0, 3), 6, whole=True))


@given(
    st.floats(-1e9, 1e9),
    st.floats(1e-6, 1e9),
    st.integers(2, 6),
)
def test_ticks_lie_inside_ascend_and_have_different_words(low: float, span: float, wanted: int) -> None:
    scale = Scale(low, low + span)
    if not scale.low < scale.high or span < 1e-9 * abs(low):
        return
    found = ticks(scale, wanted)
    tolerance = 1e-6 * span + 1e-9 * abs(low)
    assert 1 <= len(found) <= 3 * wanted
    assert all(a < b for a, b in itertools.pairwise(found))
    assert all(scale.low - tolerance <= value <= scale.high + tolerance for value in found)


@given(st.floats(-12, 8), st.floats(0.01, 20), st.integers(2, 6))
def test_log_ticks_lie_inside_and_ascend(exponent: float, decades: float, wanted: int) -> None:
    scale = Scale(10.0**exponent, 10.0 ** (exponent + decades), True)
    found = ticks(scale, wanted)
    assert all(a < b for a, b in itertools.pairwise(found))
    assert all(-1e-6 <= scale.fraction(value) <= 1 + 1e-6 for value in found)
    assert len(found) <= 3 * wanted
    assert len(labels(found, scale)) == len(found)
