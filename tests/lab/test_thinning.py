"""Thinning keeps extremes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.thinning import column_starts, envelope


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


def test_what_a_log_axis_cannot_show_is_in_a_column_of_its_own() -> None:
    x = np.arange(10_001, dtype=float)
    starts = column_starts(x, 100, log_x=True)
    assert starts[:2].tolist() == [0, 1]  # the line begins at step 1, with the value of that step
    assert len(starts) <= 100
    assert column_starts(-x[::-1], 100, log_x=True).tolist() == [0]
