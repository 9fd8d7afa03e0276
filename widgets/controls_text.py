"""Fields for text: a line, a file path, a list of numbers, rows of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import IconButton
from widgets.numbers import editable_number, format_integer, parse_number
from widgets.theme import Theme
from widgets.typed_field import TypedField

LONGEST_LIST = 400
"""Longer lists are named by their length even while one types."""
SHORTEST_COUNTED = 9
"""Lists of so many numbers and more are counted while nobody types, where the line has no room for them."""


class TextField(TypedField):
    """A line of text."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.edit.setMinimumWidth(40)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self.edit)
        self.setFixedHeight(28)
        self.show_spec(spec)

    def show_spec(self, spec: FieldSpec) -> None:
        """Show the value."""
        self._spec = spec
        self.edit.setEnabled(spec.enabled)
        self.edit.setPlaceholderText(spec.empty_text)
        self.edit.setAccessibleName(spec.label)
        changed = spec.value != self._value
        self._value = spec.value
        self.edit.setToolTip(self._tip())
        text = self._text_of(spec.value)
        if self._is_typing() or (self._refusing and not changed):
            return
        self._show_text(text)

    def stops(self) -> list[QWidget]:
        """Stop at the text."""
        return [self.edit]

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(60, 28)

    # --- what kinds of text differ in -------------------------------------------------------------
    def _text_of(self, value: Any) -> str:
        return "" if value is None else str(value)

    def _read(self, text: str) -> tuple[Any, str]:
        if self._spec.optional and not text.strip():
            return None, ""
        return text, ""

    def _tip(self) -> str:
        return self._spec.help

    def _on_accepted(self) -> None:
        self.edit.setToolTip(self._tip())


class FoldingField(TextField):
    """A text that is put short while one reads, and whole while one types."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.edit.editingFinished.connect(self._fold)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Unfold the text while the field has focus."""
        if watched is self.edit and event.type() == QEvent.Type.FocusIn and self.edit.text() == self._shown:
            self._shown = self._whole(self._value)
            self.edit.setText(self._shown)
        result = super().eventFilter(watched, event)
        if watched is self.edit and event.type() == QEvent.Type.Resize:
            self._fold()
        return result

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten it anew."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        if not self.edit.hasFocus() and not self._refusing:
            self._show_text(self._text_of(self._value))

    def _text_of(self, value: Any) -> str:
        if self.edit.hasFocus():
            return self._whole(value)
        return self._folded(value, max(20, self.edit.width() - 20))

    def _whole(self, value: Any) -> str:
        """Return how a value is written while one types."""
        raise NotImplementedError

    def _folded(self, value: Any, room: int) -> str:
        """Return how it is written in so many pixels."""
        raise NotImplementedError


class PathField(FoldingField):
    """A file: its name while one reads, its whole path while one types; browsed for or dropped on it."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.browse = IconButton("folder", "Choose a file …", self)
        self.browse.clicked.connect(self._on_browse)
        self._row.addWidget(self.browse)
        self.setAcceptDrops(True)
        self.edit.setAcceptDrops(False)
        self._dialog: QFileDialog | None = None

    def stops(self) -> list[QWidget]:
        """Stop at the text and at the button."""
        return [self.edit, self.browse]

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.browse.set_theme(theme)

    def show_spec(self, spec: FieldSpec) -> None:
        """Show the file's name."""
        super().show_spec(spec)
        self.edit.setPlaceholderText(spec.empty_text or "Choose or drop a file")
        if hasattr(self, "browse"):
            self.browse.setEnabled(spec.enabled)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if dropped_file(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the file that was dropped."""
        path = dropped_file(event.mimeData())
        if path:
            event.acceptProposedAction()
            self._accept(path)

    def _whole(self, value: Any) -> str:
        return str(value or "")

    def _folded(self, value: Any, room: int) -> str:
        metrics = QFontMetrics(self.edit.font())
        return metrics.elidedText(Path(self._whole(value)).name, Qt.TextElideMode.ElideMiddle, room)

    def _tip(self) -> str:
        return "\n".join(part for part in (str(self._value or ""), self._spec.help) if part)

    def _read(self, text: str) -> tuple[Any, str]:
        return text.strip().strip('"'), ""

    def _on_browse(self) -> None:
        if self._dialog is None:
            self._dialog = QFileDialog(self, "Choose a file")
            self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            self._dialog.setNameFilters(
                ["Tables (*.csv *.tsv *.txt *.parquet *.npz *.npy *.gz)", "All files (*)"]
            )
            self._dialog.fileSelected.connect(self._accept)
        if self._value:
            self._dialog.setDirectory(str(Path(str(self._value)).parent))
        self._dialog.open()


class ListField(FoldingField):
    """A list of numbers in one line, "32, 32"; rows are parted by semicolons, "0, 1; 2, 3".

    A long one is counted, "126 × 2 numbers", until one goes into the line.
    """

    def _whole(self, value: Any) -> str:
        rows = value or ()
        if self._count(value) > LONGEST_LIST:
            return self._counted(value)
        if self._spec.kind == "matrix":
            return "; ".join(_numbers_text(row) for row in rows)
        return _numbers_text(rows)

    def _folded(self, value: Any, room: int) -> str:
        text = self._whole(value)
        if (
            self._count(value) < SHORTEST_COUNTED
            or QFontMetrics(self.edit.font()).horizontalAdvance(text) <= room
        ):
            return text
        return self._counted(value)

    def _count(self, value: Any) -> int:
        rows = value or ()
        return sum(len(row) for row in rows) if self._spec.kind == "matrix" else len(rows)

    def _counted(self, value: Any) -> str:
        words = format_integer(len(value))
        if self._spec.kind == "matrix" and len(value[0]) > 1:
            words += f" × {len(value[0])}"
        return f"{words} numbers"

    def _read(self, text: str) -> tuple[Any, str]:
        try:
            if self._spec.kind == "matrix":
                return tuple(self._numbers(row) for row in text.split(";") if row.strip()), ""
            return self._numbers(text), ""
        except ValueError:
            kept = f" It stays at {self._shown}." if 0 < len(self._shown) < 40 else ""
            return None, f"Takes {self._words()}.{kept}"

    def _words(self) -> str:
        example = {"integers": "32, 32", "matrix": "0, 1; 2, 3"}.get(self._spec.kind, "0.5, −1")
        noun = {"integers": "whole numbers", "matrix": "rows of numbers"}.get(self._spec.kind, "numbers")
        words = self._spec.allowed or f"a list of {noun}"
        return f"{words}, such as {example}"

    def _numbers(self, text: str) -> tuple[float | int, ...]:
        spec = self._spec
        result: list[float | int] = []
        for item in re.split(r"[,;·×\s\u2009\u202f]+", text.strip().strip("()[]")):
            if not item:
                continue
            number = parse_number(item)
            if number is None or (spec.kind == "integers" and not number.is_integer()):
                raise ValueError(item)
            if spec.low is not None and (number < spec.low or (spec.low_open and number == spec.low)):
                raise ValueError(item)
            if spec.high is not None and (number > spec.high or (spec.high_open and number == spec.high)):
                raise ValueError(item)
            result.append(int(number) if spec.kind == "integers" else number)
        return tuple(result)


def dropped_file(data: QMimeData) -> str:
    """Return the local path of the first file being dragged, or empty."""
    return next((url.toLocalFile() for url in data.urls() if url.isLocalFile()), "")


def _numbers_text(numbers: Sequence[float | int]) -> str:
    return ", ".join(editable_number(number) for number in numbers)
