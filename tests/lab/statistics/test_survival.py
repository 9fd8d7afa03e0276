"""Kaplan–Meier curves against a textbook and against SciPy."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from lab.statistics.survival import kaplan_meier

# Freireich's leukaemia patients under 6-MP (weeks of remission, + censored), as in Cox and Oakes.
TIMES = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
HAPPENED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_the_textbooks_curve() -> None:
    found = kaplan_meier(np.array(TIMES, float), np.array(HAPPENED, bool))
    assert found.times.tolist() == [0, 6, 7, 10, 13, 16, 22, 23]
    expected = [1, 0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert found.share.tolist() == pytest.approx(expected, abs=5e-5)
    assert found.at_risk.tolist() == [21, 21, 17, 15, 12, 11, 7, 6]
    assert found.median == 23
    assert (found.arrived, found.runs) == (9, 21)
    # R: survfit(..., conf.type = "log-log") gives 0.620 to 0.952 at 6 and 0.188 to 0.680 at 23
    assert (found.low[1], found.high[1]) == pytest.approx((0.620, 0.952), abs=1e-3)
    assert (found.low[-1], found.high[-1]) == pytest.approx((0.188, 0.680), abs=1e-3)
    assert found.median_low == 13
    assert found.median_high == math.inf
    assert found.censored.tolist() == [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


@pytest.mark.parametrize("seed", range(6))
def test_it_is_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times, limits = rng.integers(1, 20, 30).astype(float), rng.integers(5, 25, 30).astype(float)
    arrived = times <= limits
    watched = np.minimum(times, limits)
    found = kaplan_meier(watched, arrived)
    expected = stats.ecdf(stats.CensoredData(uncensored=watched[arrived], right=watched[~arrived])).sf
    assert expected.evaluate(found.times) == pytest.approx(found.share)
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # where nothing is left
        interval = expected.confidence_interval(method="log-log")
    inside = found.share[1:] > 0
    assert interval.low.evaluate(found.times[1:])[inside] == pytest.approx(found.low[1:][inside])
    assert interval.high.evaluate(found.times[1:])[inside] == pytest.approx(found.high[1:][inside])


def test_none_arrive_all_arrive_and_at_once() -> None:
    never = kaplan_meier(np.full(5, 60.0), np.zeros(5, bool))
    assert (never.median, never.arrived, never.share.tolist()) == (math.inf, 0, [1.0])
    always = kaplan_meier(np.array([3.0, 4.0, 5.0]), np.ones(3, bool))
    assert always.share.tolist() == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert always.median == 4
    at_once = kaplan_meier(np.array([0.0, 0.0, 2.0]), np.ones(3, bool))
    assert at_once.times.tolist() == [0, 2]
    assert at_once.share.tolist() == pytest.approx([1 / 3, 0])


@pytest.mark.parametrize("times", [[-1.0, 2.0], [math.nan, 2.0], [1.0], []])
def test_times_that_are_none_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="times"):
        kaplan_meier(np.array(times), np.ones(2 if times else 0, bool))
