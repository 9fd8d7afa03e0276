from __future__ import annotations

import pytest

from lab.comparing.sweep_form import (
    axes_edit,
    axis_argument,
    axis_kind,
    axis_texts,
    count_words,
    first_axis,
    points_of,
    swept_fields,
    turned_axis,
)
from lab.config_changes import apply_changes
from lab.config_sweep import AxisConfig
from lab.sweeping.axes import axis_values, parse_axis
from lab.sweeping.expansion import expand
from tests.lab.racing.races import small_race

CONFIG = small_race()
FIELDS = {field.path: field for field in swept_fields(CONFIG)}


def test_settings_are_offered_by_their_place_in_the_form() -> None:
    assert FIELDS["optimizer.learning_rate"].words == "Optimiser · Learning rate"
    assert FIELDS["losses.1.learning_rate"].words == "Brier · Own rate"
    assert not any(path.startswith(("seeds.", "data.name")) for path in FIELDS)
    assert len({field.words for field in FIELDS.values()}) == len(FIELDS), "words tell settings apart"


@pytest.mark.parametrize("path", list(FIELDS))
def test_every_setting_begins_with_values_that_it_may_have(path: str) -> None:
    axis = first_axis(FIELDS[path])
    assert len(axis_values(axis)) >= 2
    assert expand(apply_changes(CONFIG, axes_edit((axis,))))


@pytest.mark.parametrize(
    "axis",
    [
        AxisConfig(path="optimizer.learning_rate", values=(0.01, 0.1, 1)),
        AxisConfig(path="optimizer.name", values=("sgd", "adam")),
        AxisConfig(path="training.full_batch", values=(False, True)),
        AxisConfig(path="model.hidden", values=((32,), (32, 16))),
        AxisConfig.model_validate({"path": "training.l2", "log": {"start": 1e-5, "stop": 0.1, "count": 5}}),
        AxisConfig.model_validate({"path": "training.l2", "linear": {"start": 0.0, "stop": 1.0, "count": 3}}),
    ],
)
def test_what_stands_in_the_fields_is_read_back_as_the_same_axis(axis: AxisConfig) -> None:
    text = axis_argument(axis.path, axis_kind(axis), axis_texts(axis))
    assert axis_values(parse_axis(text)) == axis_values(axis)


def test_a_list_turns_into_a_range_and_back() -> None:
    axis = AxisConfig(path="optimizer.learning_rate", values=(0.1, 10.0, 1.0))
    log = turned_axis(axis, "log")
    assert axis_values(log) == (0.1, 1, 10)
    assert axis_values(turned_axis(log, "linear")) == (0.1, 5.05, 10)
    assert turned_axis(log, "values").values == (0.1, 1, 10)
    assert turned_axis(axis, "values") is axis


@pytest.mark.parametrize("values", [("sgd", "adam"), (False, True), (0.1,), ((1,), (2,))])
def test_what_is_no_range_stays_a_list(values: tuple[object, ...]) -> None:
    axis = AxisConfig(path="x", values=values)
    assert turned_axis(axis, "log") is axis


def test_a_range_by_a_factor_begins_above_zero() -> None:
    assert axis_values(turned_axis(AxisConfig(path="x", values=(0.0, 1.0)), "log")) == (0.1, 1)


def test_combinations_are_counted() -> None:
    axes = (first_axis(FIELDS["optimizer.learning_rate"]), first_axis(FIELDS["training.full_batch"]))
    assert points_of(apply_changes(CONFIG, axes_edit(axes))) == 10
    assert points_of(CONFIG) == 1
    assert count_words(axes[1]) == "2 values"
    assert count_words(AxisConfig(path="x", values=(1,))) == "1 value"
