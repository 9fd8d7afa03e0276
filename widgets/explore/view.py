"""What every view of the explorer does: shows a state, takes edits, undoes them, copies, exports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, QSizeF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from lab.explore import figures
from lab.explore.efficiency import EfficiencyProgress
from lab.explore.history import History
from lab.explore.state_text import dump_state, parse_state
from lab.explore.states import State
from lab.panels import Panel
from lab.problems import Problem, ProblemError
from widgets.theme import Theme


class ExploreView(QWidget):
    """One view. It owns its state; the workspace around it owns the toolbar.

    A subclass makes its parts, then calls ``super().__init__`` first and `begin` last, and implements
    `show_state`: draw a state, silently. Its parts' signals lead to `change` or `edit`; both show the new
    state and tell the outside once. A drag passes one ``gesture`` for all its edits, so that undo takes it
    back as a whole, and calls `end_gesture` when it is let go.

    Parameters
    ----------
    theme
        Its appearance.
    state
        What it shows at first, and what Reset returns to.
    """

    state_changed = Signal(object)
    """A person changed the state (an edit, undo, redo, reset or a pasted text); the new state."""
    refused = Signal(object)
    """A `Problem` with what was typed or pasted, or None once all is well again."""
    view_wanted = Signal(object)
    """A state of another view that a person asked to see."""

    def __init__(self, theme: Theme, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._first = state
        self._history = History(state)
        self._gesture = ""

    # --- what a subclass implements -------------------------------------------------------------------
    def show_state(self, state: State) -> None:
        """Draw a state, silently; called for every edit and every frame of a drag."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """Take another theme. A subclass passes it on to its parts."""
        self.theme = theme
        self.update()

    def figure_size(self) -> QSize:
        """Return the size in logical pixels of what `paint_figure` paints; empty where panels are drawn."""
        return QSize()

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint the picture for export, where it is not made of panels."""

    def take_progress(self, progress: EfficiencyProgress) -> None:
        """Take over what was simulated elsewhere for the state on screen, where a view simulates."""

    def focus_widget(self) -> QWidget:
        """Return what takes the keyboard when the view is opened."""
        return self

    def reset_zoom(self) -> None:
        """Show whole ranges again, where a view can be zoomed."""

    # --- state ------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Show the first state: the last line of a subclass's constructor."""
        self.show_state(self._history.state)

    def state(self) -> Any:
        """Return the state on screen: a value of `lab.explore.states.STATES`."""
        return self._history.state

    def restore(self, state: State) -> None:
        """Show a state from outside, silently; what was before it cannot be undone to."""
        self._history = History(state)
        self._gesture = ""
        self.show_state(state)

    # --- a person's edits -------------------------------------------------------------------------
    def edit(self, state: State, *, gesture: str = "") -> None:
        """Take a person's edit: show it, remember it for undo, tell the outside."""
        if state == self._history.state:
            return
        same = bool(gesture) and gesture == self._gesture and self._history.can_undo
        self._gesture = gesture
        self._take(self._history.done(state, same_gesture=same))

    def change(self, *, gesture: str = "", **changes: Any) -> Problem | None:
        """Take a person's edit of some fields; say what is wrong with them, if anything."""
        return self.attempt(lambda: replace(self._history.state, **changes), gesture=gesture)

    def attempt(self, make: Callable[[], State], *, gesture: str = "") -> Problem | None:
        """Take the edit that ``make`` returns; what it refuses is told by `refused` and returned."""
        try:
            state = make()
        except ProblemError as error:
            self.refused.emit(error.problem)
            return error.problem
        self.refused.emit(None)
        self.edit(state, gesture=gesture)
        return None

    def end_gesture(self) -> None:
        """Let the next edit be one of its own for undo."""
        self._gesture = ""

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit."""
        return self._history.can_redo

    def undo(self) -> None:
        """Take the last edit back."""
        if self._history.can_undo:
            self._gesture = ""
            self._take(self._history.undone())

    def redo(self) -> None:
        """Do the last undone edit again."""
        if self._history.can_redo:
            self._gesture = ""
            self._take(self._history.redone())

    def reset(self) -> None:
        """Return to the first state and to whole ranges; this can be undone."""
        self.end_gesture()
        self.reset_zoom()
        self.refused.emit(None)
        self.edit(self._first)

    def _take(self, history: History) -> None:
        self._history = history
        self.show_state(history.state)
        self.state_changed.emit(history.state)

    # --- texts and files --------------------------------------------------------------------------
    def copy_state_text(self) -> str:
        """Return the state as TOML text."""
        return dump_state(self._history.state)

    def open_state_text(self, text: str) -> Problem | None:
        """Show a state from TOML text as an edit, or say what is wrong with the text."""
        try:
            state = parse_state(text)
        except ProblemError as error:
            return error.problem
        if type(state) is not type(self._history.state):
            return Problem("The text is a state of another view.")
        self.end_gesture()
        self.edit(state)
        return None

    def export_panels(self) -> tuple[Panel, ...]:
        """Return the pictures as panels for figures, or nothing where `paint_figure` paints them."""
        return figures.panels(self._history.state)

    def export_csv(self) -> str:
        """Return the numbers on screen as CSV text."""
        return figures.csv_text(self._history.state)
