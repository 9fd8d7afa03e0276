"""The stated error rates hold: in experiments without a difference, hardly any is claimed."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from lab.statistics.comparison import ALPHA
from lab.statistics.intervals import LEVEL
from lab.statistics.measures import measure_of
from lab.statistics.results import Sample
from tests.lab.statistics.one_family import compare_samples

Draw = Callable[[np.random.Generator, int], np.ndarray]
SCORE = measure_of("validation_nll")
TIME = measure_of("epochs", ("validation_accuracy", 0.95))


def normal(rng: np.random.Generator, seeds: int) -> np.ndarray:
    """Scores of three contenders with a part that they share, since they are paired."""
    return rng.normal(size=(1, seeds)) + rng.normal(size=(3, seeds))


def skewed(rng: np.random.Generator, seeds: int) -> np.ndarray:
    return rng.exponential(size=(1, seeds)) + rng.exponential(size=(3, seeds))


def epochs(rng: np.random.Generator, seeds: int) -> np.ndarray:
    """Whole epochs, some of them never."""
    times = np.rint(8 + 2 * rng.normal(size=(1, seeds)) + 2 * rng.normal(size=(3, seeds)))
    return np.where(rng.random((3, seeds)) < 0.15, math.inf, times)


DRAWS: dict[str, tuple[Draw, bool]] = {
    "normal": (normal, False),
    "skewed": (skewed, False),
    "epochs": (epochs, True),
}


def contenders(values: np.ndarray) -> list[Sample]:
    return [Sample(name, name, row) for name, row in zip("ABC", values, strict=True)]


def bound(rate: float, count: int) -> float:
    """A rate with three standard errors of its simulation."""
    return rate + 3 * math.sqrt(rate * (1 - rate) / count)


def check_no_difference(draw: str, seeds: int, experiments: int) -> None:
    act, is_time = DRAWS[draw]
    measure = TIME if is_time else SCORE
    rng = np.random.default_rng([seeds, experiments])
    claimed = missed = pairs = 0
    for _ in range(experiments):
        found = compare_samples(contenders(act(rng, seeds)), measure, 0.0)
        claimed += any(c.decision in ("better", "worse") for c in found)
        missed += sum(not c.low <= 0 <= c.high for c in found)
        pairs += len(found)
    assert claimed / experiments <= bound(ALPHA, experiments), "any better or worse among three pairs"
    # pairs of one experiment share contenders: their errors are counted as if there were a third of them
    assert missed / pairs <= bound(1 - LEVEL, pairs // 3), "intervals that miss 0"


def check_margin(draw: str, seeds: int, experiments: int) -> None:
    """A true difference just beyond the margin is seldom called equal.

    A median of whole epochs may lie on the margin itself, which is within it: so the margin is a bit less.
    The noise is so small that the other side of the margin hardly matters: a side has half the rate.
    """
    act, is_time = DRAWS[draw]
    rng = np.random.default_rng([1, seeds])
    equal = 0
    for _ in range(experiments):
        first, second, _ = contenders(act(rng, seeds))
        later = Sample("A", "A", first.values + 8)
        (found,) = compare_samples([later, second], TIME if is_time else SCORE, 8 - 1e-6)
        equal += found.decision == "equal"
    assert equal / experiments <= bound((1 - LEVEL) / 2, experiments)


@pytest.mark.parametrize("seeds", [5, 10, 20])
@pytest.mark.parametrize("draw", DRAWS)
def test_few_experiments_without_a_difference(draw: str, seeds: int) -> None:
    check_no_difference(draw, seeds, 250)


@pytest.mark.parametrize("draw", DRAWS)
def test_a_difference_at_the_margin_is_seldom_equal(draw: str) -> None:
    check_margin(draw, 10, 400)


def test_differences_that_are_there_are_found() -> None:
    rng = np.random.default_rng(2)
    found = equal = 0
    for _ in range(200):
        values = normal(rng, 20)
        values[0] -= 1.5
        (first, second, _) = compare_samples(contenders(values), SCORE, 0.0)
        found += first.decision == second.decision == "better"
        close = 0.1 * normal(rng, 20)[:2]
        (pair,) = compare_samples([Sample(n, n, v) for n, v in zip("AB", close, strict=True)], SCORE, 0.2)
        equal += pair.decision == "equal"
    assert found >= 170
    assert equal >= 170


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [5, 10, 20])
@pytest.mark.parametrize("draw", DRAWS)
def test_2000_experiments_without_a_difference(draw: str, seeds: int) -> None:
    check_no_difference(draw, seeds, 2000)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [6, 8, 20])
@pytest.mark.parametrize("draw", DRAWS)
def test_2000_differences_at_the_margin(draw: str, seeds: int) -> None:
    check_margin(draw, seeds, 2000)
