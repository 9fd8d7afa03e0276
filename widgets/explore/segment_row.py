"""A row of a side panel with segments behind its label."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from widgets.controls import ElidedLabel
from widgets.segments import Segments
from widgets.theme import Theme
from widgets.tokens import SIZES


class SegmentRow(QWidget):
    """Label and segments, in line with the rows of fields."""

    chosen = Signal(str)

    def __init__(self, label: str, options: Sequence[tuple[str, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = ElidedLabel(label, self, kind="text2")
        self.segments = Segments(options)
        self.segments.setAccessibleName(label)
        self.segments.chosen.connect(self.chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES["label_left"], 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.label)
        row.addWidget(self.segments)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the label give way where the segments need its room."""
        super().resizeEvent(event)
        room = event.size().width() - SIZES["label_left"] - 4 - self.segments.sizeHint().width()
        self.label.setFixedWidth(max(24, min(SIZES["label_column"], room)))

    def minimumSizeHint(self) -> QSize:
        """Ask for little width."""
        return QSize(100, super().minimumSizeHint().height())

    @property
    def current(self) -> str:
        """Key of the chosen segment."""
        return self.segments.current

    def set_current(self, key: str) -> None:
        """Choose silently."""
        self.segments.set_current(key)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.segments.set_theme(theme)
