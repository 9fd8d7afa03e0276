"""The form by keyboard, and its head: name, file and their menu."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from tests.widgets.form.made_form import Heard, settle
from tests.widgets.keyboard import keys
from tests.widgets.sample_form import field, sections
from widgets.form_panel import ExperimentForm
from widgets.panel_focus import focus_stop


# --- keyboard ---------------------------------------------------------------------------------------
def test_tab_goes_from_top_to_bottom(panel: ExperimentForm) -> None:
    panel.resize(304, 1400)
    panel.set_open_sections({"model": True, "training": True, "seeds": True})
    data, *rest = sections()
    more = field("data.noise", "Noise", "float", 0.1, low=0, high=1)
    panel.show_form((replace(data, fields=(data.fields[0], more, *data.fields[1:])), *rest))
    settle()
    panel.head.name.setFocus()
    places = []
    for _ in range(60):
        widget = QApplication.focusWidget()
        assert widget is not None
        corner = widget.mapTo(panel, QPoint(0, widget.height() // 2))
        places.append((corner.y(), corner.x()))
        assert focus_stop(panel, forwards=True)  # as the window does on Tab
        if QApplication.focusWidget() is panel.head.name:
            break
    else:
        pytest.fail("Tab never came back to the start")
    rows = [y // 12 for y, _ in places[4:]]
    assert rows == sorted(rows), places
    assert len(places) >= 25


def test_f1_tells_about_the_field(panel: ExperimentForm, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, *_rest: told.append(text))
    edit = panel.row("optimizer.learning_rate").field.edit
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_F1)
    assert len(told) == 1
    assert "Length of a step." in told[0]
    assert "Takes a number above 0" in told[0]


# --- head -------------------------------------------------------------------------------------------
def test_head_says_file_and_state(panel: ExperimentForm) -> None:
    assert panel.head.file.full_text() == "digits-race.toml · edited"
    panel.show_head("Digits race", None, edited=False)
    assert panel.head.file.full_text() == "built in · not saved yet"
    assert not panel.head.undo.isEnabled()
    assert panel.head.redo.isHidden()


def test_name_is_typed_in_place(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    name = panel.head.name
    name.setFocus()
    name.selectAll()
    keys(name, "Race 2")
    panel.show_head("Digits race", None, edited=True)
    assert name.text() == "Race 2"
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert heard.all == [("edited", "name", "Race 2")]


def test_file_menu(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    panel.show_head("A", None, edited=True, can_undo=True, can_redo=True, recent=("/x/one.toml",))
    QTest.mouseClick(panel.head.undo, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.head.redo, Qt.MouseButton.LeftButton)
    menu = panel.head.menu()
    for action in menu.actions():
        if action.menu() is not None:
            action.menu().actions()[0].trigger()
        elif not action.isSeparator():
            action.trigger()
    assert [one[0] for one in heard.all] == [
        "undo_asked", "redo_asked", "new_asked", "open_asked", "open_path_asked", "save_asked",
        "save_as_asked",
    ]  # fmt: skip
    assert heard.all[4] == ("open_path_asked", "/x/one.toml")
