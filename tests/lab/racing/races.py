"""Small races for tests, run for real in one process."""

from __future__ import annotations

import time
from typing import Any

from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import parse_experiment
from lab.pool import TrainerPool
from lab.queue.job import Job
from lab.queue.queue import Queue
from lab.queue.work import Planned, Work
from lab.racing.plan import stage, tuning_cells
from lab.racing.terms import race_terms
from lab.store.store import Store

TOML = """
format = 1
name = "Small race"
[data]
name = "moons"
samples = 120
[model]
hidden = [4]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "brier"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
epochs = 6
batch_size = 20
[seeds]
count = 2
[race]
rates = [0.1, 1.0, 100000.0]
target = 0.7
[race.tuning_seeds]
first = 50
count = 2
[race.seeds]
first = 60
count = 6
"""


def small_race(**changes: Any) -> ExperimentConfig:
    """The race above; ``race__target=0.9`` changes ``race.target``."""
    config = parse_experiment(TOML, "race.toml")
    return apply_changes(config, {key.replace("__", "."): value for key, value in changes.items()})


def tuning_of(config: ExperimentConfig) -> Planned:
    """The one experiment with which a race begins."""
    terms = race_terms(config)
    (planned,) = stage(config, terms, tuning_cells(config, terms), "tuning")
    return planned


def one_process() -> TrainerPool:
    return TrainerPool(1)


def run(queue: Queue, seconds: float = 60) -> None:
    """Advance a queue until nothing is left to do."""
    end = time.monotonic() + seconds
    while queue.busy:
        assert time.monotonic() < end, [(job.state, job.stage, job.problems) for job in queue.jobs]
        if not queue.advance():
            time.sleep(0.005)


def trained(store: Store, work: Work, group: str = "") -> Job:
    """Run one job to its end in a queue of its own."""
    queue = Queue(store, "cpu", make_trainer=one_process)
    job = queue.add(work, group)
    try:
        run(queue)
    finally:
        queue.close()
    return job
