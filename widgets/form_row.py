"""One row of a form: label, field, and under it what is wrong. Updated in place, never rebuilt."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import ElidedLabel, WrapLabel
from widgets.controls_fields import CheckField, ChoiceField, Field
from widgets.controls_text import ListField, PathField, TextField
from widgets.formula_field import FormulaField
from widgets.icons import paint_icon
from widgets.number_field import NumberField
from widgets.number_steps import allowed_words
from widgets.split_bar import SplitField
from widgets.theme import LIGHT, Theme
from widgets.tokens import SIZES

Mode = Literal["panel", "card"]

#: A card puts a slider only beside labels narrower than this.
_CARD_LABEL = 64

_FIELDS: dict[str, type[Field]] = {
    "bool": CheckField, "choice": ChoiceField, "int": NumberField, "float": NumberField, "text": TextField,
    "path": PathField, "numbers": ListField, "integers": ListField, "matrix": ListField, "split": SplitField,
    "formula": FormulaField, "table": TextField,
}  # fmt: skip


def field_type(spec: FieldSpec) -> type[Field]:
    """Return the class of field that shows a spec."""
    return _FIELDS[spec.kind]


class ErrorLine(QWidget):
    """An icon and the words of what is wrong, wrapped, so that they never widen the panel.

    Lines that begin with four spaces are set in letters of one width, so that a caret stands under its place.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.words = WrapLabel("", self, kind="error")
        self.code = QLabel("", self)
        self.code.setProperty("k", "code")
        self.code.setTextFormat(Qt.TextFormat.PlainText)
        self.code.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hint = WrapLabel("", self, kind="subtitle")
        column = QVBoxLayout(self)
        column.setContentsMargins(19, 1, 0, 1)
        column.setSpacing(2)
        for label in (self.words, self.code, self.hint):
            column.addWidget(label)
        self.show_words("")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_words(self, text: str) -> None:
        """Show what is wrong."""
        lines = text.split("\n")
        places = [number for number, line in enumerate(lines) if line.startswith("    ")]
        first, last = (places[0], places[-1] + 1) if places else (len(lines), len(lines))
        self.words.setText("\n".join(lines[:first]).rstrip())
        self.code.setText("\n".join(line[4:] for line in lines[first:last]))
        self.hint.setText("\n".join(lines[last:]))
        self.code.setVisible(bool(places))
        self.hint.setVisible(last < len(lines))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icon beside the first line."""
        painter = QPainter(self)
        height = QFontMetrics(self.words.font()).height()
        rect = QRectF(0, 1 + (height - 14) / 2, 14, 14)
        paint_icon(painter, "error", self._theme.color("error"), rect)
        painter.end()


class FormRow(QWidget):
    """One field, its label at the left (a check box has its words behind it) and its error under it."""

    edited = Signal(str, object)
    refused = Signal(QWidget)
    settled = Signal()
    """What was refused is gone: it was typed over or taken back."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None, *, mode: Mode = "panel") -> None:
        super().__init__(parent)
        self.spec = spec
        self._mode = mode
        self._theme = LIGHT
        self._refusal = ""
        self._problem = ""
        self._left = SIZES["label_left"] if mode == "panel" else 0
        self.label = ElidedLabel("", self, kind="text2" if mode == "panel" else "subtitle")
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.field = field_type(spec)(self._narrowed(spec), self)
        self.field.edited.connect(self._on_edited)
        self.field.refused.connect(self._on_refused)
        self._error: ErrorLine | None = None
        self._note: WrapLabel | None = None
        self._line = QHBoxLayout()
        self._line.setSpacing(4)
        self._line.setContentsMargins(self._left, 0, 0, 0)
        self._line.addWidget(self.label)
        self._line.addWidget(self.field, 1)
        self._error_line = QHBoxLayout()
        self._note_line = QHBoxLayout()
        self._note_line.setContentsMargins(self._left, 0, 0, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._line)
        column.addLayout(self._error_line)
        column.addLayout(self._note_line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_spec(spec)

    @property
    def error(self) -> ErrorLine:
        """The line for what is wrong, made when something is."""
        if self._error is None:
            self._error = ErrorLine(self)
            self._error.setVisible(False)
            self._error.set_theme(self._theme)
            self._error_line.addWidget(self._error)
        return self._error

    @property
    def note(self) -> WrapLabel:
        """The line for the spec's note, made when there is one."""
        if self._note is None:
            self._note = WrapLabel("", self, kind="subtitle")
            self._note.setVisible(False)
            self._note_line.addWidget(self._note)
        return self._note

    def show_spec(self, spec: FieldSpec) -> None:
        """Show what a spec says, silently."""
        self.spec = spec
        self.label.setText(spec.label)
        self.label.set_help(spec.help)
        self.label.setVisible(spec.kind != "bool" and not (spec.kind == "formula" and self._mode == "card"))
        self.field.show_spec(self._narrowed(spec))
        self._show_note()
        self._arrange()

    def show_problem(self, sentence: str) -> None:
        """Mark the field with a sentence under it; empty takes the mark away."""
        if sentence != self._problem:
            self._problem = sentence
            self._show_error()

    @property
    def problem(self) -> str:
        """The words shown under the field now."""
        return self._refusal or self._problem

    @property
    def is_refusing(self) -> bool:
        """Whether the field holds a text that is not allowed."""
        return bool(self._refusal)

    def help_text(self) -> str:
        """Return what F1 tells of the field."""
        parts = [self.spec.label, self.spec.help]
        if isinstance(self.field, (NumberField, ListField)):
            words = allowed_words(self.spec)
            parts.append(f"Takes {words}.")
        return "\n".join(part for part in parts if part)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.field.set_theme(theme)
        if self._error is not None:
            self._error.set_theme(theme)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place label and field anew."""
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Ask for label and the narrowest field."""
        return QSize(
            self._left + 40 + self.field.minimumSizeHint().width(), super().minimumSizeHint().height()
        )

    def _narrowed(self, spec: FieldSpec) -> FieldSpec:
        """Leave out slider and unit where a card has no room for them beside the label."""
        if self._mode == "panel" or spec.kind not in ("int", "float"):
            return spec
        slider = spec.slider if self.label.sizeHint().width() < _CARD_LABEL else ""
        words = f"{spec.help}\n{spec.unit}".strip() if spec.unit else spec.help
        return replace(spec, slider=slider, unit="%" if spec.unit == "%" else "", help=words)

    def _arrange(self) -> None:
        field_left = SIZES["field_left"] if self._mode == "panel" else 0
        if self._mode == "panel":
            self.label.setFixedWidth(SIZES["label_column"])
        elif isinstance(self.field, NumberField) and not self.field.has_slider:
            self.label.setMinimumWidth(20)
            self.label.setMaximumWidth(16777215)
            self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.field.setFixedWidth(64)
        else:
            self.label.setFixedWidth(
                min(self.label.sizeHint().width() + 4, max(20, int(self.width() * 0.45)))
            )
        left = self._left
        if isinstance(self.field, CheckField):
            fits = self.field.wanted_width() <= self.width() - field_left
            left = field_left if fits else self._left
        self._line.setContentsMargins(left, 0, 0, 0)
        if self.problem:
            metrics = QFontMetrics(self.error.words.font())
            column = max(1, self.width() - field_left - 19)
            lines = metrics.horizontalAdvance(self.problem) / column
            self._error_line.setContentsMargins(field_left if lines < 1.9 else self._left, 0, 0, 2)
        else:
            self._error_line.setContentsMargins(0, 0, 0, 0)

    def _show_note(self) -> None:
        if self.spec.note or self._note is not None:
            self.note.setText(self.spec.note)
            self.note.setVisible(bool(self.spec.note) and not self.problem)

    def _show_error(self) -> None:
        if self.problem or self._error is not None:
            self.error.show_words(self.problem)
            self.error.setVisible(bool(self.problem))
        self._show_note()
        self.field.set_error(bool(self.problem))
        self._arrange()

    def _on_refused(self, sentence: str) -> None:
        self._refusal = sentence
        self._show_error()
        if sentence:
            self.refused.emit(self)
        else:
            self.settled.emit()

    def _on_edited(self, value: object) -> None:
        self._refusal = ""
        self._problem = ""
        self._show_error()
        self.edited.emit(self.spec.path, value)
