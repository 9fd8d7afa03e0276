"""The grid of plots: where cards go, what they ask for, and what is passed on to all."""

from __future__ import annotations

import gc
import itertools

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.plots.fed_grid import KINDS, curve, feed, record
from tests.widgets.plots.made_panels import confusion_panel, curve_panel, field_panel
from widgets.plots.confusion_card import ConfusionCard
from widgets.plots.curve_card import CurveCard
from widgets.plots.field_card import FieldCard
from widgets.plots.grid import PlotGrid
from widgets.plots.grid_cells import cell_rects, columns_for
from widgets.theme import DARK


def test_setting_is_silent(grid: PlotGrid) -> None:
    said = record(grid)
    grid.set_kinds(("field", "objective"))
    grid.set_available(KINDS)
    grid.set_losses(["a", "b"])
    grid.set_comparison("raw")
    grid.set_view((1.0, 5.0))
    grid.show_crosshair(3.0)
    grid.set_fast(True)
    grid.set_theme(DARK)
    feed(grid)
    grid.grab()
    grid.restore(grid.state())
    assert said == []


def test_cells_are_equal_and_fill_the_view(grid: PlotGrid) -> None:
    sizes = {grid.card(number).size().toTuple() for number in grid.numbers()}
    assert len(sizes) == 1
    rects = [grid.card(number).geometry() for number in grid.numbers()]
    assert not any(a.intersects(b) for a, b in itertools.combinations(rects, 2))
    assert rects[0].topLeft() == QPoint(12, 12)
    assert rects[3].right() == 860 - 12 - 1


@given(st.integers(0, 12), st.integers(200, 3000), st.integers(150, 2000))
def test_cells_stay_apart_at_any_size(count: int, width: int, height: int) -> None:
    rects, free, total = cell_rects(count, QSize(width, height))
    every = [*rects, *([free] if free is not None else [])]
    assert len(rects) == count
    assert total >= height
    assert not any(a.intersects(b) for a, b in itertools.combinations(every, 2))
    assert all(QRect(0, 0, width, total).contains(rect) for rect in every)
    assert max((r.width() for r in rects), default=0) - min((r.width() for r in rects), default=0) <= 1


def test_columns_follow_the_width() -> None:
    assert [columns_for(width) for width in (400, 764, 1296, 1560)] == [1, 2, 2, 3]


def test_a_panel_takes_the_card_of_its_type(grid: PlotGrid) -> None:
    number = grid.numbers()[0]
    grid.show_panel(number, field_panel())
    assert isinstance(grid.card(number), FieldCard)
    grid.show_panel(number, confusion_panel())
    assert isinstance(grid.card(number), ConfusionCard)
    grid.show_panel(number, curve_panel())
    assert isinstance(grid.card(number), CurveCard)
    grid.show_panel(99999, curve_panel())


def test_cards_scrolled_out_of_sight_ask_for_nothing(grid: PlotGrid, qtbot: QtBot) -> None:
    for _ in range(8):
        grid.add("error")
    grid.verticalScrollBar().setValue(0)
    assert len(grid.requests()) < 12
    with qtbot.waitSignal(grid.panels_wanted):
        grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    assert grid.requests()[-1].card == grid.numbers()[-1]


def test_the_crosshair_goes_through_all_curves_and_is_read_everywhere(grid: PlotGrid) -> None:
    said = record(grid)
    canvas = curve(grid, 0).canvas
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    QTest.mouseMove(canvas.viewport(), QPoint(round(frame.px(400.0)), 100))
    assert said == [("crosshair_moved", 400.0)]
    assert [curve(grid, i).canvas.crosshair for i in range(3)] == [400.0] * 3
    assert curve(grid, 1).legend.placed()[0].value == "at 400"
    grid.show_panel(grid.numbers()[1], curve_panel(shift=0.2))
    assert curve(grid, 1).legend.placed()[0].value == "at 400"
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert said[1:] == [("crosshair_moved", None)]
    assert [curve(grid, i).canvas.crosshair for i in range(3)] == [None] * 3


def test_zoom_is_linked_said_once_and_survives_new_panels(grid: PlotGrid) -> None:
    said = record(grid)
    canvas = curve(grid, 0).canvas
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    start, end = QPoint(round(frame.px(200.0)), 90), QPoint(round(frame.px(600.0)), 95)
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas.viewport(), end)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=end)
    views = [value for name, value in said if name == "view_changed"]
    assert len(views) == 1
    feed(grid)
    assert {curve(grid, i).canvas.x_view for i in range(3)} == {views[0]}
    assert grid.view == views[0]
    grid.add("error")
    feed(grid)
    assert curve(grid, 4).canvas.x_view == views[0]
    grid.reset_view()
    grid.reset_view()
    assert [value for name, value in said if name == "view_changed"] == [views[0], None]
    assert {curve(grid, i).canvas.x_view for i in range(3)} == {None}


def test_log_switches_are_kept_a_card_and_asked_for(grid: PlotGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.panels_wanted):
        curve(grid, 0).log_button.click()
    assert [request.log_y for request in grid.requests()] == [True, None, None, None]
    feed(grid)
    curve(grid, 0).canvas.setFocus()
    QTest.keyClick(curve(grid, 0).canvas, Qt.Key.Key_L)
    assert grid.requests()[0].log_y is False
    grid.change_kind(grid.numbers()[0], "error")
    assert grid.requests()[0].log_y is None


def test_legends_comparison_and_losses_are_passed_on(grid: PlotGrid) -> None:
    said = record(grid)
    legend = curve(grid, 0).legend
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=legend.placed()[1].rect.center().toPoint())
    comparison = curve(grid, 1).comparison
    assert comparison is not None
    comparison.buttons()[0].click()
    confusion = grid.card(grid.numbers()[3])
    assert isinstance(confusion, ConfusionCard)
    confusion.combo.activated.emit(2)
    assert said == [("loss_toggled", "1"), ("comparison_chosen", "raw")]
    assert grid.requests()[3].loss == 2


def test_a_hundred_plots_added_and_removed_leave_nothing_behind(grid: PlotGrid) -> None:
    def children() -> int:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
        gc.collect()
        return len(QApplication.allWidgets())

    def turn(kind: str) -> None:
        grid.add(kind)
        feed(grid)
        grid.card(grid.numbers()[-1]).grab()
        grid.card(grid.numbers()[-1]).menu().close()
        grid.remove(grid.numbers()[-1])

    for kind in KINDS:
        turn(kind)
    before = children()
    for index in range(100):
        turn(list(KINDS)[index % len(KINDS)])
    assert children() <= before + 2


def test_the_whole_grid_is_given_for_a_figure(grid: PlotGrid) -> None:
    assert [type(panel).__name__ for panel in grid.panels()] == ["CurvePanel"] * 3 + ["ConfusionPanel"]
