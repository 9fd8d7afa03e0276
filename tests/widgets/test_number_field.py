from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from lab.field_spec import FieldSpec
from tests.widgets.keyboard import keys
from widgets.number_field import NumberField
from widgets.theme import LIGHT, apply_theme

RATE = FieldSpec(
    "optimizer.learning_rate", "Learning rate", "float", 0.1, 0.1, 0, 1e6, low_open=True, slider="log",
    slider_low=1e-4, slider_high=10.0, allowed="a number above 0 and at most 1000000",
)  # fmt: skip
NOISE = FieldSpec("data.noise", "Noise", "float", 0.0, 0.0, 0, 1, slider="linear", percent=True)
BATCH = FieldSpec(
    "training.batch_size", "Batch", "int", 32, 32, 1, 10_000, optional=True, empty_text="full batch",
    allowed="a whole number from 1 to 10000",
)  # fmt: skip


class Heard:
    """What a field said."""

    def __init__(self, field: NumberField) -> None:
        self.edits: list[object] = []
        self.refusals: list[str] = []
        field.edited.connect(self.edits.append)
        field.refused.connect(self.refusals.append)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    apply_theme(qapp, LIGHT)
    widget = QWidget()
    widget.resize(200, 80)
    qtbot.addWidget(widget)
    QVBoxLayout(widget)
    return widget


def shown(window: QWidget, spec: FieldSpec) -> tuple[NumberField, Heard]:
    field = NumberField(spec)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(field)
    layout.addWidget(QLineEdit("elsewhere"))
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    return field, Heard(field)


def type_text(field: NumberField, text: str, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
    field.edit.setFocus()
    field.edit.selectAll()
    keys(field.edit, text)
    if not text:
        QTest.keyClick(field.edit, Qt.Key.Key_Delete)
    if end is not None:
        QTest.keyClick(field.edit, end)


def test_silent_while_set(window: QWidget) -> None:
    field, heard = shown(window, RATE)
    for value in (0.5, 1e-9, 1e5, None, 0.1):
        field.show_spec(replace(RATE, value=value))
        field.set_value(value)
    assert heard.edits == heard.refusals == []


def test_enter_and_then_leaving_emit_once(window: QWidget) -> None:
    field, heard = shown(window, RATE)
    type_text(field, "0.3")
    QTest.keyClick(field.edit, Qt.Key.Key_Tab)
    assert heard.edits == [0.3]


def test_leaving_commits_and_the_same_number_in_other_words_does_not(window: QWidget) -> None:
    field, heard = shown(window, RATE)
    type_text(field, "0,25", Qt.Key.Key_Tab)
    assert heard.edits == [0.25]
    assert field.edit.text() == "0.25"
    type_text(field, "0.250")
    assert heard.edits == [0.25]


@pytest.mark.parametrize("text", ["0", "-1", "−0.1", "nan", "1e308", "abc", ""])
def test_what_is_not_allowed_is_refused_in_words_and_the_value_kept(window: QWidget, text: str) -> None:
    field, heard = shown(window, RATE)
    type_text(field, text)
    assert heard.edits == []
    assert field.value == 0.1
    assert heard.refusals == ["Takes a number above 0 and at most 1\u2009000\u2009000. It stays at 0.1."]
    assert field.edit.property("error") is True
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "0.1"
    assert heard.refusals[-1] == ""
    assert field.edit.property("error") is False


def test_typing_again_takes_the_refusal_away(window: QWidget) -> None:
    field, heard = shown(window, RATE)
    type_text(field, "-1")
    type_text(field, "2", None)
    assert heard.refusals[-1] == ""
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert heard.edits == [2.0]


def test_shown_while_typing_leaves_text_and_cursor(window: QWidget) -> None:
    field, heard = shown(window, RATE)
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "0.07")
    field.edit.setCursorPosition(2)
    field.show_spec(replace(RATE, value=5.0))
    assert field.edit.text() == "0.07"
    assert field.edit.cursorPosition() == 2
    assert field.edit.hasFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert heard.edits == [0.07]


def test_escape_after_being_shown_something_else_gives_the_new_value(window: QWidget) -> None:
    field, heard = shown(window, RATE)
    type_text(field, "0.07", None)
    field.show_spec(replace(RATE, value=5.0))
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "5"
    assert heard.edits == []


def test_percent_is_typed_in_per_cent(window: QWidget) -> None:
    field, heard = shown(window, NOISE)
    assert field.edit.text() == "0\u202f%"
    type_text(field, "12.5")
    assert heard.edits == [0.125]
    assert field.edit.text() == "12.5\u202f%"
    type_text(field, "101")
    assert heard.refusals[-1] == "Takes 0 to 100 %. It stays at 12.5\u202f%."


def test_optional_number_can_be_left_out(window: QWidget) -> None:
    field, heard = shown(window, BATCH)
    assert field.edit.placeholderText() == "full batch"
    type_text(field, "")
    assert heard.edits == [None]
    type_text(field, "1.5")
    assert heard.edits == [None]
    assert "whole number" in heard.refusals[-1]


@pytest.mark.parametrize(
    ("spec", "key", "expected"),
    [
        (RATE, Qt.Key.Key_Up, 0.2), (RATE, Qt.Key.Key_Down, 0.05),
        (NOISE, Qt.Key.Key_Up, 0.01), (BATCH, Qt.Key.Key_Up, 33), (BATCH, Qt.Key.Key_Down, 31),
    ],
)  # fmt: skip
def test_arrow_keys_step_and_emit_once(
    window: QWidget, spec: FieldSpec, key: Qt.Key, expected: float
) -> None:
    field, heard = shown(window, spec)
    field.edit.setFocus()
    QTest.keyClick(field.edit, key)
    assert heard.edits == [expected]


def test_steps_stay_inside_the_bounds(window: QWidget) -> None:
    field, heard = shown(window, NOISE)
    field.edit.setFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Down)
    assert heard.edits == []
    assert field.value == 0


def test_slider_by_key_emits_once_and_shows_the_number(window: QWidget) -> None:
    field, heard = shown(window, NOISE)
    field.slider.setFocus()
    QTest.keyClick(field.slider, Qt.Key.Key_Right)
    assert heard.edits == [0.01]
    assert field.edit.text() == "1\u202f%"


def test_dragging_shows_live_and_emits_once_when_let_go(window: QWidget) -> None:
    field, heard = shown(window, RATE)
    slider = field.slider
    middle = slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(8, middle))
    first = field.edit.text()
    QTest.mouseMove(slider, QPoint(slider.width() // 2, middle))
    assert field.edit.text() != first
    assert heard.edits == []
    QTest.mouseMove(slider, QPoint(slider.width() - 2, middle))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 2, middle))
    assert heard.edits == [10.0]
    assert field.value == 10.0


def test_a_press_on_the_groove_jumps_there_once(window: QWidget) -> None:
    field, heard = shown(window, NOISE)
    slider = field.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 3, slider.height() // 2))
    assert heard.edits == [1.0]


def test_slider_of_an_open_bound_never_gives_the_bound(window: QWidget) -> None:
    spec = replace(NOISE, percent=False, high_open=True)
    field, heard = shown(window, spec)
    QTest.mouseClick(field.slider, Qt.MouseButton.LeftButton, pos=QPoint(field.slider.width() - 1, 14))
    assert len(heard.edits) == 1
    assert 0.9 < float(str(heard.edits[0])) < 1


def test_a_value_outside_the_slider_is_shown_in_full(window: QWidget) -> None:
    field, heard = shown(window, replace(RATE, value=1e-9))
    assert field.edit.text() == "1e−9"
    assert field.slider.value() == field.slider.minimum()
    assert heard.edits == []


def test_wheel_over_a_slider_without_focus_is_left_to_the_page(window: QWidget) -> None:
    field, heard = shown(window, NOISE)
    field.edit.setFocus()
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 120), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field.slider, event)
    assert not event.isAccepted()
    assert heard.edits == []


def test_disabled_field_cannot_be_changed(window: QWidget) -> None:
    field, heard = shown(window, replace(RATE, enabled=False))
    assert not field.edit.isEnabled()
    assert not field.slider.isEnabled()
    field._step(1)
    assert heard.edits == []
