"""A race as work for the queue: what is still to be trained follows from what the store holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lab.config import ExperimentConfig
from lab.queue.work import Planned
from lab.racing.plan import missing, stage, tuning_cells
from lab.racing.reading import RaceReader, tuned, wanted_entrants
from lab.racing.terms import race_terms, with_rates
from lab.store.store import Store


@dataclass(frozen=True)
class RaceWork:
    """A race, begun or gone on with.

    Attributes
    ----------
    config
        What is raced, with its part `race`.
    added_rates
        Rates to extend the grid by.
    """

    config: ExperimentConfig
    added_rates: tuple[float, ...] = ()

    @property
    def kind(self) -> Literal["sweep", "race"]:
        """A race."""
        return "race"

    @property
    def name(self) -> str:
        """Of its configuration."""
        return self.config.name

    @property
    def runs(self) -> int:
        """Runs of the tuning, and of a final in which no loss's best rate is the common one."""
        race, losses = self.config.race, len(self.config.losses)
        terms = with_rates(race_terms(self.config), self.added_rates)
        return losses * (len(terms.rates) * race.tuning_seeds.count + 2 * race.seeds.count)

    def remaining(self, store: Store, group: str) -> Sequence[Planned]:
        """Return the tuning's missing cells as experiments, or, when all are there, the final's.

        Raises
        ------
        ProblemError
            Where the store cannot be read.
        """
        reader = RaceReader(store, group)
        terms, runs = reader.tuning()
        terms = with_rates(terms, self.added_rates)
        there = {cell: found for cell, found in runs.items() if found.complete}
        absent = missing(tuning_cells(self.config, terms), there)
        if absent:
            return stage(self.config, terms, absent, "tuning")
        grid = reader.grid(terms, runs)
        assert tuned(grid, runs)
        raced = {cell: found for cell, found in reader.final().items() if found.complete}
        return stage(self.config, terms, missing(wanted_entrants(grid, terms), raced), "final")
