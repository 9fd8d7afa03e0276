"""Between the session and the strip of time: which step everything shows, and going back to the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from lab.at_step import best_step
from lab.branch_draft import BranchDraft, form_changes, settings_at
from widgets.branch_card import BranchCard
from widgets.bridge import Bridge
from widgets.experiment_wiring import ExperimentWiring
from widgets.numbers import format_integer
from widgets.plot_wiring import PlotWiring
from widgets.session_words import run_title
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
    card
        Where a branch is put together.
    """

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        strip: TimeStrip,
        plots: PlotWiring,
        experiment: ExperimentWiring,
        card: BranchCard,
    ) -> None:
        super().__init__(bridge)
        self._session, self._strip = session, strip
        self._plots, self._experiment, self._card = plots, experiment, card
        self._curves = session.curves
        bridge.state_changed.connect(self.follow)
        bridge.progress_changed.connect(self.follow)
        strip.step_chosen.connect(self.look_at)
        strip.branch_pressed.connect(self.open_branch)
        card.branch_wanted.connect(self._branch)
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
            self._card.dismiss()
            self._show(None)
        if bool(session.runs) == self._strip.isHidden():
            self._strip.setVisible(bool(session.runs))
        if session.runs:
            self._strip.show_time(self._state())

    def look_at(self, step: int | None) -> None:
        """Let everything show a step; ``None`` is the latest."""
        self._show(step)
        self.follow()

    def look_at_best(self, run: int | None = None) -> None:
        """Let everything show the step of a run's lowest validation loss, by default of the chosen one."""
        session = self._session
        run = self._experiment.chosen_run if run is None else run
        if run is None or self._strip.isHidden():
            return
        step, title = best_step(session, run), run_title(session, run)
        if step is None:
            self._experiment.note(f"No validation loss was measured of {title}")
            return
        self._strip.choose(step)
        self._experiment.note(f"Step {format_integer(step)} has the lowest validation loss of {title}")

    def _show(self, step: int | None) -> None:
        self._plots.look_at(step)
        self._experiment.look_at(step)

    # --- branching --------------------------------------------------------------------------------
    def open_branch(self) -> None:
        """Put together a branch at the step looked at, or put that away."""
        session, at = self._session, self.at
        if self._card.isVisible():
            self._card.dismiss()
        elif at is not None and not self._no_branch():
            base = settings_at(session.run_config, at)
            edited = session.config if form_changes(session.run_config, session.config) else None
            self._card.show_draft(
                BranchDraft(base, at, edited=edited), session.planned_steps, session.summary
            )
            self._card.open_over(self._strip.branch)

    def _branch(self, draft: BranchDraft) -> None:
        problem = self._session.branch(draft.step, draft.changes)
        if problem is not None:
            self._card.show_problem(problem)
            return
        self._card.dismiss()
        self._experiment.question_closed = True
        self._experiment.started.emit()

    def _no_branch(self) -> str:
        """Return why nothing can branch now; empty where it can."""
        if self.at is None:
            return "Look at a step that is past first: the branch begins there"
        if self._session.state == "preparing":
            return "A training is being started"
        return ""

    def _state(self) -> TimeState:
        session = self._session
        branch = session.run_config.branch
        return TimeState(
            self.at, session.step, session.planned_steps, session.steps_per_epoch, self._kept(),
            session.state == "running", self._no_branch(), None if branch is None else branch.step,
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
                "best",
                "Look at the best step: the lowest validation loss",
                ("Alt+B",),
                self.look_at_best,
                "time minimum early stopping",
            ),
            Command("branch", "Branch from here …", ("Ctrl+Shift+B",), self.open_branch, "time change again"),
            Command(
                "latest", "Look at the latest step", ("Alt+End",), lambda: self._choose(None), "time live"
            ),
        )

    def _choose(self, step: int | None) -> None:
        if not self._strip.isHidden():
            self._strip.choose(step)
