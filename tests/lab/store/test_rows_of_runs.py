"""Flat fields, packed values, data summaries: what rows are made of."""

from __future__ import annotations

import json
import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

from lab.config_changes import apply_changes
from lab.store.extremes import Extremes, Values
from lab.store.run_fields import loss_fields, run_fields
from lab.store.summaries import pack_summary, unpack_summary
from tests.lab.recorded_runs import data_summary, tiny_config


# --- fields ---------------------------------------------------------------------------------------
def test_fields_are_flat_and_plain() -> None:
    config = apply_changes(
        tiny_config(),
        {"model.hidden": [32, 16], "losses.0.label_smoothing": 0.1, "training.target.value": 0.9},
    )
    found = run_fields(loss_fields(config, 0), 7, 0.25)
    assert found["model.hidden"] == "32 · 16"
    assert (found["loss.name"], found["loss.label_smoothing"], found["loss.scale"]) == (
        "cross_entropy", 0.1, 1.0,
    )  # fmt: skip
    assert found["training.target.value"] == 0.9
    assert found["training.plateau"] is None
    assert found["data.split.by_run"] is False
    assert (found["seed"], found["optimizer.learning_rate"]) == (7, 0.25)
    assert json.loads(json.dumps(found)) == found


def test_fields_hold_nothing_that_is_not_about_the_run() -> None:
    found = loss_fields(tiny_config(), 1)
    assert not [
        path for path in found if path.split(".")[0] in ("name", "question", "format", "race", "seeds")
    ]
    assert not {"loss.label", "loss.series", "loss.learning_rate", "optimizer.learning_rate"} & found.keys()


def test_fields_of_a_typed_formula() -> None:
    changes = {"losses.1": {"name": "custom", "formula": "a * (y - p)**2", "parameters": {"a": 2.0}}}
    try:
        config = apply_changes(tiny_config(), changes)
    except ValueError as error:
        pytest.fail(str(error))
    found = loss_fields(config, 1)
    assert found["loss.name"] == "custom"
    assert "y - p" in str(found["loss.formula"])
    assert all(value is None or isinstance(value, str | int | float | bool) for value in found.values())


# --- values ---------------------------------------------------------------------------------------
def values_of(extremes: Extremes, run: int) -> tuple[Values, Values, Values]:
    places = {name: place for place, name in enumerate(extremes.metrics)}
    first, last, best = (Values(places, packed) for packed in extremes.packed(run))
    return first, last, best


def test_first_last_and_best_follow_the_metrics_direction() -> None:
    extremes = Extremes(3)
    extremes.note(
        [0, 2], ["loss", "validation_accuracy"], np.array([[[3.0, 1, 2], [9, 8, 7]], [[0.1, 0.9, 0.5]] * 2])
    )
    extremes.note([0, 2], ["loss", "validation_accuracy"], np.array([[[5.0], [6]], [[0.2], [0.95]]]))
    first, last, best = values_of(extremes, 0)
    assert (first["loss"], last["loss"], best["loss"]) == (3, 5, 1)
    assert (first["validation_accuracy"], best["validation_accuracy"]) == (0.1, 0.9)
    assert values_of(extremes, 2)[2]["validation_accuracy"] == 0.95
    assert np.isnan(values_of(extremes, 1)[0]["loss"])


def test_values_that_are_not_finite_are_passed_over() -> None:
    extremes = Extremes(1)
    extremes.note([0], ["loss"], np.array([[[np.nan, np.inf, 2.0, -np.inf, np.nan]]]))
    assert [found["loss"] for found in values_of(extremes, 0)] == [2, 2, 2]
    extremes.note([0], ["loss"], np.array([[[np.nan, np.nan]]]))
    assert [found["loss"] for found in values_of(extremes, 0)] == [2, 2, 2]


def test_metrics_may_appear_later() -> None:
    extremes = Extremes(1)
    extremes.note([0], ["loss"], np.ones((1, 1, 1)))
    extremes.note([0], ["train_nll", "gradient_norm/0"], np.full((2, 1, 1), 4.0))
    assert dict(values_of(extremes, 0)[1]) == {"loss": 1, "train_nll": 4, "gradient_norm/0": 4}


def test_values_are_a_mapping() -> None:
    values = Values({"a": 0, "b": 1}, np.array([1.5, 2.5]).tobytes())
    assert (len(values), list(values), "b" in values, "c" in values) == (2, ["a", "b"], True, False)
    assert values == {"a": 1.5, "b": 2.5}
    assert values.get("c") is None
    with pytest.raises(KeyError):
        values["c"]
    assert pickle.loads(pickle.dumps(values)) == values
    assert repr(values) == "{'a': 1.5, 'b': 2.5}"


# --- summaries ------------------------------------------------------------------------------------
@pytest.mark.parametrize("summary", [data_summary(), data_summary(5), data_summary(1, "regression")])
def test_a_summary_survives_packing(summary) -> None:
    key, facts, arrays = pack_summary(summary)
    again = unpack_summary(facts, arrays)
    for field in fields(summary):
        mine, theirs = getattr(again, field.name), getattr(summary, field.name)
        if isinstance(theirs, np.ndarray):
            assert mine.dtype == theirs.dtype
            np.testing.assert_array_equal(mine, theirs)
        else:
            assert mine == theirs
    assert pack_summary(again)[0] == key


def test_other_data_have_another_key() -> None:
    summary = data_summary()
    keys = {
        pack_summary(other)[0]
        for other in (summary, replace(summary, samples=201), replace(summary, points=summary.points + 1))
    }
    assert len(keys) == 3
