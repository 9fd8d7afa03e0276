"""A card with a title, a subtitle and one painted plot, which is a figure of its own."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from widgets.controls import ElidedLabel


class TitledCard(QFrame):
    """Shows a plot under its title."""

    def __init__(self, title: str, plot: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.title = ElidedLabel(title, self, kind="title")
        self.subtitle = ElidedLabel("", self, kind="subtitle")
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addSpacing(6)
        head.addWidget(self.subtitle, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 7)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(plot, 1)

    def show_titles(self, title: str, subtitle: str) -> None:
        """Show title and subtitle."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.setAccessibleName(f"{title}, {subtitle}")
