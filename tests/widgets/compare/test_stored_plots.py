"""Plots over the store itself: runs that are kept while they are watched, and damaged files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lab.messages import Ended
from lab.store.store import Store
from tests.lab.store.kept import Kept
from widgets.compare.plots_panel import ComparePlots
from widgets.theme import LIGHT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def kept(store: Store) -> Iterator[Kept]:
    kept = Kept(store)
    yield kept
    kept.close()


@pytest.fixture
def plots(qtbot: QtBot, store: Store) -> ComparePlots:
    made = ComparePlots(LIGHT, store.experiment)
    qtbot.addWidget(made)
    made.resize(1200, 420)
    made.restore({"curves": {"y": "objective", "log_y": False}})
    made.show()
    qtbot.waitExposed(made)
    return made


def means(plots):
    return [line for facet in plots.curves.shown.panel.facets for line in facet.lines if line.role == "mean"]


def test_a_run_is_watched_while_it_trains(plots, store, kept):
    kept.begin()
    kept.tell(kept.rows(20))
    kept.settle()
    plots.show_runs(store.runs())
    assert [len(line.x) for line in means(plots)] == [20, 20]
    kept.tell(kept.rows(30, first=20), Ended("finished", 50, 2.0))
    kept.settle()
    plots.show_runs(store.runs())
    first, second = means(plots)
    steps = np.arange(50)
    np.testing.assert_allclose(first.y, np.exp(-0.01 * steps) * np.mean([1, 2, 3]), rtol=1e-6)
    np.testing.assert_allclose(second.y, np.exp(-0.01 * steps) * np.mean([4, 5, 6]), rtol=1e-6)


def test_examples_are_counted_from_the_stored_data(plots, store, kept):
    kept.finished()
    kept.settle()
    plots.restore({"curves": {"y": "objective", "x": "examples"}})
    plots.show_runs(store.runs())
    row = store.experiment(store.runs()[0].key[0])
    assert means(plots)[0].x[-1] == pytest.approx(19 / row.steps_per_epoch * row.summary.train)


def test_old_and_new_experiments_lie_over_each_other(plots, store, kept):
    kept.finished()
    kept.settle()
    again = Kept(store)
    again.finished()
    again.settle()
    again.close()
    plots.show_runs(store.runs())
    assert len(store.runs()) == 12 and len(means(plots)) == 4
    assert len({line.series for line in means(plots)}) == 4
    plots.restore({"view": "scatter"})
    assert len(plots.scatter.shown.keys) + plots.scatter.shown.left_out == 12
    plots.restore({"view": "parallel"})
    assert len(plots.parallel.shown.keys) == 12


def test_a_damaged_file_is_said_and_the_others_are_drawn(plots, store, kept):
    lost = kept.finished()
    kept.settle()
    again = Kept(store)
    again.finished()
    again.settle()
    again.close()
    (path,) = [path for path in store.folder.rglob("*") if path.is_file() and lost in path.name]
    path.write_bytes(b"\0" * 100)
    plots.show_runs(store.runs())
    assert len(means(plots)) == 2
    assert plots.foot.full_text().startswith("Curves of a stored experiment are damaged. What Two losses (")
    assert plots.foot.property("k") == "error"
