"""Thinning keeps extremes, and costs the same whatever was recorded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.thinning import Pyramid, column_starts, envelope


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


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(2, 300), st.booleans(), st.integers(0, 10**6))
def test_envelope_keeps_every_extreme_and_is_short(count: int, columns: int, log_x: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.arange(count, dtype=float)
    y = rng.normal(size=count)
    y[rng.integers(count)] = 50.0
    y[rng.integers(count)] = -70.0
    thin_x, thin_y = envelope(x, y, y, columns, log_x=log_x)
    assert len(thin_x) == len(thin_y) <= 2 * columns
    assert (np.diff(thin_x) >= 0).all()
    assert thin_y.max() == y.max()
    assert thin_y.min() == y.min()
    # Every point drawn is a point recorded.
    assert (y[thin_x.astype(int)] == thin_y).all()


def test_envelope_breaks_where_nothing_is_finite() -> None:
    x = np.arange(1000.0)
    y = np.where((x >= 400) & (x < 600), np.nan, 1.0)
    thin_x, thin_y = envelope(x, y, y, 10)
    inside = (thin_x >= 400) & (thin_x < 600)
    assert np.isnan(thin_y[inside]).all()
    assert inside.any()


def test_columns_are_equally_wide_in_log_x() -> None:
    x = np.arange(1, 100_001, dtype=float)
    starts = column_starts(x, 100, log_x=True)
    edges = np.log10(x[starts])
    wide = np.diff(edges)[40:]
    assert wide.std() / wide.mean() < 0.1
