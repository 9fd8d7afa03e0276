"""Wilcoxon's test and Holm's correction against SciPy, brute force and the paper."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from lab.statistics.signed_ranks import holm, signed_ranks, smallest_p, wilcoxon_p

FIXED = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]) - np.array(
    [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
)
"""Hollander and Wolfe's depression scores before and after."""


def by_hand(differences: np.ndarray) -> float:
    """Two-sided p over all choices of signs."""
    statistic, ranks = signed_ranks(differences)
    sums = [
        sum(rank for rank, up in zip(ranks, signs, strict=True) if up)
        for signs in itertools.product((False, True), repeat=len(ranks))
    ]
    low = np.mean([total <= statistic + 1e-9 for total in sums])
    high = np.mean([total >= statistic - 1e-9 for total in sums])
    return float(min(1.0, 2 * min(low, high)))


def test_a_textbook_example() -> None:
    statistic, _ = signed_ranks(FIXED)
    assert statistic == 40
    assert wilcoxon_p(FIXED) == pytest.approx(0.0390625, abs=1e-12)  # as R's wilcox.test prints: 0.03906


@pytest.mark.parametrize("count", [5, 9, 20, 50, 120])
def test_without_ties_it_is_scipys_exact_test(count: int) -> None:
    rng = np.random.default_rng(count)
    for _ in range(5):
        values = rng.normal(0.2, 1, count)
        expected = stats.wilcoxon(values, method="exact")
        assert wilcoxon_p(values) == pytest.approx(expected.pvalue, rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_with_ties_zeros_and_infinities_it_is_all_choices_of_signs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(-4, 6, 11).astype(float)
    values[rng.random(11) < 0.2] = np.inf
    assert wilcoxon_p(values) == pytest.approx(by_hand(values), rel=1e-9)


def test_many_pairs_are_normal() -> None:
    values = np.random.default_rng(0).normal(0.1, 1, 400)
    expected = stats.wilcoxon(values, method="approx", correction=False)
    assert wilcoxon_p(values) == pytest.approx(expected.pvalue, rel=1e-6)


def test_nothing_that_differs_says_nothing() -> None:
    assert wilcoxon_p(np.zeros(12)) == 1
    assert wilcoxon_p(np.array([np.nan, 0.0])) == 1
    assert wilcoxon_p(np.array([])) == 1


def test_the_smallest_p_is_that_of_one_sign() -> None:
    for count in (1, 5, 12):
        assert wilcoxon_p(np.arange(1.0, count + 1)) == pytest.approx(smallest_p(count))


def test_holm_steps_down() -> None:
    # Holm's rule written out: p(i) times (m − i + 1), never less than the one before, at most 1.
    ps = np.array([0.012, 0.001, 0.2, 0.03, 0.9])
    assert holm(ps).tolist() == pytest.approx([0.048, 0.005, 0.4, 0.09, 0.9])
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
    assert holm(np.array([0.04])).tolist() == [0.04]
    from scipy.stats import false_discovery_control  # Holm is never below Benjamini and Hochberg

    assert (holm(ps) >= false_discovery_control(ps) - 1e-12).all()
