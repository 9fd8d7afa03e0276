"""Cards are added, removed, changed, dragged and shown alone by a person."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from lab.instruments.kinds import INSTRUMENT_GROUPS, INSTRUMENT_HELP, INSTRUMENT_KINDS
from tests.widgets.plots.fed_grid import START, curve, record
from widgets.plots.grid import PlotGrid
from widgets.plots.grid_cells import drop_place
from widgets.theme import LIGHT


def test_adding_removing_and_changing_say_so_once(grid: PlotGrid) -> None:
    said = record(grid)
    grid.add("field")
    assert said == [("kinds_changed", (*START, "field"))]
    grid.remove(grid.numbers()[0])
    assert said[1:] == [("kinds_changed", ("objective", "gradient", "confusion", "field"))]
    grid.change_kind(grid.numbers()[0], "error")
    assert said[2:] == [("kinds_changed", ("error", "gradient", "confusion", "field"))]
    grid.change_kind(grid.numbers()[0], "error")
    grid.remove(12345)
    assert len(said) == 3
    with pytest.raises(KeyError):
        grid.add("unheard of")


def test_the_menu_of_a_card_works_through_the_grid(grid: PlotGrid) -> None:
    said = record(grid)
    menu = grid.card(grid.numbers()[2]).menu()
    next(action for action in menu.actions() if action.text().startswith("Move back")).trigger()
    assert said == [("kinds_changed", ("metric", "gradient", "objective", "confusion"))]
    add = grid.add_menu()
    next(action for action in add.actions() if action.text() == "Data").trigger()
    assert grid.kinds[-1] == "field"
    copied = grid.card(grid.numbers()[1]).menu()
    next(action for action in copied.actions() if action.text().startswith("Copy")).trigger()
    assert said[-1] == ("copy_asked", grid.numbers()[1])


def test_alt_and_arrows_move_the_focused_card(grid: PlotGrid) -> None:
    said = record(grid)
    curve(grid, 0).canvas.setFocus()
    QTest.keyClick(curve(grid, 0).canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert grid.kinds == ("objective", "metric", "gradient", "confusion")
    QTest.keyClick(curve(grid, 1).canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(curve(grid, 0).canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert grid.kinds == START
    assert [name for name, _ in said] == ["kinds_changed", "kinds_changed"]


def test_dragging_a_head_moves_the_card_and_shows_where(grid: PlotGrid) -> None:
    said = record(grid)
    first, last = grid.card(grid.numbers()[0]), grid.card(grid.numbers()[3])
    start = QPoint(200, 14)
    end = first.mapFromGlobal(last.mapToGlobal(QPoint(last.width() - 10, last.height() // 2)))
    QTest.mousePress(first, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(first, start + QPoint(30, 30))
    QTest.mouseMove(first, end)
    assert grid._mark.isVisible()
    assert grid._mark.geometry().left() > last.geometry().right()
    QTest.mouseRelease(first, Qt.MouseButton.LeftButton, pos=end)
    assert not grid._mark.isVisible()
    assert grid.kinds == ("objective", "gradient", "confusion", "metric")
    assert said == [("kinds_changed", grid.kinds)]


def test_a_drag_may_begin_on_the_title(grid: PlotGrid) -> None:
    first, second = grid.card(grid.numbers()[0]), grid.card(grid.numbers()[1])
    end = first.title.mapFromGlobal(second.mapToGlobal(QPoint(second.width() - 5, 100)))
    QTest.mousePress(first.title, Qt.MouseButton.LeftButton, pos=QPoint(10, 8))
    QTest.mouseMove(first.title, QPoint(60, 40))
    QTest.mouseMove(first.title, end)
    QTest.mouseRelease(first.title, Qt.MouseButton.LeftButton, pos=end)
    assert grid.kinds == ("objective", "metric", "gradient", "confusion")


def test_pressing_in_the_plot_drags_nothing(grid: PlotGrid) -> None:
    card = grid.card(grid.numbers()[3])
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(100, 200))
    QTest.mouseMove(card, QPoint(10, -300))
    assert not grid._mark.isVisible()
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(10, -300))
    assert grid.kinds == START


def test_escape_gives_a_drag_up(grid: PlotGrid) -> None:
    first = grid.card(grid.numbers()[0])
    QTest.mousePress(first, Qt.MouseButton.LeftButton, pos=QPoint(200, 14))
    QTest.mouseMove(first, QPoint(600, 400))
    assert grid._mark.isVisible()
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not grid._mark.isVisible()
    QTest.mouseRelease(first, Qt.MouseButton.LeftButton, pos=QPoint(600, 400))
    assert grid.kinds == START


def test_a_card_dropped_beside_itself_stays(grid: PlotGrid) -> None:
    rects = [grid.card(number).geometry() for number in grid.numbers()]
    assert drop_place(rects, rects[1].center() + QPoint(20, 0))[0] == 2
    assert drop_place(rects, rects[1].center() - QPoint(20, 0))[0] == 1
    assert drop_place([], QPoint(0, 0))[0] == 0
    single = [QRect(0, 0, 100, 50), QRect(0, 60, 100, 50)]
    assert drop_place(single, QPoint(10, 100)) == (2, QRect(0, 114, 100, 3))


def test_full_size_hides_the_others_and_asks_for_none_of_them(grid: PlotGrid) -> None:
    number = grid.numbers()[1]
    grid.card(number).expand.click()
    assert grid.full == number
    assert [request.card for request in grid.requests()] == [number]
    assert grid.requests()[0].columns > 700
    assert grid.card(number).width() == 860 - 24
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.full is None
    assert len(grid.requests()) == 4
    curve(grid, 0).canvas.setFocus()
    QTest.keyClick(curve(grid, 0).canvas, Qt.Key.Key_F)
    assert grid.full == grid.numbers()[0]
    grid.remove(grid.numbers()[0])
    assert grid.full is None


def test_instruments_stand_in_a_menu_of_their_own(qtbot: QtBot) -> None:
    grid = PlotGrid(LIGHT)
    qtbot.addWidget(grid)
    grid.set_kinds(("objective", "saturation"))
    said = record(grid)
    menu = grid.add_menu()
    instruments = next(action for action in menu.actions() if action.text() == "Instruments").menu()
    assert isinstance(instruments, QMenu)
    assert "Objective" in [action.text() for action in menu.actions()]
    named = [action for action in instruments.actions() if action.text()]
    headings = [action.text() for action in named if not action.isEnabled()]
    assert headings == list(INSTRUMENT_GROUPS)
    offered = {
        action.text(): action for action in instruments.actions() if action.isEnabled() and action.text()
    }
    assert set(offered) == set(INSTRUMENT_KINDS.values())
    assert instruments.toolTipsVisible()
    assert offered["Influence"].toolTip() == INSTRUMENT_HELP["influence"]
    next(action for action in instruments.actions() if action.text() == "Landscape").trigger()
    assert grid.kinds == ("objective", "saturation", "landscape")
    change = grid.card(grid.numbers()[1]).menu().actions()[0].menu()
    assert isinstance(change, QMenu)
    instruments = next(action for action in change.actions() if action.text() == "Instruments").menu()
    assert isinstance(instruments, QMenu)
    checked = [action.text() for action in (*change.actions(), *instruments.actions()) if action.isChecked()]
    assert checked == ["Saturation"]
    next(action for action in change.actions() if action.text() == "Error rate").trigger()
    assert grid.kinds == ("objective", "error", "landscape")
    assert [name for name, _ in said] == ["kinds_changed", "kinds_changed"]
