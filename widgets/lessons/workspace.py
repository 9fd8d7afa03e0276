"""The Lessons workspace: the list, the lesson that is open, and the plots of its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from lab.config import ExperimentConfig
from lab.explore.states import State
from lab.lesson_paths import SUFFIX, is_lesson
from lab.lessons.attempt import Attempt
from lab.lessons.lesson import Lesson
from lab.lessons.shelf import LessonShelf
from lab.problems import Problem, ProblemError
from widgets.files import dropped_path
from widgets.lessons.lesson_list import LessonEntry, LessonList
from widgets.lessons.lesson_plots import LessonPlots
from widgets.lessons.lesson_text import LessonText
from widgets.lessons.sheets import LessonSheets
from widgets.lessons.shown import shown_parts, what_opens
from widgets.message_card import MessageArea, message_of
from widgets.theme import Theme

LIST_FROM, TEXT_FROM = 1500, 1360
"""Widths below which the list shows numbers only, and the text is narrower: plots need the room more."""
PROBLEM = "lesson"


class LessonsWorkspace(QWidget):
    """Lessons to work through, one at a time. What trains is advanced from outside, see `advance`.

    Parameters
    ----------
    theme
        Colours.
    make_attempt
        Makes a learner's way through a lesson.
    """

    noted = Signal(str)
    config_wanted = Signal(object, object)
    """An experiment that is to be opened in Train, and what of it the lesson settles, or None."""
    state_wanted = Signal(object)
    """A view's state that is to be opened in Explore."""

    def __init__(
        self, theme: Theme, make_attempt: Callable[[Lesson], Attempt], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shelf = LessonShelf(make_attempt)
        self._texts: dict[str, LessonText] = {}
        self._key = ""
        self.setAcceptDrops(True)
        self.list = LessonList(theme)
        self.messages = MessageArea(theme)
        self.plots = LessonPlots(theme)
        self.sheets = LessonSheets(self, self.plots)
        self._reading = QVBoxLayout()
        self._reading.setContentsMargins(0, 0, 0, 0)
        middle = QWidget()
        middle.setLayout(self._reading)
        self._middle = middle
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(middle)
        across.addWidget(self.plots, 1)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addLayout(across, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addLayout(column, 1)
        self.list.chosen.connect(self.show_lesson)
        self.list.open_wanted.connect(self.choose_file)
        self.messages.closed.connect(self.messages.remove)
        self.plots.views.refused.connect(self._view_refused)
        self.plots.views.view_wanted.connect(self.state_wanted)
        self.plots.choice.activated.connect(self._show_place)
        self.sheets.written.connect(self.noted)
        self.sheets.refused.connect(self.show_problem)
        self.show_lesson(next(iter(self._shelf.lessons)))

    # --- lessons ------------------------------------------------------------------------------------
    @property
    def key(self) -> str:
        """Key of the open lesson."""
        return self._key

    @property
    def attempt(self) -> Attempt:
        """The learner's way through the open lesson."""
        return self._shelf.attempt(self._key)

    @property
    def text(self) -> LessonText:
        """The text of the open lesson."""
        return self._texts[self._key]

    def show_lesson(self, key: str) -> None:
        """Open a lesson by its key; an unknown one leaves what is open."""
        if key not in self._shelf.lessons:
            return
        if key not in self._texts:
            self._texts[key] = self._made_text(key)
            self._reading.addWidget(self._texts[key])
        self._key = key
        self.plots.expect("The plots appear" if self.attempt.lesson.experiments else "The view appears")
        for name, text in self._texts.items():
            text.setVisible(name == key)
        self._show_list()
        self.follow()

    def open_lesson(self, path: Path) -> None:
        """Open a lesson of a person's own; what is wrong with it is said in the page."""
        try:
            key = self._shelf.take(path)
        except ProblemError as error:
            self.show_problem(error.problem)
            return
        self.messages.remove(PROBLEM)
        text = self._texts.pop(key, None)
        if text is not None:
            self._reading.removeWidget(text)
            text.deleteLater()
        self.show_lesson(key)

    def choose_file(self) -> None:
        """Ask for a lesson's file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Open a lesson", "", f"Lessons (*{SUFFIX} lesson.toml);;All files (*)"
        )
        if name:
            self.open_lesson(Path(name))

    def _made_text(self, key: str) -> LessonText:
        text = LessonText(self._shelf.lessons[key], self._theme)
        text.answered.connect(self._predict)
        text.skipped.connect(self._skip)
        text.run_pressed.connect(self.run)
        text.stop_pressed.connect(self.stop)
        text.preset_tried.connect(self.try_preset)
        text.preset_opened.connect(lambda number: self._open(self.attempt.lesson.changed(number)))
        text.open_wanted.connect(lambda: self._open(what_opens(self.attempt, self.plots)))
        text.sheet_wanted.connect(lambda: self.sheets.choose(self._key, self.attempt))
        return text

    def _open(self, shown: ExperimentConfig | State) -> None:
        """Have an experiment opened in Train, a view in Explore."""
        if isinstance(shown, ExperimentConfig):
            self.config_wanted.emit(shown, self.attempt.lesson.limits_of(self._key))
        else:
            self.state_wanted.emit(shown)

    def _show_list(self) -> None:
        entries = [
            LessonEntry(key, lesson.config.number, lesson.config.title)
            for key, lesson in self._shelf.lessons.items()
        ]
        self.list.show_lessons(entries, self._shelf.progress.done, self._key)

    # --- training -----------------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        """Whether something of a lesson trains."""
        return self._shelf.busy

    def advance(self) -> bool:
        """Take in what was trained; return whether anything changed."""
        return self._shelf.advance()

    def run(self) -> None:
        """Train the open lesson's runs; another lesson that trains is stopped."""
        self._act(self.attempt.start)

    def try_preset(self, number: int) -> None:
        """Train a changed experiment of the open lesson, by the preset's number from 0."""
        self._act(lambda: self.attempt.try_preset(number))

    def stop(self) -> None:
        """Stop what trains."""
        self.attempt.stop()
        self.follow()

    def _act(self, act: Callable[[], None]) -> None:
        self._shelf.stop_others(self._key)
        self.messages.remove(PROBLEM)
        try:
            act()
        except ProblemError as error:
            self.show_problem(error.problem)
        self.follow()

    def _predict(self, answer: int) -> None:
        self._shelf.predict(self._key, answer)
        self.follow()

    def _skip(self) -> None:
        self._shelf.skip(self._key)
        self.follow()

    def follow(self) -> None:
        """Show what became of the open lesson."""
        if self._shelf.tick():
            self._show_list()
        attempt = self.attempt
        self.text.show_attempt(attempt)
        sources, newest = shown_parts(attempt)
        config = attempt.lesson.config
        self.plots.set_kinds(config.plots, config.log_axes, metric=config.metric, members=config.members)
        self.plots.show_sources(sources, newest, live=attempt.busy)
        self._show_place()
        if attempt.problem is not None:
            self.show_problem(attempt.problem)
            attempt.problem = None

    def _show_place(self) -> None:
        """Say in the text where what is shown can be opened."""
        opened = what_opens(self.attempt, self.plots)
        self.text.show_place("Train" if isinstance(opened, ExperimentConfig) else "Explore")

    # --- the workspace of a window ------------------------------------------------------------------
    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through."""
        return (self.list, self.text, self.plots)

    def focus_widget(self) -> QWidget:
        """Return what takes the keyboard when the workspace is opened."""
        return self.list.rows

    def undo(self) -> None:
        """Take the last edit of the view that is shown back; a prediction that was acted on stays."""
        if self.plots.state is not None and self.plots.views.view is not None:
            self.plots.views.view.undo()

    def redo(self) -> None:
        """Do it again."""
        if self.plots.state is not None and self.plots.views.view is not None:
            self.plots.views.view.redo()

    def open_export_menu(self, anchor: QWidget) -> None:
        """Open what can be written of the lesson, under a button."""
        self.sheets.open_menu(anchor, self._key, self.attempt)

    def copy_figure(self) -> None:
        """Copy the plots that are shown."""
        self.sheets.copy()

    def close_message(self) -> None:
        """Close the message, as Escape does."""
        self.messages.remove(PROBLEM)

    def show_problem(self, problem: Problem) -> None:
        """Say in the page what is wrong."""
        self.messages.show_message(message_of(problem, PROBLEM))

    def _view_refused(self, problem: Problem | None) -> None:
        if problem is None:
            self.messages.remove(PROBLEM)
        else:
            self.show_problem(problem)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.list.set_theme(theme)
        self.plots.set_theme(theme)
        self.messages.set_theme(theme)
        for text in self._texts.values():
            text.set_theme(theme)

    def close_attempts(self) -> None:
        """End everything that trains."""
        self._shelf.close()

    def saved(self) -> dict[str, Any]:
        """Return what is worth remembering, as JSON-able data."""
        return self._shelf.saved(self._key)

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take that over again; a lesson whose file is gone is left out, and said where it was open."""
        problem = self._shelf.restore(stored)
        if problem is not None:
            self.show_problem(problem)
        self._show_list()
        self.show_lesson(self._shelf.progress.open)
        self.follow()

    # --- room, drops --------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the list and narrow the text where there is little room."""
        super().resizeEvent(event)
        width = event.size().width()
        self.list.set_narrow(width < LIST_FROM)
        self._middle.setFixedWidth(480 if width < TEXT_FROM else 560)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the message."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_message()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a lesson: a folder with one, its file, or a packed one."""
        path = dropped_path(event.mimeData())
        if path is not None and (path.is_dir() or is_lesson(path)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        path = dropped_path(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_lesson(path)
