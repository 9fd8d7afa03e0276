"""One loss of the comparison: its line, name, formula and own parameters, with a menu for the rest."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget

from lab.field_spec import FieldSpec, LossSpec
from widgets.controls import ElidedLabel, IconButton, WrapLabel, below
from widgets.forms import FieldRows
from widgets.formula import FormulaView, formula_parts
from widgets.icons import paint_icon
from widgets.swatch import Swatch, swatch_icon
from widgets.theme import LIGHT, Theme
from widgets.tokens import SERIES

#: Fields of every loss that are shown when they were asked for or say something else than the default.
EXTRAS = {"scale": "Scale the loss", "learning_rate": "Own learning rate"}
_MENU_ONLY = ("label", "series")
#: Definitions of the predictions: the loss's name says them.
_LINK = re.compile(r"p_\{?[a-z]\}?\s*=")
_INDENT = 32


def _suffix(spec: FieldSpec) -> str:
    return spec.path.split(".", 2)[-1]


class _Note(QWidget):
    """A sentence with a sign before it, about a loss that does not fit the data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.words = WrapLabel("", self, kind="warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(_INDENT, 2, 4, 0)
        row.addWidget(self.words)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign beside the first line."""
        painter = QPainter(self)
        height = QFontMetrics(self.words.font()).height()
        rect = QRectF(5, 2 + (height - 14) / 2, 14, 14)
        paint_icon(painter, "warning", self._theme.color("warn"), rect)
        painter.end()


class LossCard(QFrame):
    """A card in the list of losses.

    Signals: ``edited`` (path, value) of any of its fields, its name or series; ``removed`` and ``duplicated``
    (index); ``moved`` (index, new index).
    """

    edited = Signal(str, object)
    refused = Signal(QWidget)
    removed = Signal(int)
    duplicated = Signal(int)
    moved = Signal(int, int)

    def __init__(self, spec: LossSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._spec = spec
        self._count = 1
        self._asked_for: set[str] = set()
        self._theme = LIGHT
        self.swatch = Swatch(spec.series, self)
        self.name = ElidedLabel("", self, kind="title")
        self.name_edit = QLineEdit(self)
        self.name_edit.setFixedHeight(28)
        self.name_edit.setMinimumWidth(40)
        self.name_edit.setMaxLength(60)
        self.name_edit.setVisible(False)
        self.name_edit.editingFinished.connect(self._on_renamed)
        self.name_edit.installEventFilter(self)
        self.more = IconButton("more", "Rename, duplicate, colour, order, remove", self)
        self.more.clicked.connect(self.open_menu)
        self.formula = FormulaView("", 15, self)
        self.formula.setCursor(Qt.CursorShape.PointingHandCursor)
        self.formula.installEventFilter(self)
        self.gradient = FormulaView("", 13, self, token="text2")
        self.gradient.setVisible(False)
        self.note = _Note(self)
        self.rows = FieldRows(self, mode="card", key=_suffix)
        self.rows.edited.connect(self.edited)
        self.rows.refused.connect(self.refused)
        self._lay_out()
        self.show_loss(spec, 1)

    @property
    def spec(self) -> LossSpec:
        """The loss shown."""
        return self._spec

    def show_loss(self, spec: LossSpec, count: int) -> bool:
        """Show a loss of ``count`` silently; say whether rows came or went."""
        if spec.name != self._spec.name:
            self._asked_for.clear()
        self._spec = spec
        self._count = count
        self.swatch.set_series(spec.series)
        self.name.setText(spec.label)
        self.name.set_help(spec.help)
        self.more.setAccessibleName(f"{spec.label}: rename, duplicate, colour, order, remove")
        self.more.setEnabled(not spec.locked)
        self.more.setToolTip(spec.locked or "Rename, duplicate, colour, order, remove")
        self._show_formula()
        self.note.words.setText(spec.note)
        self.note.setVisible(bool(spec.note))
        changed = self.rows.show_fields(self._shown_fields())
        self._rows_box.setContentsMargins(_INDENT, 4 if self.rows.rows() else 0, 0, 0)
        return changed

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for widget in (self.swatch, self.more, self.formula, self.gradient, self.note, self.rows):
            widget.set_theme(theme)

    def menu(self) -> QMenu:
        """Return the menu of what can be done with this loss."""
        spec = self._spec
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(text: str, act: object, *, enabled: bool = True) -> QAction:
            action = menu.addAction(text)
            action.setEnabled(enabled)
            action.triggered.connect(act)
            return action

        add("Rename", self.rename)
        add("Duplicate", lambda: self.duplicated.emit(self._spec.index))
        colours = menu.addMenu("Colour and dash")
        for series in range(1, len(SERIES) + 1):
            action = colours.addAction(swatch_icon(self._theme, series), self._theme.series(series).name)
            action.setCheckable(True)
            action.setChecked(series == spec.series)
            action.triggered.connect(lambda _=False, wanted=series: self._choose_series(wanted))
        menu.addSeparator()
        shown = {_suffix(row.spec) for row in self.rows.rows()}
        for field in spec.fields:
            suffix = _suffix(field)
            if suffix in EXTRAS:
                words = EXTRAS[suffix]
                action = add(words, lambda _=False, wanted=suffix: self._toggle_extra(wanted))
                action.setCheckable(True)
                action.setChecked(suffix in shown)
        whole = add("Whole formula and gradient", self._toggle_whole)
        whole.setCheckable(True)
        whole.setChecked(not self.gradient.isHidden())
        menu.addSeparator()
        index, last = spec.index, self._count - 1
        add("Move up", lambda: self.moved.emit(index, index - 1), enabled=index > 0)
        add("Move down", lambda: self.moved.emit(index, index + 1), enabled=index < last)
        menu.addSeparator()
        remove = add("Remove", lambda: self.removed.emit(index), enabled=spec.removable)
        if not spec.removable:
            remove.setToolTip("An experiment has at least one loss")
        return menu

    def open_menu(self) -> None:
        """Open the menu under its button."""
        self.menu().popup(below(self.more))

    def rename(self) -> None:
        """Let the name be typed in place."""
        self.name_edit.setText(self._spec.label)
        self.name.setVisible(False)
        self.name_edit.setVisible(True)
        self.name_edit.selectAll()
        self.name_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves the name as it was; a click on the formula unfolds it."""
        if watched is self.formula and event.type() == QEvent.Type.MouseButtonRelease:
            self._toggle_whole()
            return True
        key = event.key() if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if watched is self.name_edit and key == Qt.Key.Key_Escape:
            self.name_edit.setText(self._spec.label)
            self._end_rename()
            return True
        return super().eventFilter(watched, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the same menu at the pointer."""
        if not self._spec.locked:
            self.menu().popup(event.globalPos())

    def minimumSizeHint(self) -> QSize:
        """Ask for little width: the name shortens and formulas shrink."""
        return QSize(150, super().minimumSizeHint().height())

    # --- parts ------------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self.swatch)
        head.addWidget(self.name, 1)
        head.addWidget(self.name_edit, 1)
        head.addWidget(self.more)
        formulas = QVBoxLayout()
        formulas.setContentsMargins(_INDENT, 0, 8, 0)
        formulas.setSpacing(2)
        formulas.addWidget(self.formula)
        formulas.addWidget(self.gradient)
        self._rows_box = QHBoxLayout()
        self._rows_box.addWidget(self.rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 3, 6, 9)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(formulas)
        inner = QVBoxLayout()
        inner.setContentsMargins(0, 0, 4, 0)
        inner.addLayout(self._rows_box)
        column.addLayout(inner)
        column.addWidget(self.note)

    def fields(self) -> list[FieldSpec]:
        """Return the fields that have a row, or would have one if they were asked for."""
        return [field for field in self._spec.fields if _suffix(field) not in _MENU_ONLY]

    def unfold(self, path: str) -> None:
        """Show the row of a field, also where it holds its usual value."""
        field = next((field for field in self.fields() if field.path == path), None)
        if field is not None and field not in self._shown_fields():
            self._asked_for.add(_suffix(field))
            self.show_loss(self._spec, self._count)

    def _shown_fields(self) -> list[FieldSpec]:
        shown = []
        for field in self._spec.fields:
            suffix = _suffix(field)
            if suffix in _MENU_ONLY:
                continue
            if (
                field.value == field.default
                and suffix not in self._asked_for
                and (field.advanced or suffix in EXTRAS)
            ):
                continue
            shown.append(field)
        return shown

    def _show_formula(self) -> None:
        spec = self._spec
        whole = not self.gradient.isHidden()
        statement, *definitions = formula_parts(spec.formula) or ("",)
        if not whole:
            statement = statement.removeprefix("L = ")
            definitions = [part for part in definitions if not _LINK.match(part)]
        self.formula.set_formula(r", \quad ".join([statement, *definitions]), spec.plain)
        self.gradient.set_formula(spec.gradient)

    def _toggle_whole(self) -> None:
        self.gradient.setVisible(self.gradient.isHidden())
        self._show_formula()

    def _toggle_extra(self, suffix: str) -> None:
        field = next(field for field in self._spec.fields if _suffix(field) == suffix)
        if any(_suffix(row.spec) == suffix for row in self.rows.rows()):
            self._asked_for.discard(suffix)
            if field.value != field.default:
                self.edited.emit(field.path, field.default)
                return
        else:
            self._asked_for.add(suffix)
        self.show_loss(self._spec, self._count)
        row = self.rows.row(field.path)
        if row is not None:
            row.field.take_focus()

    def _choose_series(self, series: int) -> None:
        if series != self._spec.series:
            self.edited.emit(f"losses.{self._spec.index}.series", series)

    def _on_renamed(self) -> None:
        if self.name_edit.isHidden():
            return
        text = self.name_edit.text().strip()
        self._end_rename()
        if text != self._spec.label:
            self.edited.emit(f"losses.{self._spec.index}.label", text)

    def _end_rename(self) -> None:
        had_focus = self.name_edit.hasFocus()
        self.name_edit.setVisible(False)
        self.name.setVisible(True)
        if had_focus:
            self.more.setFocus(Qt.FocusReason.OtherFocusReason)
