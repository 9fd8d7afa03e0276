"""The experiment that a session edits, and what an edit means to the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lab.config import ExperimentConfig
from lab.edited_config import EditedConfig, Version
from lab.form_limits import FormLimits
from lab.interventions import loss_rate_sentence, rate_sentence
from lab.messages import Change, Command, Prepare, Problem, SetLearningRate
from lab.session_events import Listening
from lab.session_state import Trainer

_DATA_PARTS = ("data", "losses", "model", "seeds", "branch")


class Editing(Listening):
    """A session's experiment, with its file and its history.

    Parameters
    ----------
    trainer
        Who is told of edits.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    config
        The experiment to begin with; the built-in one by default.
    clock
        Seconds, for the speed.
    """

    def __init__(
        self, trainer: Trainer, device: str, config: ExperimentConfig | None, clock: Callable[[], float]
    ) -> None:
        super().__init__(clock)
        self.device_request = device
        self._edits = EditedConfig(config)
        self._trainer = trainer
        self._requests = 0
        self._run_number = -1

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
    def built_in(self) -> bool:
        """Whether it is the built-in experiment, unchanged and without a file."""
        return self._edits.built_in

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
        before = self._edits.now
        problem = self._edits.apply(changes, continues=continues)
        if problem is None:
            self._follow(before)
        return problem

    @property
    def limits(self) -> FormLimits | None:
        """What of the experiment is settled and cannot be edited; ``None`` where all can."""
        return self._edits.now.limits

    def adopt(self, config: ExperimentConfig, limits: FormLimits | None = None) -> None:
        """Edit the experiment into another one, which undo takes back. What runs is not disturbed.

        With ``limits`` edits of what they name are refused, until another experiment is opened or begun.
        """
        before = self._edits.now
        if self._edits.adopt(config, limits):
            self._follow(before)

    def undo(self) -> None:
        """Take the last edit back."""
        before = self._edits.now
        if self._edits.undo():
            self._follow(before)

    def redo(self) -> None:
        """Do the last edit taken back again."""
        before = self._edits.now
        if self._edits.redo():
            self._follow(before)

    def save(self, path: Path | str | None = None, *, overwrite: bool = True) -> Problem | None:
        """Write the experiment to ``path``, or to its file."""
        target = None if path is None else Path(path).expanduser()
        problem = self._edits.save(target, overwrite=overwrite)
        if problem is None:
            self._changes.add("config")
        return problem

    def _follow(self, version: Version) -> None:
        """Do what an edit of a version calls for: load the data again, apply a learning rate.

        Only edits of the experiment that was started concern its runs.
        """
        before, after = version.config, self.config
        self._changes.add("config")
        rules = [(c.training.target, c.training.plateau) for c in (before, after)]
        if any(getattr(before, part) != getattr(after, part) for part in _DATA_PARTS) or rules[0] != rules[1]:
            self._prepare()
        if self.can_resume and version.number == self._edits.now.number == self._run_number:
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
        if after.data == before.data or not self._are_points_of_runs(after):
            return
        self._requests += 1
        config = self.run_config.model_copy(update={"data": after.data})
        self._change_configs[self._requests] = config
        self._changed_from = self.step if self._changed_from is None else self._changed_from
        self._send(Change(self._requests, config))

    def _are_points_of_runs(self, config: ExperimentConfig) -> bool:
        """Whether an experiment's data are points such as the runs take, or what these points once were."""
        summary, begun = self._run_summary, self._begun_config
        if summary is None or begun is None:
            return False
        if config.data.name != "points":
            return self.run_config.data.name == "points" and config.data == begun.data
        parameters = config.data.parameters
        features = len(parameters["inputs"][0]) if parameters["inputs"] else 0
        return (features, parameters["task"]) == (summary.features, summary.task)

    def _intervene_now(self, sentence: str) -> None:
        self._data_changes.interrupt()
        self._changed_from = self.step if self._changed_from is None else self._changed_from
        self._intervene(sentence)

    def set_learning_rate(self, value: float) -> Problem | None:
        """Edit the learning rate; applied to the running experiment from the next update on."""
        return self.edit({"optimizer.learning_rate": value})

    # --- what the trainer is asked for ------------------------------------------------------------
    def _prepare(self) -> None:
        self._requests += 1
        self._prepare_request = self._requests
        if not self.runs and not self.starting:
            self._become("preparing")
        self._changes.add("config")
        self._send(Prepare(self._requests, self.config, self.device_request))

    def _send(self, command: Command) -> None:
        self._trainer.send(command)
