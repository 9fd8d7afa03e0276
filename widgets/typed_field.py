"""What fields have in common into which one types: when the text counts, and what is said of a wrong one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from lab.field_spec import FieldSpec
from widgets.controls_fields import Field
from widgets.theme import set_property


class TypedField(Field):
    """A line that is taken when Enter is pressed or the focus leaves; Esc brings the last good value back.

    A subclass says how a value is written and read.
    """

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._value: Any = None
        self._shown = ""
        self._refusing = False
        self._external_error = False
        self.edit = QLineEdit(self)
        self.edit.setFixedHeight(28)
        self.edit.editingFinished.connect(self._commit)
        self.edit.textEdited.connect(self._on_typing)
        self.edit.installEventFilter(self)

    # --- what a subclass implements -----------------------------------------------------------------
    def _text_of(self, value: Any) -> str:
        """Return how a value is written."""
        raise NotImplementedError

    def _read(self, text: str) -> tuple[Any, str]:
        """Return the value of a text, and a sentence where it has none."""
        raise NotImplementedError

    def _on_shown(self) -> None:
        """Follow another text in the line."""

    def _on_accepted(self) -> None:
        """Follow another value."""

    # --- the same for all ---------------------------------------------------------------------------
    def set_error(self, on: bool) -> None:
        """Mark it as being in error."""
        self._external_error = on
        set_property(self.edit, "error", on or self._refusing)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc goes back to the last good value."""
        if (
            watched is self.edit
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and self.edit.text() != self._shown
        ):
            self._show_text(self._text_of(self._value))
            return True
        return super().eventFilter(watched, event)

    def _is_typing(self) -> bool:
        """Whether somebody is in the middle of a text."""
        return self.edit.hasFocus() and self.edit.isModified() and self.edit.text() != self._shown

    def _show_text(self, text: str) -> None:
        was_refusing, self._refusing = self._refusing, False
        self._shown = text
        if text != self.edit.text():
            cursor = self.edit.cursorPosition()
            self.edit.setText(text)
            self.edit.setCursorPosition(min(cursor, len(text)) if self.edit.hasFocus() else 0)
        self.edit.setModified(False)
        self._on_shown()
        set_property(self.edit, "error", self._external_error)
        if was_refusing:
            self.refused.emit("")

    def _on_typing(self) -> None:
        if self._refusing:
            self._refusing = False
            set_property(self.edit, "error", self._external_error)
            self.refused.emit("")

    def _commit(self) -> None:
        if self.edit.text() == self._shown:
            return
        value, sentence = self._read(self.edit.text())
        if sentence:
            self._refusing = True
            set_property(self.edit, "error", True)
            self.refused.emit(sentence)
            return
        self._accept(value)

    def _accept(self, value: Any) -> None:
        changed = value != self._value
        self._value = value
        self._show_text(self._text_of(value))
        self._on_accepted()
        if changed:
            self.edited.emit(value)
