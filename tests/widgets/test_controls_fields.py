from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout

from lab.field_spec import FieldSpec
from widgets.controls_fields import CheckField, ChoiceField

CHOICE = FieldSpec(
    "data.name", "Dataset", "choice", "digits",
    choices=(("digits", "Digits", "Written"), ("moons", "Moons with a very long name indeed", "Two moons")),
)  # fmt: skip


def test_choice_is_silent_while_set_and_emits_once(place: QVBoxLayout) -> None:
    field = ChoiceField(CHOICE)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    field.show_spec(replace(CHOICE, value="moons"))
    field.show_spec(CHOICE)
    assert heard == []
    field.combo.setFocus()
    QTest.keyClick(field.combo, Qt.Key.Key_Down)
    assert heard == ["moons"]
    QTest.keyClick(field.combo, Qt.Key.Key_Down)
    assert heard == ["moons"], "the last one again is no change"


def test_optional_choice_can_be_none(place: QVBoxLayout) -> None:
    spec = replace(CHOICE, value=None, optional=True, empty_text="never")
    field = ChoiceField(spec)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    assert field.combo.currentText() == "never"
    QTest.keyClick(field.combo, Qt.Key.Key_Down)
    QTest.keyClick(field.combo, Qt.Key.Key_Up)
    assert heard == ["digits", None]


def test_check_by_space_emits_once(place: QVBoxLayout) -> None:
    spec = FieldSpec("data.by_run", "Own split for each seed", "bool", False)
    field = CheckField(spec)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    field.show_spec(replace(spec, value=True))
    assert heard == []
    field.check.setFocus()
    QTest.keyClick(field.check, Qt.Key.Key_Space)
    assert heard == [False]
