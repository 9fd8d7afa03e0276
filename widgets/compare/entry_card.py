"""A small card that asks for one line of text: a name, or tags."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from widgets.controls import WrapLabel
from widgets.overlay import Overlay
from widgets.theme import Theme


class EntryCard(Overlay):
    """Asks for a line of text and hands it over once."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "Name")
        self.setFixedWidth(360)
        self._take: Callable[[str], None] | None = None
        self.field = QLineEdit()
        self.field.returnPressed.connect(self._accept)
        self._hint = WrapLabel("", kind="subtitle")
        self.button = QPushButton("Rename")
        self.button.setProperty("k", "primary")
        self.button.clicked.connect(self._accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        self.body.addWidget(self.field)
        self.body.addWidget(self._hint)
        self.body.addLayout(row)

    def ask(
        self, anchor: QWidget, title: str, text: str, hint: str, verb: str, take: Callable[[str], None]
    ) -> None:
        """Open over a widget; ``take`` gets the text when Enter or the button is pressed."""
        self._take = take
        head = self.findChild(QLabel)
        if head is not None:
            head.setText(title)
        self.setAccessibleName(title)
        self.field.setAccessibleName(title)
        self.field.setText(text)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.button.setText(verb)
        centre = anchor.mapTo(self.host, anchor.rect().center())
        centre.setX(centre.x() - self.width() // 2)
        self.open_at(centre)
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _accept(self) -> None:
        take, self._take = self._take, None
        text = self.field.text()
        self.dismiss()
        if take is not None:
            take(text)
