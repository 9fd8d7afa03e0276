"""What every field of a form does, and the two simplest: a choice and a check."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import Combo
from widgets.theme import Theme, set_property


class Field(QWidget):
    """What every field of a form does.

    Shown a spec, it is silent; a user's act emits `edited` exactly once. A text that is not allowed emits
    `refused` with a sentence (empty once it is allowed again) and leaves the value as it was.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec

    def show_spec(self, spec: FieldSpec) -> None:
        """Show what a spec says, silently, without disturbing a text being typed."""
        raise NotImplementedError

    def stops(self) -> list[QWidget]:
        """Return the parts that Tab stops at, in order."""
        return [self]

    def take_focus(self) -> None:
        """Put the cursor here.

        A focus proxy would do it too, but it breaks the order of Tab.
        """
        self.stops()[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def set_error(self, on: bool) -> None:
        """Mark the field as being in error, or not."""

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""


class ChoiceField(Field):
    """One of a few values, as a combo box."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._values: list[Any] = []
        self._choices: tuple[tuple[str, str, str], ...] = ()
        self._value: Any = None
        self.combo = Combo(self)
        self.combo.activated.connect(self._on_activated)
        self.setFixedHeight(28)
        self.show_spec(spec)

    def show_spec(self, spec: FieldSpec) -> None:
        """Show choices and value."""
        choices = spec.choices
        if spec.optional:
            choices = (("", spec.empty_text or "none", ""), *choices)
        if choices != self._choices:
            self._choices = choices
            self.combo.clear()
            self._values = []
            for value, label, text in choices:
                self._values.append(value)
                self.combo.addItem(label)
                if text:
                    self.combo.setItemData(self.combo.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
        self._value = spec.value
        self.combo.setCurrentIndex(self._index(spec.value))
        self.combo.setEnabled(spec.enabled)
        current = self.combo.currentIndex()
        own = choices[current][2] if 0 <= current < len(choices) else ""
        self.combo.set_help("\n".join(part for part in (spec.help, own) if part))
        self.combo.setAccessibleName(spec.label)

    def stops(self) -> list[QWidget]:
        """Stop at the combo box."""
        return [self.combo]

    def set_error(self, on: bool) -> None:
        """Mark it as being in error."""
        set_property(self.combo, "error", on)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the room."""
        super().resizeEvent(event)
        self.combo.setGeometry(self.rect())

    def _index(self, value: Any) -> int:
        wanted = "" if value is None else value
        return self._values.index(wanted) if wanted in self._values else -1

    def _on_activated(self, index: int) -> None:
        value = self._values[index] if self._values[index] != "" else None
        if value != self._value:
            self._value = value
            self.edited.emit(value)


class CheckField(Field):
    """Yes or no, with its words behind the box; they shorten to the room there is."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._label = ""
        self._help = ""
        self.check = QCheckBox(self)
        self.check.clicked.connect(lambda on: self.edited.emit(on))
        self.setFixedHeight(24)
        self.show_spec(spec)

    def show_spec(self, spec: FieldSpec) -> None:
        """Show words and value."""
        self._label = spec.label
        self._help = spec.help
        self.check.setChecked(bool(spec.value))
        self.check.setEnabled(spec.enabled)
        self.check.setAccessibleName(spec.label)
        self._elide()

    def stops(self) -> list[QWidget]:
        """Stop at the box."""
        return [self.check]

    def wanted_width(self) -> int:
        """Return the width at which all its words show."""
        self.check.ensurePolished()
        return QFontMetrics(self.check.font()).horizontalAdvance(self._label) + 23

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = QFontMetrics(self.check.font())
        shown = metrics.elidedText(self._label, Qt.TextElideMode.ElideRight, max(0, self.width() - 23))
        self.check.setText(shown)
        self.check.setGeometry(0, 0, min(self.width(), self.wanted_width()), self.height())
        self.check.setToolTip(self._help if shown == self._label else f"{self._label}\n{self._help}".strip())
