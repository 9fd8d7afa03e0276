"""The experiments that benchmarks of the whole program train, through the same session as the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.config import ExperimentConfig
from lab.experiment_file import parse_experiment
from lab.session import Session

PATIENCE = 300.0


@dataclass(frozen=True)
class Shape:
    """A network with its batches: ``losses × seeds`` runs of it, half on cross-entropy, half on Brier."""

    name: str
    data: str
    hidden: tuple[int, ...]
    activation: str
    batch: int
    optimizer: str

    def config(self, runs: int, evaluate_every: int = 10**6) -> ExperimentConfig:
        """Return an experiment without end of so many runs (an even number)."""
        return parse_experiment(
            f"""
            format = 1
            name = "{self.name}"
            [data]
            name = "{self.data}"
            [model]
            hidden = {list(self.hidden)}
            activation = "{self.activation}"
            [[losses]]
            name = "cross_entropy"
            [[losses]]
            name = "brier"
            [optimizer]
            name = "{self.optimizer}"
            learning_rate = 0.0001
            [training]
            steps = 1000000000
            batch_size = {self.batch}
            evaluate_every = {evaluate_every}
            [seeds]
            count = {runs // 2}
            """,
            f"{self.name}.toml",
        )


PG = Shape("pg", "moons", (8, 8), "tanh", 32, "adam")
DG = Shape("dg", "digits", (64,), "relu", 64, "adam")
BG = Shape("bg", "digits", (256, 256), "relu", 256, "adam")
"""2-8-8-2, 64-64-10 and 64-256-256-10, as the other benchmarks name them."""


def until(session: Session, done: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Advance a session about 120 times a second until something holds; return the seconds that it took.

    Raises
    ------
    TimeoutError
        After ``patience`` seconds.
    """
    began = time.perf_counter()
    while not done():
        session.advance()
        if time.perf_counter() > began + patience:
            raise TimeoutError(f"{session.state}: {session.problem}")
        time.sleep(0.008)
    return time.perf_counter() - began
