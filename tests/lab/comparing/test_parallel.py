"""Runs across several axes: where they cross, which lie in chosen ranges, which is best."""

from __future__ import annotations

import numpy as np
import pytest

from lab.comparing.parallel import MISSING_SHARE, make_parallel, suggested_axes
from lab.comparing.quantities import OWN, offered
from tests.lab.comparing.compared_runs import run_row


def rows():
    return [
        run_row(index=0, rate=0.01, last={"validation_accuracy": 0.7}, fields={"model.hidden": "8"}),
        run_row(index=1, rate=0.1, last={"validation_accuracy": 0.9}, fields={"model.hidden": "16"}),
        run_row(index=2, rate=1.0, last={}, fields={"model.hidden": "8"}, loss="Squared error", series=2),
    ]


NAMES = ("loss", "optimizer.learning_rate", "model.hidden", "last.validation_accuracy")


def test_where_runs_cross_the_axes():
    found = make_parallel(rows(), NAMES)
    assert [axis.label for axis in found.axes] == [
        "Loss",
        "Learning rate",
        "Hidden units",
        "Validation accuracy, last",
    ]
    assert found.axes[1].log and found.axes[2].texts == ("8", "16")
    np.testing.assert_allclose(found.shares[:, 1], [0.0, 0.5, 1.0], atol=1e-12)
    np.testing.assert_allclose(found.shares[:, 2], [0.25, 0.75, 0.25])
    assert found.shares[2, 3] == MISSING_SHARE and np.isnan(found.values[2, 3])
    assert found.series.tolist() == [1, 1, 2] and found.heat is None
    assert found.best == 1


def test_ranges_choose_runs():
    found = make_parallel(rows(), NAMES)
    assert found.inside({}).tolist() == [True, True, True]
    assert found.inside({"optimizer.learning_rate": (0.4, 1.0)}).tolist() == [False, True, True]
    both = {"optimizer.learning_rate": (0.4, 1.0), "last.validation_accuracy": (0.0, 1.0)}
    assert found.inside(both).tolist() == [False, True, False]
    assert found.inside({"not.shown": (2.0, 3.0)}).all()


def test_lines_may_be_coloured_by_a_metric():
    found = make_parallel(rows(), NAMES, "last.validation_accuracy")
    assert found.heat_axis.name == "last.validation_accuracy"
    assert found.heat[0] < found.heat[1] and np.isnan(found.heat[2])
    assert set(found.series) == {0} and found.legend == ()


def test_an_axis_may_be_made_linear():
    assert not make_parallel(rows(), NAMES, log={"optimizer.learning_rate": False}).axes[1].log


def test_the_best_is_the_lowest_where_lower_is_better():
    losses = [
        run_row(index=number, last={"validation_nll": value}) for number, value in enumerate((0.4, 0.1, 0.3))
    ]
    assert make_parallel(losses, ("seed", "last.validation_nll")).best == 1
    assert make_parallel(losses, ("last.validation_nll", "seed")).best is None
    assert make_parallel(losses, ("last.unheard_of",)).best is None


def test_suggested_axes_are_what_differs_and_how_it_ended():
    assert suggested_axes(rows(), "validation_accuracy") == (
        "loss", "optimizer.learning_rate", "model.hidden", "last.validation_accuracy"
    )  # fmt: skip
    assert suggested_axes([run_row()], "objective") == ("seed", "last.objective")


def test_everything_known_is_offered_under_words_of_its_own():
    given = [run_row(fields={"loss.delta": 1.0, "huber.delta": 2.0}), run_row(rate=1.0)]
    found = offered(given)
    names = [name for name, _ in found]
    assert names[: len(OWN)] == list(OWN)
    assert names.index("optimizer.learning_rate") < names.index("last.objective") < names.index("data.name")
    assert len({words for _, words in found}) == len(found)
    assert ("loss.delta", "Delta (loss.delta)") in found
    assert not [name for name, _ in offered(given, with_metrics=False) if name.startswith("last.")]


def test_no_axes_no_lines():
    with pytest.raises(ValueError, match="at least one axis"):
        make_parallel(rows(), ())
