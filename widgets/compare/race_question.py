"""The page before the first race: what a fair race is, what it will train, and the reason if it cannot be."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from lab.problems import Problem
from widgets.controls_labels import WrapLabel
from widgets.icons import icon
from widgets.theme import Theme

QUESTION = "Which loss is better, honestly?"
WORDS = (
    "A fair race tunes each loss’s learning rate on seeds of its own. Then it trains all losses with fresh "
    "seeds, the same weights, data and batches for each, and judges them by a metric that they share: at one "
    "rate for all, and each at its own best."
)
WIDTH = 640


class RaceQuestion(QFrame):
    """Asks the question and offers to race."""

    race_pressed = Signal()
    remedy_chosen = Signal(object)
    """The changes that would make the race possible."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setMaximumWidth(WIDTH)
        self.title = WrapLabel(QUESTION, self, kind="question")
        self.words = WrapLabel(WORDS, self, kind="text2")
        self.plan = WrapLabel("", self)
        self.problem = WrapLabel("", self, kind="warn")
        self.button = QPushButton("Race")
        self.button.setProperty("k", "primary")
        self.button.setMinimumWidth(84)
        self.button.clicked.connect(self.race_pressed)
        self._remedies = QHBoxLayout()
        self._remedies.setSpacing(8)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self.button)
        foot.addLayout(self._remedies)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        for part in (self.title, self.words, self.plan, self.problem):
            column.addWidget(part)
        column.addSpacing(4)
        column.addLayout(foot)
        self.set_theme(theme)

    def show_plan(self, lines: Sequence[str]) -> None:
        """Say what the race will train, and let it begin."""
        self.plan.setText("\n".join(lines))
        self.plan.setVisible(bool(lines))
        self.problem.setVisible(False)
        self.button.setEnabled(True)
        self._show_remedies(None)

    def show_problem(self, problem: Problem) -> None:
        """Say why there can be no race, and what would make it possible."""
        self.plan.setVisible(False)
        self.problem.setText(str(problem))
        self.problem.setVisible(True)
        self.button.setEnabled(False)
        self._show_remedies(problem)

    @property
    def remedies(self) -> list[QPushButton]:
        """The buttons that make a race possible."""
        items = (self._remedies.itemAt(index) for index in range(self._remedies.count()))
        return [part for item in items if item is not None and isinstance(part := item.widget(), QPushButton)]

    def _show_remedies(self, problem: Problem | None) -> None:
        wanted = () if problem is None else problem.remedies
        if [button.text() for button in self.remedies] == [remedy.label for remedy in wanted]:
            return
        for button in self.remedies:
            self._remedies.removeWidget(button)
            button.deleteLater()
        for remedy in wanted:
            button = QPushButton(remedy.label)
            button.clicked.connect(lambda _=False, remedy=remedy: self.remedy_chosen.emit(remedy.changes))
            self._remedies.addWidget(button)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.button.setIcon(icon("run", theme, 16, "on_accent" if self.button.isEnabled() else "text3"))
