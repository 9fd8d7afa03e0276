"""What is wrong is said under its field, and nothing is ever too wide or too small."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.form.made_form import LONG, Heard, make_panel, real_form, settle, too_wide
from tests.widgets.keyboard import keys
from tests.widgets.sample_form import sections
from widgets.form_panel import ExperimentForm
from widgets.theme import LIGHT, Theme

WIDTHS = (284, 304, 328)


DEJAVU = replace(LIGHT, families=("DejaVu Sans",))


def test_a_problem_marks_its_field_and_an_edit_takes_the_mark_away(panel: ExperimentForm) -> None:
    assert panel.show_problem("model.hidden", "line 118: 9 values, not 8")
    row = panel.row("model.hidden")
    settle()
    assert panel.section("model").is_open
    assert row.error.isVisible()
    assert row.error.words.full_text() == "line 118: 9 values, not 8"
    assert row.field.edit.property("error") is True
    row.field.edit.setFocus()
    row.field.edit.selectAll()
    keys(row.field.edit, "8")
    QTest.keyClick(row.field.edit, Qt.Key.Key_Return)
    assert row.error.isHidden()
    assert row.field.edit.property("error") is False
    assert not panel.show_problem("no.such.path", "x")


def test_what_was_typed_wrong_is_said_under_the_field(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    row = panel.row("optimizer.learning_rate")
    row.field.edit.setFocus()
    row.field.edit.selectAll()
    keys(row.field.edit, "−1")
    QTest.keyClick(row.field.edit, Qt.Key.Key_Return)
    assert row.problem.startswith("Takes a number above 0")
    assert row.problem.endswith("It stays at 0.1.")
    panel.show_form(sections())
    assert row.problem, "being shown the same again does not hide what is wrong"
    QTest.keyClick(row.field.edit, Qt.Key.Key_Escape)
    assert not row.problem
    assert heard.all == []


def test_what_is_being_typed_can_be_taken_before_acting(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    edit = panel.row("optimizer.learning_rate").field.edit
    assert panel.commit()
    edit.setFocus()
    edit.selectAll()
    keys(edit, "0.3")
    assert panel.commit()
    assert panel.commit()
    assert heard.all == [("edited", "optimizer.learning_rate", 0.3)]
    edit.selectAll()
    keys(edit, "−3")
    assert not panel.commit()
    assert len(heard.all) == 1
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    edit.selectAll()
    keys(edit, "0.5")
    QTest.mouseClick(panel.head.undo, Qt.MouseButton.LeftButton)
    assert heard.all[1:] == [("edited", "optimizer.learning_rate", 0.5), ("undo_asked",)]


def test_the_words_under_a_field_scroll_into_view(panel: ExperimentForm) -> None:
    panel.resize(304, 420)
    settle()
    row = panel.row("optimizer.learning_rate")
    view = panel.scroller.viewport()
    bar = panel.scroller.verticalScrollBar()
    bar.setValue(bar.value() + row.field.mapTo(view, QPoint(0, row.field.height())).y() - view.height())
    row.field.edit.setFocus()
    row.field.edit.selectAll()
    keys(row.field.edit, "−1")
    QTest.keyClick(row.field.edit, Qt.Key.Key_Return)
    settle()
    assert row.error.isVisible()
    assert row.mapTo(view, QPoint(0, row.height())).y() <= view.height()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", [LIGHT, DEJAVU], ids=["ui-font", "dejavu"])
def test_nothing_is_ever_wider_than_the_panel(
    qtbot: QtBot, qapp: QApplication, theme: Theme, width: int
) -> None:
    panel = make_panel(qtbot, qapp, theme, width)
    for specs in (sections(), real_form()):
        panel.show_form(specs)
        panel.set_open_sections(dict.fromkeys(panel.open_sections(), True))
        for row in panel.rows():
            row.show_problem(LONG)
        for card in panel.losses.cards():
            card.note.words.setText(LONG)
            card.note.setVisible(True)
        settle()
        assert panel.content.width() <= panel.scroller.viewport().width()
        assert too_wide(panel) == []
        panel.clear_problems()


def test_a_note_stands_under_its_field_until_there_is_a_problem(panel: ExperimentForm) -> None:
    row = panel.row("data.name")
    height = row.sizeHint().height()
    row.show_spec(replace(row.spec, note="Read as GBK; the target is the last column."))
    settle()
    assert row.note.isVisible()
    assert row.sizeHint().height() > height
    assert row.note.mapTo(panel, QPoint(0, 0)).x() == row.label.mapTo(panel, QPoint(0, 0)).x()
    row.show_problem("It is gone.")
    assert not row.note.isVisible()
    row.show_problem("")
    row.show_spec(replace(row.spec, note=""))
    settle()
    assert not row.note.isVisible()
    assert row.sizeHint().height() == height


def test_right_edges_line_up_with_and_without_a_scroll_bar(panel: ExperimentForm) -> None:
    rights = set()
    for height in (500, 2000):
        panel.resize(304, height)
        settle()
        row = panel.row("data.name")
        rights.add(row.mapTo(panel, QPoint(row.width(), 0)).x())
        add = panel.losses.cards()[0]
        rights.add(add.mapTo(panel, QPoint(add.width(), 0)).x())
    assert len(rights) == 1
    assert panel.width() - rights.pop() in (12, 13)


def test_labels_at_34_and_fields_at_134(panel: ExperimentForm) -> None:
    for path in ("data.name", "optimizer.learning_rate", "training.batch_size"):
        row = panel.row(path)
        assert row.label.mapTo(panel, QPoint(0, 0)).x() == 34
        assert row.field.mapTo(panel, QPoint(0, 0)).x() == 134
        assert row.field.height() == 28


def test_no_text_is_smaller_than_eleven_pixels(panel: ExperimentForm) -> None:
    for label in panel.findChildren(QLabel):
        label.ensurePolished()
        assert label.font().pixelSize() >= 11
