"""How a row of the run list is painted: swatch, name, live value, eye; a warning sign for a diverged run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.icons import icon
from widgets.run_model import ROW_ROLE, RunGroup, RunRow
from widgets.swatch import paint_swatch
from widgets.theme import Theme

GROUP_HEIGHT = 32
ROW_HEIGHT = 26
EYE_HIT = 26
EYE_DRAWN = 14
CHEVRON = 16
SPACE = 8


class RunDelegate(QStyledItemDelegate):
    """Paints groups and rows from the theme's tokens; knows where the eye and the chevron are."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours and fonts."""
        self._theme = theme
        self._row_font = theme.font("subtitle")
        self._value_font = theme.font("value")
        self._group_font = theme.font("title")
        self._icons: dict[tuple[str, str], QIcon] = {
            (name, token): icon(name, theme, EYE_DRAWN, token)
            for name, token in (
                ("eye", "text2"), ("eye_off", "text3"), ("chevron_down", "text2"), ("chevron_right", "text2"),
                ("warning", "error"), ("pause", "text3"),
            )
        }  # fmt: skip

    @staticmethod
    def eye_rect(rect: QRect) -> QRect:
        """Hit area of the eye within a row's rectangle."""
        return QRect(rect.right() - EYE_HIT, rect.center().y() - EYE_HIT // 2 + 1, EYE_HIT, EYE_HIT)

    @staticmethod
    def chevron_rect(rect: QRect) -> QRect:
        """Hit area of a group's chevron."""
        return QRect(rect.left(), rect.top(), CHEVRON + SPACE, rect.height())

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a group or a row."""
        group = isinstance(index.data(ROW_ROLE), RunGroup)
        first = group and index.row() == 0
        return QSize(0, GROUP_HEIGHT + (0 if first or not group else SPACE) if group else ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row."""
        item = index.data(ROW_ROLE)
        options: Any = option
        rect = QRect(options.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(item, RunGroup):
            if index.row():
                rect.setTop(rect.top() + SPACE)
            self._ground(painter, options, rect)
            self._group(painter, rect, item, bool(options.state & QStyle.StateFlag.State_Open))
        elif isinstance(item, RunRow):
            self._ground(painter, options, rect)
            self._row(painter, rect, item)
        painter.restore()

    def _ground(self, painter: QPainter, options: Any, rect: QRect) -> None:
        selected = bool(options.state & QStyle.StateFlag.State_Selected)
        hovered = bool(options.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("sel" if selected else "hover"))
            painter.drawRoundedRect(rect, 6, 6)
        if options.state & QStyle.StateFlag.State_HasFocus and options.state & (
            QStyle.StateFlag.State_KeyboardFocusChange
        ):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)

    def _icon(self, painter: QPainter, name: str, token: str, place: QRect) -> None:
        box = QRect(0, 0, EYE_DRAWN, EYE_DRAWN)
        box.moveCenter(place.center())
        self._icons[name, token].paint(painter, box)

    def _swatch(self, painter: QPainter, place: QRect, series: int, faded: bool) -> None:
        ratio = painter.device().devicePixelRatioF()
        paint_swatch(painter, self._theme, series, QRectF(place), dpr=ratio, faded=faded)

    def _eye(self, painter: QPainter, rect: QRect, visible: bool) -> QRect:
        place = self.eye_rect(rect)
        self._icon(painter, "eye" if visible else "eye_off", "text2" if visible else "text3", place)
        return place

    def _words(
        self,
        painter: QPainter,
        left: int,
        right: int,
        rect: QRect,
        text: str,
        token: str,
        *,
        end: bool = False,
    ) -> int:
        """Draw one elided text between two edges; return its width."""
        metrics = QFontMetrics(painter.font())
        room = max(0, right - left)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.setPen(self._theme.color(token))
        side = Qt.AlignmentFlag.AlignRight if end else Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            QRect(left, rect.top(), room, rect.height()), int(side | Qt.AlignmentFlag.AlignVCenter), shown
        )
        return metrics.horizontalAdvance(shown)

    def _group(self, painter: QPainter, rect: QRect, group: RunGroup, is_open: bool) -> None:
        chevron = QRect(rect.left() + 2, rect.top(), CHEVRON, rect.height())
        self._icon(painter, "chevron_down" if is_open else "chevron_right", "text2", chevron)
        left = rect.left() + CHEVRON + SPACE
        self._swatch(painter, QRect(left, rect.top(), 26, rect.height()), group.series, not group.visible)
        left += 26 + SPACE
        right = self._eye(painter, rect, group.visible).left() - 4
        painter.setFont(self._group_font)
        token = "error" if group.status == "diverged" else "text" if group.visible else "text3"
        width = self._words(painter, left, right, rect, group.value, token, end=True)
        right -= width + SPACE
        metrics = QFontMetrics(self._group_font)
        small = QFontMetrics(self._row_font).horizontalAdvance(group.count) + SPACE if group.count else 0
        name = group.name
        if metrics.horizontalAdvance(name) > right - left - small:
            name = group.short
        if metrics.horizontalAdvance(name) > right - left - small:
            small = 0
        width = self._words(painter, left, right - small, rect, name, "text" if group.visible else "text3")
        if small:
            painter.setFont(self._row_font)
            self._words(painter, left + width + SPACE, right, rect, group.count, "text2")

    def _row(self, painter: QPainter, rect: QRect, row: RunRow) -> None:
        left = rect.left() + CHEVRON + SPACE
        self._swatch(painter, QRect(left, rect.top(), 16, rect.height()), row.series, not row.visible)
        left += 16 + SPACE
        right = self._eye(painter, rect, row.visible).left() - 4
        painter.setFont(self._value_font)
        text = row.note if row.status in ("diverged", "stopped", "interrupted") and row.note else row.value
        name_width = QFontMetrics(self._row_font).horizontalAdvance(row.name)
        if QFontMetrics(self._value_font).horizontalAdvance(text) > (
            right - left - name_width - EYE_DRAWN - 2 * SPACE
        ):
            text = text.rpartition(" at ")[2]  # the icon says "stopped"
        width = self._words(painter, left, right, rect, text, "text" if row.visible else "text3", end=True)
        right -= width + SPACE
        sign = {
            "diverged": ("warning", "error"),
            "stopped": ("pause", "text3"),
            "interrupted": ("pause", "text3"),
        }
        if row.status in sign:
            name, token = sign[row.status]
            self._icon(painter, name, token, QRect(right - EYE_DRAWN, rect.top(), EYE_DRAWN, rect.height()))
            right -= EYE_DRAWN + SPACE
        painter.setFont(self._row_font)
        self._words(painter, left, right, rect, row.name, "text" if row.visible else "text3")
