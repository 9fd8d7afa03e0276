"""A race read back from the store, as far as it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.config_race import TIMES
from lab.experiment_file import parse_experiment
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.racing.cells import CellRuns, RaceRuns
from lab.racing.grid import race_grid
from lab.racing.plan import Cell, final_cells
from lab.racing.results import Entrant, RaceResult, RateGrid, Way
from lab.racing.terms import RaceTerms, race_terms, with_rates
from lab.store.rows import GroupRow
from lab.store.store import Store


def read_race(store: Store, group: str) -> RaceResult:
    """Read a race from the store.

    Parameters
    ----------
    store
        The store.
    group
        Identity of the race.

    Raises
    ------
    ProblemError
        Where there is no such race, or the store cannot be read.
    """
    return RaceReader(store, group).read()


class RaceReader:
    """Reads one race again and again, as it is run.

    What has ended is not read twice.

    Parameters
    ----------
    store
        The store.
    group
        Identity of the race.
    """

    def __init__(self, store: Store, group: str) -> None:
        self._store, self._group = store, group
        self._runs = RaceRuns(store, group)
        self._config: ExperimentConfig | None = None

    def read(self) -> RaceResult:
        """Read the race as it stands; errors as `read_race`."""
        row = self._row()
        config = self.config
        terms, tuning = self.tuning()
        grid = self.grid(terms, tuning)
        final = self._runs.cells(config, "final")
        entrants = self._entrants(terms, grid, final)
        self._runs.release()
        return RaceResult(
            row.id,
            config,
            _state(row, grid, entrants),
            grid,
            entrants,
            config.race.seeds.values,
            terms.target,
            sum(e.seconds for e in self._store.experiments() if e.group == self._group),
        )

    @property
    def config(self) -> ExperimentConfig:
        """What is raced; errors as `read_race`."""
        if self._config is None:
            row = self._row()
            self._config = parse_experiment(row.config, row.name)
        return self._config

    def _row(self) -> GroupRow:
        for row in self._store.groups():
            if row.id == self._group and row.kind == "race":
                return row
        raise ProblemError(
            Problem(f"The store has no race {self._group[:40]}", "It was deleted, or is in another store.")
        )

    def tuning(self) -> tuple[RaceTerms, Mapping[Cell, CellRuns]]:
        """Return the terms, with the rates that the grid was extended by, and the tuning's runs."""
        runs = self._runs.cells(self.config, "tuning")
        return with_rates(race_terms(self.config), tuple(rate for _, rate in runs)), runs

    def grid(self, terms: RaceTerms, runs: Mapping[Cell, CellRuns]) -> RateGrid:
        """Return the tuning as a grid."""
        soonest: dict[Cell, float] = {}
        if terms.measure in TIMES and terms.target is not None:
            for cell, found in runs.items():
                if found.complete:
                    times, _ = self._runs.times(found, terms.target)
                    soonest[cell] = float(np.median(times["steps"]))
        return race_grid(self.config, terms, runs, soonest)

    def final(self) -> Mapping[Cell, CellRuns]:
        """Return the final's runs."""
        return self._runs.cells(self.config, "final")

    def _entrants(
        self, terms: RaceTerms, grid: RateGrid, final: Mapping[Cell, CellRuns]
    ) -> tuple[Entrant, ...]:
        """Return those at the common rate, then those at their own, as far as they have begun."""
        best = best_rates(grid)
        same: Sequence[float | None] = [terms.same_rate] * len(best)
        entrants = []
        ways: tuple[tuple[Way, Sequence[float | None]], ...] = (("same", same), ("own", best))
        for way, rates in ways:
            for loss, rate in enumerate(rates):
                if rate is not None and (loss, rate) in final:
                    entrants.append(self._entrant(terms, way, (loss, rate), final[loss, rate]))
        return tuple(entrants)

    def _entrant(self, terms: RaceTerms, way: Way, cell: Cell, runs: CellRuns) -> Entrant:
        loss, rate = cell
        config = self.config
        times, ends = ({}, {}) if terms.target is None else self._runs.times(runs, terms.target)
        return Entrant(
            loss,
            loss_labels(config)[loss],
            short_loss_labels(config)[loss],
            series_numbers(config)[loss],
            way,
            rate,
            {metric: runs.last(metric) for metric in runs.metrics},
            times,
            runs.diverged,
            runs.experiment.id,
            tuple(row.key[1] for row in runs.rows),
            ends,
            runs.complete,
        )


def best_rates(grid: RateGrid) -> tuple[float | None, ...]:
    """Return each loss's best rate, ``None`` where it is not known or there is none."""
    return tuple(None if place is None else grid.rates[place] for place in grid.best)


def tuned(grid: RateGrid, runs: Mapping[Cell, CellRuns]) -> bool:
    """Whether every cell of the grid was trained to its end."""
    return all(
        (loss, rate) in runs and runs[loss, rate].complete
        for loss in range(len(grid.labels))
        for rate in grid.rates
    )


def wanted_entrants(grid: RateGrid, terms: RaceTerms) -> tuple[Cell, ...]:
    """Return what the final is to train."""
    return final_cells(best_rates(grid), terms)


def _state(row: GroupRow, grid: RateGrid, entrants: Sequence[Entrant]) -> str:
    """Return how far a race is; see `RaceResult`."""
    if row.state == "running":
        known = all(cell is not None for cells in grid.cells for cell in cells)
        return "final" if entrants or (known and None not in grid.best) else "tuning"
    return row.state
