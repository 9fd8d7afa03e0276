"""Columns of runs as arrays, their order, and which settings differ."""

from __future__ import annotations

import numpy as np
import pytest

from lab.comparing.table_columns import automatic_columns, column_of
from lab.comparing.table_values import RunColumns, sorted_places, value_in, values_of
from tests.lab.comparing.stored_rows import experiment, run

ROWS = (
    run(0, loss=0, seed=2, rate=0.1, accuracy=0.7),
    run(1, loss=1, seed=1, rate=0.1, accuracy=float("nan")),
    run(2, experiment(1), loss=0, seed=3, rate=0.3, accuracy=0.9, fields={"model.hidden": "8"}),
    run(3, experiment(1), loss=1, seed=1, rate=0.3, accuracy=0.8, fields={"model.hidden": "8"}),
)
EVERY = np.arange(4)


def test_numbers_truths_and_texts_become_numbers_and_places() -> None:
    numbers = values_of([1, 2.5, None])
    assert (
        numbers.kind == "number" and numbers.numbers[:2].tolist() == [1, 2.5] and np.isnan(numbers.numbers[2])
    )
    truths = values_of([True, False, None])
    assert truths.kind == "truth" and truths.truth().tolist() == [True, False, False]
    texts = values_of(["10", "9", "", None, "10"])
    assert texts.texts == ("9", "10") and texts.known().tolist() == [True, True, False, False, True]
    assert texts.numbers[[0, 1, 4]].tolist() == [1, 0, 1]
    mixed = values_of([2, "many", 2])
    assert mixed.kind == "text" and mixed.texts == ("2", "many")


def test_settings_are_shared_by_the_runs_of_a_loss_and_rates_are_not() -> None:
    columns = RunColumns(ROWS)
    hidden = columns.column("model.hidden")
    assert [hidden.texts[int(place)] for place in hidden.numbers] == ["32 · 32", "32 · 32", "8", "8"]
    assert columns.column("optimizer.learning_rate").numbers.tolist() == [0.1, 0.1, 0.3, 0.3]
    assert columns.column("seed").numbers.tolist() == [2, 1, 3, 1]


def test_a_column_that_no_run_has_is_missing_everywhere() -> None:
    columns = RunColumns(ROWS)
    for key in ("loss.unheard_of", "last.unheard_of", "first.gradient_norm/x"):
        assert not columns.column(key).known().any()
        assert value_in(ROWS[0], key) is None
        assert column_of(key).title


def test_what_differs_within_the_runs_shown_is_found_without_the_seed() -> None:
    columns = RunColumns(ROWS)
    assert columns.differing(EVERY) == ("optimizer.learning_rate", "model.hidden", "loss.name")
    assert columns.differing(EVERY[:2]) == ("loss.name",)
    deltas = [{"loss.delta": 1.0}, {}, {"loss.delta": 2.0}]
    runs = [run(0, experiment(n), loss=n % 2, fields=fields) for n, fields in enumerate(deltas)]
    assert RunColumns(runs).differing(EVERY[:3]) == ("loss.name", "loss.delta")
    assert RunColumns(runs[:2]).differing(EVERY[:2]) == ("loss.name",), "only one of the losses has it"
    assert columns.differing(EVERY[:1]) == () == columns.differing(EVERY[:0])


def test_sorting_is_stable_and_what_is_missing_comes_last_either_way() -> None:
    columns = RunColumns(ROWS)
    metric = "last.validation_accuracy"
    assert sorted_places(columns, EVERY, [(metric, False)]).tolist() == [0, 3, 2, 1]
    assert sorted_places(columns, EVERY, [(metric, True)]).tolist() == [2, 3, 0, 1]
    assert sorted_places(columns, EVERY, [("seed", False)]).tolist() == [1, 3, 0, 2]
    assert sorted_places(columns, EVERY, [("loss", False), ("seed", True)]).tolist() == [1, 3, 2, 0]
    assert sorted_places(columns, EVERY, []).tolist() == [0, 1, 2, 3]
    assert sorted_places(columns, EVERY, [("unheard.of", False)]).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("status", "fields", "value"),
    [
        ("target", {}, True), ("finished", {"training.target.metric": "loss"}, False),
        ("finished", {}, None), ("running", {"training.target.metric": "loss"}, None),
    ],
)  # fmt: skip
def test_reached_is_only_said_of_runs_with_a_target_that_have_ended(status, fields, value) -> None:
    assert value_in(run(status=status, fields=fields), "reached") is value


def test_automatic_columns_put_what_differs_first_and_hide_what_says_nothing() -> None:
    keys = automatic_columns(
        ["optimizer.learning_rate", "loss.name", "loss.delta"], ["loss", "validation_accuracy"],
        experiments=1, targets=False,
    )  # fmt: skip
    assert keys[:4] == ("starred", "loss", "optimizer.learning_rate", "loss.delta")
    assert "loss.name" not in keys and "experiment" not in keys and "reached" not in keys
    assert "last.validation_accuracy" in keys and "best.validation_accuracy" in keys
    more = automatic_columns([], [], experiments=2, targets=True)
    assert "experiment" in more and "reached" in more
