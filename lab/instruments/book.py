"""What an instrument computes from: runs held still, the parameters kept of them, and samples."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from compute.backend import select_device
from compute.datasets.prepared import PreparedData
from compute.seeding import stream
from lab.config import ExperimentConfig
from lab.experiment_data import prepare_data, prepare_phases
from lab.instruments.frozen import Floats, FrozenRun, PartName, Samples, frozen_of
from lab.sweep import Sweep, plan_sweep

MOST_ROWS = 2_000
"""Samples of a part that instruments look at: a fixed random choice where there are more."""
MOST_MEMOS = 4_000

T = TypeVar("T")


class Book:
    """Runs of one experiment and the parameters known of them.

    Parameters
    ----------
    config
        The experiment. Its data are loaded when first needed.
    prepared
        Its data, where they are there already.
    """

    def __init__(self, config: ExperimentConfig, prepared: PreparedData | None = None) -> None:
        self.config = config
        self._prepared = prepared
        self._earlier: list[tuple[int, Book]] = []
        self._runs: dict[int, FrozenRun] = {}
        self._kept: dict[int, dict[int, NDArray[np.floating[Any]]]] = {}
        self._steps: dict[int, NDArray[np.int64]] = {}
        self._memos: dict[Hashable, Any] = {}
        self._sweep: Sweep | None = None

    def go_on(self, config: ExperimentConfig) -> None:
        """Take other settings of the same runs: their data are loaded again, their parameters stay known."""
        self.config, self._prepared = config, None
        self._earlier.clear()
        self._runs.clear()
        self._memos.clear()
        self._sweep = None

    def at(self, step: int) -> Book:
        """Return the runs with the settings that held at a step: others before it branched off than after.

        What is known of their parameters is the same.

        Raises
        ------
        ProblemError
            Where the data cannot be loaded.
        """
        branch = self.config.branch
        if branch is None or step >= branch.step:
            return self
        if not self._earlier:
            *before, last = prepare_phases(self.config)
            self._prepared = last.prepared
            for phase in before:
                book = Book(phase.config, phase.prepared)
                book._kept, book._steps = self._kept, self._steps
                self._earlier.append((phase.step, book))
        return next(book for begun, book in reversed(self._earlier) if begun <= step)

    def add(self, run: int, kept: Mapping[int, NDArray[np.floating[Any]]]) -> None:
        """Add parameters (P,) of a run, by step."""
        self._kept.setdefault(run, {}).update(kept)
        self._steps[run] = np.array(sorted(self._kept[run]), dtype=np.int64)

    def run(self, index: int) -> FrozenRun:
        """Return a run held still.

        Raises
        ------
        ProblemError
            Where the data cannot be loaded.
        KeyError
            For a run that the experiment has not.
        """
        if index not in self._runs:
            if self._sweep is None:
                prepared = prepare_data(self.config) if self._prepared is None else self._prepared
                self._sweep = plan_sweep(self.config, prepared, select_device("cpu"))
            self._runs.update(frozen_of(self._sweep, (index,)))
        return self._runs[index]

    def steps(self, run: int) -> NDArray[np.int64]:
        """Return the (n,) steps at which a run's parameters are known, ascending."""
        return self._steps.get(run, np.empty(0, dtype=np.int64))

    def parameters(self, run: int, step: int | None = None) -> Floats | None:
        """Return a run's parameters (P,) at the latest known step up to ``step``, by default the last one.

        ``None`` where there are none.
        """
        found = self.step(run, step)
        return None if found is None else np.asarray(self._kept[run][found], dtype=np.float64)

    def step(self, run: int, step: int | None = None) -> int | None:
        """Return the latest step up to ``step`` at which a run's parameters are known."""
        steps = self.steps(run)
        place = len(steps) if step is None else int(np.searchsorted(steps, step, side="right"))
        return int(steps[place - 1]) if place else None

    def samples(self, index: int, part: PartName, most: int = MOST_ROWS) -> Samples:
        """Return samples of a part of a run's data: all, or a fixed random choice of ``most``."""
        run = self.run(index)
        found = run.samples(part)
        if len(found.inputs) <= most:
            return found
        chosen = np.sort(stream(0, "instruments").permutation(len(found.inputs))[:most])
        return found.some(chosen)

    def with_row(self, index: int, part: PartName, row: int, samples: Samples) -> Samples:
        """Return samples of a part, with that of a row of the data set where the part has it."""
        everything = self.run(index).samples(part)
        place = np.flatnonzero(everything.rows == row)
        if not len(place):
            return samples
        return samples.followed_by(everything.some(place[:1]))

    def held_out(self, index: int, most: int = MOST_ROWS) -> tuple[PartName, Samples]:
        """Return the validation part of a run's data, or the training part where there is none."""
        part: PartName = "validation" if len(self.run(index).samples("validation").inputs) else "train"
        return part, self.samples(index, part, most)

    def memo(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` made for a key, made the first time: a history is then only extended."""
        if key not in self._memos:
            while len(self._memos) >= MOST_MEMOS:
                self._memos.pop(next(iter(self._memos)))
            self._memos[key] = make()
        found: T = self._memos[key]
        return found
