"""The frame a picture or table of the explorer stands in: title, unit, controls, and the content below."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.controls import ElidedLabel

HEAD = 28


class ViewCard(QFrame):
    """Add content to ``body`` and controls with `add_control`."""

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.title = ElidedLabel(title, self, kind="title")
        self.subtitle = ElidedLabel(subtitle, self, kind="subtitle")
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._head = QHBoxLayout()
        self._head.setSpacing(6)
        self._head.addWidget(self.title)
        self._head.addWidget(self.subtitle, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(2)
        column.addLayout(self._head)
        column.addLayout(self.body, 1)
        self.title.setMinimumHeight(HEAD)
        self.setAccessibleName(title)

    def show_titles(self, title: str, subtitle: str) -> None:
        """Show title and unit."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.setAccessibleName(f"{title}, {subtitle}")

    def add_control(self, control: QWidget) -> None:
        """Put a control at the right of the head."""
        self._head.addWidget(control)
