"""The workspaces of the window side by side: which one is open, and whose turn a shared command is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

if TYPE_CHECKING:
    from widgets.compare.workspace import CompareWorkspace
    from widgets.explore.workspace import ExploreWorkspace
    from widgets.lessons.workspace import LessonsWorkspace
    from widgets.main_window import MainWindow
    from widgets.theme import Theme

    AnyWorkspace = ExploreWorkspace | CompareWorkspace | LessonsWorkspace

LOG = logging.getLogger(__name__)

WORKSPACES: tuple[tuple[str, str], ...] = (
    ("train", "Train"),
    ("explore", "Explore"),
    ("compare", "Compare"),
    ("lessons", "Lessons"),
)
"""Workspaces that work, in the order of the tabs and of Ctrl+1, Ctrl+2, …"""
TRAIN_ONLY = (
    "run", "step", "epoch", "stop", "reset", "log_y", "log_x", "x_axis", "band", "members", "smooth", "view",
    "full", "add_plot", "default_plots", "form", "runs",
    "back", "forward", "back_far", "forward_far", "first_step", "latest", "best", "branch",
    *(f"{kind}_{number}" for kind in ("loss", "solo") for number in range(1, 9)),
)  # fmt: skip
"""Commands that rest while another workspace is open: what they act on is out of sight."""
EXPLORE_ONLY = ("copy_state", "paste_state", "next_explore", "previous_explore")
"""Commands that rest while Explore is not open."""


class Workspace(Protocol):
    """What all workspaces but Train do, which the window itself looks after."""

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through."""

    def focus_widget(self) -> QWidget:
        """Return what takes the keyboard when the workspace is opened."""

    def undo(self) -> None:
        """Take back the last change."""

    def redo(self) -> None:
        """Do it again."""

    def open_export_menu(self, anchor: QWidget) -> None:
        """Open what exports, under a button."""

    def copy_figure(self) -> None:
        """Copy the figure that is looked at."""

    def close_message(self) -> None:
        """Close a message, as Escape does."""

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""

    def saved(self) -> dict[str, Any]:
        """Return what is worth remembering, as JSON-able data."""

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take that over again."""


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
        self._compare: CompareWorkspace | None = None
        self._lessons: LessonsWorkspace | None = None
        self._states: dict[str, Mapping[str, Any]] = {}
        self._name = WORKSPACES[0][0]
        self.stack = QStackedWidget()
        self.stack.addWidget(self.train)
        window.top.workspace_chosen.connect(self.choose)
        window.bridge.moment_passed.connect(self._follow)

    @property
    def explore(self) -> ExploreWorkspace:
        """The Explore workspace, made when it is first needed: many start the lab to train."""
        if self._explore is None:
            from widgets.explore.workspace import ExploreWorkspace

            self._explore = ExploreWorkspace(self._window.theme)
            self._explore.noted.connect(self._window.status.show_note)
            self._begin("explore", self._explore)
        return self._explore

    @property
    def compare(self) -> CompareWorkspace:
        """The Compare workspace, made when it is first needed."""
        if self._compare is None:
            from widgets.compare_wiring import make_compare

            self._compare = make_compare(self._window)
            self._begin("compare", self._compare)
        return self._compare

    @property
    def lessons(self) -> LessonsWorkspace:
        """The Lessons workspace, made when it is first needed."""
        if self._lessons is None:
            from widgets.lessons_wiring import make_lessons

            self._lessons = make_lessons(self._window)
            self._begin("lessons", self._lessons)
        return self._lessons

    def _begin(self, name: str, workspace: AnyWorkspace) -> None:
        """Take a workspace that was just made into the window."""
        self.stack.addWidget(workspace)
        self._restore(name, workspace)
        workspace.set_theme(self._window.theme)

    @property
    def name(self) -> str:
        """Name of the open workspace."""
        return self._name

    @property
    def other(self) -> AnyWorkspace | None:
        """The open workspace, ``None`` where that is Train."""
        return self._made.get(self._name)

    @property
    def _made(self) -> dict[str, AnyWorkspace | None]:
        """Name → workspace, ``None`` where it was not needed yet."""
        return {"explore": self._explore, "compare": self._compare, "lessons": self._lessons}

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts of the open workspace that F6 walks through."""
        return self._window.workspace.panels if self.other is None else self.other.panels

    def show(self, name: str) -> None:
        """Open a workspace, silently; an unknown one opens Train."""
        names = [key for key, _ in WORKSPACES]
        self._name = name if name in names else names[0]
        train = self._name == "train"
        self.stack.setCurrentWidget(self.train if train else getattr(self, self._name))
        self._window.top.show_workspace(names.index(self._name))
        self._window.top.show_run_controls(train)
        resting = () if train else TRAIN_ONLY
        self._window.commands.set_resting(resting if self._name == "explore" else (*resting, *EXPLORE_ONLY))
        if self._name == "compare":
            self.compare.follow()

    def choose(self, name: str) -> None:
        """Open the workspace that a person chose, ready for the keyboard."""
        self.show(name)
        part = self._window.workspace.centre if self.other is None else self.other.focus_widget()
        part.setFocus(Qt.FocusReason.OtherFocusReason)

    def for_train(self, act: Callable[[], object]) -> Callable[[], None]:
        """Return an act that opens Train first: what it shows, it shows there."""

        def acting() -> None:
            if self.other is not None:
                self.choose("train")
            act()

        return acting

    def set_theme(self, theme: Theme) -> None:
        """Have the workspaces that are made take another theme."""
        for workspace in self._made.values():
            if workspace is not None:
                workspace.set_theme(theme)

    def _follow(self) -> None:
        """Show what came into the store, while Compare is open."""
        if self._compare is not None and self._name == "compare":
            self._compare.follow()

    # --- what is remembered -----------------------------------------------------------------------
    def saved(self) -> dict[str, dict[str, Any]]:
        """Return what each workspace wants remembered, as JSON-able data."""
        return {
            name: dict(self._states.get(name, {})) if workspace is None else workspace.saved()
            for name, workspace in self._made.items()
        }

    def restore(self, stored: Mapping[str, Mapping[str, Any]]) -> None:
        """Take over what workspaces remembered, now or when they are made."""
        self._states = dict(stored)
        for name, workspace in self._made.items():
            if workspace is not None:
                self._restore(name, workspace)

    def _restore(self, name: str, workspace: Workspace) -> None:
        try:
            workspace.restore(self._states.get(name, {}))
        except Exception:
            LOG.exception("%s could not be restored", name)

    # --- commands of all ----------------------------------------------------------------------------
    def undo(self) -> None:
        """Take back the last edit of the experiment, or of the open workspace."""
        (self._window.session if self.other is None else self.other).undo()

    def redo(self) -> None:
        """Do it again."""
        (self._window.session if self.other is None else self.other).redo()

    def export(self) -> None:
        """Open what exports."""
        if self.other is None:
            self._window.exports.open()
        else:
            self.other.open_export_menu(self._window.top.export)

    def copy(self) -> None:
        """Copy a figure."""
        if self.other is None:
            self._window.exports.copy()
        else:
            self.other.copy_figure()
