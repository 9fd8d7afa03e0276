"""A view of Explore inside a lesson: live, with its own controls, and a way back to how the lesson has it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from lab.explore.states import State, view_name
from lab.lessons.view_values import SeenView
from widgets.controls import IconTextButton
from widgets.explore.side_panel import SidePanel
from widgets.explore.view import ExploreView
from widgets.theme import Theme

ROOMY = 960
"""From this width on a view's panel of controls is open at first."""


class LessonViews(QWidget):
    """Shows one state at a time; what a person changes in it stays until another one is shown.

    ``reset_button`` and ``controls_button`` belong into a strip above it.
    """

    refused = Signal(object)
    """A `Problem` with what was typed, or None once all is well again."""
    view_wanted = Signal(object)
    """A state of another view that a person asked to see."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._made: dict[str, ExploreView] = {}
        self._shown: tuple[str, State] | None = None
        self._wants_controls: bool | None = None
        self._stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.reset_button = IconTextButton("reset", "As the lesson has it", kind="ghost")
        self.reset_button.setToolTip("Take back what you changed in this view")
        self.reset_button.clicked.connect(self.reset)
        self.controls_button = IconTextButton("settings", "Show controls", kind="ghost")
        self.controls_button.clicked.connect(self._toggle_controls)

    @property
    def view(self) -> ExploreView | None:
        """The view on screen."""
        view = self._stack.currentWidget()
        return view if isinstance(view, ExploreView) else None

    @property
    def state(self) -> State | None:
        """What is on screen, a person's changes included."""
        view = self.view
        found: State | None = None if view is None else view.state()
        return found

    def show_view(self, title: str, seen: SeenView) -> None:
        """Show a view under its title, silently; the one that is shown already keeps what was changed."""
        state = seen.state
        view = self._view_of(view_name(state))
        if self._shown != (title, state):
            self._shown = (title, state)
            view.restore(state)
            self._stack.setCurrentWidget(view)
            self._show_controls()
            self._follow()
        if seen.simulated is not None and view.state() == state:
            view.take_progress(seen.simulated)

    def reset(self) -> None:
        """Show the state as the lesson has it; undo brings the changes back."""
        if self._shown is not None and self.view is not None:
            self.view.end_gesture()
            self.view.edit(self._shown[1])

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for button in (self.reset_button, self.controls_button):
            button.set_theme(theme)
        for view in self._made.values():
            view.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the controls away where there is little room."""
        super().resizeEvent(event)
        self._show_controls()

    def _view_of(self, name: str) -> ExploreView:
        """Return the view for states of a name, made when the first is shown."""
        from widgets.explore.registry import VIEWS

        if name not in self._made:
            entry = next(entry for entry in VIEWS.values() if name in entry.states)
            view = self._made[name] = entry.make(self._theme)
            view.state_changed.connect(lambda _state: self._follow())
            view.refused.connect(self.refused)
            view.view_wanted.connect(self.view_wanted)
            self._stack.addWidget(view)
        return self._made[name]

    def _follow(self) -> None:
        changed = self._shown is not None and self.state != self._shown[1]
        self.reset_button.setEnabled(changed)

    @property
    def has_controls(self) -> bool:
        """Whether the panel of controls is shown: as a person wants it, else where there is room."""
        return self.width() >= ROOMY if self._wants_controls is None else self._wants_controls

    def _toggle_controls(self) -> None:
        self._wants_controls = not self.has_controls
        self._show_controls()

    def _show_controls(self) -> None:
        shown = self.has_controls
        self.controls_button.setText("Hide controls" if shown else "Show controls")
        for panel in () if self.view is None else self.view.findChildren(SidePanel):
            if panel.objectName() == "side_left":
                panel.setVisible(shown)
