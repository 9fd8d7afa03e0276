"""Configurations side by side as a table: what differs, and folded below it what does not."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from lab.comparing.table_diff import ConfigDiff, DiffLine, path_title
from widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 26
FIELD_WIDTH, VALUE_WIDTH = 104, 60
"""Smallest widths of the first column and of those of runs."""
PADDING = 8


class DiffModel(QAbstractTableModel):
    """A row a field, a column a run."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._diff = ConfigDiff((), (), ())
        self._names: tuple[str, ...] = ()
        self._lines: tuple[DiffLine, ...] = ()

    @property
    def lines(self) -> tuple[DiffLine, ...]:
        """The fields shown."""
        return self._lines

    def show_diff(self, diff: ConfigDiff, names: tuple[str, ...], *, common: bool) -> None:
        """Show a diff under short names of the runs; with ``common`` what does not differ, too."""
        lines = (*diff.differing, *diff.common) if common else diff.differing
        if (lines, names) == (self._lines, self._names):
            return
        self.beginResetModel()
        self._diff, self._names, self._lines = diff, names, lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count the fields."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count the runs and one for the fields."""
        return 0 if parent.isValid() else 1 + len(self._names)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return what a run is called."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "Setting" if section == 0 else self._names[section - 1]
        if role == Qt.ItemDataRole.ToolTipRole and section:
            return self._diff.runs[section - 1]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a field's label or a run's value."""
        line, column = self._lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return path_title(line, self._lines) if column == 0 else line.values[column - 1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.path if column == 0 else line.values[column - 1]
        if role == Qt.ItemDataRole.ForegroundRole:
            return self.theme.color("text2" if column == 0 else "text")
        if role == Qt.ItemDataRole.FontRole:
            return self.theme.font("value" if column and line in self._diff.differing else "subtitle")
        return None


class DiffDelegate(QStyledItemDelegate):
    """Paints cells with the header's padding, so that they stand under their titles."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Leave the text to `paint`."""
        super().initStyleOption(option, index)
        option.text = ""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint ground and text of a cell."""
        super().paint(painter, option, index)
        options: Any = option
        room = options.rect.adjusted(PADDING, 0, -PADDING // 2, 0)
        font = index.data(Qt.ItemDataRole.FontRole)
        painter.save()
        painter.setFont(font)
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole))
        text = QFontMetrics(font).elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, max(0, room.width())
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.restore()


class DiffTable(QTableView):
    """The view on a `DiffModel`; rows can be copied."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.diff = DiffModel(theme, self)
        self.setModel(self.diff)
        self.setItemDelegate(DiffDelegate(self))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Configuration of the selected runs")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.diff.theme = theme
        self.viewport().update()

    def show_diff(self, diff: ConfigDiff, names: tuple[str, ...], *, common: bool) -> None:
        """Show a diff; the header is left out where there is one run only."""
        self.diff.show_diff(diff, names, common=common)
        self.horizontalHeader().setVisible(len(names) > 1)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room out anew."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Let the columns of runs share what the first one leaves, as far as they stay readable."""
        runs = self.diff.columnCount() - 1
        if runs < 1:
            return
        width = self.viewport().width()
        value = max(VALUE_WIDTH, (width - max(FIELD_WIDTH, width * 2 // 5)) // runs)
        self.setColumnWidth(0, max(FIELD_WIDTH, width - runs * value))
        for number in range(1, runs + 1):
            self.setColumnWidth(number, value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows."""
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
            lines = (self.diff.lines[row] for row in rows)
            text = "\n".join("\t".join((line.path, *line.values)) for line in lines)
            QGuiApplication.clipboard().setText(text)
        else:
            super().keyPressEvent(event)
