"""What a job is made of: experiments that belong together, some of which may follow from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from lab.config import ExperimentConfig
from lab.store.rows import Role
from lab.store.store import Store

ENDED = frozenset({"finished", "diverged", "target", "plateau"})
"""States of runs that came to their end, and need not be trained again."""


@dataclass(frozen=True)
class Planned:
    """An experiment that is to be trained, and its part in the whole."""

    config: ExperimentConfig
    role: Role = ""

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return len(self.config.losses) * self.config.seeds.count

    @cached_property
    def key(self) -> str:
        """Text that is the same for equal experiments: quick to look up among very many."""
        return config_key(self.config)


def config_key(config: ExperimentConfig) -> str:
    """Return a text that is the same for equal experiments."""
    return config.model_dump_json()


class Work(Protocol):
    """A sweep or a race."""

    @property
    def kind(self) -> Literal["sweep", "race"]:
        """Which of them."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def config(self) -> ExperimentConfig:
        """What it was made from; kept with its group in the store."""

    @property
    def runs(self) -> int:
        """How many runs it has in all, at most, where that follows from results."""

    def remaining(self, store: Store, group: str) -> Sequence[Planned]:
        """Return the experiments that can be trained now and are not in the store, in order.

        Raises
        ------
        ProblemError
            Where the store cannot be read.
        """
