"""Experiments that are trained for real and kept in a store."""

from __future__ import annotations

import time
from collections.abc import Callable

from lab.config import ExperimentConfig
from lab.pool import TrainerPool
from lab.session import Session
from lab.snapshots import Snapshots
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store

CLASSES = """
[data]
name = "moons"
samples = 80
[model]
hidden = [5, 4]
activation = "relu"
[[losses]]
name = "cross_entropy"
[[losses]]
name = "brier"
[[losses]]
name = "squared_error_sigmoid"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
steps = 40
evaluate_every = 4
[seeds]
count = 2
"""
NUMBERS = (
    CLASSES.replace("moons", "sine").replace("cross_entropy", "huber").replace("brier", "absolute_error")
).replace("squared_error_sigmoid", "squared_error")


def until(session: Session, done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, session.state
        assert session.problem is None, session.problem
        session.advance()
        time.sleep(0.002)


def trained(store: Store, config: ExperimentConfig, processes: int = 1) -> Session:
    """Train an experiment to its end and keep it."""
    trainer = KeepingTrainer(TrainerPool(processes), store)
    session = Session("cpu", config=config, trainer=trainer)
    try:
        session.start()
        until(session, lambda: session.state == "finished")
    finally:
        session.close()
    assert store.problem is None
    return session


def steps_of(snapshots: Snapshots) -> dict[int, list[int]]:
    return {run: snapshots.steps(run).tolist() for run in snapshots.runs}
