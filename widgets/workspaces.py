"""The workspaces of the window side by side: which one is open, and whose turn a shared command is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

if TYPE_CHECKING:
    from widgets.explore.workspace import ExploreWorkspace
    from widgets.main_window import MainWindow
    from widgets.theme import Theme

LOG = logging.getLogger(__name__)

WORKSPACES: tuple[tuple[str, str], ...] = (("train", "Train"), ("explore", "Explore"))
"""Workspaces that work, in the order of the tabs and of Ctrl+1, Ctrl+2."""
TRAIN_ONLY = (
    "run", "step", "epoch", "stop", "reset", "log_y", "log_x", "x_axis", "band", "members", "smooth", "view",
    "full", "add_plot", "default_plots", "form", "runs",
    *(f"{kind}_{number}" for kind in ("loss", "solo") for number in range(1, 9)),
)  # fmt: skip
"""Commands that rest while Explore is open: what they act on is out of sight."""
EXPLORE_ONLY = ("copy_state", "paste_state", "next_explore", "previous_explore")
"""Commands that rest while Train is open."""


class Workspaces(QObject):
    """Shows one workspace of a window and sends undo, redo, export and copy to it.

    Parameters
    ----------
    window
        The window; its parts are made already.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.train: QWidget = window.workspace
        self._explore: ExploreWorkspace | None = None
        self._explore_state: Mapping[str, Any] = {}
        self.stack = QStackedWidget()
        self.stack.addWidget(self.train)
        window.top.workspace_chosen.connect(self.choose)

    @property
    def explore(self) -> ExploreWorkspace:
        """The Explore workspace, made when it is first needed: many start the lab to train."""
        if self._explore is None:
            from widgets.explore.workspace import ExploreWorkspace

            self._explore = ExploreWorkspace(self._window.theme)
            self.stack.addWidget(self._explore)
            self._explore.noted.connect(self._window.status.show_note)
            self._restore_explore(self._explore)
            self._explore.set_theme(self._window.theme)
        return self._explore

    @property
    def name(self) -> str:
        """Name of the open workspace."""
        return WORKSPACES[self.stack.currentIndex()][0]

    @property
    def exploring(self) -> bool:
        """Whether Explore is open."""
        return self.name == "explore"

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts of the open workspace that F6 walks through."""
        return self.explore.panels if self.exploring else self._window.workspace.panels

    def show(self, name: str) -> None:
        """Open a workspace, silently; an unknown one opens Train."""
        names = [key for key, _ in WORKSPACES]
        number = names.index(name) if name in names else 0
        self.stack.setCurrentWidget(self.explore if names[number] == "explore" else self.train)
        self._window.top.show_workspace(number)
        self._window.top.show_run_controls(not self.exploring)
        self._window.commands.set_resting(TRAIN_ONLY if self.exploring else EXPLORE_ONLY)

    def choose(self, name: str) -> None:
        """Open the workspace that a person chose, ready for the keyboard."""
        self.show(name)
        part = self.explore.view.focus_widget() if self.exploring else self._window.workspace.centre
        part.setFocus(Qt.FocusReason.OtherFocusReason)

    def for_train(self, act: Callable[[], object]) -> Callable[[], None]:
        """Return an act that opens Train first: what it shows, it shows there."""

        def acting() -> None:
            if self.exploring:
                self.choose("train")
            act()

        return acting

    def set_theme(self, theme: Theme) -> None:
        """Have Explore take another theme, if it is made."""
        if self._explore is not None:
            self._explore.set_theme(theme)

    # --- what is remembered -----------------------------------------------------------------------
    def saved(self) -> dict[str, Any]:
        """Return what Explore wants remembered, as JSON-able data."""
        return dict(self._explore_state) if self._explore is None else self._explore.saved()

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take over what Explore remembered, now or when it is made."""
        self._explore_state = stored
        if self._explore is not None:
            self._restore_explore(self._explore)

    def _restore_explore(self, explore: ExploreWorkspace) -> None:
        try:
            explore.restore(self._explore_state)
        except Exception:
            LOG.exception("explore could not be restored")

    # --- commands of both ---------------------------------------------------------------------------
    def undo(self) -> None:
        """Take back the last edit of the experiment, or of the view."""
        (self.explore.undo if self.exploring else self._window.session.undo)()

    def redo(self) -> None:
        """Do it again."""
        (self.explore.redo if self.exploring else self._window.session.redo)()

    def export(self) -> None:
        """Open what exports."""
        if self.exploring:
            self.explore.open_export_menu(self._window.top.export)
        else:
            self._window.exports.open()

    def copy(self) -> None:
        """Copy a figure."""
        if self.exploring:
            self.explore.copy_figure()
        else:
            self._window.exports.copy()
