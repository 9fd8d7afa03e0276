"""Intervals: their coverage, what they are for awkward samples, and that they do not change by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lab.statistics.intervals import mean_interval, median_interval, middle_of


def test_a_large_normal_sample_has_students_interval() -> None:
    values = np.random.default_rng(3).normal(2.0, 1.0, 200)
    expected = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    assert mean_interval(values) == pytest.approx(expected, abs=0.02)


def test_it_is_scipys_bootstrap_of_the_studentised_mean() -> None:
    values = np.random.default_rng(5).exponential(1.0, 15)

    def pivot(sample: np.ndarray, axis: int) -> np.ndarray:
        error = sample.std(axis=axis, ddof=1) / np.sqrt(sample.shape[axis])
        return (sample.mean(axis=axis) - values.mean()) / error

    drawn = stats.bootstrap(
        (values,), pivot, n_resamples=20_000, method="percentile", random_state=np.random.default_rng(1)
    ).bootstrap_distribution
    low, high = np.quantile(drawn, [0.025, 0.975])
    error = stats.sem(values)
    student = stats.t.ppf(0.975, 14)
    assert low < -student  # the long tail makes the bootstrap's end the outer one …
    assert high < student  # … and Student's on the other side
    expected = values.mean() - student * error, values.mean() - low * error
    assert mean_interval(values) == pytest.approx(expected, rel=0.08)


def test_equal_samples_give_equal_intervals() -> None:
    values = np.random.default_rng(0).normal(size=9)
    assert mean_interval(values) == mean_interval(values.copy())
    low, high = mean_interval(values)
    assert mean_interval(-values) == pytest.approx((-high, -low))


def test_ties_do_not_make_an_interval_unbounded() -> None:
    low, high = mean_interval(np.array([0.0, 0.0, 0.0, 0.0, 1.0]))
    assert -1 < low < 0.2 < high < 2


def test_equal_values_have_no_width_and_one_value_says_nothing() -> None:
    assert mean_interval(np.full(7, 0.1)) == pytest.approx((0.1, 0.1))
    assert mean_interval(np.array([3.0])) == (-np.inf, np.inf)
    assert median_interval(np.array([3.0])) == (-np.inf, np.inf)
    assert median_interval(np.full(9, 2.0)) == (2.0, 2.0)


def test_a_medians_interval_lies_between_order_statistics() -> None:
    # n = 20: the 6th and the 15th value hold the median with 95.86 %, as tables say
    values = np.random.default_rng(1).permutation(np.arange(1.0, 21.0))
    assert median_interval(values) == (6.0, 15.0)
    # n = 10: the 2nd and the 9th, 97.85 %
    assert median_interval(np.arange(1.0, 11.0)) == (2.0, 9.0)
    assert median_interval(np.arange(5.0)) == (-np.inf, np.inf)  # 2 · ½⁵ is more than 5 %


def test_values_may_be_infinite() -> None:
    values = np.array([-np.inf] * 12 + [-5.0, -4.0, -3.0, -2.0, 1.0, 2.0, 3.0, 4.0])
    assert middle_of(values) == -np.inf
    low, high = median_interval(values)
    assert (low, high) == (-np.inf, -3.0)
    assert middle_of(np.array([-np.inf, np.inf])) == 0
    assert middle_of(np.array([1.0, np.inf])) == np.inf
    assert middle_of(np.array([1.0, 2.0, np.inf])) == 2


@pytest.mark.parametrize(
    ("draw", "counts"),
    [
        (lambda rng, n: rng.normal(size=n), (5, 10, 20)),
        (lambda rng, n: np.rint(1.5 * rng.normal(size=n)), (5, 10, 20)),
        (lambda rng, n: rng.choice([-1.2, -0.2, 0.8, 1.8], size=n, p=[0.2, 0.5, 0.2, 0.1]), (5, 10, 20)),
        (lambda rng, n: rng.laplace(size=n), (5, 10, 20)),
        (lambda rng, n: rng.exponential(size=n) - rng.exponential(size=n), (10, 20)),
        (lambda rng, n: rng.exponential(size=n) - 1, (10, 20)),
    ],
)
def test_19_of_20_intervals_hold_the_mean(draw: object, counts: tuple[int, ...]) -> None:
    rng = np.random.default_rng(7)
    for count in counts:
        held = [low <= 0 <= high for low, high in (mean_interval(draw(rng, count)) for _ in range(600))]  # type: ignore[operator]
        assert 0.92 <= np.mean(held) <= 0.985, count  # 0.95, three deviations of 600 either way
