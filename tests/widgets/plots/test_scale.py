from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plots.scale import Scale, transformed, usable_scale

finite = st.floats(-1e12, 1e12, allow_nan=False)


def test_what_has_no_logarithm_is_left_out() -> None:
    found = transformed([100.0, 1.0, 0.0, -3.0, np.nan, np.inf], log=True)
    assert found[:2].tolist() == [2.0, 0.0]
    assert np.isnan(found[2:]).all()


def test_without_log_only_what_is_not_finite_is_left_out() -> None:
    found = transformed([-3.0, 0.0, np.inf, np.nan], log=False)
    assert found[:2].tolist() == [-3.0, 0.0]
    assert np.isnan(found[2:]).all()


@given(finite, finite, st.booleans(), st.one_of(st.none(), finite))
def test_any_range_becomes_usable(low: float, high: float, log: bool, smallest: float | None) -> None:
    scale = usable_scale(low, high, log, smallest)
    assert scale.low < scale.high
    assert math.isfinite(scale.fraction(scale.low)) and math.isfinite(scale.fraction(scale.high))
    assert not log or scale.low > 0


def test_a_log_axis_from_zero_begins_at_the_smallest_value_there_is() -> None:
    assert usable_scale(0.0, 100.0, True, 0.5).low == 0.5
    assert usable_scale(0.0, 100.0, True).low == pytest.approx(0.1)
    assert usable_scale(math.nan, 1.0, False) == Scale(0.0, 1.0)


@given(st.floats(0, 1), st.booleans())
def test_at_is_the_inverse_of_fraction(part: float, log: bool) -> None:
    scale = Scale(0.01, 30.0, log)
    assert scale.fraction(scale.at(part)) == pytest.approx(part, abs=1e-9)
