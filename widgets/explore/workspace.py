"""The Explore workspace: a strip with the views and what all of them can do, and the view below it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from lab.explore.claims import CLAIMS
from lab.explore.state_text import dump_state, parse_state
from lab.explore.states import TITLES, State, view_name
from lab.problems import Problem, ProblemError
from widgets.explore.claims_popover import ClaimsPopover
from widgets.explore.figure_files import FigureFiles
from widgets.explore.registry import VIEWS, ViewEntry
from widgets.explore.strip import ExploreStrip
from widgets.explore.view import ExploreView
from widgets.message_card import Choice, Message, MessageArea, message_of
from widgets.theme import Theme

LOG = logging.getLogger(__name__)
PROBLEM = "explore"
"""Key of the message that says what went wrong."""
CLAIM = "claim"
"""Key of the message that says what is right about a claim."""


class ExploreWorkspace(QWidget):
    """Shows one view at a time. Views are made when they are first seen.

    Parameters
    ----------
    theme
        Its appearance.
    views
        What there is to see; by default all views of the program.
    """

    view_changed = Signal(str)
    """Another view is on screen: its name."""
    state_changed = Signal()
    """A state changed, by an edit or by undo."""
    noted = Signal(str)
    """Something was done that leaves no trace on screen: a sentence for the status bar."""

    def __init__(
        self, theme: Theme, views: Mapping[str, ViewEntry] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries = dict(VIEWS if views is None else views)
        self._made: dict[str, ExploreView] = {}
        self._stored: dict[str, str] = {}
        self._texts: dict[str, tuple[State, str]] = {}
        self._name = next(iter(self._entries), "")
        self.strip = ExploreStrip(theme, tuple((n, e.title, e.tip) for n, e in self._entries.items()))
        self.messages = MessageArea(theme)
        self.files = FigureFiles(self)
        self.claims = ClaimsPopover(self)
        self._stack = QStackedWidget()

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.messages)
        column.addWidget(self._stack, 1)

        self.strip.view_chosen.connect(self.choose_view)
        self.strip.claims_pressed.connect(self.open_claims)
        self.claims.chosen.connect(self.show_claim)
        self.strip.undo_pressed.connect(self.undo)
        self.strip.redo_pressed.connect(self.redo)
        self.strip.copy_pressed.connect(self.copy_text)
        self.strip.paste_pressed.connect(self.paste_text)
        self.strip.reset_pressed.connect(self.reset)
        self.messages.closed.connect(self.messages.remove)
        self.messages.chosen.connect(self._message_chosen)
        self.messages.copy_wanted.connect(lambda text: QGuiApplication.clipboard().setText(text))
        self.files.refused.connect(self.show_problem)
        self.files.written.connect(self.noted)
        self.strip.show_view(self._name)

    # --- views ------------------------------------------------------------------------------------
    @property
    def views(self) -> tuple[str, ...]:
        """Names of all views."""
        return tuple(self._entries)

    @property
    def view_name(self) -> str:
        """Name of the view on screen."""
        return self._name

    @property
    def view(self) -> ExploreView:
        """The view on screen."""
        return self.made(self._name)

    def made(self, name: str) -> ExploreView:
        """Return a view, made now if it was never seen."""
        if name not in self._made:
            view = self._entries[name].make(self._theme)
            self._made[name] = view
            self._stack.addWidget(view)
            text = self._stored.pop(name, "")
            if text:
                self._restore_view(name, view, text)
            view.state_changed.connect(lambda _state, view=view: self._follow(view))
            view.refused.connect(self._view_refused)
            view.view_wanted.connect(self.open_state)
        return self._made[name]

    def show_view(self, name: str) -> None:
        """Show a view, silently."""
        if name not in self._entries:
            return
        self._name = name
        self.strip.show_view(name)
        self.messages.remove(PROBLEM)
        self.messages.remove(CLAIM)
        if self.isVisible():
            self._bring()

    def choose_view(self, name: str) -> None:
        """Show the view that a person chose."""
        if name in self._entries and name != self._name:
            self.show_view(name)
            self.view_changed.emit(name)

    def step_view(self, step: int) -> None:
        """Show the next (1) or previous (−1) view."""
        names = self.views
        self.choose_view(names[(names.index(self._name) + step) % len(names)])

    def open_state(self, state: State) -> None:
        """Show a state in its view, as an edit of that view."""
        wanted = view_name(state)
        name = next((n for n, entry in self._entries.items() if wanted in entry.states), None)
        if name is None:
            self.show_problem(Problem(f"There is no view for {TITLES[wanted].lower()} here."))
            return
        view = self.made(name)
        self.choose_view(name)
        problem = view.open_state_text(dump_state(state))
        if problem is not None:
            self.show_problem(problem)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.strip.set_theme(theme)
        self.messages.set_theme(theme)
        self.claims.set_theme(theme)
        for view in self._made.values():
            view.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the view that is seen now."""
        super().showEvent(event)
        self._bring()

    def _bring(self) -> None:
        if self._name:
            self._stack.setCurrentWidget(self.view)
            self._follow(self.view)

    def _follow(self, view: ExploreView) -> None:
        if view is self._made.get(self._name):
            self.strip.show_history(can_undo=view.can_undo, can_redo=view.can_redo)
        self.state_changed.emit()

    # --- what all views can do --------------------------------------------------------------------
    def undo(self) -> None:
        """Take the last edit of the view back."""
        self.view.undo()

    def redo(self) -> None:
        """Do it again."""
        self.view.redo()

    def reset(self) -> None:
        """Return the view to where it began."""
        self.messages.remove(PROBLEM)
        self.view.reset()

    def copy_text(self) -> None:
        """Put the state as TOML into the clipboard."""
        QGuiApplication.clipboard().setText(self.view.copy_state_text())
        self.noted.emit("The view is in the clipboard as TOML")

    def paste_text(self) -> None:
        """Show the state whose TOML is in the clipboard, in its view."""
        self.open_text(QGuiApplication.clipboard().text())

    def open_text(self, text: str) -> Problem | None:
        """Show a state from TOML text in its view, or say what is wrong with the text."""
        if not text.strip():
            problem = Problem("The clipboard holds no text", "Copy a view as TOML first.")
            self.show_problem(problem)
            return problem
        try:
            state = parse_state(text)
        except ProblemError as error:
            self.show_problem(error.problem)
            return error.problem
        self.messages.remove(PROBLEM)
        self.open_state(state)
        return None

    def open_export_menu(self, anchor: QWidget) -> None:
        """Open that menu under a button."""
        menu = self.files.menu(self.view, self._name)
        menu.aboutToHide.connect(menu.deleteLater)
        corner = anchor.rect().bottomRight()
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.popup(anchor.mapToGlobal(corner))

    def copy_figure(self) -> None:
        """Put the view's figure into the clipboard."""
        self.files.copy(self.view)

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through."""
        return self.strip, self.view

    def focus_widget(self) -> QWidget:
        """Return what takes the keyboard when the workspace is opened."""
        return self.view.focus_widget()

    # --- claims -----------------------------------------------------------------------------------
    def open_claims(self) -> None:
        """List what is often said of these losses."""
        self.claims.open_at(self.strip.claims)

    def show_claim(self, row: str) -> None:
        """Open the view that shows a claim, with what is right about it above."""
        claim = CLAIMS[row]
        self.open_state(claim.state)
        rows = list(CLAIMS)
        following = rows[(rows.index(row) + 1) % len(rows)]
        self.messages.show_message(
            Message(
                CLAIM, claim.claim, f"{claim.verdict.capitalize()}. {claim.statement}",
                "ok" if claim.verdict == "right" else "info",
                (Choice("Next claim", following), Choice("All claims", "list", flat=True)),
            )
        )  # fmt: skip

    def _message_chosen(self, key: str, choice: str) -> None:
        if key == CLAIM:
            if choice == "list":
                self.open_claims()
            else:
                self.show_claim(choice)

    # --- messages ---------------------------------------------------------------------------------
    def show_problem(self, problem: Problem) -> None:
        """Say above the view what went wrong."""
        self.messages.show_message(message_of(problem, PROBLEM))

    def close_message(self) -> None:
        """Close the newest message above the view."""
        keys = self.messages.keys
        if keys:
            self.messages.remove(keys[0])

    def _view_refused(self, problem: Problem | None) -> None:
        if problem is None:
            self.messages.remove(PROBLEM)
        else:
            self.show_problem(problem)

    # --- what is remembered -----------------------------------------------------------------------
    def saved(self) -> dict[str, Any]:
        """Return view and states, as JSON-able data."""
        states = dict(self._stored)
        for name, view in self._made.items():
            state, text = self._texts.get(name, (None, ""))
            if state is not view.state():
                text = view.copy_state_text()
                self._texts[name] = view.state(), text
            states[name] = text
        return {"view": self._name, "states": states}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take over what was saved, silently; what does not fit is logged and left at its default."""
        states = stored.get("states")
        for name, text in states.items() if isinstance(states, Mapping) else ():
            if name not in self._entries or not isinstance(text, str):
                continue
            if name in self._made:
                self._restore_view(name, self._made[name], text)
            else:
                self._stored[name] = text
        wanted = stored.get("view")
        if isinstance(wanted, str):
            self.show_view(wanted)

    def _restore_view(self, name: str, view: ExploreView, text: str) -> None:
        try:
            state = parse_state(text)
            if view_name(state) in self._entries[name].states:
                view.restore(state)
        except Exception:
            LOG.exception("the view %s could not be restored", name)
