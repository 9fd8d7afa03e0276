"""What the program knows: the experiment being edited, the runs, their curves and the trainer behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from lab.config import ExperimentConfig
from lab.curves import Curves
from lab.messages import Command, DataSummary, DeviceReport, Event, Field, Problem
from lab.view_options import Confusion, RunState

SessionState = Literal[
    "empty", "preparing", "ready", "running", "paused", "finished", "stopped", "interrupted", "refused"
]
Change = Literal[
    "state", "progress", "runs", "curves", "data", "field", "confusion", "problem", "device", "config"
]


class Trainer(Protocol):
    """What a session needs of a trainer; `lab.trainer.TrainerHandle`, or a list of messages in a test."""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""

    def start(self) -> None:
        """Start the process if none runs."""

    def send(self, command: Command) -> None:
        """Queue a command; never blocks."""

    def poll(self) -> list[Event]:
        """Return what has arrived; never blocks."""

    def close(self) -> None:
        """End the process."""


class Session:
    """An experiment, its runs and their curves.

    Nothing here blocks: commands are sent, and `advance`, called about 60 times a second, takes what has
    arrived into the state. Everything public is plain state to read.

    Parameters
    ----------
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    config
        The experiment to begin with; the built-in one by default.
    trainer
        Something else than a spawned process, for tests.

    Attributes
    ----------
    config
        The experiment as edited. ``run_config`` is that of the runs shown.
    path
        Its file, or ``None`` (built in, not saved yet).
    edited
        Whether it differs from the file.
    state
        Where it stands. ``empty`` before anything was prepared; ``preparing`` while data loads or a start is
        under way; ``refused`` when data or config were refused and there are no runs.
    runs
        Runs in order of their index.
    curves
        Every recorded step of them.
    summary
        Data of the runs shown, else of the config; ``data_summary`` is always that of the config as edited.
    field, confusion
        Latest decision surfaces or fitted curves; latest confusion counts.
    device
        Where it computes, once known. ``device_request`` is what was asked for.
    step, planned_steps, steps_per_epoch
        Updates done, planned, and in one pass; planned ones are known as soon as the data is.
    seconds, steps_per_second, eta
        Training time so far; smoothed speed; seconds left, or ``None``.
    speed
        Limit in updates a second, or ``None`` for flat out.
    problem
        The latest problem to show, or ``None``; `dismiss_problem` clears it.
    data_problem
        Why the data of the edited config cannot be used, or ``None``.
    interventions
        What was changed by hand while the runs shown were training, as sentences.
    """

    def __init__(
        self, device: str = "auto", *, config: ExperimentConfig | None = None, trainer: Trainer | None = None
    ) -> None:
        self.device_request = device
        self.config: ExperimentConfig
        self.path: Path | None = None
        self.edited = False
        self.state: SessionState = "empty"
        self.runs: tuple[RunState, ...] = ()
        self.curves: Curves
        self.data_summary: DataSummary | None = None
        self.field: Field | None = None
        self.confusion: Confusion | None = None
        self.device: DeviceReport | None = None
        self.step = 0
        self.seconds = 0.0
        self.steps_per_second = 0.0
        self.speed: float | None = None
        self.problem: Problem | None = None
        self.data_problem: Problem | None = None
        self.interventions: tuple[str, ...] = ()

    @property
    def run_config(self) -> ExperimentConfig:
        """The config that the runs shown were started with; before the first start, the edited one."""
        raise NotImplementedError

    @property
    def summary(self) -> DataSummary | None:
        """Data of the runs shown; before the first start, of the edited config."""
        raise NotImplementedError

    @property
    def planned_steps(self) -> int:
        """Updates planned, 0 while unknown."""
        raise NotImplementedError

    @property
    def steps_per_epoch(self) -> int:
        """Updates in a pass over the training part, 0 while unknown."""
        raise NotImplementedError

    @property
    def eta(self) -> float | None:
        """Seconds left at the present speed, or ``None``."""
        raise NotImplementedError

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        raise NotImplementedError

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        raise NotImplementedError

    def advance(self) -> frozenset[Change]:
        """Take in what the trainer has sent; say what changed since the last call, user's acts included."""
        raise NotImplementedError

    def edit(self, changes: Mapping[str, Any]) -> Problem | None:
        """Change configuration keys ("optimizer.learning_rate", "losses.0.delta", "losses.+", "losses.-": index).

        Returns the problem when the result is not allowed; nothing has changed then. The running
        experiment is not disturbed, except that a learning rate is applied to it at once.
        """
        raise NotImplementedError

    def undo(self) -> None:
        """Take the last edit back."""

    def redo(self) -> None:
        """Do the last edit taken back again."""

    def new(self, config: ExperimentConfig | None = None) -> None:
        """Begin with an experiment that has no file: the built-in one by default. Ends what runs."""

    def open(self, path: Path | str) -> Problem | None:
        """Open an experiment file; on a problem nothing has changed."""
        raise NotImplementedError

    def save(self, path: Path | str | None = None, *, overwrite: bool = True) -> Problem | None:
        """Write the experiment to ``path``, or to its file."""
        raise NotImplementedError

    def start(self, pause_after: int | None = None) -> None:
        """Train the edited config from step 0, replacing the runs shown."""

    def pause(self) -> None:
        """Pause as soon as the present chunk is done."""

    def resume(self) -> None:
        """Go on after a pause or a stop."""

    def toggle(self) -> None:
        """Run, pause, resume or run again: whatever the primary button says."""

    def step_once(self) -> None:
        """Do one update, then pause; begins the experiment if there are no runs."""

    def step_epoch(self) -> None:
        """Do one pass over the training part, then pause."""

    def stop(self) -> None:
        """End the runs where they are; `resume` continues them."""

    def reset(self) -> None:
        """Forget the runs; the config stays."""

    def set_learning_rate(self, value: float) -> Problem | None:
        """Edit the learning rate; applied to the running experiment from the next update on."""
        raise NotImplementedError

    def set_speed(self, steps_per_second: float | None) -> None:
        """Limit the speed, or lift the limit with ``None``."""

    def set_visible(self, indices: Iterable[int], visible: bool) -> None:
        """Show or hide runs in plots, means and bands."""

    def solo(self, indices: Iterable[int]) -> None:
        """Show these runs only; when they are the only ones shown already, show all."""

    def dismiss_problem(self) -> None:
        """Forget the problem shown."""

    def close(self) -> None:
        """End the trainer process."""
