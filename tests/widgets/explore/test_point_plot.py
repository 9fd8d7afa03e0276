"""The point plot: which numbers a point lands on, where its line stands, what is said of what is outside."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from widgets.explore.plot_data import EdgeNote, PlotData, PlotLine
from widgets.explore.point_plot import PointPlot
from widgets.explore.point_steps import key_step, rounded
from widgets.explore.readout_card import readout_number
from widgets.plots.scale import Scale
from widgets.theme import DARK, LIGHT

X = np.linspace(-8.0, 8.0, 401)


@pytest.fixture
def plot(qtbot: QtBot) -> PointPlot:
    made = PointPlot(LIGHT, "test")
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show_plot(PlotData((PlotLine(X, X**2, 1),), "z", (-8.0, 8.0), (0.0, 64.0)))
    made.show_point(2.0, [(1, 4.0)])
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize(
    ("scale", "x", "wanted"),
    [
        (Scale(-8.0, 8.0), -3.2043, -3.2),
        (Scale(0.0, 1.0), 0.123456, 0.123),
        (Scale(1e-6, 1.0, True), 0.0123456, 0.0123),
        (Scale(-8.0, 8.0), 9.0, 8.0),
    ],
)
def test_points_land_on_round_numbers_inside(scale: Scale, x: float, wanted: float) -> None:
    assert rounded(scale, x, 650.0) == wanted


@pytest.mark.parametrize(("low", "high", "log"), [(-8.0, 8.0, False), (0.0, 1.0, False), (1e-6, 1.0, True)])
def test_steps_go_there_and_back(low: float, high: float, log: bool) -> None:
    scale = Scale(low, high, log)
    x = scale.at(0.4)
    further = key_step(scale, x, 1)
    assert further > x
    assert key_step(scale, further, -1) == pytest.approx(x, rel=0.02, abs=(high - low) * 0.011)
    assert key_step(scale, x, 10) - x > 5 * (further - x)
    assert key_step(scale, high, 5) == high and key_step(scale, low, -5) == low


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.96083, "−0.9608"), (float("inf"), "∞"), (float("-inf"), "−∞"), (float("nan"), "–"),
        (-0.0, "0.0000"), (2981.958, "2\u2009981.96"),
    ],
)  # fmt: skip
def test_numbers_of_the_card(value: float, text: str) -> None:
    assert readout_number(value) == text


def test_the_point_stands_where_it_is(plot: PointPlot) -> None:
    image = plot.grab().toImage()
    x = round(plot.place_of(2.0))
    facet = plot.facet()
    assert facet is not None
    column = {image.pixelColor(x, y).name() for y in range(20, 240, 3)}
    assert LIGHT.color("axis").name() in column
    middle = image.pixelColor(x, round(facet.frame.py(4.0)))
    assert middle == LIGHT.color("card"), "the marker is hollow and covers the line"
    assert image.pixelColor(x, round(facet.frame.py(40.0))) == LIGHT.color("axis")


def test_a_press_outside_the_axes_lands_on_the_end(qtbot: QtBot, plot: PointPlot) -> None:
    moved: list[float] = []
    plot.point_moved.connect(moved.append)
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(599, 100))
    assert moved == [8.0]
    qtbot.mouseClick(plot, Qt.MouseButton.RightButton, pos=QPoint(200, 100))
    assert moved == [8.0]


def test_other_keys_are_left_to_the_window(qtbot: QtBot, plot: PointPlot) -> None:
    moved: list[float] = []
    plot.point_moved.connect(moved.append)
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(plot, Qt.Key.Key_B)
    assert moved == []


def test_notes_and_breaks_are_painted(plot: PointPlot) -> None:
    def ink() -> int:
        image = plot.grab().toImage()
        error = LIGHT.color("error")
        return sum(
            image.pixelColor(x, y) == error for x in range(image.width()) for y in range(image.height())
        )

    assert ink() == 0
    broken = np.where(X < -4, np.nan, X**2)
    data = PlotData(
        (PlotLine(X, X**2, 1), PlotLine(X, broken, 1, "naive")), "z", (-8.0, 8.0), (0.0, 64.0),
        notes=(EdgeNote(1, -8.0, True, "↑ 99 at z = −8"),),
    )  # fmt: skip
    before = plot.grab().toImage()
    plot.show_plot(data)
    assert ink() > 5
    assert before != plot.grab().toImage()


def test_labels_line_up_on_demand(plot: PointPlot) -> None:
    natural = plot.wanted_left()
    plot.set_least_left(natural + 30)
    facet = plot.facet()
    assert facet is not None and facet.frame.rect.left() == natural + 30
    assert plot.wanted_left() == natural


def test_a_theme_repaints(plot: PointPlot) -> None:
    plot.set_theme(DARK)
    assert plot.grab().toImage().pixelColor(1, 1) == DARK.color("card")


def test_an_empty_plot_paints_nothing_and_takes_keys(qtbot: QtBot) -> None:
    plot = PointPlot(LIGHT, "empty")
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.show()
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.facet() is None and plot.wanted_left() == 0.0
