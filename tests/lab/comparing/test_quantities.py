"""Fields and metrics of runs by name, in words, as numbers and in order."""

from __future__ import annotations

import math

import numpy as np

from lab.comparing.quantities import (
    Column,
    experiment_name,
    label_of,
    metrics_of,
    ordered,
    run_name,
    text_of,
    value_of,
    varying,
)
from tests.lab.comparing.compared_runs import run_row


def test_a_run_is_asked_by_name():
    row = run_row(seed=4, rate=0.03)
    assert value_of(row, "loss") == "Cross-entropy"
    assert value_of(row, "seed") == 4
    assert value_of(row, "optimizer.learning_rate") == 0.03
    assert value_of(row, "last.validation_nll") == 0.4
    assert value_of(row, "best.train_nll") == 0.3
    assert value_of(row, "last.accuracy") is None
    assert value_of(row, "no.such") is None
    assert value_of(row, "tags") is None and value_of(row, "role") is None
    assert value_of(run_row(tags=("a", "b"), starred=True), "tags") == "a, b"
    assert value_of(run_row(last={"objective": math.nan}), "last.objective") is None
    assert value_of(row, "experiment") == experiment_name(row) == "Moons (1111)"


def test_a_run_has_a_name():
    assert run_name(run_row(name="Mine")) == "Mine"
    assert run_name(run_row(seed=2)) == "Cross-entropy, rate 0.1, seed 2, Moons (1111)"


def test_names_in_words():
    assert label_of("loss") == "Loss"
    assert label_of("loss.name") == "Loss"
    assert label_of("model.hidden") == "Hidden units"
    assert label_of("training.batch_size") == "Batch size"
    assert label_of("first.gradient_norm/1") == "Gradient norm, layer 2, first"
    assert label_of("last.unheard_of") == "unheard_of, last"
    assert [text_of(value) for value in (None, True, 3, 0.25, "a", "")] == [
        "none",
        "yes",
        "3",
        "0.25",
        "a",
        "none",
    ]


def test_fields_that_differ_come_without_the_seed():
    rows = [run_row(seed=1, rate=0.1), run_row(seed=2, rate=0.3), run_row(seed=3, rate=0.3, fields={"x": 1})]
    assert varying(rows) == ("optimizer.learning_rate", "x")
    assert varying(rows[:1]) == ()
    assert varying([]) == ()
    assert varying([run_row(fields={"x": 1}), run_row()]) == ("x",)


def test_metrics_of_all_runs():
    assert metrics_of([run_row(last={"a": 1.0}), run_row(last={"b": 1.0, "a": 2.0})]) == ("a", "b")


def test_values_are_ordered_as_people_order_them():
    assert ordered([None, "b", 10, 2, "a 10", "a 2", 10]) == (2, 10, "a 2", "a 10", "b", None)


def test_a_column_of_numbers_and_one_of_categories():
    rows = [run_row(rate=0.1), run_row(rate=10.0, loss="Squared error"), run_row(rate=1.0)]
    rates = Column("optimizer.learning_rate", rows)
    assert rates.values.tolist() == [0.1, 10.0, 1.0] and rates.texts == ()
    assert rates.log_fits and rates.log_suggested
    losses = Column("loss", rows)
    assert losses.texts == ("Cross-entropy", "Squared error") and losses.values.tolist() == [0, 1, 0]
    assert not losses.log_fits
    missing = Column("last.r2", rows)
    assert np.isnan(missing.values).all() and not missing.log_fits
    zero = Column("seed", [run_row(seed=0), run_row(seed=100)])
    assert not zero.log_fits and not zero.log_suggested


def test_yes_and_no_are_categories():
    column = Column("flag", [run_row(fields={"flag": True}), run_row(fields={"flag": False})])
    assert set(column.texts) == {"yes", "no"}
