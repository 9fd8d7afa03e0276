"""What is remembered of a grid of plots and its cards."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tests.widgets.plots.fed_grid import KINDS, START, curve, read
from widgets.plots.chart_card import ChartCard
from widgets.plots.field_card import FieldCard
from widgets.plots.grid import PlotGrid
from widgets.theme import LIGHT


def test_state_survives_a_round_through_json(grid: PlotGrid, qtbot: QtBot) -> None:
    grid.add("field")
    curve(grid, 1).log_y_chosen.emit(False)
    grid.toggle_full(grid.numbers()[1])
    stored = json.loads(json.dumps(grid.state()))
    other = PlotGrid(LIGHT, kinds=KINDS, read=read)
    qtbot.addWidget(other)
    assert other.restore(stored)
    assert other.kinds == grid.kinds
    assert other.full == other.numbers()[1]
    assert other.state() == grid.state()


@pytest.mark.parametrize("state", [
    None, 5, [], {}, {"cards": 3}, {"cards": [{}]}, {"cards": ["x"]}, {"cards": []},
    {"cards": [{"kind": "unknown"}]},
])  # fmt: skip
def test_a_broken_state_is_refused_and_changes_nothing(grid: PlotGrid, state: object) -> None:
    assert not grid.restore(state)
    assert grid.kinds == START


def test_a_state_with_odd_details_keeps_what_makes_sense(grid: PlotGrid) -> None:
    cards = [
        {"kind": "unknown"}, {"kind": "error", "log_y": "yes", "loss": -4}, {"kind": "field", "loss": True},
    ]  # fmt: skip
    assert grid.restore({"cards": cards, "full": 1})
    assert grid.kinds == ("error", "field")
    assert grid.full == grid.numbers()[0]
    assert grid.state()["cards"][0]["log_y"] is None
    assert grid.state()["cards"][0]["loss"] == 0


def test_a_choice_of_the_loss_goes_to_the_slot(grid_of: Callable[..., PlotGrid]) -> None:
    grid = grid_of("saturation")
    card = grid.card(grid.numbers()[0])
    assert isinstance(card, ChartCard)
    wanted: list[None] = []
    grid.panels_wanted.connect(lambda: wanted.append(None))
    card.choice_made.emit("loss", "2")
    card.choice_made.emit("part", "train")
    assert len(wanted) == 2
    (request,) = grid.requests()
    assert request.loss == 2 and request.choices == (("part", "train"),)


def test_what_the_data_plot_marks_is_kept_with_it(grid_of: Callable[..., PlotGrid]) -> None:
    grid = grid_of("field")
    card = grid.card(grid.numbers()[0])
    assert isinstance(card, FieldCard)
    card.choice_made.emit("margins", "off")
    (request,) = grid.requests()
    assert request.choices == (("margins", "off"),)
    assert grid.state()["cards"][0]["choices"] == {"margins": "off"}
