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
from lab.instruments.instrument import Question
from lab.instruments.kinds import FOLLOWING
from lab.sweep import Sweep, plan_sweep

MOST_ROWS = 2_000
"""Samples of a part that instruments look at: a fixed random choice where there are more."""
MOST_MEMOS = 4_000

T = TypeVar("T")


Earlier = tuple[tuple[int, ExperimentConfig], ...]
"""(step, experiment) pairs, ascending: what held up to a step, as `lab.snapshots.Snapshots.earlier`."""


class Book:
    """Runs of one experiment and the parameters known of them.

    Parameters
    ----------
    config
        The experiment. Its data are loaded when first needed.
    prepared
        Its data, where they are there already.
    earlier
        By what the runs were trained before.
    """

    def __init__(
        self, config: ExperimentConfig, prepared: PreparedData | None = None, earlier: Earlier = ()
    ) -> None:
        self.config = config
        self._prepared = prepared
        self._phases: list[tuple[int, Book]] = []
        self._runs: dict[int, FrozenRun] = {}
        self._kept: dict[int, dict[int, NDArray[np.floating[Any]]]] = {}
        self._steps: dict[int, NDArray[np.int64]] = {}
        self._memos: dict[Hashable, Any] = {}
        self._sweep: Sweep | None = None
        self._whole = self  # which one knows all times; itself unless it is of one time only
        self._earlier = [(step, self._part(Book(then))) for step, then in earlier]
        self._now: Book | None = None

    def go_on(self, config: ExperimentConfig, earlier: Earlier = ()) -> None:
        """Take other settings of the same runs: their data are loaded again, their parameters stay known.

        ``earlier`` is what held before and is not known yet. What was computed of it stays.
        """
        for step, then in earlier:
            part = self._part(Book(then))
            if then == self.config:
                part._prepared, part._sweep, part._runs = self._prepared, self._sweep, self._runs
                part._memos, part._phases = self._memos, self._phases
            self._earlier.append((step, part))
        self.config, self._prepared, self._now = config, None, None
        self._phases, self._runs, self._memos = [], {}, {}
        self._sweep = None

    def _part(self, book: Book) -> Book:
        """Return a book of one time only, with the parameters that are known here."""
        book._kept, book._steps, book._whole = self._kept, self._steps, self._whole
        return book

    def at(self, step: int) -> Book:
        """Return the runs with the settings and data that held at a step.

        They were others before the runs branched off, and before their data were edited. What is known of
        their parameters is the same.

        Raises
        ------
        ProblemError
            Where the data cannot be loaded.
        """
        whole = self._whole
        then = next((part for until, part in whole._earlier if step < until), whole)
        return then._phase(step)

    def as_now(self) -> Book:
        """Return the runs on the data as they are now at every step, whatever was edited in between."""
        if not self._earlier:
            return self
        if self._now is None:
            self._now = Book(self.config, self._prepared)
            self._now._kept, self._now._steps = self._kept, self._steps
        return self._now

    def _phase(self, step: int) -> Book:
        """Return the settings that held at a step of an experiment that may branch off."""
        branch = self.config.branch
        if branch is None or step >= branch.step:
            return self
        if not self._phases:
            *before, last = prepare_phases(self.config)
            self._prepared = last.prepared
            self._phases = [(phase.step, self._part(Book(phase.config, phase.prepared))) for phase in before]
        return next(book for begun, book in reversed(self._phases) if begun <= step)

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


def book_for(question: Question, book: Book) -> Book:
    """Return what a question is answered from: the settings and data that held at its last step.

    Single samples are followed as they are now: points that were added or deleted number the others anew.
    """
    followed = book.as_now() if question.kind in FOLLOWING else book
    return followed.at(question.steps[-1]) if question.steps else followed
