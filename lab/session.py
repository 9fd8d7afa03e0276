"""What the program knows: the experiment being edited, the runs, their curves and the trainer behind them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lab.branching import branch
from lab.config import ExperimentConfig
from lab.edited_config import EditedConfig
from lab.interventions import loss_rate_sentence, rate_sentence
from lab.messages import (
    Advance,
    Command,
    Pause,
    Prepare,
    Problem,
    ProblemError,
    Resume,
    SetLearningRate,
    SetSpeed,
    Start,
    Stop,
)
from lab.messages import (
    Change as ChangeRuns,
)
from lab.number_text import thousands
from lab.pool import TrainerPool
from lab.session_events import Listening
from lab.session_state import Change, SessionState, Trainer

__all__ = ["Change", "Session", "SessionState", "Trainer"]

_DATA_PARTS = ("data", "losses", "model", "seeds", "branch")


class Session(Listening):
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
        super().__init__(clock)
        self.device_request = device
        self._edits = EditedConfig(config)
        self._trainer: Trainer = TrainerPool() if trainer is None else trainer
        self._requests = 0
        self._trainer.start()
        self._prepare()

    # --- the experiment ---------------------------------------------------------------------------
    @property
    def config(self) -> ExperimentConfig:
        """The experiment as edited."""
        return self._edits.now.config

    @property
    def path(self) -> Path | None:
        """Its file, or ``None`` while it has none."""
        return self._edits.now.path

    @property
    def edited(self) -> bool:
        """Whether it differs from its file, or from the built-in experiment."""
        return self._edits.edited

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return self._edits.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return self._edits.can_redo

    def edit(self, changes: Mapping[str, Any], *, continues: bool = False) -> Problem | None:
        """Change configuration keys; see `lab.config_changes.apply_changes`.

        Returns the problem when the result is not allowed; nothing has changed then. The running
        experiment is not disturbed, except that two things are applied to it at once: a learning rate, and
        points (the data set ``points``) of as many features as it has, which all its runs go on with.

        An edit that ``continues`` the one before, as one of many while a point is dragged, is taken back
        together with it.
        """
        before = self.config
        problem = self._edits.apply(changes, continues=continues)
        if problem is None:
            self._follow(before)
        return problem

    def adopt(self, config: ExperimentConfig) -> None:
        """Edit the experiment into another one, which undo takes back. What runs is not disturbed."""
        before = self.config
        if self._edits.adopt(config):
            self._follow(before)

    def undo(self) -> None:
        """Take the last edit back."""
        before = self.config
        if self._edits.undo():
            self._follow(before)

    def redo(self) -> None:
        """Do the last edit taken back again."""
        before = self.config
        if self._edits.redo():
            self._follow(before)

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

    def save(self, path: Path | str | None = None, *, overwrite: bool = True) -> Problem | None:
        """Write the experiment to ``path``, or to its file."""
        target = None if path is None else Path(path).expanduser()
        problem = self._edits.save(target, overwrite=overwrite)
        if problem is None:
            self._changes.add("config")
        return problem

    def _follow(self, before: ExperimentConfig) -> None:
        """Do what an edit calls for: load the data again, apply a learning rate."""
        after = self.config
        self._changes.add("config")
        rules = [(c.training.target, c.training.plateau) for c in (before, after)]
        if any(getattr(before, part) != getattr(after, part) for part in _DATA_PARTS) or rules[0] != rules[1]:
            self._prepare()
        if self.can_resume:
            self._apply_rates(before, after)
            self._apply_points(before, after)

    def _apply_rates(self, before: ExperimentConfig, after: ExperimentConfig) -> None:
        old, new = before.optimizer.learning_rate, after.optimizer.learning_rate
        if old != new:
            self._send(SetLearningRate(new))
            self._intervene_now(rate_sentence(old, new, self.step))
        names = [tuple(loss.name for loss in config.losses) for config in (self.run_config, after)]
        if names[0] != names[1] or len(before.losses) != len(after.losses):
            return  # the losses being edited are not those that run
        for index, (was, now) in enumerate(zip(before.losses, after.losses, strict=True)):
            if was.learning_rate != now.learning_rate:
                value = new if now.learning_rate is None else now.learning_rate
                self._send(SetLearningRate(value, index))
                self._intervene_now(loss_rate_sentence(self.labels[index], value, self.step))

    def _apply_points(self, before: ExperimentConfig, after: ExperimentConfig) -> None:
        """Let the runs go on with edited points, where these have the inputs that the runs take."""
        summary, parameters = self._run_summary, after.data.parameters
        if after.data == before.data or after.data.name != "points" or summary is None:
            return
        features = len(parameters["inputs"][0]) if parameters["inputs"] else 0
        if (features, parameters["task"]) != (summary.features, summary.task):
            return
        self._requests += 1
        config = self.run_config.model_copy(update={"data": after.data})
        self._change_configs[self._requests] = config
        self._changed_from = self.step if self._changed_from is None else self._changed_from
        self._send(ChangeRuns(self._requests, config))

    def _intervene_now(self, sentence: str) -> None:
        self._data_changes.interrupt()
        self._changed_from = self.step if self._changed_from is None else self._changed_from
        self._intervene(sentence)

    def set_learning_rate(self, value: float) -> Problem | None:
        """Edit the learning rate; applied to the running experiment from the next update on."""
        return self.edit({"optimizer.learning_rate": value})

    def _prepare(self) -> None:
        self._requests += 1
        self._prepare_request = self._requests
        if not self.runs and not self.starting:
            self._become("preparing")
        self._changes.add("config")
        self._send(Prepare(self._requests, self.config, self.device_request))

    def _send(self, command: Command) -> None:
        self._trainer.send(command)

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
        self._edits.adopt(config)
        self._prepare()
        self.start()
        return None

    def pause(self) -> None:
        """Pause as soon as the present slice is done."""
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
            self._epoch_wanted = True
            self.start(pause_after=0)

    def stop(self) -> None:
        """End the runs where they are; `resume` continues them."""
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
        """Identity of the latest experiment in the store; empty where it is not kept there."""
        return str(getattr(self._trainer, "experiment_id", ""))

    def close(self) -> None:
        """End the trainer processes."""
        self._trainer.close()
