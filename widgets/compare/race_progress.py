"""Where a race stands: a line of words and a bar."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from widgets.controls_labels import ElidedLabel

PARTS = 1000


class RaceProgress(QFrame):
    """Shows how far a race is while it is not finished."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.state = ElidedLabel("", self, kind="title")
        self.words = ElidedLabel("", self, kind="subtitle")
        self.bar = QProgressBar()
        self.bar.setRange(0, PARTS)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(240, 4)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(self.state)
        row.addWidget(self.words, 1)
        row.addWidget(self.bar)

    def show_state(self, words: str) -> None:
        """Say at what it is."""
        self.state.setText(words)

    def show_progress(self, share: float | None, words: str) -> None:
        """Show a share of all runs, and what is to be known; ``None`` and no words hide all of it."""
        self.setVisible(share is not None or bool(words))
        self.bar.setVisible(share is not None)
        self.bar.setValue(0 if share is None else round(PARTS * share))
        self.words.setText(words)
        self.bar.setAccessibleName(f"{self.state.full_text()}: {words}")
