"""What a session shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Protocol

from lab.config import ExperimentConfig
from lab.curves import Curves
from lab.interventions import DataChanges
from lab.loss_labels import loss_labels
from lab.messages import Command, DataSummary, DeviceReport, Event, Field, Problem
from lab.shares import usable_cores
from lab.speed import Speedometer, Stopwatch
from lab.sweep import planned_steps, steps_per_epoch
from lab.view_options import Confusion, RunState, RunStatus

if TYPE_CHECKING:
    from lab.store.experiment import StoredExperiment

SessionState = Literal[
    "empty", "preparing", "ready", "running", "paused", "finished", "stopped", "interrupted", "refused"
]
OVER: tuple[SessionState, ...] = ("finished", "stopped", "interrupted")
"""States of an experiment that was trained and is trained no longer."""
Change = Literal[
    "state", "progress", "runs", "curves", "data", "field", "confusion", "problem", "device", "config"
]


class Trainer(Protocol):
    """What a session needs of a trainer; `lab.pool.TrainerPool`, or a list of messages in a test."""

    @property
    def alive(self) -> bool:
        """Whether it runs."""

    def start(self) -> None:
        """Start it if it does not run."""

    def send(self, command: Command) -> None:
        """Queue a command; never blocks."""

    def poll(self) -> list[Event]:
        """Return what has arrived; never blocks."""

    def close(self) -> None:
        """End it."""


class Shown:
    """The state of a session.

    Attributes
    ----------
    state
        Where it stands. ``preparing`` while data loads (and there are no runs) or a start is under way;
        ``refused`` where data or config were refused and there are no runs.
    starting
        Whether a start is under way.
    runs
        Runs in order of their index; empty before the first start.
    curves
        Every recorded step of them.
    data_summary
        Data of the config as edited, once loaded. ``summary`` is that of the runs shown.
    field, confusion
        Latest decision surfaces or fitted curves; latest confusion counts.
    device
        Where it computes, once known.
    step, seconds
        Updates done; time spent on training them so far, by the process that spent most. ``elapsed`` is how
        long a person waited for them.
    speed
        Limit in updates a second, or ``None`` for flat out.
    problem
        The latest problem to show, or ``None``.
    died
        Whether the trainer's process ended by itself since data were last loaded.
    data_problem
        Why the config as edited cannot be trained, or ``None``.
    memory, processes
        Bytes that training the config as edited will take in all processes, 0 while unknown, and how many
        processes these are.
    interventions
        What was changed by hand while the runs shown were training, as sentences.
    stored
        The experiment of the store whose runs are shown, or ``None`` where they were trained here.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.state: SessionState = "empty"
        self.starting = False
        self.runs: tuple[RunState, ...] = ()
        self.curves = Curves()
        self.data_summary: DataSummary | None = None
        self.field: Field | None = None
        self.confusion: Confusion | None = None
        self.device: DeviceReport | None = None
        self.step = 0
        self.seconds = 0.0
        self.speed: float | None = None
        self.problem: Problem | None = None
        self.data_problem: Problem | None = None
        self.died = False
        self.memory = 0
        self.processes = 1
        self.interventions: tuple[str, ...] = ()
        self.stored: StoredExperiment | None = None
        self._clock = clock
        self._meter = Speedometer()
        self._stopwatch: Stopwatch | None = None
        self._asked_at = 0.0
        self._changes: set[Change] = {"state", "progress", "runs", "curves", "data", "config"}
        self._run_config: ExperimentConfig | None = None
        self._begun_config: ExperimentConfig | None = None
        self._change_configs: dict[int, ExperimentConfig] = {}
        self._data_changes = DataChanges()
        self._changed_from: int | None = None  # no update before this one knows of what was changed by hand
        self._starting_config: ExperimentConfig | None = None
        self._run_summary: DataSummary | None = None
        self._run_steps = (0, 0)
        self._prepare_request = self._start_request = -1
        self._before: SessionState = "empty"
        self._listening = False
        self._resumable = False
        self._epoch_wanted = False

    @property
    def config(self) -> ExperimentConfig:
        """The experiment as edited."""
        raise NotImplementedError

    @property
    def run_config(self) -> ExperimentConfig:
        """The config that the runs shown go by; before the first start, the edited one.

        It is the one that they were started with, with what was changed while they trained. The data then
        also hold the numbers that they are scaled by, which are still those of the start.
        """
        return self.config if self._run_config is None else self._run_config

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the losses of the runs shown."""
        return loss_labels(self.run_config)

    @property
    def summary(self) -> DataSummary | None:
        """Data of the runs shown; before the first start, of the edited config."""
        return self.data_summary if self._run_summary is None else self._run_summary

    @property
    def planned_steps(self) -> int:
        """Updates planned, 0 while unknown."""
        if self.runs:
            return self._run_steps[0]
        return 0 if self.data_summary is None else planned_steps(self.config, self.data_summary.train)

    @property
    def steps_per_epoch(self) -> int:
        """Updates in a pass over the training part, 0 while unknown."""
        if self.runs:
            return self._run_steps[1]
        return 0 if self.data_summary is None else steps_per_epoch(self.config, self.data_summary.train)

    @property
    def crowded(self) -> bool:
        """Whether training takes every core, so that what the window takes is taken from it."""
        return self.state == "running" and self.speed is None and self.processes >= usable_cores()

    @property
    def steps_per_second(self) -> float:
        """Updates a second, smoothed; 0 while nothing runs."""
        return self._meter.steps_per_second if self.state == "running" else 0.0

    @property
    def elapsed(self) -> float | None:
        """Seconds that the runs shown have taken since they were asked for, pauses left out.

        Start, evaluations, limits of speed and waiting for other processes count; ``None`` where the runs
        shown were not trained here.
        """
        return None if self._stopwatch is None else self._stopwatch.seconds(self._clock())

    @property
    def eta(self) -> float | None:
        """Seconds left at the present speed, or ``None``."""
        rate = self.steps_per_second
        return (self.planned_steps - self.step) / rate if rate > 0 else None

    @property
    def can_resume(self) -> bool:
        """Whether there are runs that can go on."""
        return self._resumable and not self.starting

    # --- acts -------------------------------------------------------------------------------------
    def _become(self, state: SessionState) -> None:
        if state != self.state:
            self.state = state
            if self._stopwatch is not None and not self.starting:
                turn = self._stopwatch.go if state == "running" else self._stopwatch.hold
                turn(self._clock())
            self._changes.update({"state", "progress"})

    def _begin(self, request: int, config: ExperimentConfig) -> None:
        """Note that a start is under way: what still comes from the runs shown is not listened to."""
        if not self.starting:
            self._before = self.state
        if self._before in ("running", "paused"):
            self._before = "interrupted"
            self._set_statuses({"running": "interrupted"})
        self._start_request, self._starting_config, self._asked_at = request, config, self._clock()
        self.starting, self._listening, self._resumable = True, False, False
        self._epoch_wanted = False
        if self.problem is not None:
            self.problem = None
            self._changes.add("problem")
        self._become("preparing")

    def _cancel_start(self) -> None:
        self.starting, self._start_request = False, -1
        self._epoch_wanted = False
        before = self._before if self.runs else self._idle_state()
        self._become(before)

    def _forget_changes(self) -> None:
        self._change_configs, self._data_changes, self._changed_from = {}, DataChanges(), None

    def _forget_unanswered(self, after: int | None = None) -> None:
        """Note that changes asked for are not made: all, or those up to a request."""
        self._change_configs = {
            request: config
            for request, config in self._change_configs.items()
            if after is not None and request > after
        }
        if not self._change_configs and not self.interventions:
            self._changed_from = None

    def _intervene(self, sentence: str, *, replaces: bool = False) -> None:
        """Note what was changed by hand."""
        said = self.interventions[:-1] if replaces else self.interventions
        self.interventions = (*said, sentence)

    def _idle_state(self) -> SessionState:
        """Return the state without runs."""
        if self.data_problem is not None:
            return "refused"
        return "preparing" if self.data_summary is None else "ready"

    def _forget(self) -> None:
        self.starting = self._listening = self._resumable = self._epoch_wanted = False
        self._start_request = -1
        self.runs, self.curves = (), Curves()
        self.field = self.confusion = None
        self._run_config = self._begun_config = self._run_summary = None
        self._forget_changes()
        self.step, self.seconds, self.interventions, self.stored = 0, 0.0, (), None
        self._meter.restart()
        self._stopwatch = None
        if self.problem is not self.data_problem:
            self.problem = self.data_problem
            self._changes.add("problem")
        self._changes.update({"runs", "curves", "progress", "field", "confusion", "data"})
        self._become(self._idle_state())

    def _set_statuses(self, changes: dict[RunStatus, RunStatus]) -> None:
        self.runs = tuple(replace(run, status=changes.get(run.status, run.status)) for run in self.runs)
        self._changes.add("runs")
