"""Hand-made recordings, and sessions that are told a literal list of messages."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from compute.plan import Chunk, Evaluation, RunEnd
from lab.config import ExperimentConfig
from lab.experiment_file import parse_experiment
from lab.messages import Command, DataSummary, DeviceReport, Event, RunInfo, Start, Started
from lab.session import Session

TOML = """
format = 1
name = "Two losses"
[data]
name = "moons"
samples = 200
[model]
hidden = [8]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "squared_error"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
epochs = 5
batch_size = 14
show_target = 0.95
[seeds]
count = 3
"""


def tiny_config(text: str = TOML) -> ExperimentConfig:
    return parse_experiment(text, "tiny.toml")


def infos(losses: int = 2, seeds: int = 3, layers: tuple[str, ...] = ("1", "out")) -> tuple[RunInfo, ...]:
    return tuple(
        RunInfo(loss * seeds + seed, loss, seed, 0.1, layers, 42)
        for loss in range(losses)
        for seed in range(seeds)
    )


def make_chunk(
    first_step: int,
    objective: np.ndarray,
    *,
    layers: int = 2,
    layer_norms: np.ndarray | None = None,
    evaluations: Iterable[Evaluation] = (),
    ended: Iterable[RunEnd] = (),
) -> Chunk:
    """A chunk whose recorded rows all follow from the objective (T, R)."""
    objective = np.asarray(objective, dtype=np.float32)
    steps = len(objective)
    norms = np.repeat(objective[:, :, None], layers, axis=2) if layer_norms is None else layer_norms
    return Chunk(
        first_step,
        objective,
        objective,
        2 * objective,
        np.asarray(norms, dtype=np.float32),
        3 * objective,
        np.where(np.isfinite(objective), np.float32(0.1), np.float32(np.nan)),
        0.001 * np.arange(first_step, first_step + steps, dtype=np.float64),
        tuple(evaluations),
        tuple(ended),
    )


def evaluation(step: int, accuracy: Iterable[float], confusion: np.ndarray | None = None) -> Evaluation:
    values = np.array(list(accuracy), dtype=np.float64)
    names = ("loss", "nll", "brier", "mae", "accuracy")
    metrics = {}
    for split in ("train", "validation"):
        metrics.update({f"{split}_{name}": 1 - values for name in names[:4]})
        metrics[f"{split}_accuracy"] = values
    return Evaluation(step, 0.001 * step, metrics, confusion)


def data_summary(features: int = 2, task: str = "classification", validation: int = 30) -> DataSummary:
    points = (
        np.random.default_rng(0).normal(size=(40, features)) if features <= 2 else np.empty((0, features))
    )
    count = len(points)
    return DataSummary(
        "moons",
        task,
        200,
        features,
        2 if task == "classification" else 1,
        140,
        validation,
        30,
        tuple(f"x{i}" for i in range(features)),
        ("0", "1") if task == "classification" else ("y",),
        (),
        0,
        points,
        np.zeros(count),
        np.zeros(count, dtype=np.int8),
        np.zeros(count, dtype=bool),
        tuple((-1.0, 1.0) for _ in range(features)),
        "",
    )


class ScriptedTrainer:
    """Hands out events that the test puts in, keeps the commands that it is sent."""

    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.waiting: list[Event] = []
        self.alive = True
        self.closed = False

    def start(self) -> None:
        self.alive = True

    def send(self, command: Command) -> None:
        self.sent.append(command)

    def poll(self) -> list[Event]:
        events, self.waiting = self.waiting, []
        return events

    def close(self) -> None:
        self.closed = True


def scripted_session(config: ExperimentConfig | None = None) -> tuple[Session, ScriptedTrainer]:
    trainer = ScriptedTrainer()
    return Session(
        config=config or tiny_config(), trainer=trainer, clock=iter(np.arange(0, 1e6, 0.05)).__next__
    ), trainer


def tell(session: Session, trainer: ScriptedTrainer, *events: Event) -> frozenset[str]:
    trainer.waiting.extend(events)
    return session.advance()


def started(
    trainer: ScriptedTrainer, steps: int = 50, summary: DataSummary | None = None, seeds: int = 3
) -> Started:
    """The answer to the last start."""
    start = next(command for command in reversed(trainer.sent) if isinstance(command, Start))
    device = DeviceReport("cpu", "CPU · NumPy", "no GPU: CuPy is not installed")
    losses = len(start.config.losses)
    return Started(start.request, infos(losses, seeds), steps, 10, device, summary or data_summary())
