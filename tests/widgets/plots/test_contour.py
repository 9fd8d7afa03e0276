from __future__ import annotations

import numpy as np
import pytest

from widgets.plots.contour import joined, level_segments


def test_a_circle_has_its_radius_and_length() -> None:
    axis = np.linspace(-2.0, 2.0, 81)
    x, y = np.meshgrid(axis, axis)
    xs, ys = level_segments(np.hypot(x, y), axis, axis, 1.0)
    assert np.hypot(xs, ys) == pytest.approx(np.ones(len(xs)), abs=2e-3)
    length = np.hypot(xs[::2] - xs[1::2], ys[::2] - ys[1::2]).sum()
    assert length == pytest.approx(2 * np.pi, rel=2e-3)


def test_a_plane_is_cut_in_a_straight_line_at_the_level() -> None:
    x, y = np.linspace(0.0, 4.0, 9), np.linspace(0.0, 1.0, 5)
    field = np.tile(x, (5, 1))
    xs, ys = level_segments(field, x, y, 1.7)
    assert xs == pytest.approx(np.full(len(xs), 1.7))
    assert sorted(set(np.round(ys, 6))) == [0.0, 0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("middle", [3.0, -3.0])
def test_a_saddle_gives_two_segments_that_do_not_cross(middle: float) -> None:
    # corners +, −, +, − counter-clockwise; the mean decides which ones join
    field = np.array([[1.0 + middle / 4, -1.0 + middle / 4], [-1.0 + middle / 4, 1.0 + middle / 4]])
    xs, ys = level_segments(field, np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.0)
    assert len(xs) == 4
    first, second = (xs[0], ys[0], xs[1], ys[1]), (xs[2], ys[2], xs[3], ys[3])
    # each segment cuts off a corner: the two low ones where the middle is high, else the two high ones
    for segment in (first, second):
        middle_x, middle_y = (segment[0] + segment[2]) / 2, (segment[1] + segment[3]) / 2
        low_corner = (middle_x > 0.5) != (middle_y > 0.5)
        assert low_corner == (middle > 0)


def test_nothing_where_there_is_nothing_to_cut() -> None:
    axis = np.arange(3.0)
    assert len(level_segments(np.zeros((3, 3)) + 5, axis, axis, 1.0)[0]) == 0
    assert len(level_segments(np.full((3, 3), np.nan), axis, axis, 1.0)[0]) == 0
    assert len(level_segments(np.zeros(3), axis, axis, 1.0)[0]) == 0


def test_segments_are_joined_to_closed_and_open_lines() -> None:
    axis = np.linspace(-1, 1, 21)
    field = axis[None] ** 2 + axis[:, None] ** 2
    xs, ys = joined(*level_segments(field, axis, axis, 0.5))
    assert not np.isnan(xs).any()  # one circle
    assert (xs[0], ys[0]) == pytest.approx((xs[-1], ys[-1]))
    np.testing.assert_allclose(np.hypot(xs, ys), np.sqrt(0.5), atol=0.01)
    length = np.hypot(np.diff(xs), np.diff(ys)).sum()
    assert length == pytest.approx(2 * np.pi * np.sqrt(0.5), rel=0.01)
    xs, ys = joined(*level_segments(field, axis, axis, 1.2))
    assert np.isnan(xs).sum() == 3  # four corners
    pairs = level_segments(field, axis, axis, 1.2)
    total = np.hypot(*(part.reshape(-1, 2)[:, 1] - part.reshape(-1, 2)[:, 0] for part in pairs)).sum()
    assert np.nansum(np.hypot(np.diff(xs), np.diff(ys))) == pytest.approx(total)
    assert [len(part) for part in joined(np.empty(0), np.empty(0))] == [0, 0]
