"""A canvas and a grid of plots on the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tests.widgets.plots.fed_grid import KINDS, START, feed, read
from widgets.plots.canvas import Canvas
from widgets.plots.grid import PlotGrid
from widgets.theme import LIGHT


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    made = Canvas(LIGHT)
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def grid(qtbot: QtBot) -> PlotGrid:
    made = PlotGrid(LIGHT, kinds=KINDS, read=read)
    qtbot.addWidget(made)
    made.resize(860, 720)
    made.set_kinds(START)
    made.set_losses(["Cross-entropy", "Brier", "MAE"])
    made.show()
    qtbot.waitExposed(made)
    feed(made)
    return made


@pytest.fixture
def grid_of(qtbot: QtBot) -> Callable[..., PlotGrid]:
    """Return what shows a grid of plots of these kinds, that nothing has been fed to."""

    def make(*kinds: str) -> PlotGrid:
        made = PlotGrid(LIGHT)
        qtbot.addWidget(made)
        made.resize(900, 700)
        made.set_kinds(kinds)
        made.show()
        return made

    return make
