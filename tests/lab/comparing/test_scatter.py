"""Runs as points: places, axes, colours, and the rank correlation against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from lab.comparing.quantities import Column
from lab.comparing.scatter import Axis, make_axis, make_scatter, rank_correlation
from tests.lab.comparing.compared_runs import run_row

RATES = (0.01, 0.1, 1.0, 10.0)


def rows():
    return [
        run_row(index=number, rate=rate, seed=number, last={"validation_nll": nll}, series=1 + number % 2,
                loss=("Cross-entropy", "Squared error")[number % 2])
        for number, (rate, nll) in enumerate(zip(RATES, (0.5, 0.3, 0.2, 0.9), strict=True))
    ]  # fmt: skip


def test_every_run_is_a_point():
    found = make_scatter(rows(), "optimizer.learning_rate", "last.validation_nll")
    assert found.places[:, 0].tolist() == list(RATES)
    assert found.places[:, 1].tolist() == [0.5, 0.3, 0.2, 0.9]
    assert found.keys[2] == ("aaaa1111", 2) and found.names[2].startswith("Cross-entropy, rate 1, seed 2")
    assert found.series.tolist() == [1, 2, 1, 2]
    assert [(part.series, part.name) for part in found.legend] == [(1, "Cross-entropy"), (2, "Squared error")]
    assert found.x.log and not found.y.log
    assert found.left_out == 0
    assert found.correlation == pytest.approx(spearmanr(RATES, [0.5, 0.3, 0.2, 0.9]).statistic)


def test_runs_without_a_place_are_counted():
    more = [
        *rows(),
        run_row(index=9, rate=0.1, last={}),
        run_row(index=10, rate=0.0, last={"validation_nll": 1.0}),
    ]
    found = make_scatter(more, "optimizer.learning_rate", "last.validation_nll", log_x=True)
    assert found.left_out == 2 and len(found.keys) == 4
    linear = make_scatter(more, "optimizer.learning_rate", "last.validation_nll", log_x=False)
    assert linear.left_out == 1 and not linear.x.log


def test_categories_have_places_and_no_rank():
    three = [run_row(index=number, loss=loss) for number, loss in enumerate(("A", "B", "C", "A"))]
    found = make_scatter(three, "loss", "seed")
    assert found.x.texts == ("A", "B", "C")
    assert found.places[:, 0].tolist() == [0, 1, 2, 0]
    assert (found.x.low, found.x.high) == (-0.5, 2.5)
    assert np.isnan(found.correlation)


def test_shares_are_shown_as_per_cent():
    accurate = [
        run_row(index=number, last={"validation_accuracy": 0.9, "validation_nll": 0.2}) for number in (0, 1)
    ]
    found = make_scatter(accurate, "last.validation_nll", "best.validation_accuracy")
    assert found.y.percent and not found.x.percent
    assert found.y.text(0.9) == "90.0\u202f%" and found.x.text(0.21) == "0.210"
    rates = make_axis(Column("optimizer.learning_rate", accurate))
    assert rates.text(0.1) == "0.1" and rates.text(float("nan")) == "none"
    assert make_axis(Column("loss", accurate)).text(0.0) == "Cross-entropy"
    assert not Column("seed", accurate).percent and not Column("last.gradient_norm/1", accurate).percent


def test_no_colour_is_one_colour():
    found = make_scatter(rows(), "seed", "last.validation_nll", "")
    assert set(found.series) == {1} and found.legend == ()


def test_nothing_to_place():
    found = make_scatter([], "seed", "last.validation_nll")
    assert found.keys == () and found.left_out == 0 and np.isnan(found.correlation)
    missing = make_scatter(rows(), "seed", "last.no_such")
    assert missing.keys == () and missing.left_out == 4


@pytest.mark.parametrize("seed", range(5))
def test_the_rank_correlation_is_scipys_also_with_ties(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 6, 40).astype(float), rng.integers(0, 6, 40).astype(float)
    assert rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic)


def test_the_rank_correlation_is_undefined_for_one_value_or_two_runs():
    assert np.isnan(rank_correlation(np.ones(5), np.arange(5.0)))
    assert np.isnan(rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])))


def test_an_axis_goes_there_and_back():
    for axis in (Axis("a", "A", 0.01, 100.0, True), Axis("b", "B", -2.0, 6.0)):
        for value in (0.5, 2.0):
            assert axis.at(float(axis.share(np.array([value]))[0])) == pytest.approx(value)
    assert np.isnan(Axis("a", "A", 0.01, 100.0, True).share(np.array([-1.0, 0.0]))).all()
    assert not make_axis(Column("seed", [run_row(seed=0)]), log=True).log
