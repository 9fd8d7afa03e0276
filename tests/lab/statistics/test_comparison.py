"""Verdicts: what is decided, what is said, and how many more seeds it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from lab.statistics.comparison import compare_families
from lab.statistics.measures import Measure, measure_of
from lab.statistics.results import Sample
from tests.lab.statistics.one_family import compare_samples

EPOCHS = measure_of("epochs", ("validation_accuracy", 0.95))
ACCURACY = measure_of("validation_accuracy")
NLL = measure_of("validation_nll")


def sample(label: str, values: Sequence[float] | np.ndarray) -> Sample:
    return Sample(label, label[:2], np.asarray(values, dtype=float))


def normal(seed: int, count: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=count)


def test_sooner_is_said_with_its_interval_and_p() -> None:
    first = np.array([9, 10, 8, 9, 11, 9, 10, 8, 9, 9], float)
    (found,) = compare_samples([sample("Cross-entropy", first), sample("Brier", first + 9)], EPOCHS, 2)
    assert found.decision == "better"
    assert found.sentence == (
        "Cross-entropy reaches 95\u202f% validation accuracy 9 epochs sooner than Brier."
    )
    assert found.detail == (
        "difference \u22129 epochs · 95\u202f% interval \u22129 to \u22129 epochs · 10 paired seeds · "
        "p = 0.0020 after Holm"
    )
    assert (found.estimate, found.p, found.more_seeds) == (-9, 2**-9, None)
    (turned,) = compare_samples([sample("Brier", first + 9), sample("Cross-entropy", first)], EPOCHS, 2)
    assert turned.decision == "worse"
    assert turned.sentence == found.sentence


def test_scores_are_compared_by_their_means() -> None:
    base = 0.95 + 0.01 * normal(0)
    low = base - 0.03 + 0.002 * normal(1)
    (found,) = compare_samples([sample("A", base), sample("B", low)], ACCURACY, 0.005)
    assert found.decision == "better"
    assert found.statistic == "mean"
    assert found.estimate == pytest.approx((base - low).mean())
    assert found.sentence == "A ends with a validation accuracy 3.0 points higher than B."
    (lower,) = compare_samples([sample("A", base), sample("B", low)], NLL, 0.005)
    assert lower.decision == "worse"  # the smaller NLL is the better one
    assert lower.sentence.startswith("B ends with a validation NLL 0.0")


def test_within_the_margin_is_equal_however_sure() -> None:
    base = np.array([3, 4, 3, 4, 3, 3, 4, 3, 4, 3], float)
    (found,) = compare_samples([sample("CE", base), sample("SE", base + 1)], EPOCHS, 2)
    assert found.p < 0.05
    assert found.decision == "equal"
    assert found.sentence == "CE and SE reach 95\u202f% validation accuracy within 2 epochs of each other."


def test_few_or_noisy_seeds_decide_nothing_and_it_says_how_many_would() -> None:
    noise = normal(5, 6)
    (found,) = compare_samples([sample("A", noise), sample("B", noise - 0.2 - normal(6, 6))], NLL, 0.01)
    assert found.decision == "undecided"
    assert found.more_seeds is not None
    assert found.more_seeds >= 1
    assert f"about {found.more_seeds} more would" in found.sentence
    assert found.sentence.startswith("6 seeds do not say whether A or B ends with the better")


def test_the_advice_is_about_right() -> None:
    """With as many seeds as it says, the pair is decided in most cases."""
    rng = np.random.default_rng(11)
    decided = advised = 0
    for _ in range(60):
        few = rng.normal(0.5, 1.0, 8)
        (found,) = compare_samples([sample("A", few), sample("B", np.zeros(8))], NLL, 0.0)
        if found.decision != "undecided" or found.more_seeds is None or found.more_seeds > 400:
            continue
        advised += 1
        more = np.concatenate([few, rng.normal(0.5, 1.0, found.more_seeds)])
        (again,) = compare_samples([sample("A", more), sample("B", np.zeros(len(more)))], NLL, 0.0)
        decided += again.decision != "undecided"
    assert advised > 15
    assert decided > 0.6 * advised


def test_a_run_that_never_arrives_counts_as_never() -> None:
    first = np.array([9.0, 10, 8, 9, 11, 9, 10, 8, 9, 9])
    second = np.array([math.inf] * 7 + [40.0, 38.0, 41.0])
    (found,) = compare_samples([sample("CE", first), sample("MAE", second)], EPOCHS, 2)
    assert found.decision == "better"
    assert found.estimate == -math.inf
    assert found.sentence == "CE reaches 95\u202f% validation accuracy where MAE does not."
    assert "second never" in found.detail
    assert np.isneginf(found.differences[:7]).all()


def test_two_that_never_arrive_are_neither_different_nor_equal() -> None:
    never = np.full(10, math.inf)
    (found,) = compare_samples([sample("A", never), sample("B", never)], EPOCHS, 2)
    assert np.isnan(found.differences).all()
    assert found.p == 1
    assert (found.decision, found.more_seeds) == ("undecided", None)
    assert found.sentence == "Neither A nor B ever reaches 95\u202f% validation accuracy."
    assert "neither arrived with 10 further seeds" in found.detail
    half = np.where(np.arange(10) < 5, math.inf, 9.0)
    (mixed,) = compare_samples([sample("A", half), sample("B", half + 6)], EPOCHS, 2)
    assert mixed.decision == "undecided"
    assert "5 paired seeds · neither arrived with 5 further seeds" in mixed.detail
    rare = np.where(np.arange(30) < 23, math.inf, 9.0)
    (sure,) = compare_samples([sample("A", rare), sample("B", rare + 6)], EPOCHS, 2)
    assert sure.estimate == -6  # seeds in which neither arrives do not pull the difference towards 0
    assert sure.decision == "better"


@pytest.mark.parametrize("seeds", [1, 2, 5])
@pytest.mark.parametrize("measure", [ACCURACY, EPOCHS])
def test_fewer_than_six_seeds_decide_nothing(seeds: int, measure: Measure) -> None:
    same = np.full(seeds, 9.0)
    (found,) = compare_samples([sample("A", same), sample("B", same)], measure, 1.0)
    assert (found.decision, found.more_seeds) == ("undecided", 6 - seeds)


def test_more_pairs_need_more_seeds() -> None:
    values = [normal(k, 8) + 0.5 * k for k in range(4)]
    few = compare_samples([sample("A", values[0]), sample("B", values[1])], NLL, 0.0)[0]
    many = compare_samples([sample(c, v) for c, v in zip("ABCD", values, strict=True)], NLL, 0.0)[0]
    assert few.estimate == many.estimate
    assert few.more_seeds is not None
    assert many.more_seeds is not None
    assert many.more_seeds > few.more_seeds


def test_runs_without_a_value_are_left_out() -> None:
    values = 0.9 + 0.01 * normal(2)
    gone = values - 0.1
    gone[3:6] = np.nan
    (found,) = compare_samples([sample("A", values), sample("B", gone)], ACCURACY, 0)
    assert "17 paired seeds" in found.detail
    (nothing,) = compare_samples([sample("A", values), sample("B", np.full(20, np.nan))], ACCURACY, 0)
    assert nothing.decision == "undecided"
    assert nothing.sentence.startswith("No seed says")
    assert math.isnan(nothing.estimate)


def test_holm_is_over_all_families() -> None:
    base = normal(0)
    families = [[sample(c, base + k * 0.4 * normal(k + 3)) for k, c in enumerate("ABC")] for _ in range(2)]
    first, second = compare_families(families, NLL, 0)
    assert [len(first), len(second)] == [3, 3]
    alone = compare_samples(families[0], NLL, 0)
    for both, one in zip(first, alone, strict=True):
        assert both.p == one.p
        assert both.p_adjusted >= one.p_adjusted
    assert [(c.first, c.second) for c in first] == [("A", "B"), ("A", "C"), ("B", "C")]


def test_one_contender_has_no_pairs() -> None:
    assert compare_samples([sample("A", normal(0))], NLL, 0) == ()
    assert compare_families([], NLL, 0) == ()


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="same seeds"):
        compare_samples([sample("A", normal(0)), sample("B", normal(0, 5))], NLL, 0)
    with pytest.raises(ValueError, match="margin"):
        compare_samples([sample("A", normal(0)), sample("B", normal(1))], NLL, -1)
    with pytest.raises(ValueError, match="finite"):
        compare_samples([sample("A", [1, math.inf]), sample("B", [1, 2])], NLL, 0)
    with pytest.raises(ValueError, match="target"):
        measure_of("epochs")
    with pytest.raises(KeyError):
        measure_of("beauty")


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("epochs", 1.0, "1 epoch"), ("epochs", 8.5, "8.5 epochs"), ("steps", 1640.0, "1\u2009640 steps"),
        ("seconds", 0.25, "0.2 seconds"), ("validation_accuracy", 0.01, "1.0 points"),
        ("validation_nll", -0.0304, "0.0304"),
    ],
)  # fmt: skip
def test_amounts_have_their_unit(key: str, value: float, text: str) -> None:
    assert measure_of(key, ("validation_accuracy", 0.95)).amount(value) == text


def test_a_target_in_words() -> None:
    assert EPOCHS.label == "Epochs to 95\u202f% validation accuracy"
    assert measure_of("steps", ("validation_mse", 0.3)).goal == "a validation MSE of 0.300"


def test_a_sure_difference_about_the_margin_is_said_as_one() -> None:
    base = normal(4, 12)
    lead = np.array([0.4, 1.9, 0.8, 1.6, 1.2, 0.7, 1.8, 0.9, 1.5, 1.1, 0.6, 1.7])
    (found,) = compare_samples([sample("A", base - lead), sample("B", base)], NLL, 1.3)
    assert found.p_adjusted < 0.05
    assert found.decision == "undecided"
    assert found.sentence.startswith("A ends with a validation NLL 1.18 lower than B; 12 seeds do not say")
    assert "more than a margin of 1.30" in found.sentence
