"""What a race is run by where the experiment does not say, and what cannot be raced."""

from __future__ import annotations

import pytest

from compute.problems import ProblemError
from lab.config_changes import apply_changes
from lab.racing.terms import ADAPTIVE_RATES, GRADIENT_RATES, default_margin, race_terms, with_rates
from tests.lab.racing.races import small_race


def numbers(**changes: object) -> object:
    config = small_race(race__target=None, race__rates=None)
    changed = {"data.name": "sine", "losses": [{"name": "squared_error"}, {"name": "absolute_error"}]}
    return apply_changes(config, {**changed, **changes})


def test_defaults_for_classes() -> None:
    terms = race_terms(small_race(race__target=None, race__rates=None))
    assert terms.rates == GRADIENT_RATES
    assert (terms.tuning_metric, terms.same_rate, terms.higher_is_better) == (
        "validation_accuracy",
        0.1,
        True,
    )
    assert terms.target == ("validation_accuracy", 0.95)
    assert (terms.measure, terms.margin) == ("epochs", 2)


def test_defaults_for_numbers() -> None:
    terms = race_terms(numbers())  # type: ignore[arg-type]
    assert (terms.tuning_metric, terms.measure) == ("validation_mse", "test_mse")
    assert terms.target is None
    assert not terms.higher_is_better


def test_adaptive_optimisers_have_their_own_grid() -> None:
    terms = race_terms(small_race(race__rates=None, optimizer__name="adam"))
    assert terms.rates == ADAPTIVE_RATES


def test_without_a_test_part_the_validation_part_judges() -> None:
    terms = race_terms(numbers(**{"data.split": (0.8, 0.2, 0.0)}))  # type: ignore[arg-type]
    assert terms.measure == "validation_mse"


def test_the_target_of_the_training_is_taken() -> None:
    shown = small_race(race__target=None, training__show_target=0.7)
    assert race_terms(shown).target == ("validation_accuracy", 0.7)
    stopping = small_race(race__target=None, training__target={"metric": "train_accuracy", "value": 0.6})
    assert race_terms(stopping).target == ("train_accuracy", 0.6)


def test_without_a_validation_part_the_training_part_decides() -> None:
    terms = race_terms(small_race(data__split=(0.8, 0.0, 0.2)))
    assert terms.tuning_metric == "train_accuracy"


def test_rates_are_sorted_and_added_to() -> None:
    terms = race_terms(small_race(race__rates=[1.0, 0.1, 1.0]))
    assert terms.rates == (0.1, 1.0)
    assert with_rates(terms, (3.0, 0.1)).rates == (0.1, 1.0, 3.0)


@pytest.mark.parametrize(
    ("measure", "margin"), [("epochs", 2), ("steps", 0), ("validation_accuracy", 0.005), ("train_nll", 0.01)]
)
def test_margins(measure: str, margin: float) -> None:
    assert default_margin(measure) == margin


@pytest.mark.parametrize(
    ("changes", "title", "where"),
    [
        ({"losses__-": 1}, "A race needs at least two losses", "losses"),
        ({"losses__1__name": "cross_entropy"}, "in the race twice", "losses.1"),
        ({"race__tuning_metric": "validation_r2"}, "R² cannot decide a race here", "race.tuning_metric"),
        ({"race__tuning_metric": "validation_loss"}, "own loss cannot decide", "race.tuning_metric"),
        (
            {"data__split": (0.8, 0.2, 0.0), "race__measure": "test_nll"},
            "Test NLL cannot decide",
            "race.measure",
        ),
        ({"race__target_metric": "train_mse"}, "MSE cannot decide", "race.target_metric"),
        (
            {"data__split": (0.8, 0.0, 0.2), "race__measure": "validation_nll"},
            "NLL cannot decide",
            "race.measure",
        ),
    ],
)
def test_what_cannot_be_raced(changes: dict[str, object], title: str, where: str) -> None:
    with pytest.raises(ProblemError) as error:
        race_terms(small_race(**changes))
    assert title in error.value.problem.title
    assert error.value.problem.where == where


@pytest.mark.parametrize("setting", ["race__tuning_metric", "race__target_metric"])
def test_the_test_part_tunes_nothing(setting: str) -> None:
    with pytest.raises(ProblemError, match='cannot be "test_accuracy"'):
        small_race(**{setting: "test_accuracy"})


def test_a_time_needs_a_target() -> None:
    with pytest.raises(ProblemError, match="no target that steps could count to"):
        race_terms(numbers(**{"race.measure": "steps"}))  # type: ignore[arg-type]
