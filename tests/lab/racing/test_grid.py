"""The best rate of a loss: ties, divergence and ends of the grid."""

from __future__ import annotations

import math

import pytest

from lab.racing.grid import _edge, _ladder, best_place
from lab.racing.results import RateCell
from lab.racing.terms import RaceTerms

NEVER = [math.inf] * 4


def terms(metric: str = "validation_accuracy") -> RaceTerms:
    return RaceTerms((0.1, 0.3, 1.0, 3.0), metric, 0.1, None, metric, 0.01)


def cells(*scores: float, diverged: tuple[int, ...] = ()) -> list[RateCell | None]:
    return [RateCell(s, s, s, int(place in diverged), 5) for place, s in enumerate(scores)]


@pytest.mark.parametrize(
    ("scores", "diverged", "times", "best"),
    [
        ((0.5, 0.9, 0.8, 0.1), (), NEVER, 1),
        ((0.5, 0.9, 0.8, 0.1), (1,), NEVER, 2),
        ((0.5, 0.9, 0.9, 0.1), (), NEVER, 1),
        ((0.96, 0.958, 0.957, 0.90), (), [9.0, 5.0, 3.0, 1.0], 2),
        ((0.96, 0.958, 0.957, 0.90), (), [9.0, math.inf, math.inf, 1.0], 0),
        ((0.96, 0.958, 0.959, 0.90), (), [9.0, 3.0, 3.0, 1.0], 2),
        ((0.5, math.nan, 0.4, 0.1), (1,), NEVER, 0),
        ((0.5, 0.9, 0.8, 0.1), (0, 1, 2, 3), NEVER, None),
    ],
    ids=["best", "diverged", "equal", "tied-soonest", "tied-never", "tied-twice", "no value", "hopeless"],
)
def test_best_of_accuracies(
    scores: tuple[float, ...], diverged: tuple[int, ...], times: list[float], best: int | None
) -> None:
    assert best_place(cells(*scores, diverged=diverged), times, terms()) == best


def test_best_of_errors_is_the_least() -> None:
    assert best_place(cells(2.0, 0.5, 1.0, 9.0), NEVER, terms("validation_mse")) == 1


@pytest.mark.parametrize(
    ("place", "added"),
    [(0, (0.01, 0.03)), (1, ()), (3, (10.0, 30.0)), (None, ())],
)
@pytest.mark.parametrize("by_time", [False, True])
def test_ends_of_the_grid_ask_for_more(place: int | None, added: tuple[float, ...], by_time: bool) -> None:
    assert _edge(cells(0.1, 0.2, 0.3, 0.4), place, terms(), by_time) == added


def test_an_end_of_a_plateau_asks_for_nothing() -> None:
    flat = cells(0.9, 0.896, 0.5, 0.4)
    assert _edge(flat, 0, terms(), False) == ()
    assert _edge(flat, 0, terms(), True) == (0.01, 0.03), "beyond it may be faster"


def test_where_all_diverged_smaller_rates_are_asked_for() -> None:
    assert _edge(cells(0.1, 0.2, 0.3, 0.4, diverged=(0, 1, 2, 3)), None, terms(), False) == (0.01, 0.03)


def test_half_decades() -> None:
    assert _ladder(0.25, upwards=True) == (0.3, 1.0)
    assert _ladder(0.25, upwards=False) == (0.03, 0.1)
    assert _ladder(1e6, upwards=True) == ()
