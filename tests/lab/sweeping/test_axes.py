"""Values of axes: lists, ranges, and what a person types or pastes."""

from __future__ import annotations

from typing import Any

import pytest

from compute.problems import ProblemError
from lab.config_sweep import AxisConfig
from lab.experiment_file import default_text, dump_experiment, parse_experiment
from lab.sweeping.axes import axis_values, parse_axis, parse_values


def test_linear_range_holds_both_ends() -> None:
    axis = AxisConfig(path="a", linear={"start": 0.0, "stop": 0.3, "count": 4})  # type: ignore[arg-type]
    assert axis_values(axis) == (0, 0.1, 0.2, 0.3)


def test_log_range_is_a_constant_factor_apart() -> None:
    axis = AxisConfig(path="a", log={"start": 0.001, "stop": 10.0, "count": 5})  # type: ignore[arg-type]
    assert axis_values(axis) == (0.001, 0.01, 0.1, 1, 10)


def test_a_value_counts_once() -> None:
    assert axis_values(AxisConfig(path="a", values=(1, 2, 1))) == (1, 2)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.01 0.03, 0.1\n1", (0.01, 0.03, 0.1, 1)),
        ("1e-3;1e-2\t5", (1e-3, 1e-2, 5)),
        ("relu, tanh", ("relu", "tanh")),
        ("true false", (True, False)),
        ("[[32], [32, 32]]", ([32], [32, 32])),
        ("none 1", (None, 1)),
    ],
)
def test_pasted_values(text: str, values: tuple[Any, ...]) -> None:
    assert parse_values(text) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "An axis needs values"),
        (" , ", "An axis needs values"),
        ("[1, 2", "is not TOML"),
        (" ".join(map(str, range(1001))), "1001 values is too long"),
    ],
)
def test_what_are_no_values(text: str, words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        parse_values(text)


def test_axes_as_arguments() -> None:
    assert parse_axis("training.batch_size=8,32").values == (8, 32)
    assert axis_values(parse_axis("a.b = log(0.01, 1, 3)")) == (0.01, 0.1, 1)
    assert axis_values(parse_axis("a.b=linear(1, 3, 3)")) == (1, 2, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.1 0.2", "is not an axis"),
        ("=1", "is not an axis"),
        ("a=log(0.1, 1)", "is not a range"),
        ("a=log(0.1, 1, 2, 3)", "is not a range"),
        ("a=log(0.1, one, 3)", "is not a range"),
        ("a=log(0, 1, 3)", "greater than 0"),
        ("a=linear(0, 1, 1)", "greater than or equal to 2"),
    ],
)
def test_what_is_no_axis(text: str, words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        parse_axis(text)


AXES = """
[[sweep]]
path = "training.batch_size"
values = [8, 32]

[[sweep]]
path = "optimizer.learning_rate"
log = {start = 0.01, stop = 1.0, count = 5}

[[sweep]]
path = "model.hidden"
values = [[16], [16, 16]]
"""


def test_axes_stand_in_the_experiment_file() -> None:
    config = parse_experiment(default_text() + AXES)
    assert [axis.path for axis in config.sweep] == [
        "training.batch_size", "optimizer.learning_rate", "model.hidden",
    ]  # fmt: skip
    assert parse_experiment(dump_experiment(config)) == config
    assert parse_experiment(dump_experiment(config, default_text())) == config, "added to a person's text"
    without = config.model_copy(update={"sweep": ()})
    text = dump_experiment(without, default_text() + AXES)
    assert parse_experiment(text) == without, "taken out of it"
    assert "sweep" not in text
    assert "# 1797 handwritten digits" in text, "comments stay"
    assert "sweep" not in dump_experiment(without)


@pytest.mark.parametrize(
    "axis",
    [
        'path = "a"',
        "values = [1]",
        'path = "a"\nvalues = [1]\nlinear = {start = 0, stop = 1, count = 3}',
        'path = "a"\nlog = {start = 0, stop = 1, count = 3}',
    ],
)
def test_axes_that_are_refused(axis: str) -> None:
    with pytest.raises(ProblemError, match=r"sweep\.0"):
        parse_experiment(f"{default_text()}\n[[sweep]]\n{axis}\n")
