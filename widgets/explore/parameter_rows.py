"""Parameters of a loss inside its chip: a sign, a slider that is followed live, and a number to type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import ElidedLabel
from widgets.form_row import ErrorLine, field_type
from widgets.number_field import NumberField
from widgets.theme import LIGHT, Theme

SIGNS = {
    "Alpha": "α", "Beta": "β", "Gamma": "γ", "Delta": "δ", "Epsilon": "ε", "Sigma": "σ", "Tau": "τ",
}  # fmt: skip
"""Labels that are a Greek letter's name → the letter, as formulas have it."""
WIDE = 52
"""A label wider than this stands above its slider."""


class ParameterRow(QWidget):
    """One parameter: label, field, and under it what is wrong with a typed text."""

    moved = Signal(str, object)
    edited = Signal(str, object)
    released = Signal()

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.spec = spec
        self.label = ElidedLabel(SIGNS.get(spec.label, spec.label), self, kind="subtitle")
        self.field = field_type(spec)(spec, self)
        self.error = ErrorLine(self)
        self.error.setVisible(False)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addWidget(self.label)
        self._row.addWidget(self.field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(2)
        column.addLayout(self._row)
        column.addWidget(self.error)
        self.field.edited.connect(self._edited)
        self.field.refused.connect(self.show_problem)
        if isinstance(self.field, NumberField):
            self.field.moved.connect(lambda value: self.moved.emit(self.spec.path, value))
            self.field.slider.sliderReleased.connect(self.released)
        self.show_spec(spec)

    def show_spec(self, spec: FieldSpec) -> None:
        """Show the value, silently."""
        self.spec = spec
        self.label.set_help(spec.help)
        self.field.show_spec(replace(spec, unit=""))
        wide = QFontMetrics(self.label.font()).horizontalAdvance(self.label.full_text()) > WIDE
        above = wide and isinstance(self.field, NumberField) and self.field.has_slider
        self._row.setDirection(
            QBoxLayout.Direction.TopToBottom if above else QBoxLayout.Direction.LeftToRight
        )
        self._row.setSpacing(0 if above else 6)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.field.set_theme(theme)
        self.error.set_theme(theme)

    def _edited(self, value: object) -> None:
        self.show_problem("")
        self.edited.emit(self.spec.path, value)

    def show_problem(self, sentence: str) -> None:
        """Show what is wrong under the field; empty takes it away."""
        self.error.show_words(sentence)
        self.error.setVisible(bool(sentence))


class ParameterRows(QWidget):
    """The parameters of one loss, one below the other."""

    moved = Signal(str, object)
    """(parameter, value) while a slider is dragged."""
    edited = Signal(str, object)
    """(parameter, value) for good."""
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._rows: list[ParameterRow] = []
        self._shape: tuple[tuple[str, str, str, str], ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(32, 2, 0, 0)
        self._column.setSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[ParameterRow, ...]:
        """The rows from top to bottom."""
        return tuple(self._rows)

    def show_fields(self, specs: Sequence[FieldSpec]) -> None:
        """Show these parameters, silently; rows stay while the parameters are the same."""
        shape = tuple((spec.path, spec.label, spec.kind, spec.slider) for spec in specs)
        if shape != self._shape:
            self._shape = shape
            for row in self._rows:
                self._column.removeWidget(row)
                row.setVisible(False)
                row.deleteLater()
            self._rows = []
            for spec in specs:
                row = ParameterRow(spec, self)
                row.set_theme(self._theme)
                row.moved.connect(self.moved)
                row.edited.connect(self.edited)
                row.released.connect(self.released)
                self._rows.append(row)
                self._column.addWidget(row)
            self.setVisible(bool(specs))
            return
        for row, spec in zip(self._rows, specs, strict=True):
            if row.spec != spec:
                row.show_spec(spec)

    def show_problem(self, path: str, sentence: str) -> None:
        """Show what is wrong with a parameter under its field."""
        for row in self._rows:
            if row.spec.path == path:
                row.show_problem(sentence)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for row in self._rows:
            row.set_theme(theme)
