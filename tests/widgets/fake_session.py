"""A session without a trainer: it answers the window like `lab.session.Session`, from made-up curves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from compute.plan import Chunk, Evaluation, RunEnd
from lab.branching import branch
from lab.config import ExperimentConfig
from lab.curves import Curves
from lab.experiment_file import apply_changes, default_experiment, read_experiment, write_experiment
from lab.form_limits import FormLimits
from lab.messages import DataSummary, DeviceReport, Field, RunInfo
from lab.problems import Problem, ProblemError
from lab.view_options import Confusion, RunState


def digits_summary() -> DataSummary:
    empty = np.empty((0, 2))
    return DataSummary(
        "digits", "classification", 1797, 64, 10, 1257, 270, 270,
        tuple(f"pixel {i}" for i in range(64)), tuple(str(i) for i in range(10)), (), 0,
        empty, np.empty(0), np.empty(0, np.int8), np.empty(0, bool), (),
    )  # fmt: skip


class FakeSession:
    """Trains nothing: every `advance` while running records ``pace`` made-up steps."""

    def __init__(self, config: ExperimentConfig | None = None, pace: int = 40) -> None:
        self.config = config or default_experiment()
        self.run_config = self.config
        self.path: Path | None = None
        self.edited = False
        self.state = "empty"
        self.runs: tuple[RunState, ...] = ()
        self.curves = Curves()
        self.summary: DataSummary | None = None
        self.data_summary: DataSummary | None = None
        self.field: Field | None = None
        self.confusion: Confusion | None = None
        self.device: DeviceReport | None = None
        self.step = 0
        self.seconds = 0.0
        self.elapsed: float | None = 0.0
        self.steps_per_second = 2940.0
        self.speed: float | None = None
        self.problem: Problem | None = None
        self.data_problem: Problem | None = None
        self.limits: FormLimits | None = None
        self.memory = 0
        self.crowded = False
        self.interventions: tuple[str, ...] = ()
        self.planned_steps = 1600
        self.steps_per_epoch = 40
        self.pace = pace
        self.stored_as = ""
        self.stored = None
        self.device_request = "cpu"
        self.log: list[str] = []
        self.closed = False
        self.diverging: dict[int, int] = {}
        self._changes: set[str] = set()
        self._undo: list[ExperimentConfig] = []
        self._redo: list[ExperimentConfig] = []
        self._rng = np.random.default_rng(0)

    @property
    def eta(self) -> float | None:
        return (self.planned_steps - self.step) / self.steps_per_second if self.state == "running" else None

    @property
    def built_in(self) -> bool:
        return self.path is None and self.config == default_experiment()

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    @property
    def can_resume(self) -> bool:
        return self.state in ("paused", "stopped")

    def load(self) -> None:
        """Let the data arrive."""
        self.data_summary = self.summary = digits_summary()
        self.device = DeviceReport("cpu", "CPU · NumPy", "no GPU: CuPy is not installed")
        self.state = "ready"
        self._changes |= {"data", "state", "device", "progress"}

    def advance(self) -> frozenset[str]:
        if self.state == "empty":
            self.load()
        if self.state == "running":
            self.record(min(self.pace, self.planned_steps - self.step))
            if self.step >= self.planned_steps:
                self._end("finished")
        changes, self._changes = frozenset(self._changes), set()
        return changes

    def record(self, steps: int) -> None:
        """Make up some steps."""
        count = len(self.runs)
        t = np.arange(self.step, self.step + steps)[:, None]
        rate = np.array([0.004, 0.002, 0.001])[[run.info.loss_index % 3 for run in self.runs]]
        clean = 2.3 * np.exp(-rate * t) + 0.03
        noisy = clean * np.exp(0.25 * self._rng.standard_normal((steps, count)))
        layers = np.stack([noisy * scale for scale in (1.0, 0.4, 0.2)], axis=2)
        evaluations = []
        for step in range(self.step, self.step + steps):
            if step % 20 == 0:
                accuracy = 0.97 - 0.9 * np.exp(-3 * rate * step) + 0.004 * self._rng.standard_normal(count)
                values = {"accuracy": accuracy, "nll": 2.3 - 2 * accuracy}
                values |= dict.fromkeys(("brier", "mae", "loss"), 1 - accuracy)
                metrics = {f"{part}_{k}": v for part in ("validation", "train") for k, v in values.items()}
                confusion = np.repeat((np.eye(10) * 26 + 0.5).astype(np.int64)[None], count, axis=0)
                evaluations.append(Evaluation(step, step / 2940, metrics, confusion))
                self.confusion = Confusion(step, dict(enumerate(confusion)))
        ended = []
        for run, at in self.diverging.items():
            if self.step <= at < self.step + steps:
                ended.append(RunEnd(run, at, "diverged", 1, float("nan")))
                self.runs = tuple(
                    replace(state, status="diverged", end=ended[-1]) if state.info.index == run else state
                    for state in self.runs
                )
        chunk = Chunk(
            self.step, noisy.astype(np.float32), noisy.astype(np.float32), noisy.astype(np.float32),
            layers.astype(np.float32), clean.astype(np.float32),
            np.full((steps, count), 0.1, np.float32), (self.step + np.arange(steps)) / 2940.0,
            tuple(evaluations), tuple(ended),
        )  # fmt: skip
        self.curves.append(tuple(range(count)), chunk)
        self.step += steps
        self.seconds = self.elapsed = self.step / 2940.0
        self._changes |= {"curves", "progress", "confusion"} | ({"runs"} if ended else set())

    def _end(self, state: str) -> None:
        self.state = state
        self.runs = tuple(
            replace(run, status=state) if run.status == "running" else run  # type: ignore[arg-type]
            for run in self.runs
        )
        self._changes |= {"state", "runs", "progress"}

    def _set(self, config: ExperimentConfig) -> None:
        self.config = config
        self.edited = True
        if not self.runs:
            self.run_config = config
        self._changes |= {"config"}

    def edit(self, changes: Mapping[str, Any]) -> Problem | None:
        self.log.append("edit " + " ".join(changes))
        try:
            config = apply_changes(self.config, dict(changes))
        except ProblemError as error:
            return error.problem
        if config != self.config:
            self._undo.append(self.config)
            self._redo.clear()
            self._set(config)
        return None

    def adopt(self, config: ExperimentConfig, limits: FormLimits | None = None) -> None:
        self.log.append("adopt")
        self.limits = limits
        if config != self.config:
            self._undo.append(self.config)
            self._redo.clear()
            self._set(config)

    def undo(self) -> None:
        self.log.append("undo")
        if self._undo:
            self._redo.append(self.config)
            self._set(self._undo.pop())

    def redo(self) -> None:
        self.log.append("redo")
        if self._redo:
            self._undo.append(self.config)
            self._set(self._redo.pop())

    def new(self, config: ExperimentConfig | None = None) -> None:
        self.log.append("new")
        self.reset()
        self._undo.clear()
        self._set(config or default_experiment())
        self.path, self.edited = None, False

    def open(self, path: Path | str) -> Problem | None:
        self.log.append("open")
        try:
            config = read_experiment(Path(path))
        except ProblemError as error:
            return error.problem
        self.new(config)
        self.path = Path(path)
        return None

    def save(self, path: Path | str | None = None, *, overwrite: bool = True) -> Problem | None:
        self.log.append("save")
        target = Path(path) if path is not None else self.path
        assert target is not None
        try:
            write_experiment(self.config, target)
        except ProblemError as error:
            return error.problem
        self.path, self.edited = target, False
        self._changes |= {"config"}
        return None

    def start(self, pause_after: int | None = None) -> None:
        self.log.append("start")
        self.run_config = self.config
        count = self.config.seeds.count
        self.runs = tuple(
            RunState(RunInfo(i, i // count, i % count, 0.1, ("1", "2", "out"), 3466), "running")
            for i in range(count * len(self.config.losses))
        )
        self.curves = Curves([run.info for run in self.runs], self.steps_per_epoch)
        self.step, self.state = 0, "running"
        self._changes |= {"state", "runs", "curves", "progress"}

    def branch(self, step: int, changes: Mapping[str, Any]) -> Problem | None:
        self.log.append(f"branch {step} " + " ".join(changes))
        try:
            config = branch(self.run_config, step, changes)
        except ProblemError as error:
            return error.problem
        self.adopt(config)
        self.start()
        return None

    def pause(self) -> None:
        self.log.append("pause")
        self.state = "paused"
        self._changes |= {"state"}

    def resume(self) -> None:
        self.log.append("resume")
        self.state = "running"
        self.runs = tuple(replace(run, status="running") if run.end is None else run for run in self.runs)
        self._changes |= {"state", "runs"}

    def toggle(self) -> None:
        {"running": self.pause, "paused": self.resume}.get(self.state, self.start)()

    def step_once(self) -> None:
        self.log.append("step")
        if not self.runs:
            self.start()
        self.record(1)
        self.state = "paused"
        self._changes |= {"state"}

    def step_epoch(self) -> None:
        self.log.append("epoch")
        if not self.runs:
            self.start()
        self.record(self.steps_per_epoch)
        self.state = "paused"
        self._changes |= {"state"}

    def stop(self) -> None:
        self.log.append("stop")
        self._end("stopped")

    def reset(self) -> None:
        self.log.append("reset")
        self.runs, self.curves, self.step = (), Curves(), 0
        self.confusion = None
        self.state = "ready" if self.data_summary is not None else "empty"
        self._changes |= {"state", "runs", "curves", "progress", "confusion"}

    def set_learning_rate(self, value: float) -> Problem | None:
        return self.edit({"optimizer.learning_rate": value})

    def set_speed(self, steps_per_second: float | None) -> None:
        self.speed = steps_per_second
        self._changes |= {"state"}

    def set_visible(self, indices: Iterable[int], visible: bool) -> None:
        wanted = set(indices)
        self.runs = tuple(
            replace(run, visible=visible) if run.info.index in wanted else run for run in self.runs
        )
        self._changes |= {"runs"}

    def solo(self, indices: Iterable[int]) -> None:
        wanted = set(indices)
        alone = {run.info.index for run in self.runs if run.visible} == wanted
        self.runs = tuple(replace(run, visible=alone or run.info.index in wanted) for run in self.runs)
        self._changes |= {"runs"}

    def dismiss_problem(self) -> None:
        self.problem = None
        self._changes |= {"problem"}

    def complain(self, problem: Problem, *, data: bool = False) -> None:
        """Let something go wrong."""
        self.problem = problem
        if data:
            self.data_problem = problem
            self._changes |= {"data"}
        self._changes |= {"problem", "state"}

    def close(self) -> None:
        self.closed = True
