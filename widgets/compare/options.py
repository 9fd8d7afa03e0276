"""Pieces of the strips over plots of runs: a choice of names, a switch, a label before a field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from widgets.controls import Combo

NONE = "none"


class NameCombo(Combo):
    """A choice of one of many names, each with its words; ``optional`` offers none of them first."""

    picked = Signal(str)

    def __init__(self, name: str, tip: str, *, optional: bool = False, width: int = 132) -> None:
        super().__init__()
        self._optional = optional
        self._offered: tuple[tuple[str, str], ...] = ()
        self.setAccessibleName(name)
        self.set_help(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(width)
        self.activated.connect(lambda index: self.picked.emit(str(self.itemData(index))))

    def show_names(self, offered: Sequence[tuple[str, str]], current: str) -> None:
        """Offer names and show the current one, silently; one that is not offered is shown as it is."""
        wanted = tuple(offered)
        if current and current not in dict(wanted):
            wanted = (*wanted, (current, current))
        if wanted != self._offered:
            self._offered = wanted
            self.clear()
            if self._optional:
                self.addItem(NONE, "")
            for name, words in wanted:
                self.addItem(words, name)
        index = self.findData(current)
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    @property
    def current(self) -> str:
        """The name shown, or empty."""
        return str(self.currentData() or "")


def switch(words: str, tip: str) -> QPushButton:
    """Return a button that is on or off."""
    button = QPushButton(words)
    button.setProperty("k", "segment")
    button.setCheckable(True)
    button.setFixedHeight(24)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def labelled(words: str, *widgets: QWidget) -> QWidget:
    """Return widgets side by side behind a label, as one piece of a strip."""
    holder = QWidget()
    holder.setObjectName("clear")
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    if words:
        label = QLabel(words)
        label.setProperty("k", "text2")
        row.addWidget(label)
    for widget in widgets:
        row.addWidget(widget)
    holder.setFixedHeight(28)
    holder.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return holder
