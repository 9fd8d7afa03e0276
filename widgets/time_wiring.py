"""Between the session and the strip of time: which step everything shows, and going back to the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from widgets.bridge import Bridge
from widgets.experiment_wiring import ExperimentWiring
from widgets.plot_wiring import PlotWiring
from widgets.shortcuts import Command
from widgets.time_strip import TimeState, TimeStrip

if TYPE_CHECKING:
    from lab.session import Session


class TimeWiring(QObject):
    """Lets plots, run list and status bar show the step that was chosen in the strip.

    Parameters
    ----------
    session, bridge
        What is shown, and when it has moved on.
    strip
        Where a step is chosen.
    plots, experiment
        What follows it.
    """

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        strip: TimeStrip,
        plots: PlotWiring,
        experiment: ExperimentWiring,
    ) -> None:
        super().__init__(bridge)
        self._session, self._strip = session, strip
        self._plots, self._experiment = plots, experiment
        self._curves = session.curves
        bridge.state_changed.connect(self.follow)
        bridge.progress_changed.connect(self.follow)
        strip.step_chosen.connect(self.look_at)
        self.follow()

    @property
    def at(self) -> int | None:
        """The step looked at, or ``None`` for the latest."""
        return self._plots.at

    def follow(self) -> None:
        """Show how far training is; other runs than those looked at are shown at their latest step."""
        session = self._session
        if session.curves is not self._curves:
            self._curves = session.curves
            self._show(None)
        if bool(session.runs) == self._strip.isHidden():
            self._strip.setVisible(bool(session.runs))
        if session.runs:
            self._strip.show_time(self._state())

    def look_at(self, step: int | None) -> None:
        """Let everything show a step; ``None`` is the latest."""
        self._show(step)
        self.follow()

    def _show(self, step: int | None) -> None:
        self._plots.look_at(step)
        self._experiment.look_at(step)

    def _state(self) -> TimeState:
        session = self._session
        return TimeState(
            self.at, session.step, session.planned_steps, session.steps_per_epoch, self._kept(),
            session.state == "running",
        )  # fmt: skip

    def _kept(self) -> NDArray[np.int64]:
        """Return the steps of the snapshots of the run that has most of them."""
        snapshots = self._session.curves.snapshots
        return max((snapshots.steps(run) for run in snapshots.runs), key=len, default=np.empty(0, np.int64))

    def commands(self) -> tuple[Command, ...]:
        """Return what keys and the palette can do with time."""
        strip = self._strip

        def step(forward: bool, jump: bool) -> None:
            if not strip.isHidden():
                strip.step_by(forward, jump=jump)

        return (
            Command("back", "Look one step back", (",",), lambda: step(False, False), "time past scrub"),
            Command("forward", "Look one step on", (";",), lambda: step(True, False), "time scrub"),
            Command("back_far", "Look one evaluation back", ("Ctrl+,",), lambda: step(False, True), "time"),
            Command("forward_far", "Look one evaluation on", ("Ctrl+;",), lambda: step(True, True), "time"),
            Command("first_step", "Look at step 0", ("Alt+Home",), lambda: self._choose(0), "time start"),
            Command(
                "latest", "Look at the latest step", ("Alt+End",), lambda: self._choose(None), "time live"
            ),
        )

    def _choose(self, step: int | None) -> None:
        if not self._strip.isHidden():
            self._strip.choose(step)
