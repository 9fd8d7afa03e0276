"""Parameters, links and formulas of typed losses that cannot be are refused in words."""

from __future__ import annotations

import pytest

from compute.losses.custom import CustomLoss
from compute.losses.custom_parameters import read_parameters
from compute.problems import ProblemError

PARAMETERS = [
    ("d = 1", "d = 1"),
    (" d=1.5 , c = -2e-1 ", "d = 1.5, c = -0.2"),
    ("d = 1 from 0 to 10", "d = 1 from 0 to 10"),
    ({"d": 2}, "d = 2"),
    ({"d": {"value": 1, "low": 0, "high": 2}}, "d = 1 from 0 to 2"),
    ("", ""),
    ({}, ""),
]


@pytest.mark.parametrize(("given", "words"), PARAMETERS)
def test_parameters_are_read(given, words):
    read = read_parameters(given)
    assert ", ".join(map(str, read)) == words
    assert read_parameters({parameter.name: parameter.data() for parameter in read}) == read
    assert read_parameters(words) == read


WRONG_PARAMETERS = [
    "d", "d = ", "= 1", "d = one", "d = 1 from 2 to 3", "d = 1 from 3 to 0", "d = 1, d = 2", "z = 1",
    "abs = 1", "lambda = 1", "pi = 3", "1d = 2", "d = 1e9", "d = 1; c = 2", "__import__ = 1", 3, [1], None,
    {"d": "x"}, {"d": True}, {"d": {"low": 1}}, {"d": float("nan")}, {"d": {"value": 1, "low": 0}},
    {"d": {"value": 1, "top": 3}}, {1: 2.0}, {"a b": 1.0}, {f"d{n}": 1.0 for n in range(9)},
    {"d": {"value": 1, "low": "a", "high": 2}},
]  # fmt: skip


@pytest.mark.parametrize("given", WRONG_PARAMETERS)
def test_wrong_parameters_are_refused_in_words(given):
    with pytest.raises(ProblemError) as caught:
        read_parameters(given)
    assert 0 < len(caught.value.problem.title) <= 80
    assert caught.value.problem.body


@pytest.mark.parametrize("formula", ["y", "2", "K*y", "d"])
def test_a_formula_without_the_prediction_is_refused(formula):
    with pytest.raises(ProblemError, match="does not depend on the prediction"):
        CustomLoss.of(formula, parameters={"d": 1.0})


def test_a_formula_that_is_nowhere_a_number_is_refused():
    with pytest.raises(ProblemError, match="not a finite number"):
        assert CustomLoss.of("log(-1 - r**2)").card


def test_unknown_link_and_task_are_refused():
    with pytest.raises(ValueError, match="link must be one of"):
        CustomLoss.of("r**2", "cauchit")
    with pytest.raises(ValueError, match="task must be one of"):
        CustomLoss.of("r**2", task="ranking")
