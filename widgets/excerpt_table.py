"""Lines of a table around the place of a problem, the offending one tinted and its wrong cells marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from lab.problems import Excerpt
from widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 27
WIDEST = 12
"""Columns shown at most; wider tables show those around the wrong cells."""


class ExcerptModel(QAbstractTableModel):
    """An excerpt as a model; rows may have more cells than the header."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._excerpt = Excerpt((), ())
        self._columns: tuple[int, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.beginResetModel()
        self._theme = theme
        self.endResetModel()

    def show_excerpt(self, excerpt: Excerpt) -> None:
        """Show an excerpt."""
        self.beginResetModel()
        self._excerpt = excerpt
        width = max([len(excerpt.header), *(len(row) for row in excerpt.rows)], default=0)
        if width <= WIDEST:
            self._columns = tuple(range(width))
        else:
            first = min(excerpt.bad_cells, default=1)
            start = max(1, min(first - 3, width - WIDEST + 1))
            self._columns = (0, *range(start, start + WIDEST - 1))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count lines."""
        return 0 if parent.isValid() else len(self._excerpt.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count shown cells of a line."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the column's name."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            column = self._columns[section]
            return self._excerpt.header[column] if column < len(self._excerpt.header) else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, alignment, colour and weight of a cell."""
        row, column = index.row(), self._columns[index.column()]
        cells = self._excerpt.rows[row]
        bad = row == self._excerpt.bad_row
        wrong = bad and (column in self._excerpt.bad_cells or column >= len(self._excerpt.header))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return cells[column] if column < len(cells) else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.BackgroundRole and bad:
            return QBrush(self._theme.color("error_tint"))
        if role == Qt.ItemDataRole.ForegroundRole:
            token = "error" if wrong else "text3" if column == 0 and not bad else "text"
            return QBrush(self._theme.color(token))
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font("value" if wrong else "subtitle")
        return None


class ExcerptDelegate(QStyledItemDelegate):
    """Paints the tint of the offending line, which the application's style sheet would leave out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the ground, then the cell."""
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if isinstance(ground, QBrush):
            options: Any = option
            painter.fillRect(options.rect, ground)
        super().paint(painter, option, index)


class ExcerptTable(QTableView):
    """The view: no selection, no scrolling, as high as its lines."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ExcerptModel(theme, self)
        self.setModel(self._model)
        self.setItemDelegate(ExcerptDelegate(self))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setFixedHeight(ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Lines around the problem")

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._model.set_theme(theme)

    def show_excerpt(self, excerpt: Excerpt) -> None:
        """Show an excerpt and take the height of its lines."""
        self._model.show_excerpt(excerpt)
        self.setFixedHeight(ROW_HEIGHT * (1 + len(excerpt.rows)) + 2)
