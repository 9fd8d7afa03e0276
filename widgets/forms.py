"""Columns of rows made from `FieldSpec`s, which come, stay and go with the specs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from lab.field_spec import FieldSpec
from widgets.form_row import FormRow, Mode, field_type
from widgets.theme import LIGHT, Theme
from widgets.tokens import SIZES


class FieldRows(QWidget):
    """A column of rows that follows a list of specs: rows that stay keep their widget, focus and typed text.

    Parameters
    ----------
    mode
        ``"panel"`` with the label column, ``"card"`` for the inside of a loss card.
    key
        What makes two specs the same row; the path by default.
    """

    edited = Signal(str, object)
    refused = Signal(QWidget)
    more_toggled = Signal(bool)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        mode: Mode = "panel",
        key: Callable[[FieldSpec], str] = lambda spec: spec.path,
    ) -> None:
        super().__init__(parent)
        self._mode: Mode = mode
        self._key = key
        self._theme = LIGHT
        self._rows: dict[str, FormRow] = {}
        self._folds = mode == "panel"
        self._more_open = False
        self.more = QPushButton("", self)
        self.more.setProperty("k", "quiet")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setVisible(False)
        self.more.clicked.connect(self._on_more)
        self._more_row = QHBoxLayout()
        self._more_row.setContentsMargins(SIZES["field_left"] - 4, 0, 0, 0)
        self._more_row.addWidget(self.more)
        self._more_row.addStretch(1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SIZES["row_gap"] if mode == "panel" else 4)
        if self._folds:
            self._layout.addLayout(self._more_row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def rows(self) -> list[FormRow]:
        """Return the rows from top to bottom."""
        return list(self._rows.values())

    def row(self, path: str) -> FormRow | None:
        """Return the row of a path, or ``None``."""
        return next((row for row in self._rows.values() if row.spec.path == path), None)

    def show_fields(self, specs: Sequence[FieldSpec]) -> bool:
        """Show these fields, silently, in this order; say whether rows came, went or moved."""
        wanted = {self._key(spec): spec for spec in specs}
        before = list(self._rows.items())
        kept: dict[str, FormRow] = {}
        for key, spec in wanted.items():
            row = self._rows.get(key)
            if row is not None and type(row.field) is field_type(spec):
                row.show_spec(spec)
            else:
                row = FormRow(spec, self, mode=self._mode)
                row.set_theme(self._theme)
                row.edited.connect(self.edited)
                row.refused.connect(self.refused)
            kept[key] = row
        if list(kept.items()) == before:
            self._show_visible()
            return False
        for _, row in before:
            if row not in kept.values():
                self._layout.removeWidget(row)
                row.setVisible(False)
                row.deleteLater()
        for position, row in enumerate(kept.values()):
            if self._layout.indexOf(row) != position:
                self._layout.removeWidget(row)
                self._layout.insertWidget(position, row)
        self._rows = kept
        self.setVisible(bool(kept))
        self._show_visible()
        return True

    @property
    def is_more_open(self) -> bool:
        """Whether the rows that are rarely needed show."""
        return self._more_open

    def set_more_open(self, is_open: bool) -> None:
        """Show the rows that are rarely needed, or fold them away; silently."""
        self._more_open = is_open
        self._show_visible()

    def _on_more(self) -> None:
        self.set_more_open(not self._more_open)
        self.more_toggled.emit(self._more_open)

    def _show_visible(self) -> None:
        if not self._folds:
            return
        folded = [row for row in self._rows.values() if row.spec.advanced]
        focus = QApplication.focusWidget()
        hidden = 0
        for row in self._rows.values():
            focused = focus is not None and row.isAncestorOf(focus)
            shown = not row.spec.advanced or self._more_open or bool(row.problem) or focused
            row.setVisible(shown)
            hidden += not shown
        self.more.setVisible(bool(folded))
        self.more.setText("Fewer settings" if self._more_open else f"{hidden} more …")
        self.more.setToolTip(", ".join(row.spec.label for row in folded))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for row in self._rows.values():
            row.set_theme(theme)
