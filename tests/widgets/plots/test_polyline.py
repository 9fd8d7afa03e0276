from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from widgets.plots.polyline import clipped, finite_stretches, is_noisy, reduced, straightened, value_at


def test_thinning_keeps_every_spike() -> None:
    x = np.arange(10_000.0)
    y = np.zeros(10_000)
    y[[1234, 7777]] = 5.0, -4.0
    found_x, found_y = reduced(x, y, (0.0, 9999.0), 300, 0.01)
    assert len(found_x) <= 2 * 301
    assert found_y.max() == 5.0
    assert found_y.min() == -4.0
    assert abs(found_x[found_y.argmax()] - 1234) < 40
    assert np.all(np.diff(found_x) >= 0)


def test_thinning_keeps_the_ends_and_the_gaps() -> None:
    x = np.arange(2000.0)
    y = np.sin(x / 50)
    y[900:1000] = np.nan
    found_x, found_y = reduced(x, y, (0.0, 1999.0), 200, 0.001)
    assert (found_x[0], found_x[-1]) == (0.0, 1999.0)
    assert np.isnan(found_y).any()
    inside = (found_x > 905) & (found_x < 995)
    assert np.isnan(found_y[inside]).all()


def test_thinning_drops_what_is_out_of_sight_but_the_neighbours() -> None:
    x = np.arange(100.0)
    found_x, _ = reduced(x, x, (40.0, 60.0), 500, 0.1)
    assert found_x[0] <= 40.0 and found_x[-1] >= 60.0
    assert len(found_x) <= 23


@given(st.integers(0, 2**31), st.integers(1, 400))
def test_thinning_never_leaves_the_range_of_the_values(seed: int, size: int) -> None:
    y = np.random.default_rng(seed).normal(size=size)
    _, found = reduced(np.arange(float(size)), y, (0.0, float(size)), 37, 0.0)
    assert found.min() >= y.min() and found.max() <= y.max()
    assert found.min() == y.min() and found.max() == y.max()


def test_straightening_moves_no_point_further_than_asked() -> None:
    x = np.linspace(0.0, 10.0, 501)
    y = np.exp(-x)
    few_x, few_y = straightened(x, y, 0.002)
    assert len(few_x) < 150
    assert np.abs(np.interp(x, few_x, few_y) - y).max() <= 0.002
    assert (few_x[0], few_x[-1]) == (0.0, 10.0)


def test_straightening_keeps_gaps_and_repeated_x() -> None:
    x = np.repeat(np.arange(40.0), 2)
    y = np.where(np.arange(80) == 33, np.nan, 1.0)
    _, found = straightened(x, y, 0.1)
    assert np.isnan(found).sum() == 1


def test_noise_is_told_from_a_curve() -> None:
    x = np.linspace(0, 1, 400)
    assert not is_noisy(np.exp(-5 * x), 1.0)
    assert is_noisy(np.random.default_rng(0).normal(size=400), 1.0)


def test_clipping_cuts_exactly_where_the_line_leaves() -> None:
    x, y = clipped(np.array([0.0, 2.0, 4.0, 6.0]), np.array([0.0, 4.0, 0.0, -8.0]), -2.0, 2.0)
    inside = np.isfinite(y)
    assert x[inside].tolist() == [0.0, 1.0, 3.0, 4.0, 4.5]
    assert y[inside].tolist() == [0.0, 2.0, 2.0, 0.0, -2.0]
    crossing_x, crossing_y = clipped(np.array([0.0, 1.0]), np.array([-10.0, 10.0]), -1.0, 1.0)
    assert crossing_x[np.isfinite(crossing_y)].tolist() == [0.45, 0.55]


def test_stretches_break_where_any_array_does() -> None:
    a = np.array([1.0, np.nan, 1.0, 1.0, 1.0])
    b = np.array([1.0, 1.0, 1.0, np.inf, 1.0])
    assert finite_stretches(a, b) == [(0, 1), (2, 3), (4, 5)]
    assert finite_stretches() == []


def test_reading_a_line_takes_the_nearest_point_and_nothing_past_the_end() -> None:
    x, y = np.array([0.0, 10.0, 20.0]), np.array([1.0, 2.0, np.nan])
    assert value_at(x, y, 6.0) == (10.0, 2.0)
    assert value_at(x, y, 19.0) is None
    assert value_at(x, y, 200.0) is None
    assert value_at(np.empty(0), np.empty(0), 1.0) is None
