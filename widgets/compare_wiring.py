"""Makes the Compare workspace of a window and joins it to the store and to the experiment being edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.store.store import Store
from widgets.compare.queue_desk import QueueDesk
from widgets.compare.race_wiring import RaceWiring
from widgets.compare.sweep_wiring import SweepWiring
from widgets.compare.workspace import ComparePage, CompareWorkspace, RunsPart
from widgets.stored_wiring import show_stored

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from lab.store.experiment import StoredExperiment
    from widgets.main_window import MainWindow


def make_compare(window: MainWindow) -> CompareWorkspace:
    """Return the workspace for a window, over the window's store."""
    store = Store() if window.store is None else window.store
    runs = RunsPart(store, window.theme)
    desk = QueueDesk(window.bridge, store, window.session.device_request, window)
    race = RaceWiring(window.session, desk, store, window.theme, window)
    sweep = SweepWiring(window.session, desk, store, window.theme)
    pages: dict[str, tuple[str, ComparePage]] = {
        "race": ("Race", race),
        "sweep": ("Sweep", sweep),
        "runs": ("Runs", runs),
    }
    workspace = CompareWorkspace(window.theme, pages)
    runs.refused.connect(workspace.show_problem)
    runs.page.plots.refused.connect(workspace.show_problem)
    runs.page.plots.written.connect(window.status.show_note)
    for part in (race, sweep):
        part.refused.connect(workspace.show_problem)
        part.noted.connect(window.status.show_note)

    def show_runs(group: str) -> None:
        runs.show_filtered(f'group == "{group}"')
        workspace.show_page("runs")

    sweep.runs_wanted.connect(show_runs)
    window.bridge.config_changed.connect(workspace.follow)
    window.bridge.data_changed.connect(workspace.follow)
    window.closing.connect(desk.close)
    workspace.messages.closed.connect(workspace.messages.remove)

    def use(config: ExperimentConfig) -> None:
        window.session.adopt(config)
        window.workspaces.choose("train")
        window.status.show_note("The run's parameters are in the form; undo brings the former ones back")

    def show(stored: StoredExperiment) -> None:
        problem = show_stored(window, stored)
        if problem is not None:
            workspace.show_problem(problem)

    runs.config_wanted.connect(use)
    runs.show_wanted.connect(show)
    return workspace
