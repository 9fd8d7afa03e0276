"""A sweep as work for the queue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from lab.config import ExperimentConfig
from lab.queue.work import ENDED, Planned, config_key
from lab.store.store import Store
from lab.sweeping.expansion import SweptExperiment, expand


class SweepWork:
    """A sweep, begun or gone on with.

    Parameters
    ----------
    config
        The experiment, with its axes.
    """

    def __init__(self, config: ExperimentConfig) -> None:
        self.config = config
        self._stored: dict[str, str] = {}

    @property
    def kind(self) -> Literal["sweep", "race"]:
        """A sweep."""
        return "sweep"

    @property
    def name(self) -> str:
        """Of its configuration."""
        return self.config.name

    @cached_property
    def experiments(self) -> tuple[SweptExperiment, ...]:
        """What is trained, in order; errors as `lab.sweeping.expansion.expand`."""
        return expand(self.config)

    @property
    def runs(self) -> int:
        """How many runs it has in all."""
        return sum(swept.planned.runs for swept in self.experiments)

    def remaining(self, store: Store, group: str) -> Sequence[Planned]:
        """Return the experiments that the store does not hold to their end.

        Raises
        ------
        ProblemError
            Where the store cannot be read.
        """
        ended: dict[str, bool] = {}
        for row in store.runs():
            if row.experiment.group == group:
                identity = row.experiment.id
                ended[identity] = ended.get(identity, True) and row.status in ENDED
        for identity in ended:
            if identity not in self._stored:
                self._stored[identity] = config_key(store.experiment(identity).run_config)
        there = {self._stored[identity] for identity, whole in ended.items() if whole}
        return [swept.planned for swept in self.experiments if swept.planned.key not in there]
