"""A session whose trainer hands out a literal list of messages, kept in a store."""

from __future__ import annotations

import numpy as np

from compute.plan import RunEnd
from lab.config import ExperimentConfig
from lab.messages import Ended, Event, Recorded, Started
from lab.session import Session
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store
from tests.lab.recorded_runs import ScriptedTrainer, evaluation, make_chunk, started, tiny_config

RUNS = tuple(range(6))


class Kept:
    """A session whose trainer hands out a literal list of messages, and keeps them in a store."""

    def __init__(self, store: Store, config: ExperimentConfig | None = None, **keeping: str) -> None:
        self.store, self.script = store, ScriptedTrainer()
        self.trainer = KeepingTrainer(self.script, store, **keeping)  # type: ignore[arg-type]
        self.session = Session(config=config or tiny_config(), trainer=self.trainer)

    def begin(self) -> Started:
        self.session.start()
        event = started(self.script)
        self.tell(event)
        return event

    def tell(self, *events: Event) -> None:
        self.script.waiting.extend(events)
        self.session.advance()
        while self.trainer._written is not None:
            self.session.advance()

    def rows(self, steps: int = 20, first: int = 0, ended: tuple[RunEnd, ...] = ()) -> Recorded:
        values = np.exp(-0.01 * np.arange(first, first + steps))[:, None] * (1 + np.arange(6))
        accuracy = 0.5 + 0.01 * np.arange(6)
        confusion = np.tile(np.array([[3, 1], [2, 4]]), (6, 1, 1))
        chunk = make_chunk(first, values, evaluations=[evaluation(first, accuracy, confusion)], ended=ended)
        return Recorded(RUNS, chunk)

    def finished(self) -> str:
        """Train to the end; return the experiment's identity."""
        self.begin()
        self.tell(self.rows(), Ended("finished", 20, 1.5))
        return self.trainer.experiment_id

    def settle(self) -> None:
        """Wait until everything that was told is written."""
        assert self.trainer._keeper.mark().wait(10)

    def close(self) -> None:
        self.session.close()
