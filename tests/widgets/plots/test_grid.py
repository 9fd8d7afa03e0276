from __future__ import annotations

import gc
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from lab.instruments.kinds import INSTRUMENT_GROUPS, INSTRUMENT_HELP, INSTRUMENT_KINDS
from lab.panels import CurvePanel, LegendEntry
from tests.widgets.plots.made_panels import confusion_panel, curve_panel, field_panel, gradient_panel
from widgets.plots.chart_card import ChartCard
from widgets.plots.confusion_card import ConfusionCard
from widgets.plots.curve_card import CurveCard
from widgets.plots.field_card import FieldCard
from widgets.plots.grid import PlotGrid
from widgets.plots.grid_cells import cell_rects, columns_for, drop_place
from widgets.theme import DARK, LIGHT

KINDS = {
    "metric": "Validation metric", "objective": "Objective", "gradient": "Gradient norm",
    "confusion": "Confusion", "field": "Data", "error": "Error rate",
}  # fmt: skip
START = ("metric", "objective", "gradient", "confusion")


def read(panel: CurvePanel, x: float) -> Sequence[LegendEntry]:
    return [replace(entry, value=f"at {x:g}") for entry in panel.legend]


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


def feed(grid: PlotGrid) -> None:
    for request in grid.requests():
        if request.kind == "confusion":
            grid.show_panel(request.card, confusion_panel())
        elif request.kind == "field":
            grid.show_panel(request.card, field_panel())
        elif request.kind == "gradient":
            grid.show_panel(request.card, gradient_panel())
        else:
            grid.show_panel(request.card, curve_panel(request.kind, log_y=bool(request.log_y)))


def curve(grid: PlotGrid, place: int) -> CurveCard:
    card = grid.card(grid.numbers()[place])
    assert isinstance(card, CurveCard)
    return card


def record(grid: PlotGrid) -> list[tuple[str, object]]:
    said: list[tuple[str, object]] = []
    for name in ("kinds_changed", "loss_toggled", "loss_soloed", "comparison_chosen", "view_changed",
                 "crosshair_moved", "copy_asked", "export_asked"):  # fmt: skip
        getattr(grid, name).connect(lambda value, name=name: said.append((name, value)))
    return said


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


def test_a_choice_of_the_loss_goes_to_the_slot(qtbot: QtBot) -> None:
    grid = PlotGrid(LIGHT)
    qtbot.addWidget(grid)
    grid.resize(900, 700)
    grid.set_kinds(("saturation",))
    grid.show()
    card = grid.card(grid.numbers()[0])
    assert isinstance(card, ChartCard)
    wanted: list[None] = []
    grid.panels_wanted.connect(lambda: wanted.append(None))
    card.choice_made.emit("loss", "2")
    card.choice_made.emit("part", "train")
    assert len(wanted) == 2
    (request,) = grid.requests()
    assert request.loss == 2 and request.choices == (("part", "train"),)


def test_what_the_data_plot_marks_is_kept_with_it(qtbot: QtBot) -> None:
    grid = PlotGrid(LIGHT)
    qtbot.addWidget(grid)
    grid.resize(900, 700)
    grid.set_kinds(("field",))
    grid.show()
    card = grid.card(grid.numbers()[0])
    assert isinstance(card, FieldCard)
    card.choice_made.emit("margins", "off")
    (request,) = grid.requests()
    assert request.choices == (("margins", "off"),)
    assert grid.state()["cards"][0]["choices"] == {"margins": "off"}
