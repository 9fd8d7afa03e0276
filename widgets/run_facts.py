"""The panel below the run list: what is known of the selected run, and its parameters to be used again."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.swatch_label import SwatchLabel
from widgets.theme import Theme

USE = "Give the experiment the parameters of these runs again"


@dataclass(frozen=True)
class RunFacts:
    """The selected run: title ("Brier · seed 2"), its series and (name, value) pairs."""

    run: int
    title: str
    series: int
    facts: tuple[tuple[str, str], ...]


class RunFactsPanel(QFrame):
    """Shows `RunFacts`; hidden while there are none."""

    use_pressed = Signal()
    """The run's parameters are wanted."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QFrame()
        line.setObjectName("hairline")
        caption = QLabel("Selected")
        caption.setProperty("k", "subtitle")
        self._title = SwatchLabel(theme)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.use_button = QPushButton("Use these parameters")
        self.use_button.setToolTip(USE)
        self.use_button.clicked.connect(self.use_pressed)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(6)
        column.addWidget(line)
        inner = QVBoxLayout()
        inner.setContentsMargins(14, 4, 14, 0)
        inner.setSpacing(6)
        inner.addWidget(caption)
        inner.addWidget(self._title)
        inner.addLayout(self._grid)
        inner.addSpacing(2)
        inner.addWidget(self.use_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(inner)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours and fonts."""
        self._title.set_theme(theme)

    def show_facts(self, facts: RunFacts | None) -> None:
        """Show the selected run's facts, or nothing."""
        self.setVisible(facts is not None)
        if facts is None:
            return
        self._title.show_text(facts.title, facts.series)
        for number, (name, value) in enumerate(facts.facts):
            for column, (text, kind) in enumerate(((name, "subtitle"), (value, "value"))):
                item = self._grid.itemAtPosition(number, column)
                label = item.widget() if item is not None else None
                if not isinstance(label, QLabel):
                    label = QLabel()
                    label.setProperty("k", kind)
                    label.setTextInteractionFlags(
                        Qt.TextInteractionFlag.TextSelectableByMouse
                        if column
                        else Qt.TextInteractionFlag.NoTextInteraction
                    )
                    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                    self._grid.addWidget(label, number, column, side)
                label.setText(text)
                label.show()
        for number in range(len(facts.facts), self._grid.rowCount()):
            for column in (0, 1):
                item = self._grid.itemAtPosition(number, column)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    widget.hide()

    def set_usable(self, usable: bool, reason: str = "") -> None:
        """Say whether the selected run's parameters can be used, and if not why."""
        self.use_button.setEnabled(usable)
        self.use_button.setToolTip(reason or USE)
