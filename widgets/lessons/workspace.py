"""The Lessons workspace: the list, the lesson that is open, and the plots of its runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from lab.config import ExperimentConfig
from lab.lessons.attempt import Attempt, run_titles
from lab.lessons.lesson import Lesson
from lab.lessons.reading import SUFFIX, built_in, load_lesson, read_lesson
from lab.problems import Problem, ProblemError
from widgets.files import dropped_path
from widgets.lessons.lesson_list import LessonEntry, LessonList
from widgets.lessons.lesson_plots import LessonPlots
from widgets.lessons.lesson_text import LessonText
from widgets.lessons.progress import Progress
from widgets.lessons.sheet_writing import write_sheet
from widgets.message_card import MessageArea, message_of
from widgets.theme import Theme

LOG = logging.getLogger(__name__)
ROOMY = 1360
"""Below this width the list shows numbers only and the text is narrower."""
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
    config_wanted = Signal(object)
    """An experiment that is to be opened in Train."""

    def __init__(
        self, theme: Theme, make_attempt: Callable[[Lesson], Attempt], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._make_attempt = make_attempt
        self._lessons: dict[str, Lesson] = {key: load_lesson(key) for key in built_in()}
        self._attempts: dict[str, Attempt] = {}
        self._texts: dict[str, LessonText] = {}
        self._progress = Progress()
        self._key = ""
        self.setAcceptDrops(True)
        self.list = LessonList(theme)
        self.messages = MessageArea(theme)
        self.plots = LessonPlots(theme)
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
        self.show_lesson(next(iter(self._lessons)))

    # --- lessons ------------------------------------------------------------------------------------
    @property
    def key(self) -> str:
        """Key of the open lesson."""
        return self._key

    @property
    def attempt(self) -> Attempt:
        """The learner's way through the open lesson."""
        return self._attempts[self._key]

    @property
    def text(self) -> LessonText:
        """The text of the open lesson."""
        return self._texts[self._key]

    def show_lesson(self, key: str) -> None:
        """Open a lesson by its key; an unknown one leaves what is open."""
        if key not in self._lessons:
            return
        if key not in self._attempts:
            self._attempts[key] = self._make_attempt(self._lessons[key])
            answer = self._progress.answers.get(key, 0)
            if answer:
                self._attempts[key].predict(answer)
            self._texts[key] = self._made_text(key)
            self._reading.addWidget(self._texts[key])
        self._key = key
        for name, text in self._texts.items():
            text.setVisible(name == key)
        self._show_list()
        self.follow()

    def open_lesson(self, path: Path) -> None:
        """Open a lesson of a person's own; what is wrong with it is said in the page."""
        try:
            lesson = read_lesson(path)
        except ProblemError as error:
            self.show_problem(error.problem)
            return
        key = str(path.absolute())
        self.messages.remove(PROBLEM)
        self._forget(key)
        self._lessons[key] = lesson
        if key not in self._progress.own:
            self._progress.own.append(key)
        self.show_lesson(key)

    def choose_file(self) -> None:
        """Ask for a lesson's file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Open a lesson", "", f"Lessons (*{SUFFIX} lesson.toml);;All files (*)"
        )
        if name:
            self.open_lesson(Path(name))

    def _forget(self, key: str) -> None:
        """Drop what was shown of a lesson whose file is read anew."""
        attempt, text = self._attempts.pop(key, None), self._texts.pop(key, None)
        if attempt is not None:
            attempt.close()
        if text is not None:
            self._reading.removeWidget(text)
            text.deleteLater()
        self._progress.forget(key)

    def _made_text(self, key: str) -> LessonText:
        text = LessonText(self._lessons[key], self._theme)
        text.answered.connect(self._predict)
        text.skipped.connect(self._skip)
        text.run_pressed.connect(self.run)
        text.stop_pressed.connect(self.stop)
        text.preset_tried.connect(self.try_preset)
        text.preset_opened.connect(lambda number: self.config_wanted.emit(self.attempt.preset_config(number)))
        text.train_wanted.connect(lambda: self.config_wanted.emit(self._shown_config()))
        text.sheet_wanted.connect(self.choose_sheet)
        return text

    def _shown_config(self) -> ExperimentConfig:
        """Return the experiment whose plots are shown, else the lesson's first."""
        source = self.plots.source
        return next(iter(self.attempt.lesson.experiments.values())) if source is None else source.run_config

    def _show_list(self) -> None:
        entries = [
            LessonEntry(key, lesson.config.number, lesson.config.title)
            for key, lesson in self._lessons.items()
        ]
        self.list.show_lessons(entries, self._progress.done, self._key)

    # --- training -----------------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        """Whether something of a lesson trains."""
        return any(attempt.busy for attempt in self._attempts.values())

    def advance(self) -> bool:
        """Take in what was trained; return whether anything changed."""
        changes = [attempt.advance() for attempt in self._attempts.values()]
        return any(changes)

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
        for key, attempt in self._attempts.items():
            if key != self._key:
                attempt.stop()
        self.messages.remove(PROBLEM)
        try:
            act()
        except ProblemError as error:
            self.show_problem(error.problem)
        self.follow()

    def _predict(self, answer: int) -> None:
        self.attempt.predict(answer)
        self._progress.answers[self._key] = self.attempt.answer
        self.follow()

    def _skip(self) -> None:
        self.attempt.skip()
        self.follow()

    def follow(self) -> None:
        """Show what became of the open lesson."""
        for key, attempt in self._attempts.items():
            if attempt.state == "finished" and key not in self._progress.done:
                self._progress.done.add(key)
                self._show_list()
        attempt = self.attempt
        self.text.show_attempt(attempt)
        sources, newest = self._sources(attempt)
        self.plots.show_sources(sources, newest, live=attempt.busy)
        if attempt.problem is not None:
            self.show_problem(attempt.problem)
            attempt.problem = None

    @staticmethod
    def _sources(attempt: Attempt) -> tuple[dict[str, Any], str]:
        """Return title → what can be plotted, and which to plot: what trains, at the end the first run."""
        titles = run_titles(attempt.lesson.config)
        sources: dict[str, Any] = {titles[name]: session for name, session in attempt.sessions.items()}
        if attempt.trial is not None and attempt.trial_session is not None:
            sources[f"Changed: {attempt.lesson.config.presets[attempt.trial].label}"] = attempt.trial_session
        active = attempt.active_run
        if active is not None:
            return sources, titles[active]
        first_again = attempt.trial is None and attempt.state == "finished"
        return sources, next(iter(sources) if first_again else reversed(sources), "")

    # --- the lab sheet ------------------------------------------------------------------------------
    def choose_sheet(self) -> None:
        """Ask where the lab sheet goes and write it."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the lab sheet", f"{Path(self._key).stem}-lab-sheet.html", "HTML (*.html)"
        )
        if name:
            self.write_sheet(Path(name))

    def write_sheet(self, path: Path) -> None:
        """Write the lab sheet of the open lesson, with the plots that are shown and tables beside it."""
        try:
            written = write_sheet(self.attempt, self.plots.panels(), path)
        except ProblemError as error:
            self.show_problem(error.problem)
        else:
            self.noted.emit(f"{path.name} and {len(written) - 1} tables are in {path.parent}")

    # --- the workspace of a window ------------------------------------------------------------------
    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through."""
        return (self.list, self.text, self.plots)

    def focus_widget(self) -> QWidget:
        """Return what takes the keyboard when the workspace is opened."""
        return self.list.rows

    def undo(self) -> None:
        """Do nothing: a prediction that was acted on stays."""

    def redo(self) -> None:
        """Do nothing."""

    def open_export_menu(self, anchor: QWidget) -> None:
        """Open what can be written of the lesson, under a button."""
        menu = QMenu(anchor)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet = menu.addAction("Lab sheet …", self.choose_sheet)
        sheet.setEnabled(self.attempt.state == "finished")
        figure = menu.addAction("Copy the plots", self.copy_figure)
        figure.setEnabled(self.plots.source is not None)
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def copy_figure(self) -> None:
        """Copy the plots that are shown."""
        from PySide6.QtGui import QGuiApplication

        from widgets.figure import image_for_clipboard

        panels = self.plots.panels()
        if panels:
            QGuiApplication.clipboard().setImage(image_for_clipboard(panels))
            self.noted.emit("The lesson's plots are in the clipboard")

    def close_message(self) -> None:
        """Close the message, as Escape does."""
        self.messages.remove(PROBLEM)

    def show_problem(self, problem: Problem) -> None:
        """Say in the page what is wrong."""
        self.messages.show_message(message_of(problem, PROBLEM))

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
        for attempt in self._attempts.values():
            attempt.close()

    def saved(self) -> dict[str, Any]:
        """Return what is worth remembering, as JSON-able data."""
        return replace(self._progress, open=self._key).saved()

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take that over again; a lesson whose file is gone is left out."""
        progress = Progress.restored(stored)
        for path in progress.own:
            try:
                self._lessons[path] = read_lesson(Path(path))
            except ProblemError as error:
                LOG.warning("a lesson was not restored: %s", error)
        progress.own = [path for path in progress.own if path in self._lessons]
        progress.done &= set(self._lessons)
        progress.answers = {
            key: answer for key, answer in progress.answers.items() if self._fits(key, answer)
        }
        self._progress = progress
        for key, attempt in self._attempts.items():
            if key in progress.answers:
                attempt.predict(progress.answers[key])
        self._show_list()
        self.show_lesson(progress.open)
        self.follow()

    def _fits(self, key: str, answer: int) -> bool:
        """Return whether a lesson asks for a prediction and has an answer of this number."""
        lesson = self._lessons.get(key)
        prediction = None if lesson is None else lesson.config.prediction
        return prediction is not None and answer <= len(prediction.answers)

    # --- room, drops --------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the list where there is little room."""
        super().resizeEvent(event)
        narrow = event.size().width() < ROOMY
        self.list.set_narrow(narrow)
        self._middle.setFixedWidth(480 if narrow else 560)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the message."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_message()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a lesson: a folder with one, its file, or a packed one."""
        path = dropped_path(event.mimeData())
        if path is not None and (path.is_dir() or path.suffix == SUFFIX or path.name == "lesson.toml"):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        path = dropped_path(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_lesson(path)
