from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout

from lab.field_spec import FieldSpec
from widgets.controls import Combo, IconButton
from widgets.controls_fields import ChoiceField
from widgets.theme import DARK

CHOICE = FieldSpec(
    "data.name", "Dataset", "choice", "digits",
    choices=(("digits", "Digits", "Written"), ("moons", "Moons with a very long name indeed", "Two moons")),
)  # fmt: skip


def test_icon_button_says_what_it_does(place: QVBoxLayout) -> None:
    button = IconButton("undo", "Undo", shortcut="Ctrl+Z")
    assert button.toolTip() == "Undo  (Ctrl+Z)"
    assert button.accessibleName() == "Undo"
    assert (button.width(), button.height()) == (28, 28)
    before = button.icon().cacheKey()
    button.set_theme(DARK)
    assert button.icon().cacheKey() != before


def test_combo_shortens_and_never_widens(place: QVBoxLayout) -> None:
    field = ChoiceField(replace(CHOICE, value="moons"))
    place.addWidget(field)
    QApplication.processEvents()
    assert field.combo.minimumSizeHint().width() < 100
    assert field.combo.toolTip().startswith("Moons with a very long name indeed")
    wide = Combo()
    wide.addItem("Moons with a very long name indeed")
    wide.fit_contents(400)
    assert wide.width() > QFontMetrics(wide.font()).horizontalAdvance(wide.currentText()) + 30


def test_wheel_over_a_combo_without_focus_changes_nothing(place: QVBoxLayout) -> None:
    field = ChoiceField(CHOICE)
    place.addWidget(field)
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    field.combo.clearFocus()
    QApplication.sendEvent(field.combo, event)
    assert field.combo.currentIndex() == 0
