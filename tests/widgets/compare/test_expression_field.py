"""The field of an expression: taken once, brought back by Esc, filled from its menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from widgets.compare.expression_field import ExpressionField


@pytest.fixture
def field(qtbot):
    made = ExpressionField("the plot", "A metric")
    qtbot.addWidget(made)
    made.show_choices([("val_nll", "Validation NLL"), ("", ""), ("objective", "Objective")])
    made.show_text("val_nll")
    made.show()
    qtbot.waitExposed(made)
    made.edit.setFocus()
    return made


def told(field):
    found = []
    field.edited.connect(found.append)
    return found


def test_enter_takes_the_text_once(qtbot, field):
    found = told(field)
    field.edit.selectAll()
    qtbot.keyClicks(field.edit, "objective ")
    assert found == []
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert found == ["objective"] and field.text == "objective"


def test_esc_brings_the_last_text_back(qtbot, field):
    found = told(field)
    qtbot.keyClicks(field.edit, "xyz")
    qtbot.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "val_nll" and found == []


def test_the_menu_fills_it(field):
    found = told(field)
    actions = field.menu().actions()
    assert [action.text().replace("\t", " | ") for action in actions if not action.isSeparator()] == [
        "Validation NLL | val_nll", "Objective | objective"
    ]  # fmt: skip
    actions[2].trigger()
    assert found == ["objective"] and field.edit.text() == "objective"


def test_who_types_is_not_disturbed(qtbot, field):
    qtbot.keyClicks(field.edit, "x")
    field.show_text("objective")
    assert field.edit.text() == "xval_nll"


def test_an_error_is_marked_with_the_cursor_at_its_place(qtbot, field):
    field.show_error(4)
    assert field.edit.property("error") and field.edit.cursorPosition() == 4
    qtbot.keyClicks(field.edit, "x")
    assert not field.edit.property("error")
    field.show_error(2)
    field.show_error(None)
    assert not field.edit.property("error")
