"""Makes the Compare workspace of a window and joins it to the store and to the experiment being edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.store.store import Store
from widgets.compare.workspace import ComparePage, CompareWorkspace, RunsPart

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from widgets.main_window import MainWindow


def make_compare(window: MainWindow) -> CompareWorkspace:
    """Return the workspace for a window, over the window's store."""
    store = Store() if window.store is None else window.store
    runs = RunsPart(store, window.theme)
    pages: dict[str, tuple[str, ComparePage]] = {"runs": ("Runs", runs)}
    workspace = CompareWorkspace(window.theme, pages)
    runs.refused.connect(workspace.show_problem)
    runs.page.plots.refused.connect(workspace.show_problem)
    runs.page.plots.written.connect(window.status.show_note)
    workspace.messages.closed.connect(workspace.messages.remove)

    def use(config: ExperimentConfig) -> None:
        window.session.adopt(config)
        window.workspaces.choose("train")
        window.status.show_note("The run's parameters are in the form; undo brings the former ones back")

    runs.config_wanted.connect(use)
    return workspace
