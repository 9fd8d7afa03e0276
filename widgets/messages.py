"""Problems and news as messages in the page, and the log of all of them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from lab.problems import Problem
from widgets.experiment_wiring import kept_words
from widgets.message_card import Choice, Level, Message, MessageArea, message_of
from widgets.overlay import Overlay
from widgets.status_bar import StatusBar
from widgets.theme import Theme

if TYPE_CHECKING:
    from lab.session import Session

LIMIT = 200
CHOOSE = Choice("Choose another file …", "choose")
"""Offered beside every problem with a file of data."""


class MessageLog(Overlay):
    """What was said in this session, the latest first."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "Messages")
        self.setFixedWidth(460)
        self._entries: list[tuple[str, Message]] = []
        self._list = QWidget()
        self._list.setObjectName("clear")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(10)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFixedHeight(260)
        self._scroll.setWidget(self._list)
        self.body.addWidget(self._scroll)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything said, the latest first."""
        return tuple(message.details for _when, message in self._entries)

    def add(self, message: Message) -> None:
        """Note a message."""
        self._entries.insert(0, (time.strftime("%H:%M"), message))
        del self._entries[LIMIT:]

    def fill(self) -> None:
        """Make the rows, when the log is about to be seen."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for when, message in self._entries:
            label = QLabel(f"{when}  {message.title}\n{message.body}".strip())
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("k", "subtitle")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(label)
        self._column.addStretch(1)


class Messages(QObject):
    """Shows messages in the page and carries their choices back.

    Parameters
    ----------
    session
        Whose problems are shown.
    area, log, status
        Where.
    """

    chosen = Signal(str, str)
    """Message key and choice key of a message that is not a session's problem."""
    data_wanted = Signal()
    """A person wants to choose another file of data."""

    def __init__(self, session: Session, area: MessageArea, log: MessageLog, status: StatusBar) -> None:
        super().__init__(area)
        self._session, self._area, self._log, self._status = session, area, log, status
        self._problems: dict[str, Problem] = {}
        self._followed: Problem | None = None
        self._storage: Problem | None = None
        self._unkept: Problem | None = None
        area.chosen.connect(self._choose)
        area.closed.connect(self.close)
        area.copy_wanted.connect(lambda text: QGuiApplication.clipboard().setText(text))

    def say(self, message: Message) -> None:
        """Show a message and note it in the log."""
        self._area.show_message(message)
        self._log.add(message)
        self._status.show_log_count(len(self._log))

    def show_problem(self, problem: Problem, key: str = "", level: Level = "error") -> None:
        """Show a problem; its remedies edit the experiment."""
        key = key or ("data" if problem.where.startswith("data") else "problem")
        if self._problems.get(key) == problem and key in self._area.keys:
            return
        self._problems[key] = problem
        kept = kept_words(self._session) if key == "data" else ""
        message = message_of(problem, key, kept=kept, level=level)
        if key == "data" and self._session.config.data.name == "file":
            named = {choice.label for choice in message.choices}
            if CHOOSE.label not in named:
                message = replace(message, choices=(*message.choices[:2], CHOOSE, *message.choices[2:]))
        self.say(message)

    def follow_session(self) -> None:
        """Show the session's latest problem; take away what no longer holds."""
        problem = self._session.problem
        if problem is not None:
            self.show_problem(problem, "diverged" if "diverged" in problem.title else "")
        elif self._followed is not None:
            for key in [key for key, shown in self._problems.items() if shown == self._followed]:
                self.remove(key)
        self._followed = problem
        if self._session.data_problem is None:
            self.remove("data")

    def follow_storage(self) -> None:
        """Say once that long curves have no room on the disk."""
        problem = self._session.curves.storage_problem
        if problem is not None and problem is not self._storage:
            self.show_problem(problem, "storage", "warn")
        self._storage = problem

    def follow_store(self, problem: Problem | None) -> None:
        """Say once that runs cannot be kept."""
        if problem is not None and problem is not self._unkept:
            self.show_problem(problem, "store", "warn")
        self._unkept = problem

    def close(self, key: str) -> None:
        """Take a message away because the user closed it."""
        problem = self._problems.get(key)
        self.remove(key)
        if problem is not None and problem == self._session.problem:
            self._session.dismiss_problem()
        self.chosen.emit(key, "closed")

    def remove(self, key: str) -> None:
        """Take a message away, if it is there."""
        self._problems.pop(key, None)
        self._area.remove(key)

    def remove_run_messages(self) -> None:
        """Take away what was said of runs that are gone."""
        for key in ("diverged", "problem", "storage", "stored"):
            self.remove(key)

    def _choose(self, key: str, choice: str) -> None:
        problem = self._problems.get(key)
        if choice == CHOOSE.key:
            self.data_wanted.emit()
            return
        if problem is None or not choice.startswith("remedy:"):
            self.chosen.emit(key, choice)
            return
        remedy = problem.remedies[int(choice.partition(":")[2])]
        if not remedy.changes:
            if remedy.label.startswith("Choose"):
                self.data_wanted.emit()
            elif remedy.label.startswith("Run"):
                self._run_again(key, problem)
            else:
                self.close(key)
            return
        refused = self._session.edit(remedy.changes)
        if refused is not None:
            self.show_problem(refused)
            return
        if remedy.label.startswith("Run"):
            self._run_again(key, problem)
        elif key != "data":
            self.remove(key)

    def _run_again(self, key: str, problem: Problem) -> None:
        self.remove(key)
        if problem == self._session.problem:
            self._session.dismiss_problem()
        self._session.start()
