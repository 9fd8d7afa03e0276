"""The finalists of a race as a table that can be read and copied."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from lab.comparing.race_rows import REACHED, RaceRows
from widgets.swatch import swatch_icon
from widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ROW = 26
TEXT_COLUMNS = 2
"""Columns of words at the left; the others are numbers."""
FIXED_COLUMNS = 3
"""Columns as wide as what they hold: loss, rates, rate."""


class RaceModel(QAbstractTableModel):
    """A row a finalist."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.shown = RaceRows((), ())

    def show_rows(self, shown: RaceRows) -> None:
        """Show these rows."""
        if shown != self.shown:
            self.beginResetModel()
            self.shown = shown
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count the finalists."""
        return 0 if parent.isValid() else len(self.shown.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count the columns."""
        return 0 if parent.isValid() else len(self.shown.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title and what it means."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.shown.columns):
            return None
        title, tip = self.shown.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip or None
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words and look."""
        row, column = self.shown.rows[index.row()], index.column()
        cell = row.cells[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self.theme.color("error" if cell.bad else "text2" if column == 1 else "text")
        if role == Qt.ItemDataRole.FontRole:
            return self.theme.font("value" if column == 0 else "subtitle")
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return swatch_icon(self.theme, row.series)
        return None


class RaceTable(QTableView):
    """The view on a `RaceModel`; Ctrl+C copies all of it as spreadsheets take it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RaceModel(theme, self)
        self.setModel(self._model)
        self.setAccessibleName("Finalists of the race")
        self.setShowGrid(False)
        self.setIconSize(QSize(26, 16))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(56)

    def show_rows(self, shown: RaceRows) -> None:
        """Show finalists, silently."""
        self._model.show_rows(shown)
        header = self.horizontalHeader()
        for column in range(len(shown.columns)):
            narrow = column < FIXED_COLUMNS or shown.columns[column][0] == REACHED
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.ResizeToContents if narrow else QHeaderView.ResizeMode.Stretch
            )

    @property
    def shown(self) -> RaceRows:
        """What is shown."""
        return self._model.shown

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._model.beginResetModel()
        self._model.theme = theme
        self._model.endResetModel()

    def sizeHint(self) -> QSize:
        """Ask for room for all rows."""
        rows = len(self._model.shown.rows)
        return QSize(400, self.horizontalHeader().sizeHint().height() + ROW * max(2, rows) + 4)

    def copy_text(self) -> str:
        """Return the table with tabs between cells."""
        titles = "\t".join(title for title, _ in self.shown.columns)
        lines = ("\t".join(cell.text for cell in row.cells) for row in self.shown.rows)
        return "\n".join((titles, *lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the whole table on Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copy_text())
        else:
            super().keyPressEvent(event)


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignLeft if column < TEXT_COLUMNS else Qt.AlignmentFlag.AlignRight
    return int(side | Qt.AlignmentFlag.AlignVCenter)
