"""What the form's sections scroll in: as wide as the panel, whatever is in it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


class _Content(QWidget):
    """What scrolls: never wider than its view, whatever is in it."""

    def minimumSizeHint(self) -> QSize:
        """Ask for no width."""
        return QSize(0, super().minimumSizeHint().height())


class FormScroller(QScrollArea):
    """A column that scrolls up and down; says when its view changes width, because a scroll bar came or went.

    Attributes
    ----------
    content, column
        What scrolls, and its layout, which ends with a stretch.
    """

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = _Content()
        self.content.setObjectName("clear")
        self.column = QVBoxLayout(self.content)
        self.column.setContentsMargins(0, 8, 0, 12)
        self.column.setSpacing(0)
        self.column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self.content)

    @property
    def bar_width(self) -> int:
        """What a scroll bar takes of the width now."""
        return self.width() - self.viewport().width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say so."""
        super().resizeEvent(event)
        self.resized.emit()
