"""A table of computed cells that can be read and copied: broken ones are tinted, with an icon and a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QLineF,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
)
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from widgets.explore.numerics_cells import Cell, NumericsColumn
from widgets.icons import paint_icon
from widgets.plots.axis import thin_pen
from widgets.theme import Theme

ROW = 26
HEAD = 26
CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex
Rows = tuple[tuple[Cell, ...], ...]


class CellModel(QAbstractTableModel):
    """Rows of `Cell`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[NumericsColumn, ...] = ()
        self.rows: Rows = ()

    def show_rows(self, columns: tuple[NumericsColumn, ...], rows: Rows) -> None:
        """Show these; the same shape is told as changed cells."""
        shape = columns, len(rows)
        if shape != (self.columns, len(self.rows)):
            self.beginResetModel()
            self.columns, self.rows = columns, rows
            self.endResetModel()
            return
        self.rows = rows
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(columns) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a cell, its tooltip, or the cell itself."""
        cell = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{cell.text}. {cell.tip}" if cell.broken else cell.text
        return cell if role == CELL_ROLE else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation == Qt.Orientation.Vertical or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column.flush else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self.theme = theme
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        rect = QRectF(option.rect)
        focused = index == self._table.currentIndex() and self._table.hasFocus()
        paint_cell(painter, self.theme, index.data(CELL_ROLE), rect)
        if focused:
            painter.save()
            pen = thin_pen(self.theme, "accent")
            pen.setWidthF(2.0)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 4, 4)
            painter.restore()


class CellTable(QTableView):
    """The view on a `CellModel`; Ctrl+C copies all of it as spreadsheets take it."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = CellModel(self)
        self._delegate = _Delegate(theme, self)
        self.setModel(self.model_)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setMinimumSectionSize(ROW)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(32)
        header.setFixedHeight(HEAD)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        self.setAccessibleName(name)

    def show_rows(self, columns: tuple[NumericsColumn, ...], rows: Rows) -> None:
        """Show these."""
        fresh = columns != self.model_.columns
        self.model_.show_rows(columns, rows)
        if fresh:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give columns the width that they want, or what there is down to their least."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        columns = self.model_.columns
        wanted = [column.width for column in columns]
        least = [column.least or column.width for column in columns]
        over = max(0, min(sum(wanted) - self.viewport().width(), sum(wanted) - sum(least)))
        share = over / max(1, sum(wanted) - sum(least))
        for number, (width, narrow) in enumerate(zip(wanted, least, strict=True)):
            self.setColumnWidth(number, int(width - share * (width - narrow)))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._delegate.theme = theme
        self.viewport().update()

    def full_height(self) -> int:
        """Return the height at which no row is hidden."""
        return HEAD + ROW * len(self.model_.rows) + 2

    def copied_text(self) -> str:
        """Return all cells as lines with tabs between."""
        lines = [[column.title for column in self.model_.columns]]
        lines += [[cell.text.replace("−", "-") for cell in row] for row in self.model_.rows]
        return "\n".join("\t".join(line) for line in lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy by key."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
        else:
            super().keyPressEvent(event)


def paint_cell(painter: QPainter, theme: Theme, cell: Cell, rect: QRectF) -> None:
    """Paint one cell: its text, and where it is broken the tint and the icon."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = theme.font("value" if cell.strong or cell.broken else "subtitle")
    metrics = QFontMetricsF(font)
    text = cell.text if metrics.horizontalAdvance(cell.text) <= rect.width() - 16 else cell.short or cell.text
    # in a narrow column the tint alone marks it
    signed = cell.broken and metrics.horizontalAdvance(text) <= rect.width() - 30
    if cell.broken:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("error_tint"))
        painter.drawRoundedRect(rect.adjusted(2, 1.5, -2, -1.5), 4, 4)
    if signed:
        icon = QRectF(rect.left() + 7, rect.center().y() - 6, 12, 12)
        paint_icon(painter, "warning", theme.color("error"), icon)
    painter.setFont(font)
    painter.setPen(theme.color("error" if cell.broken else "text"))
    side = Qt.AlignmentFlag.AlignLeft if cell.flush else Qt.AlignmentFlag.AlignRight
    room = rect.adjusted(22 if signed else 8, 0, -8, 0)
    words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width() + 1)
    painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), words)
    painter.restore()


def paint_rows(
    painter: QPainter, theme: Theme, columns: Sequence[NumericsColumn], rows: Rows, left: float, top: float
) -> None:
    """Paint a whole table with its header, for figures."""
    x = left
    for column in columns:
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text2"))
        side = Qt.AlignmentFlag.AlignLeft if column.flush else Qt.AlignmentFlag.AlignRight
        room = QRectF(x + 8, top, column.width - 16, HEAD)
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), column.title)
        x += column.width
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(left, top + HEAD, x, top + HEAD))
    for number, row in enumerate(rows):
        x = left
        for column, cell in zip(columns, row, strict=True):
            box = QRectF(x, top + HEAD + ROW * number, column.width, ROW)
            paint_cell(painter, theme, cell, box)
            x += column.width
