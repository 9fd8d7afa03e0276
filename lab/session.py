"""What the program knows: the experiment being edited, the runs, their curves and the trainer behind them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.branching import branch
from lab.config import ExperimentConfig
from lab.interventions import first_step
from lab.messages import (
    Advance,
    Pause,
    Problem,
    ProblemError,
    Resume,
    SetSpeed,
    Start,
    Stop,
)
from lab.number_text import thousands
from lab.pool import TrainerPool
from lab.session_edits import Editing
from lab.session_state import OVER, Change, SessionState, Trainer

if TYPE_CHECKING:
    from lab.store.experiment import StoredExperiment

__all__ = ["Change", "Session", "SessionState", "Trainer"]


class Session(Editing):
    """An experiment, its runs and their curves.

    Nothing here blocks: commands are sent, and `advance`, called about 60 times a second, takes what has
    arrived into the state. Everything public is plain state to read; see `lab.session_state.Shown`.

    Parameters
    ----------
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    config
        The experiment to begin with; the built-in one by default.
    trainer
        Something else than a pool of processes on all cores: a smaller pool, or a list of messages.
    clock
        Seconds, for the speed.
    """

    def __init__(
        self,
        device: str = "auto",
        *,
        config: ExperimentConfig | None = None,
        trainer: Trainer | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(TrainerPool() if trainer is None else trainer, device, config, clock)
        self._trainer.start()
        self._prepare()

    # --- the experiment ---------------------------------------------------------------------------
    def new(self, config: ExperimentConfig | None = None) -> None:
        """Begin with an experiment that has no file, the built-in one by default. Ends what runs."""
        self.reset()
        self._edits.new(config)
        self._prepare()

    def open(self, path: Path | str) -> Problem | None:
        """Open an experiment file and end what runs; on a problem nothing has changed."""
        problem = self._edits.open(Path(path).expanduser())
        if problem is None:
            self.reset()
            self._prepare()
        return problem

    def show(self, stored: StoredExperiment, *, settings: bool = True) -> Problem | None:
        """Show an experiment that the store kept, in place of the runs shown.

        Other settings than those that are edited become an experiment without a file, which undo takes back;
        without ``settings`` what is edited stays. The runs cannot go on, but all that is known of them can be
        looked at, and branches begin from their recorded steps.

        Returns the problem where that cannot be, as `cannot_show`; nothing has changed then.
        """
        problem = self.cannot_show(stored)
        if problem is not None:
            return problem
        last = stored.as_it_went_on()
        self.reset()
        if settings and stored.run_config != self.config:
            self._edits.new(stored.run_config)
        self._prepare()
        self.stored, self.runs, self.confusion = stored, stored.runs, stored.confusion
        self.curves, self._run_summary = stored.curves, last.summary
        self._run_config, self._begun_config = last.run_config, stored.run_config
        self._run_steps = (stored.planned_steps, stored.steps_per_epoch)
        self.step, self.seconds = stored.step, stored.seconds
        self.interventions = stored.interventions
        self._changed_from = first_step(stored.interventions)
        self._become(stored.state)  # type: ignore[arg-type]
        self._changes.update({"state", "progress", "runs", "curves", "data", "field", "confusion", "config"})
        return None

    def cannot_show(self, stored: StoredExperiment) -> Problem | None:
        """Return why a stored experiment cannot be shown now, or ``None``."""
        if self.starting or self.state in ("running", "paused"):
            return Problem(
                "An experiment is being trained here",
                "Stop it first. It is kept, and can be shown again like this one.",
            )
        if stored.state not in OVER:
            return Problem(
                f"{stored.row.name} is still being trained",
                "Another program trains it, or it is in the queue. It can be shown when it is over.",
            )
        try:
            _ = stored.run_config, stored.curves
        except ProblemError as error:
            return error.problem
        return None

    # --- running ----------------------------------------------------------------------------------
    def advance(self) -> frozenset[Change]:
        """Take in what the trainer has sent; say what changed since the last call, user's acts included."""
        for event in self._trainer.poll():
            self.take(event)
        if self._epoch_wanted and self.state == "paused" and not self.starting:
            self._epoch_wanted = False
            self.step_epoch()
        changes = frozenset(self._changes)
        self._changes.clear()
        return changes

    def start(self, pause_after: int | None = None) -> None:
        """Train the edited config from step 0, replacing the runs shown once it has begun."""
        self._requests += 1
        self._run_number = self._edits.now.number
        self._begin(self._requests, self.config)
        self._send(Start(self._requests, self.config, self.device_request, self.speed, pause_after))

    def branch(self, step: int, changes: Mapping[str, Any]) -> Problem | None:
        """Train the runs shown again up to a recorded step, and from there on with something changed.

        The experiment is edited into that branch, which undo takes back, and started. Returns the problem
        where that cannot be; nothing has changed then.

        Parameters
        ----------
        step
            Updates that are done as before.
        changes
            Configuration keys → values, as for `edit`.
        """
        base, last = self._begun_config, self._changed_from
        if base is None or not self.runs:
            return Problem("There are no runs to branch off from", "Train the experiment first.")
        if not 0 <= step <= self.step:
            return Problem(
                f"Step {thousands(step)} is not recorded", f"The runs are at step {thousands(self.step)}."
            )
        if last is not None and step > last:
            return Problem(
                "The runs were changed by hand before that step",
                "A branch trains what the experiment says, without what was changed meanwhile. "
                f"Up to step {thousands(last)} both are the same.",
            )
        try:
            config = branch(base, step, changes)
        except ProblemError as error:
            return error.problem
        limits = self.limits
        problem = None if limits is None else limits.refusal(base, config)
        if problem is not None:
            return problem
        self._edits.adopt(config, limits)
        self._prepare()
        self.start()
        return None

    def pause(self) -> None:
        """Pause as soon as the present slice is done."""
        if not self.starting:
            self._epoch_wanted = False
        if self.state == "running":
            self._send(Pause())

    def resume(self) -> None:
        """Go on after a pause or a stop."""
        if self.can_resume and self.state != "running":
            self._send(Resume())

    def toggle(self) -> None:
        """Run, pause, resume or run again: whatever the primary button says."""
        if self.starting:
            return
        if self.state == "running":
            self.pause()
        elif self.state == "paused":
            self.resume()
        else:
            self.start()

    def step_once(self) -> None:
        """Do one update, then pause; begins the experiment where there is none to go on with."""
        if self.starting:
            return
        if self.can_resume:
            self._send(Advance(steps=1))
        else:
            self.start(pause_after=1)

    def step_epoch(self) -> None:
        """Do one pass over the training part, then pause."""
        if self.starting:
            return
        if self.can_resume:
            self._send(Advance(epochs=1))
        else:
            self.start(pause_after=0)
            self._epoch_wanted = True

    def stop(self) -> None:
        """End the runs where they are; `resume` continues them."""
        self._epoch_wanted = False
        if self.starting:
            self._send(Stop())
            self._cancel_start()
        elif self.state in ("running", "paused"):
            self._send(Stop())

    def reset(self) -> None:
        """Forget the runs; the config stays."""
        if self.starting or self.can_resume:
            self._send(Stop())
        self._forget()

    def set_speed(self, steps_per_second: float | None) -> None:
        """Limit the speed to so many updates a second, or lift the limit with ``None``."""
        self.speed = steps_per_second
        self._meter.restart()
        self._changes.add("progress")
        self._send(SetSpeed(steps_per_second))

    # --- looking ----------------------------------------------------------------------------------
    def set_visible(self, indices: Iterable[int], visible: bool) -> None:
        """Show or hide runs in plots, means and bands."""
        chosen = set(indices)
        self._show({r.info.index: visible if r.info.index in chosen else r.visible for r in self.runs})

    def solo(self, indices: Iterable[int]) -> None:
        """Show these runs only; when they are the only ones shown already, show all."""
        chosen = set(indices)
        alone = {run.info.index for run in self.runs if run.visible} == chosen
        self._show({run.info.index: alone or run.info.index in chosen for run in self.runs})

    def _show(self, visible: Mapping[int, bool]) -> None:
        self.runs = tuple(replace(run, visible=visible[run.info.index]) for run in self.runs)
        self._changes.update({"runs", "curves"})

    def dismiss_problem(self) -> None:
        """Forget the problem shown."""
        self.problem = None
        self._changes.add("problem")

    @property
    def stored_as(self) -> str:
        """Identity in the store of the experiment shown, else of the latest; empty where it is not kept."""
        if self.stored is not None:
            return self.stored.id
        return str(getattr(self._trainer, "experiment_id", ""))

    def close(self) -> None:
        """End the trainer processes."""
        self._trainer.close()
