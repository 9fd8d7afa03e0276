"""Between advice and the session: what a person tries edits the experiment, and findings are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lab.problems import Remedy
from lab.session_state import OVER
from widgets.bridge import Bridge
from widgets.plots.grid import PlotGrid
from widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from lab.session import Session

RESTING = ("paused", *OVER)
"""States of a session in which advice is counted: nothing trains, so it disturbs nothing."""


class AdviceWiring(QObject):
    """Carries out what advice offers, and counts findings in the status bar when runs come to rest.

    Parameters
    ----------
    session, bridge
        What is judged, and when.
    grid
        Where advice is shown.
    status
        Where its findings are counted.
    """

    refused = Signal(object)
    """A `Problem` with what was to be tried."""
    changed = Signal(str)
    """The path of the setting that a remedy changed, the first of several."""
    train_wanted = Signal()
    """The plots are to be seen."""

    def __init__(self, session: Session, bridge: Bridge, grid: PlotGrid, status: StatusBar) -> None:
        super().__init__(bridge)
        self._session, self._grid, self._status = session, grid, status
        grid.remedy_chosen.connect(self.carry_out)
        grid.kinds_changed.connect(lambda _kinds: self.count())
        bridge.state_changed.connect(self.count)
        bridge.problem_changed.connect(self.count)
        status.findings_pressed.connect(self.show_advice)

    def carry_out(self, remedy: Remedy) -> None:
        """Edit the experiment as a remedy says, which undo takes back; one that runs again does so."""
        problem = self._session.edit(remedy.changes)
        if problem is not None:
            self.refused.emit(problem)
            return
        if remedy.label.startswith("Run"):
            self._session.start()
        else:
            self._status.show_note("Changed in the form; run again to see, or undo")
            self.changed.emit(next(iter(remedy.changes), ""))

    def count(self) -> None:
        """Say how many findings there are, where runs have come to rest and the advice is not on screen."""
        count = 0
        if self._session.state in RESTING and "advice" not in self._grid.kinds:
            from lab.advice.view import quick_findings  # loaded when there is something to judge

            count = len(quick_findings(self._session))
        self._status.show_findings(count)

    def show_advice(self) -> None:
        """Add the advice to the plots."""
        self.train_wanted.emit()
        if "advice" not in self._grid.kinds:
            self._grid.add("advice")
