"""Instruments in the real window: live while training, looked back, picked, exported and closed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lab.chart import ChartBars, ChartPanel
from lab.experiment_file import parse_experiment
from lab.panels import FieldPanel
from lab.pool import TrainerPool
from lab.session import Session
from widgets.main_window import MainWindow
from widgets.plots.field_card import FieldCard
from widgets.settings import Settings
from widgets.theme import LIGHT

LINE = """
name = "Line"
[data]
name = "line"
samples = 60
[data.outliers]
share = 0.05
[model]
name = "linear"
[[losses]]
name = "squared_error"
[[losses]]
name = "absolute_error"
[optimizer]
name = "sgd"
learning_rate = 0.05
[training]
epochs = 4000
full_batch = true
[seeds]
count = 1
"""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    session = Session("cpu", config=parse_experiment(LINE, "line.toml"), trainer=TrainerPool(1))
    made = MainWindow(session, Settings(tmp_path / "settings"), LIGHT)
    qtbot.addWidget(made)
    made.resize(1600, 1000)
    made.show()
    qtbot.waitUntil(lambda: session.state == "ready", timeout=240_000)
    yield made
    made.close_unasked()
    made.end()
    session.close()


def choose_plots(window: MainWindow, *kinds: str) -> None:
    """Have these plots in the grid, as a person who adds and removes them."""
    for number in window.grid.numbers():
        window.grid.remove(number)
    for kind in kinds:
        window.grid.add(kind)


def shown(window: MainWindow, place: int) -> ChartPanel:
    panel = window.grid.card(window.grid.numbers()[place]).panel
    assert isinstance(panel, ChartPanel)
    return panel


def filled(window: MainWindow, place: int, step: int | None = None) -> Callable[[], bool]:
    def check() -> bool:
        panel = window.grid.card(window.grid.numbers()[place]).panel
        if not isinstance(panel, ChartPanel) or not panel.facets or panel.placeholder:
            return False
        return step is None or f"step {step}" in panel.subtitle.replace("\u2009", "")

    return check


def test_instruments_follow_training_the_step_looked_at_and_the_sample_picked(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    session, grid = window.session, window.grid
    choose_plots(window, "field", "influence", "residuals", "landscape")
    session.start()
    qtbot.waitUntil(filled(window, 1), timeout=240_000)  # while it trains
    qtbot.waitUntil(lambda: session.state == "finished", timeout=240_000)
    qtbot.waitUntil(filled(window, 1, 4000), timeout=240_000)
    for place in (2, 3):
        qtbot.waitUntil(filled(window, place), timeout=240_000)

    bars = shown(window, 1).facets[0].layers[0]
    assert isinstance(bars, ChartBars)
    hardest = bars.keys[0]
    assert session.summary is not None
    rows = session.summary.rows.tolist()
    assert session.summary.corrupted[rows.index(hardest)]  # a planted outlier

    grid.sample_picked.emit(hardest)  # as a click on the bar does
    field = grid.card(grid.numbers()[0])
    assert isinstance(field, FieldCard)
    qtbot.waitUntil(lambda: isinstance(field.panel, FieldPanel) and field.panel.picked == hardest)
    qtbot.waitUntil(lambda: shown(window, 1).foot.startswith(f"Row {hardest}: "), timeout=240_000)

    window.time.look_at(0)
    qtbot.waitUntil(filled(window, 1, 0), timeout=240_000)
    window.time.look_at(None)
    qtbot.waitUntil(filled(window, 1, 4000), timeout=240_000)

    panels = window.plots.panels()
    assert all(not getattr(panel, "placeholder", "") for panel in panels)
    from lab.chart_csv import write_chart_csv

    assert isinstance(panels[1], ChartPanel)
    write_chart_csv(panels[1], tmp_path / "influence.csv")
    with (tmp_path / "influence.csv").open(encoding="utf-8", newline="") as file:
        keys = [row["key"] for row in csv.DictReader(file) if row["kind"] == "bar"]
    assert str(hardest) in keys


def test_choices_of_a_card_are_remembered_and_cards_out_of_sight_ask_nothing(
    qtbot: QtBot, window: MainWindow
) -> None:
    session, grid = window.session, window.grid
    choose_plots(window, "influence", "objective")
    session.start()
    qtbot.waitUntil(lambda: session.state == "finished", timeout=240_000)
    qtbot.waitUntil(filled(window, 0), timeout=240_000)
    number = grid.numbers()[0]
    grid._on_choice(number, "show", "all")
    assert window.current_state().grid["cards"]["cards"][0]["choices"] == {"show": "all"}
    grid.toggle_full(grid.numbers()[1])
    qtbot.waitUntil(lambda: not window.plots.study.busy, timeout=240_000)
    assert [request.kind for request in grid.requests()] == ["objective"]
    qtbot.keyClick(window, Qt.Key.Key_Escape)
