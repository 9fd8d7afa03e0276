"""A header of two lines: what a group of columns is, and below it each column of the group."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from widgets.explore.table_columns import Column
from widgets.plots.axis import thin_pen
from widgets.swatch import paint_swatch
from widgets.theme import Theme

HEIGHT = 50
_GROUP = 27
_PADDING = 8
_SWATCH = 24


class GroupHeader(QHeaderView):
    """Paints the groups over the columns; losses with their swatch."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._columns: tuple[Column, ...] = ()
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setFixedHeight(HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.viewport().update()

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Show these columns."""
        if columns != self._columns:
            self._columns = columns
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """Ask for two lines."""
        return QSize(super().sizeHint().width(), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both lines of all groups."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        for first, last in self._groups():
            left = self.sectionViewportPosition(first)
            right = self.sectionViewportPosition(last) + self.sectionSize(last)
            self._paint_group(painter, self._columns[first], left, right)
            for number in range(first, last + 1):
                self._paint_title(painter, self._columns[number], number)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin_pen(theme, "line2"))
        painter.drawLine(QLineF(0, HEIGHT - 1, self.viewport().width(), HEIGHT - 1))
        painter.end()

    def _groups(self) -> list[tuple[int, int]]:
        """Return first and last column of each group."""
        groups: list[tuple[int, int]] = []
        for number, column in enumerate(self._columns[: self.count()]):
            same = groups and (column.group, column.series) == (
                self._columns[groups[-1][0]].group, self._columns[groups[-1][0]].series
            )  # fmt: skip
            if same:
                groups[-1] = groups[-1][0], number
            else:
                groups.append((number, number))
        return groups

    def _paint_group(self, painter: QPainter, column: Column, left: int, right: int) -> None:
        theme = self._theme
        font = theme.font("value")
        painter.setFont(font)
        painter.setPen(theme.color("text" if column.series else "text2"))
        room = QRect(left + _PADDING, 2, right - left - 2 * _PADDING, _GROUP - 4)
        flags = Qt.AlignmentFlag.AlignVCenter | (
            Qt.AlignmentFlag.AlignLeft if column.kind in ("name", "note") else Qt.AlignmentFlag.AlignRight
        )
        words = room.width() - (_SWATCH + 6 if column.series else 0)
        text = QFontMetrics(font).elidedText(column.group, Qt.TextElideMode.ElideRight, max(0, words))
        painter.drawText(room, int(flags), text)
        if column.series:
            start = room.right() - QFontMetrics(font).horizontalAdvance(text) - 6 - _SWATCH
            swatch = QRectF(start, room.top(), _SWATCH, room.height())
            paint_swatch(painter, theme, column.series, swatch, dpr=self.devicePixelRatioF())
        if column.kind not in ("name", "note"):
            painter.setPen(thin_pen(theme, "line"))
            painter.drawLine(QLineF(left + _PADDING, _GROUP - 0.5, right - _PADDING, _GROUP - 0.5))

    def _paint_title(self, painter: QPainter, column: Column, number: int) -> None:
        font = self._theme.font("tick")
        painter.setFont(font)
        painter.setPen(self._theme.color("text2"))
        left, width = self.sectionViewportPosition(number), self.sectionSize(number)
        room = QRect(left + 2, _GROUP, width - _PADDING - 2, HEIGHT - _GROUP - 2)
        text = QFontMetrics(font).elidedText(column.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)


class RowHeader(QHeaderView):
    """The numbers of the rows, without lines between them; a press selects the row."""

    def __init__(self, theme: Theme, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._theme = theme
        self.setDefaultSectionSize(row_height)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setFixedWidth(30)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Paint one number."""
        words = self.model().headerData(logicalIndex, Qt.Orientation.Vertical)
        selected = self.selectionModel() is not None and self.selectionModel().isRowSelected(logicalIndex)
        painter.setFont(self._theme.font("value" if selected else "tick"))
        painter.setPen(self._theme.color("text" if selected else "text2"))
        room = rect.adjusted(0, 0, -_PADDING, 0)
        painter.drawText(
            room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(words or "")
        )
