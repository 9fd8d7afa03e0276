"""What a sweep will take before it is begun: runs, batches, memory and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compute.backend import Device
from lab.config import ExperimentConfig
from lab.memory import sweep_bytes
from lab.number_text import bytes_text, thousands
from lab.queue.terminal import time_text
from lab.queue.work import Planned
from lab.shares import usable_cores
from lab.store.store import Store
from lab.sweep import plan_sweep, planned_steps, prepare_data
from lab.sweeping.expansion import expand

LAID_OUT = 8
"""So many experiments, evenly from all, are laid out to see what they take."""
ALIKE = ("data.name", "model.name", "model.hidden", "training.batch_size", "training.full_batch")
"""Settings in which an earlier experiment must agree to tell the speed of another."""
OVERHEAD_SECONDS = 5e-6
OPERATIONS_PER_SECOND = 6e9
"""A rough processor core: what an update of a run costs beside its arithmetic, and how fast that is."""


@dataclass(frozen=True)
class Preview:
    """What training some experiments will take.

    Attributes
    ----------
    runs, experiments
        How many there are.
    together
        The most runs that train as one batch.
    memory
        Bytes of the largest experiment, in all processes.
    seconds
        Time for all of them, one after another.
    rough
        Whether the time is a guess from the size of the models, since nothing alike was trained before.
    """

    runs: int
    experiments: int
    together: int
    memory: int
    seconds: float
    rough: bool

    @property
    def sentence(self) -> str:
        """All of it in words."""
        runs = f"{thousands(self.runs)} run{'' if self.runs == 1 else 's'}"
        if self.experiments == 1:
            how = f"{runs} train as one batch"
        else:
            together = f"up to {thousands(self.together)} as one batch"
            how = f"{runs} in {thousands(self.experiments)} experiments, {together}"
        guess = "a rough guess" if self.rough else "at the speed of earlier runs like these"
        return f"{how}: about {bytes_text(self.memory)} of memory and {time_text(self.seconds)}, {guess}."


def preview_sweep(config: ExperimentConfig, store: Store) -> Preview:
    """Say what a sweep will take.

    Parameters
    ----------
    config
        The experiment, with its axes.
    store
        Earlier experiments, which tell the speed of this machine.

    Raises
    ------
    ProblemError
        Where an axis is not allowed, the data cannot be loaded or a loss is not defined for them.
    """
    return preview([swept.planned for swept in expand(config)], store)


def preview(experiments: Sequence[Planned], store: Store) -> Preview:
    """Say what some experiments will take, trained one after another; see `preview_sweep`."""
    every = max(1, -(-len(experiments) // LAID_OUT))
    chosen = experiments[::every]
    costs = [_cost(planned, store) for planned in chosen]
    seconds = sum(cost.seconds for cost in costs) * len(experiments) / len(chosen)
    return Preview(
        sum(planned.runs for planned in experiments),
        len(experiments),
        max(planned.runs for planned in experiments),
        max(cost.memory for cost in costs),
        seconds,
        any(cost.rough for cost in costs),
    )


@dataclass(frozen=True)
class _Cost:
    memory: int
    seconds: float
    rough: bool


def _cost(planned: Planned, store: Store) -> _Cost:
    """Lay an experiment out for one seed, and multiply."""
    config = planned.config
    seeds = config.seeds
    one = config.model_copy(update={"seeds": seeds.model_copy(update={"count": 1})})
    prepared = prepare_data(one)
    sweep = plan_sweep(one, prepared, Device("cpu", ""))
    processes = min(usable_cores(), sweep.processes(planned.runs))
    samples = prepared.train.samples
    updates = planned.runs * planned_steps(config, samples)
    speed = earlier_speed(config, store)
    rough = speed is None
    if speed is None:
        batch = min(config.training.batch or samples, samples)
        largest = max(run.parameters for run in sweep.runs)
        speed = processes / (OVERHEAD_SECONDS + 6 * largest * batch / OPERATIONS_PER_SECOND)
    return _Cost(sweep_bytes(sweep, seeds.count, processes), updates / speed, rough)


def earlier_speed(config: ExperimentConfig, store: Store) -> float | None:
    """Return the updates of runs a second of earlier experiments of the same work, ``None`` without any.

    Raises
    ------
    ProblemError
        Where the store cannot be read.
    """
    whole = config.model_dump()
    wanted = {path: _field(whole, path) for path in ALIKE}
    updates = seconds = 0.0
    seen: set[str] = set()
    for row in store.runs():
        experiment = row.experiment
        if experiment.id in seen or experiment.seconds <= 0 or experiment.device_kind != "cpu":
            continue
        if all(row.fields.get(path) == value for path, value in wanted.items()):
            seen.add(experiment.id)
            updates += experiment.runs * experiment.step
            seconds += experiment.seconds
    return updates / seconds if updates else None


def _field(whole: dict[str, object], path: str) -> object:
    """Return a setting as the store keeps it: lists as text."""
    value: object = whole
    for key in path.split("."):
        value = value[key] if isinstance(value, dict) else None
    return " · ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else value
