"""What the y axis of curves follows: means, runs and members in full, wide bands where there is room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.plan import RunEnd
from lab.group_curves import GroupCurve
from lab.panel_ranges import band_cut, y_range
from lab.student import interval_deviations

X = np.arange(50.0)
NONE = np.empty(0)


def falling(deviation: float, runs: int, kind: str = "ci95", start: float = 2.0) -> GroupCurve:
    """A mean from ``start`` to a tenth of it, with a band of as many standard deviations as it has."""
    mean = start * 0.1 ** (X / 49)
    wide = interval_deviations(runs) if kind == "ci95" else 1.0
    return GroupCurve(X, mean, mean - wide * deviation, mean + wide * deviation, NONE, NONE, runs, None, wide)


def share(curve: GroupCurve, limits: tuple[float, float], log: bool = False) -> float:
    """Height of the mean in the plot, as a share of it."""
    if log:
        return float(np.log(curve.mean.max() / curve.mean.min()) / np.log(limits[1] / limits[0]))
    return float(np.ptp(curve.mean) / (limits[1] - limits[0]))


@pytest.mark.parametrize("log_y", [False, True])
def test_the_band_of_two_seeds_does_not_squash_the_curves(log_y: bool) -> None:
    curve = falling(0.5, 2)  # ± 4.5 around a mean that falls from 2 to 0.2
    limits = y_range([curve], log_y=log_y)
    assert share(curve, limits, log_y) >= 0.3
    assert band_cut([curve], limits, log_y=log_y)
    assert limits[0] <= curve.mean.min() and curve.mean.max() <= limits[1]


def test_one_standard_deviation_of_the_runs_is_always_in_the_plot() -> None:
    flat = replace(falling(3.0, 2), mean=np.linspace(1.0, 1.1, 50))
    flat = replace(flat, low=flat.mean - 3 * flat.deviations, high=flat.mean + 3 * flat.deviations)
    low, high = y_range([flat], log_y=False)
    assert low <= 1.0 - 3.0 and high >= 1.1 + 3.0


@pytest.mark.parametrize("runs", [5, 10])
def test_bands_of_more_seeds_are_there_in_full(runs: int) -> None:
    curve = falling(0.4, runs)
    limits = y_range([curve], log_y=False)
    assert curve.low is not None and curve.high is not None
    assert limits[0] <= curve.low.min() and curve.high.max() <= limits[1]
    assert not band_cut([curve], limits, log_y=False)


def test_bands_of_what_runs_did_are_there_in_full() -> None:
    curve = falling(6.0, 2, "minmax")
    limits = y_range([curve], log_y=False)
    assert limits[0] <= -5.0 and limits[1] >= 7.0
    assert not band_cut([curve], limits, log_y=False)


def test_members_that_are_drawn_are_in_the_plot() -> None:
    curve = replace(falling(0.5, 2), low=None, high=None)
    assert y_range([curve], log_y=False)[1] == 2.0
    wide = np.stack([curve.mean + 3.0, curve.mean - 3.0])
    low, high = y_range([curve], log_y=False, members=[wide])
    assert low <= -2.5 and high >= 4.9
    assert y_range([curve], log_y=False, members=[np.full((2, 50), np.nan)]) == (0.0, 2.0)


def test_a_band_without_a_curve_that_moves_gives_the_plot_its_height() -> None:
    mean = np.full(50, 0.5)
    curve = GroupCurve(X, mean, mean - 0.2, mean + 0.2, NONE, NONE, 3, None, 2.48)
    low, high = y_range([curve], log_y=False)
    assert low < 0.5 < high
    alone = GroupCurve(X, np.full(50, np.nan), mean - 0.2, mean + 0.2, NONE, NONE, 2, None, 9.0)
    assert y_range([alone], log_y=False) == (0.0, 1.0)


def test_the_band_of_a_diverged_group_is_not_said_to_be_cut() -> None:
    curve = replace(falling(0.5, 2), diverged=RunEnd(0, 49, "diverged", 0, np.inf))
    assert not band_cut([curve], (0.0, 2.0), log_y=False)
