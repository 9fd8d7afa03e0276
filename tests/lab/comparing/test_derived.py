"""Expressions of metrics: what they compute, and what is said of those that cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses.custom_syntax import FormulaError
from lab.comparing.derived import read_expression, short_name

METRICS = ("objective", "gradient_norm/0", "validation_nll", "train_nll")
VALUES = {
    "objective": np.array([2.0, 4.0]),
    "gradient_norm/0": np.array([1.0, 3.0]),
    "validation_nll": np.array([0.5, 0.25]),
    "train_nll": np.array([0.25, 0.5]),
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("val_nll - train_nll", [0.25, -0.25]),
        ("abs(val_nll - train_nll)", [0.25, 0.25]),
        ("log(objective)", np.log([2.0, 4.0])),
        ("validation_nll / train_nll", [2.0, 0.5]),
        ("gradient_norm_1 * 2 + 1", [3.0, 7.0]),
        ("-objective ** 2", [-4.0, -16.0]),
        ("max(val_nll, train_nll) − min(val_nll, train_nll)", [0.25, 0.25]),
        ("sqrt(objective) + exp(0) + log10(100)", np.sqrt([2.0, 4.0]) + 3),
    ],
)
def test_an_expression_computes_what_numpy_does(text, wanted):
    found = read_expression(text, METRICS)
    np.testing.assert_allclose(
        found.evaluate({key: VALUES[key] for key in found.metrics}), wanted, rtol=1e-12
    )


def test_a_metric_alone_is_known_as_one():
    assert read_expression("val_nll", METRICS).metric == "validation_nll"
    assert read_expression(" validation_nll ", METRICS).metric == "validation_nll"
    assert read_expression("gradient_norm_1", METRICS).metric == "gradient_norm/0"
    assert read_expression("(val_nll)", METRICS).metric == "validation_nll"
    assert read_expression("val_nll + 0", METRICS).metric is None


def test_what_has_no_value_is_a_gap():
    found = read_expression("log(train_nll - val_nll) / 0", METRICS)
    assert np.isnan(found.evaluate(VALUES)).all()


def test_every_metric_has_one_short_name():
    names = [short_name(metric) for metric in METRICS]
    assert len(set(names)) == len(METRICS)
    assert [read_expression(name, METRICS).metric for name in names] == list(METRICS)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", 0, "Nothing is written here"),
        ("   ", 0, "Nothing is written here"),
        ("abs(val_nl)", 4, "Did you mean val_nll?"),
        ("val_nll - lg(train_nll)", 10, "Did you mean log?"),
        ("1 + 2", 0, "There is no metric in this expression"),
        ("val_nll -", 9, "missing where the formula ends"),
        ("val_nll train_nll", 8, "An operator is missing"),
        ("(val_nll", 0, "never closed"),
        ("val_nll[0]", 7, "Layers have names of their own"),
        ("val_nll^2", 7, "A power is written with two stars"),
        ("objective.real", 9, ". cannot stand"),
        ("val_nll < 1", 8, "A comparison gives no curve"),
        ("log(val_nll, 2)", 0, "log takes one argument, not 2"),
        ("max(val_nll)", 0, "max takes 2 arguments, not 1"),
        ("(lambda: 1)()", 1, "lambda means nothing"),
        ("__import__(1)", 0, "__import__ is no function"),
        ("val_nll(1)", 0, "val_nll is no function"),
        ("abs", 0, "abs is not recorded"),
        ("zebra", 0, "There are"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text, place, words):
    with pytest.raises(FormulaError) as error:
        read_expression(text, METRICS)
    assert error.value.start == place
    assert words in str(error.value)
    assert len(error.value.problem.title) <= 80


@pytest.mark.parametrize(
    "text", ["-" * 400 + "objective", "(" * 41 + "objective" + ")" * 41, "1+" * 300 + "1", "x" * 3000]
)
def test_too_deep_or_too_long_is_refused(text):
    with pytest.raises(ValueError, match=r"(More|more|characters)"):
        read_expression(text, METRICS)


def test_power_towers_end_in_gaps_at_once():
    found = read_expression("9**9**9**9 * objective", METRICS)
    assert np.isnan(found.evaluate(VALUES)).all()
