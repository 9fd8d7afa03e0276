"""The ring round what has the keyboard, where the focus came by key: the pointer knows where it is."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.theme import Theme

_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


def came_by_key(event: QFocusEvent) -> bool:
    """Return whether a focus came by Tab or a shortcut."""
    return event.reason() in _BY_KEY


def paint_focus_ring(painter: QPainter, rect: QRect, theme: Theme) -> None:
    """Paint the ring just inside a rectangle in logical pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(theme.color("accent"), 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)


class RingWidget(QWidget):
    """A painted widget that is to show a ring while it has a focus that came by key.

    Attributes
    ----------
    focused_by_key
        Whether it has such a focus.
    """

    focused_by_key = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring where the focus came by key."""
        self.focused_by_key = came_by_key(event)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self.focused_by_key = False
        self.update()
        super().focusOutEvent(event)
