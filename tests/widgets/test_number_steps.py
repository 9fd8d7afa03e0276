from __future__ import annotations

from dataclasses import replace

import pytest

from lab.field_spec import FieldSpec
from widgets.number_steps import allowed_words, last_place, neighbour_125, tidy

SHARE = FieldSpec("data.noise", "Noise", "float", 0.0, 0.0, 0, 1, percent=True)


def test_neighbours_and_places() -> None:
    assert neighbour_125(0.1, up=True) == 0.2
    assert neighbour_125(0.1, up=False) == 0.05
    assert neighbour_125(3, up=True) == 5
    assert neighbour_125(3, up=False) == 2
    assert last_place("0.25") == 0.01
    assert last_place("−3") == 1
    assert last_place("1e−4") == pytest.approx(1e-4)
    assert last_place("12.5\u202f%", percent=True) == pytest.approx(0.001)


def test_words_of_what_is_allowed() -> None:
    assert allowed_words(SHARE) == "0 to 100 %"
    assert allowed_words(replace(SHARE, low_open=True)) == "above 0 % and at most 100 %"
    assert allowed_words(replace(SHARE, high=None, optional=True)) == "at least 0 %, or nothing"
    plain = replace(SHARE, percent=False, allowed="a whole number from 1 to 10000000")
    assert allowed_words(plain) == "a whole number from 1 to 10\u2009000\u2009000"
    assert allowed_words(replace(plain, allowed="")) == "a number"


def test_tidy() -> None:
    assert tidy(0.1 + 0.2) == 0.3
