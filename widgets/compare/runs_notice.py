"""What stands in place of the runs, or under them: why there are none, what was just deleted."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from lab.problems import Problem
from widgets.controls import ElidedLabel, WrapLabel

LASTS = 10
"""Calls of `NoteBar.age`, about one a second, after which a note goes."""


class RunsNotice(QWidget):
    """A sentence, what to do, and a button for it."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = WrapLabel("", kind="message")
        self._body = WrapLabel("", kind="text2")
        self.button = QPushButton("Show all runs")
        self.button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 28, 20, 20)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._body)
        column.addSpacing(4)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    @property
    def words(self) -> str:
        """What it says."""
        return f"{self._title.full_text()} {self._body.full_text()}".strip()

    def _show(self, title: str, body: str, *, button: bool) -> None:
        self._title.setText(title)
        self._body.setText(body)
        self._body.setVisible(bool(body))
        self.button.setVisible(button)

    def show_empty(self) -> None:
        """Say that nothing was trained yet."""
        self._show(
            "No runs yet",
            "Every run that trains, here or from the command line, is kept and listed here with its "
            "settings and its results. Open Train and press Run.",
            button=False,
        )

    def show_no_match(self, total: int) -> None:
        """Say that the filter lets nothing through."""
        self._show(f"None of the {total} runs matches this filter", "", button=True)

    def show_problem(self, problem: Problem) -> None:
        """Say why runs cannot be listed."""
        self._show(problem.title, problem.body, button=False)


class NoteBar(QFrame):
    """A line under the table: what was done, and a way to take it back."""

    undo_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self._age = 0
        self._words = ElidedLabel("", kind="value")
        self.undo = QPushButton("Undo")
        self.undo.setProperty("k", "flush")
        self.undo.setToolTip("Take it back  (Ctrl+Z)")
        self.undo.clicked.connect(self.undo_pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 4, 3)
        row.addWidget(self._words, 1)
        row.addWidget(self.undo)
        self.hide()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.full_text()

    def show_note(self, words: str, *, undoable: bool) -> None:
        """Say what was done."""
        self._age = 0
        self._words.setText(words)
        self.undo.setVisible(undoable)
        self.show()

    def age(self) -> None:
        """Let the note grow older; called about once a second."""
        if not self.isHidden():
            self._age += 1
            if self._age > LASTS:
                self.hide()
