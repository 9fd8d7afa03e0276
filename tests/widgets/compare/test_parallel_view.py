"""Lines across axes: ranges by pointer and key, menus, the best."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.lab.comparing.compared_runs import run_row
from widgets.compare.parallel_view import ParallelView
from widgets.theme import DARK, LIGHT


@pytest.fixture
def view(qtbot: QtBot, rows):
    made = ParallelView(LIGHT)
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    qtbot.waitExposed(made)
    made.show_runs(rows)
    return made


def drag(qtbot, view, axis, low, high):
    layout = view.plot.layout_now()
    x = round(layout.places[axis])
    begin, end = QPoint(x, round(layout.y_of(high))), QPoint(x, round(layout.y_of(low)))
    qtbot.mousePress(view.plot, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(view.plot, pos=end)
    qtbot.mouseRelease(view.plot, Qt.MouseButton.LeftButton, pos=end)


def picked(view):
    told = []
    view.runs_picked.connect(told.append)
    return told


def test_what_is_shown_at_first(view, rows):
    assert [axis.label for axis in view.shown.axes] == ["Loss", "Learning rate", "Validation NLL, last"]
    assert view.card.subtitle.full_text() == "8 runs"
    assert view.sentences == ("Best, in ink: Cross-entropy, rate 0.1, seed 0, Moons (aaaa)",)
    assert not view.clear.isEnabled() and not view.suggest.isEnabled()


def test_a_drag_along_an_axis_chooses_runs(qtbot, view, rows):
    told = picked(view)
    drag(qtbot, view, 0, 0.0, 0.5)
    assert set(told[0]) == {row.key for row in rows if row.loss == "Cross-entropy"}
    drag(qtbot, view, 1, 0.9, 1.0)
    assert set(told[1]) == {
        row.key for row in rows if row.loss == "Cross-entropy" and row.learning_rate == 1.0
    }
    assert len(told) == 2
    assert view.card.subtitle.full_text() == "2 of 8 runs in the chosen ranges"
    assert next(csv.DictReader(view.export_csv().splitlines()))["chosen"] == "no"
    view.clear.click()
    assert told[-1] == () and view.plot.ranges == {}
    assert view.card.subtitle.full_text() == "8 runs"


def test_a_click_on_an_axis_takes_its_range_away(qtbot, view):
    drag(qtbot, view, 0, 0.0, 0.5)
    told = picked(view)
    layout = view.plot.layout_now()
    place = QPoint(round(layout.places[0]), round(layout.y_of(0.3)))
    qtbot.mouseClick(view.plot, Qt.MouseButton.LeftButton, pos=place)
    assert view.plot.ranges == {} and told == [()]


def test_a_click_on_a_line_picks_its_run(qtbot, view, rows):
    told = picked(view)
    layout = view.plot.layout_now()
    x = layout.places[1] + 0.9 * (layout.places[2] - layout.places[1])
    y = layout.lines[7, 1] + 0.9 * (layout.lines[7, 2] - layout.lines[7, 1])
    qtbot.mouseClick(view.plot, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert told == [(rows[7].key,)]
    assert "Loss: Squared error" in view.plot.words_of(view.plot.run_at(QPointF(x, y)))


def test_keys_choose_ranges(qtbot, view, rows):
    told = picked(view)
    view.plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(view.plot, key)
    assert set(told[-1]) == {row.key for row in rows if row.learning_rate == 1.0}
    assert "4 of 8 runs" in view.plot.accessibleDescription()
    qtbot.keyClick(view.plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.plot.ranges["optimizer.learning_rate"] == pytest.approx((0.15, 0.95))
    qtbot.keyClick(view.plot, Qt.Key.Key_Delete)
    assert view.plot.ranges == {}
    qtbot.keyClick(view.plot, Qt.Key.Key_Up)
    qtbot.keyClick(view.plot, Qt.Key.Key_Escape)
    assert view.plot.ranges == {} and told[-1] == ()


def test_menus_change_the_axes(view):
    menu = view.axes_menu()
    seed = next(action for action in menu.actions() if action.text() == "Seed")
    assert not seed.isChecked()
    seed.trigger()
    assert [axis.name for axis in view.shown.axes][-1] == "seed"
    axis = view.axis_menu(3)
    words = {action.text(): action for action in axis.actions()}
    assert words["Move left"].isEnabled() and not words["Move right"].isEnabled()
    words["Move left"].trigger()
    assert [axis.name for axis in view.shown.axes][2] == "seed"
    {action.text(): action for action in view.axis_menu(2).actions()}["Remove axis"].trigger()
    assert "seed" not in [axis.name for axis in view.shown.axes]
    log = {action.text(): action for action in view.axis_menu(1).actions()}["Logarithmic"]
    log.trigger()
    assert view.shown.axes[1].log
    view.suggest.click()
    assert view.choices.axes == ()


def test_ranges_on_axes_that_go_are_forgotten(qtbot, view):
    drag(qtbot, view, 0, 0.0, 0.5)
    view._put("loss", False)
    assert view.plot.ranges == {}


def test_colours_by_a_metric_and_missing_values(view, rows):
    before = view.plot.grab().toImage()
    view._change(colour="last.validation_nll")
    assert view.plot.grab().toImage() != before
    view.show_runs([*rows, run_row("exp-cccc", last={})])
    assert not view.plot.grab().isNull()
    view.set_theme(DARK)
    assert not view.plot.grab().isNull()


def test_one_axis_and_no_runs(view):
    view._change(axes=("loss",))
    assert not view.plot.grab().isNull()
    assert {action.text(): action for action in view.axis_menu(0).actions()}[
        "Remove axis"
    ].isEnabled() is False
    view.show_runs([])
    assert not view.plot.grab().isNull()
    assert view.plot.run_at(QPointF(10, 10)) == -1
