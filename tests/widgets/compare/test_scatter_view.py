"""Points that are pointed at and picked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.lab.comparing.compared_runs import run_row
from widgets.compare.scatter_view import ScatterChoices, ScatterView
from widgets.theme import DARK, LIGHT


@pytest.fixture
def view(qtbot: QtBot, rows):
    made = ScatterView(LIGHT)
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    qtbot.waitExposed(made)
    made.show_runs(rows)
    return made


def place(view, index):
    x, y = view.plot.layout_now().points[index]
    return QPoint(round(x), round(y))


def picked(view):
    told = []
    view.runs_picked.connect(told.append)
    return told


def test_what_is_shown_at_first(view):
    assert view.shown.x.name == "optimizer.learning_rate" and view.shown.y.name == "last.validation_nll"
    assert view.card.title.full_text() == "Validation NLL, last"
    assert "8 runs" in view.card.subtitle.full_text() and "ρ" in view.card.subtitle.full_text()
    assert not view.log_x.isChecked()


def test_a_click_picks_the_run_under_it(qtbot, view, rows):
    told = picked(view)
    qtbot.mouseClick(view.plot, Qt.MouseButton.LeftButton, pos=place(view, 3))
    assert told == [(rows[3].key,)]
    qtbot.mouseClick(
        view.plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pos=place(view, 5)
    )
    assert set(told[1]) == {rows[3].key, rows[5].key}
    qtbot.mouseClick(
        view.plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pos=place(view, 3)
    )
    assert told[2] == (rows[5].key,)
    qtbot.mouseClick(view.plot, Qt.MouseButton.LeftButton, pos=QPoint(450, 390))
    assert told[3] == ()


def test_a_rectangle_picks_what_it_holds(qtbot, view, rows):
    told = picked(view)
    plot = view.plot.layout_now().plot
    begin = QPoint(round(plot.left()) - 12, round(plot.top()) - 12)
    end = QPoint(round(plot.left() + 0.3 * plot.width()), round(plot.bottom()) + 4)
    qtbot.mousePress(view.plot, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(view.plot, pos=end)
    qtbot.mouseRelease(view.plot, Qt.MouseButton.LeftButton, pos=end)
    assert set(told[0]) == {row.key for row in rows if row.learning_rate == 0.1}
    assert len(told) == 1


def test_hovering_names_the_run(view):
    index = view.plot.run_at(QPointF(place(view, 2)))
    assert view.plot.words_of(index) == (
        "Squared error, rate 0.1, seed 0, Moons (aaaa)\nLearning rate: 0.1\nValidation NLL, last: 0.210"
    )
    assert view.plot.run_at(QPointF(2.0, 2.0)) == -1


def test_keys_go_from_run_to_run(qtbot, view, rows):
    told = picked(view)
    view.plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Space):
        qtbot.keyClick(view.plot, key)
    lowest = min(
        (row for row in rows if row.learning_rate == 0.1), key=lambda row: row.last["validation_nll"]
    )
    assert told == [(lowest.key,)]
    assert lowest.loss in view.plot.accessibleDescription()
    qtbot.keyClick(view.plot, Qt.Key.Key_Escape)
    assert told[-1] == ()


def test_what_has_no_place_is_said(view, rows):
    view.show_runs([*rows, run_row("exp-cccc", last={})])
    assert view.sentences == ("1 run has no place: a value is missing or has no logarithm",)


def test_many_colours_are_said(view):
    view.show_runs([run_row(index=number, seed=number) for number in range(20)])
    view._change(colour="seed")
    assert view.sentences == ("20 colours are more than can be told apart",)


def test_picked_runs_stand_out(view, rows):
    before = view.plot.grab().toImage()
    view.show_picked([rows[0].key])
    assert view.plot.grab().toImage() != before
    assert view.plot.picked == {rows[0].key}


def test_categories_and_themes(view):
    view._change(x="loss", colour="optimizer.learning_rate")
    assert view.shown.x.texts == ("Cross-entropy", "Squared error")
    assert not view.log_x.isEnabled()
    light = view.plot.grab().toImage()
    view.set_theme(DARK)
    assert view.plot.grab().toImage() != light


def test_no_runs_are_no_failure(view):
    view.show_runs([])
    assert view.shown.keys == ()
    assert view.plot.run_at(QPointF(10, 10)) == -1
    assert not view.plot.grab().isNull()


def test_restored_choices():
    assert ScatterChoices.restored({"x": "seed", "log_x": True, "y": None}) == ScatterChoices(
        "seed", log_x=True
    )
