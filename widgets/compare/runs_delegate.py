"""How a cell of the run browser is painted: star, swatch, chevron of a group, sign of how a run ended."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lab.comparing.table_values import READ
from lab.store.rows import RunRow
from widgets.compare.runs_model import RunsModel
from widgets.icons import icon
from widgets.swatch import paint_swatch
from widgets.theme import Theme

ROW_HEIGHT = 27
PADDING = 8
CHEVRON = 16
INDENT = 20
"""Of the runs below a group."""
STAR = 14
SWATCH = 22
SIGNS = {
    "diverged": ("warning", "error"), "stopped": ("pause", "text3"), "interrupted": ("pause", "text3"),
    "target": ("check", "ok"),
}  # fmt: skip
"""Run status → icon and its colour; always beside the word."""


class RunsDelegate(QStyledItemDelegate):
    """Paints cells of a `RunsModel` from the theme's tokens.

    Attributes
    ----------
    hovered
        The row under the pointer, or -1.
    """

    def __init__(self, theme: Theme, model: RunsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.hovered = -1
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours and fonts."""
        self._theme = theme
        self._font, self._strong = theme.font("subtitle"), theme.font("value")
        self._small = theme.font("tick")
        names = (
            ("star", "text3"), ("star_on", "warn"), ("chevron_right", "text2"), ("chevron_down", "text2"),
            *SIGNS.values(),
        )  # fmt: skip
        self._icons: dict[tuple[str, str], QIcon] = {
            (name, token): icon(name, theme, STAR, token) for name, token in names
        }

    @staticmethod
    def chevron_rect(rect: QRect) -> QRect:
        """Hit area of a group's chevron within its first cell."""
        return QRect(rect.left(), rect.top(), PADDING + CHEVRON + 4, rect.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        options: Any = option
        rect, row, number = QRect(options.rect), index.row(), index.column()
        column = self._model.columns[number]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, options, rect, row)
        group = self._model.is_group(row)
        room = rect.adjusted(PADDING, 0, -PADDING, 0)
        if number == 0 and self._model.grouped:
            room.setLeft(room.left() + INDENT)
            if group:
                name = "chevron_down" if self._model.is_open(row) else "chevron_right"
                self._icon(painter, name, "text2", QRect(rect.left() + 4, rect.top(), CHEVRON, rect.height()))
        if column.key == "starred":
            self._star(painter, rect, row, group)
        else:
            if column.key == "loss":
                self._swatch(painter, room, self._model.first(row))
            elif column.key == "status" and not group:
                self._sign(painter, room, self._model.first(row))
            self._text(painter, room, row, number, group)
        self._focus(painter, options, rect)
        painter.restore()

    def _ground(self, painter: QPainter, options: Any, rect: QRect, row: int) -> None:
        selected = bool(options.state & QStyle.StateFlag.State_Selected)
        if selected or row == self.hovered:
            painter.fillRect(rect, self._theme.color("sel" if selected else "hover"))

    def _focus(self, painter: QPainter, options: Any, rect: QRect) -> None:
        state = options.state
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)

    def _icon(self, painter: QPainter, name: str, token: str, place: QRect) -> None:
        box = QRect(0, 0, STAR, STAR)
        box.moveCenter(place.center())
        self._icons[name, token].paint(painter, box)

    def _star(self, painter: QPainter, rect: QRect, row: int, group: bool) -> None:
        if group:
            return
        if self._model.first(row).starred:
            self._icon(painter, "star_on", "warn", rect)
        elif row == self.hovered:  # an empty star in every row would be noise
            self._icon(painter, "star", "text3", rect)

    def _swatch(self, painter: QPainter, room: QRect, row: RunRow) -> None:
        place = QRectF(room.left(), room.top(), SWATCH, room.height())
        ratio = painter.device().devicePixelRatioF()
        paint_swatch(painter, self._theme, int(READ["colour"](row) or 0), place, dpr=ratio)
        room.setLeft(room.left() + SWATCH + PADDING)

    def _sign(self, painter: QPainter, room: QRect, row: RunRow) -> None:
        if row.status in SIGNS:
            name, token = SIGNS[row.status]
            self._icon(painter, name, token, QRect(room.left(), room.top(), STAR, room.height()))
            room.setLeft(room.left() + STAR + 5)

    def _text(self, painter: QPainter, room: QRect, row: int, column: int, group: bool) -> None:
        model = self._model
        text = model.text(row, column)
        font = self._strong if column == 0 and group else self._font
        painter.setFont(font)
        diverged = model.columns[column].key == "status" and "diverged" in text
        painter.setPen(self._theme.color("error" if diverged else "text"))
        side = Qt.AlignmentFlag.AlignRight if model.is_number(column) else Qt.AlignmentFlag.AlignLeft
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
        if column == 0 and group:
            words = f"{model.count(row)} runs" if model.count(row) != 1 else "1 run"
            left = room.left() + metrics.horizontalAdvance(shown) + PADDING
            painter.setFont(self._small)
            if left + QFontMetrics(self._small).horizontalAdvance(words) <= room.right():
                painter.setPen(self._theme.color("text2"))
                rest = QRect(left, room.top(), room.right() - left, room.height())
                painter.drawText(rest, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
