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

    A row takes a millisecond or two to make. One that cannot be seen, because it is folded away or ``waits``,
    is made when it will be seen or is asked for.

    Parameters
    ----------
    mode
        ``"panel"`` with the label column, ``"card"`` for the inside of a loss card.
    key
        What makes two specs the same row; the path by default.
    waits
        Whether no row can be seen until `make_rows`.
    """

    edited = Signal(str, object)
    refused = Signal(QWidget)
    settled = Signal()
    """What a row refused is gone."""
    more_toggled = Signal(bool)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        mode: Mode = "panel",
        key: Callable[[FieldSpec], str] = lambda spec: spec.path,
        waits: bool = False,
    ) -> None:
        super().__init__(parent)
        self._mode: Mode = mode
        self._key = key
        self._waits = waits
        self._theme = LIGHT
        self._specs: dict[str, FieldSpec] = {}
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
        """Return the rows from top to bottom; those that have waited are made."""
        self._make_where(lambda _spec: True)
        return list(self._rows.values())

    def made_rows(self) -> list[FormRow]:
        """Return the rows that have been made, from top to bottom."""
        return list(self._rows.values())

    def row(self, path: str) -> FormRow | None:
        """Return the row of a path, made if it has waited, or ``None``."""
        self._make_where(lambda spec: spec.path == path)
        return next((row for row in self._rows.values() if row.spec.path == path), None)

    def make_rows(self) -> None:
        """Make the rows that have waited until they can be seen."""
        self._waits = False
        self._make_where(self._is_wanted)

    def show_fields(self, specs: Sequence[FieldSpec]) -> bool:
        """Show these fields, silently, in this order; say whether rows came, went or moved."""
        wanted = {self._key(spec): spec for spec in specs}
        before = list(self._rows.items())
        kept: dict[str, FormRow] = {}
        for key, spec in wanted.items():
            row = self._rows.get(key)
            if row is not None and type(row.field) is field_type(spec):
                row.show_spec(spec)
            elif row is not None or self._is_wanted(spec):
                row = self._made(spec)
            else:
                continue
            kept[key] = row
        same = list(kept.items()) == before and bool(wanted) == bool(self._specs)
        self._specs = wanted
        if same:
            self._show_visible()
            return False
        for _, row in before:
            if row not in kept.values():
                self._layout.removeWidget(row)
                row.setVisible(False)
                row.deleteLater()
        self._place(kept)
        self.setVisible(bool(wanted))
        return True

    def _is_wanted(self, spec: FieldSpec) -> bool:
        """Whether a row can be seen, and so has to be made."""
        return not self._waits and (not spec.advanced or not self._folds or self._more_open)

    def _made(self, spec: FieldSpec) -> FormRow:
        row = FormRow(spec, self, mode=self._mode)
        row.set_theme(self._theme)
        row.edited.connect(self.edited)
        row.refused.connect(self.refused)
        row.settled.connect(self.settled)
        return row

    def _make_where(self, is_wanted: Callable[[FieldSpec], bool]) -> None:
        """Make the rows that have waited, of these specs."""
        missing = [key for key, spec in self._specs.items() if key not in self._rows and is_wanted(spec)]
        if missing:
            made = self._rows | {key: self._made(self._specs[key]) for key in missing}
            self._place({key: made[key] for key in self._specs if key in made})

    def _place(self, rows: dict[str, FormRow]) -> None:
        for position, row in enumerate(rows.values()):
            if self._layout.indexOf(row) != position:
                self._layout.removeWidget(row)
                self._layout.insertWidget(position, row)
        self._rows = rows
        self._show_visible()

    @property
    def is_more_open(self) -> bool:
        """Whether the rows that are rarely needed show."""
        return self._more_open

    def set_more_open(self, is_open: bool) -> None:
        """Show the rows that are rarely needed, or fold them away; silently."""
        self._more_open = is_open
        self._make_where(self._is_wanted)
        self._show_visible()

    def _on_more(self) -> None:
        self.set_more_open(not self._more_open)
        self.more_toggled.emit(self._more_open)

    def _show_visible(self) -> None:
        if not self._folds:
            return
        folded = [spec for spec in self._specs.values() if spec.advanced]
        focus = QApplication.focusWidget()
        shown_too = 0
        for row in self._rows.values():
            focused = focus is not None and row.isAncestorOf(focus)
            shown = not row.spec.advanced or self._more_open or bool(row.problem) or focused
            row.setVisible(shown)
            shown_too += shown and row.spec.advanced
        self.more.setVisible(bool(folded))
        self.more.setText("Fewer settings" if self._more_open else f"{len(folded) - shown_too} more …")
        self.more.setToolTip(", ".join(spec.label for spec in folded))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for row in self._rows.values():
            row.set_theme(theme)
