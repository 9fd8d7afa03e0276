"""What plots with a point to drag share: a press takes it, a drag moves it, letting go ends the edit."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent

from widgets.focus_ring import RingWidget


class PointDragging(RingWidget):
    """A plot whose point follows the left button."""

    point_released = Signal()
    """The drag, or an edit by key, ended."""

    dragging = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the point and bring it here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.dragging = True
            self.drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the point."""
        if self.dragging:
            self.drag_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the point go."""
        if self.dragging:
            self.dragging = False
            self.point_released.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End an edit by key."""
        self.point_released.emit()
        super().focusOutEvent(event)

    def drag_to(self, place: QPointF) -> None:
        """Say that the point is wanted at a place of the widget."""
        raise NotImplementedError
