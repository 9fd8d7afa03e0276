"""Debiased smoothing against SciPy's recursive filter."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from lab.smoothing import memory, smooth


@pytest.mark.parametrize("weight", [0.0, 0.1, 0.5, 0.9, 0.96, 0.999])
@pytest.mark.parametrize("length", [1, 2, 63, 64, 65, 1000])
def test_equals_the_recursion_divided_by_its_bias(weight: float, length: int) -> None:
    values = np.random.default_rng(1).normal(size=(3, length))
    raw = lfilter([1 - weight], [1, -weight], values, axis=1)
    expected = raw / (1 - weight ** np.arange(1, length + 1))
    found, _ = smooth(values, weight)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_goes_on_where_it_left_off() -> None:
    values = np.random.default_rng(2).normal(size=(2, 500))
    whole, _ = smooth(values, 0.97)
    first, carry = smooth(values[:, :137], 0.97)
    second, _ = smooth(values[:, 137:], 0.97, carry)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-10)


def test_a_gap_counts_for_nothing() -> None:
    values = np.array([[1.0, 2.0, np.nan, np.inf, 3.0]])
    found, _ = smooth(values, 0.5)
    # Weights of 1, 2, 3 four, three and no steps back: (0.5·[1·2⁻⁴ + 2·2⁻³ + 3]) / (0.5·[2⁻⁴ + 2⁻³ + 1]).
    assert found[0, 4] == pytest.approx((1 / 16 + 2 / 8 + 3) / (1 / 16 + 1 / 8 + 1))
    assert found[0, 2] == found[0, 3] == found[0, 1]


def test_nothing_finite_yet_is_nan() -> None:
    found, _ = smooth(np.array([[np.nan, 5.0]]), 0.9)
    assert np.isnan(found[0, 0])
    assert found[0, 1] == pytest.approx(5.0)


@pytest.mark.parametrize("weight", [1.0, -0.1, float("nan")])
def test_refuses_weights_that_are_none(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        smooth(np.zeros((1, 2)), weight)


def test_memory_is_where_a_millionth_is_left() -> None:
    assert memory(0.0) == 0
    assert 0.9 ** memory(0.9) <= 1e-6 < 0.9 ** (memory(0.9) - 1)
