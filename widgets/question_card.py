"""The card of the first start: the question of the experiment, and Run."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.controls_labels import numbers_kept_whole
from widgets.icons import icon
from widgets.theme import Theme


class QuestionCard(QFrame):
    """Asks the experiment's question and offers to run it, or to load other data."""

    run_pressed = Signal()
    data_wanted = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._title = QLabel()
        self._title.setProperty("k", "question")
        self._title.setWordWrap(True)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._text = QLabel()
        self._text.setProperty("k", "text2")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.run_button = QPushButton("Run")
        self.run_button.setProperty("k", "primary")
        self.run_button.setMinimumWidth(70)
        self.run_button.clicked.connect(self.run_pressed)
        hint = QLabel("or press Space")
        hint.setProperty("k", "text2")
        self._data = QPushButton("Load my data …")
        self._data.setProperty("k", "ghost")
        self._data.setToolTip("A CSV, Parquet or NPZ file; it can also be dropped on the window")
        self._data.clicked.connect(self.data_wanted)
        self._close = QPushButton()
        self._close.setProperty("k", "icon")
        self._close.setToolTip("Close")
        self._close.setAccessibleName("Close")
        self._close.clicked.connect(self.closed)

        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self.run_button)
        foot.addWidget(hint)
        foot.addStretch(1)
        foot.addWidget(self._data)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 14, 16)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self._text)
        layout.addSpacing(4)
        layout.addLayout(foot)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.run_button.setIcon(icon("run", theme, 16, "on_accent"))
        self._close.setIcon(icon("close", theme))

    @property
    def title(self) -> str:
        """The question shown."""
        return self._title.text()

    @property
    def text(self) -> str:
        """The sentence under it."""
        return self._text.text()

    def show_question(self, question: str, text: str) -> None:
        """Show the question and what the experiment is, in one sentence or two."""
        self._title.setText(question)
        self._text.setText(numbers_kept_whole(text))
        self._text.setVisible(bool(text))

    def set_enabled(self, enabled: bool) -> None:
        """Let Run work, or not while the data loads."""
        self.run_button.setEnabled(enabled)
