"""Histories over time: what is of few steps can be seen, and says where it is."""

from __future__ import annotations

import numpy as np
import pytest

from lab.chart import ChartAxis
from lab.instruments.histories import LEAST_SEEN, columns, seen_ends

LINEAR = ChartAxis("step", 0.0, 400.0)
LOG = ChartAxis("step", 1.0, 1000.0, log=True)


@pytest.mark.parametrize("place", [0.0, 1.0, 200.0, 399.0, 400.0])
def test_one_step_is_wide_enough_to_be_seen_and_stays_on_the_axis(place: float) -> None:
    edges, values = columns(np.array([place]), np.ones((3, 1)), LINEAR)
    assert edges[1] - edges[0] == pytest.approx(LEAST_SEEN * 400)
    assert 0 <= edges[0] <= place <= edges[1] <= 400
    assert values.shape == (3, 1)


def test_a_run_that_soon_ended_is_seen() -> None:
    edges, values = columns(np.array([0.0, 1.0, 2.0]), np.arange(6.0).reshape(2, 3), LINEAR)
    np.testing.assert_allclose(edges, [0, 0.5, 1.5, 20])
    np.testing.assert_array_equal(values, [[0, 1, 2], [3, 4, 5]])


def test_what_is_wide_ends_at_its_first_and_last_place() -> None:
    edges, _ = columns(np.array([0.0, 100.0, 300.0]), np.ones((1, 3)), LINEAR)
    np.testing.assert_allclose(edges, [0, 50, 200, 300])


def test_equal_places_are_one_column() -> None:
    edges, values = columns(np.array([0.0, 0.0, 100.0]), np.array([[1.0, 2.0, 3.0]]), LINEAR)
    np.testing.assert_allclose(edges, [0, 50, 100])
    np.testing.assert_array_equal(values, [[2, 3]])


def test_a_logarithmic_axis_measures_its_share_in_decades() -> None:
    low, high = seen_ends(10.0, 10.0, LOG)
    assert np.log10(high / low) == pytest.approx(3 * LEAST_SEEN)
    assert low * high == pytest.approx(100)
    assert seen_ends(1.0, 1.0, LOG)[0] == pytest.approx(1.0)
    assert seen_ends(1000.0, 1000.0, LOG)[1] == pytest.approx(1000.0)
    assert seen_ends(2.0, 500.0, LOG) == pytest.approx((2.0, 500.0))


def test_nothing_is_an_empty_column() -> None:
    edges, values = columns(np.empty(0), np.empty((2, 0)), LINEAR)
    assert edges.tolist() == [0, 400]
    assert np.isnan(values).all()
