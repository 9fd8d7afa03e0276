"""The pyramid: extremes exact at every width, whatever comes in, in whatever pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.pyramid import Pyramid


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 4096, 4097, 100_000])
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_pyramid_is_exact_at_every_width(count: int, piece: int) -> None:
    if piece == 1 and count > 5000:
        pytest.skip("a hundred thousand single appends say nothing more")
    values = np.random.default_rng(0).normal(size=(2, count)).astype(np.float32)
    values[0, count // 3] = 1e6
    values[1, count // 2] = -1e6
    pyramid = Pyramid(2, 1024)
    for first in range(0, count, piece):
        pyramid.append(values[:, first : first + piece])
    assert pyramid.length == count
    assert pyramid.buckets <= 1024
    low, high, total, number = pyramid.read(slice(None), 0, pyramid.buckets)
    starts = np.arange(0, count, pyramid.width)
    np.testing.assert_array_equal(low, np.minimum.reduceat(values, starts, axis=1))
    np.testing.assert_array_equal(high, np.maximum.reduceat(values, starts, axis=1))
    np.testing.assert_allclose(total, np.add.reduceat(values.astype(float), starts, axis=1), rtol=1e-12)
    assert number.sum() == 2 * count


def test_pyramid_leaves_out_what_is_not_finite() -> None:
    pyramid = Pyramid(1, 2)
    pyramid.append(np.array([[1.0, np.nan, np.inf, 3.0, np.nan, np.nan, np.nan, np.nan]]))
    low, high, total, number = pyramid.read([0], 0, 2)
    assert (low[0, 0], high[0, 0], total[0, 0], number[0, 0]) == (1.0, 3.0, 4.0, 2)
    assert number[0, 1] == 0
    assert np.isnan(low[0, 1])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 700), min_size=1, max_size=8),
    st.sampled_from([2, 8, 64]),
    st.sampled_from([np.float32, np.float64]),
    st.integers(0, 10**6),
)
def test_any_pieces_with_gaps_give_what_the_whole_gives(
    pieces: list[int], capacity: int, dtype: type, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(3, sum(pieces))).astype(dtype)
    values[1, rng.random(values.shape[1]) < 0.3] = np.nan
    values[2, rng.integers(values.shape[1]) :] = np.inf
    pyramid = Pyramid(3, capacity, dtype)
    for first, size in zip(np.cumsum([0, *pieces[:-1]]), pieces, strict=True):
        pyramid.append(values[:, first : first + size])
    low, high, total, count = pyramid.read(slice(None), 0, pyramid.buckets)
    assert low.dtype == high.dtype == dtype
    finite = np.isfinite(values)
    starts = np.arange(0, values.shape[1], pyramid.width)
    kept = np.where(finite, values, np.nan)
    np.testing.assert_array_equal(low, np.fmin.reduceat(kept, starts, axis=1))
    np.testing.assert_array_equal(high, np.fmax.reduceat(kept, starts, axis=1))
    np.testing.assert_array_equal(count, np.add.reduceat(finite.astype(int), starts, axis=1))
    sums = np.add.reduceat(np.where(finite, values, 0).astype(float), starts, axis=1)
    np.testing.assert_allclose(total, sums, rtol=1e-9, atol=1e-9)


def test_a_part_of_the_buckets() -> None:
    pyramid = Pyramid(4, 8)
    pyramid.append(np.arange(4 * 21, dtype=float).reshape(4, 21))
    assert (pyramid.width, pyramid.buckets) == (4, 6)
    low, high, _, count = pyramid.read(np.array([2, 3]), 1, 99)
    np.testing.assert_array_equal(low[0], 42 + np.array([4, 8, 12, 16, 20]))
    np.testing.assert_array_equal(high[1], 63 + np.array([7, 11, 15, 19, 20]))
    np.testing.assert_array_equal(count[0], [4, 4, 4, 4, 1])


@pytest.mark.parametrize("capacity", [0, 1, 7])
def test_a_capacity_that_cannot_be_halved_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match="even"):
        Pyramid(1, capacity)
