"""Parameters of runs over time: which are kept, and where they can be asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compute.plan import Evaluation

if TYPE_CHECKING:
    from lab.config import ExperimentConfig

TINY = 64
"""A model with at most so many parameters is kept for every run, not for one run a loss."""
BUDGET = 64 * 2**20
"""Bytes that the snapshots of an experiment may take."""
LAST_BUDGET = 16 * 2**20
"""Bytes that the final parameters of all runs may take; with more, only some are kept at the end, too."""

MOST_EARLIER = 256
"""Experiments with earlier data that are kept: dragging a point for a minute makes a thousand."""


def runs_to_keep(
    indices: tuple[int, ...], parameters: int, drawn: set[int], evaluations: int, itemsize: int
) -> tuple[tuple[int, ...], int]:
    """Choose the runs of a plan whose parameters evaluations hand over, and how often.

    Parameters
    ----------
    indices
        Experiment indices of the plan's runs, along R.
    parameters
        P.
    drawn
        The first run of each loss, by experiment index.
    evaluations
        How many are planned.
    itemsize
        Bytes of a parameter.

    Returns
    -------
    kept
        Places along R: all runs of a tiny model, where there is room for them, else those of ``drawn``.
    every
        Keep at every so many evaluations, so that the budget is not passed.

    Examples
    --------
    >>> runs_to_keep((0, 1, 2, 3), 2, {0, 2}, 300, 4)
    ((0, 1, 2, 3), 1)
    >>> runs_to_keep((0, 1, 2, 3), 2410, {0, 2}, 200, 4)
    ((0, 2), 1)
    >>> runs_to_keep((0, 1), 100_000, {0}, 1000, 4)
    ((0,), 6)
    """
    everyone = tuple(range(len(indices)))
    chosen = tuple(place for place, run in enumerate(indices) if run in drawn)
    if parameters <= TINY and len(everyone) * parameters * itemsize * evaluations <= BUDGET:
        chosen = everyone
    size = len(chosen) * parameters * itemsize * max(1, evaluations)
    return chosen, max(1, -(-size // BUDGET))


def runs_to_keep_last(runs: int, parameters: int, itemsize: int) -> tuple[int, ...]:
    """Choose the runs of a plan whose final parameters are kept: all, or none beyond those kept anyway.

    Examples
    --------
    >>> runs_to_keep_last(3, 1000, 4), runs_to_keep_last(3000, 10_000, 4)
    ((0, 1, 2), ())
    """
    return tuple(range(runs)) if runs * parameters * itemsize <= LAST_BUDGET else ()


class Snapshots:
    """Parameters of some runs at evaluations, as they came.

    Parameters
    ----------
    read
        Adds what is kept elsewhere; called once, when something is asked for the first time.

    Attributes
    ----------
    stored
        Whether they are those that the store kept of an experiment.
    absence
        Why there are none, in words, where that is known.
    earlier
        (step, experiment) pairs, ascending: up to that step the runs were trained by that experiment, whose
        data were edited then. Only those are there that snapshots were taken under.
    """

    def __init__(self, read: Callable[[Snapshots], None] | None = None) -> None:
        self._read, self.stored = read, read is not None
        self._steps: dict[int, list[int]] = {}
        self._values: dict[int, list[NDArray[np.floating[Any]]]] = {}
        self.absence = ""
        self.earlier: tuple[tuple[int, ExperimentConfig], ...] = ()

    def append(self, runs: tuple[int, ...], evaluation: Evaluation) -> None:
        """Add what an evaluation of the runs ``runs`` (experiment indices along R) handed over."""
        if evaluation.parameters is None:
            return
        for place, values in zip(evaluation.kept, evaluation.parameters, strict=True):
            self.add(runs[place], evaluation.step, values)

    def add(self, run: int, step: int, values: NDArray[np.floating[Any]]) -> None:
        """Add a run's parameters (P,) at a step after those that are known."""
        self._steps.setdefault(run, []).append(step)
        self._values.setdefault(run, []).append(values)

    def close_settings(self, step: int, config: ExperimentConfig) -> None:
        """Note that the runs were trained by an experiment up to a step, and go on by another one.

        Of more than `MOST_EARLIER` every other one goes, as if its edit had been made at once with the next.
        """
        begun = self.earlier[-1][0] if self.earlier else 0
        if any(bisect_left(steps, step) > bisect_left(steps, begun) for steps in self._steps.values()):
            kept = self.earlier[1::2] if len(self.earlier) >= MOST_EARLIER else self.earlier
            self.earlier = (*kept, (step, config))

    def _catch_up(self) -> None:
        if self._read is not None:
            read, self._read = self._read, None
            read(self)

    @property
    def runs(self) -> tuple[int, ...]:
        """Runs of which there are any, ascending."""
        self._catch_up()
        return tuple(sorted(self._steps))

    def runs_by(self, step: int) -> tuple[int, ...]:
        """Return the runs of which parameters are known at some step up to ``step``, ascending."""
        return tuple(run for run in self.runs if self._steps[run][0] <= step)

    def steps(self, run: int) -> NDArray[np.int64]:
        """Return the (n,) steps at which a run's parameters are known."""
        self._catch_up()
        return np.array(self._steps.get(run, ()), dtype=np.int64)

    def at(self, run: int, step: int | None = None) -> NDArray[np.floating[Any]] | None:
        """Return a run's parameters (P,) at the latest snapshot up to a step, by default the last one.

        ``None`` where there is none.
        """
        self._catch_up()
        steps = self._steps.get(run)
        if not steps:
            return None
        place = len(steps) if step is None else int(np.searchsorted(steps, step, side="right"))
        return self._values[run][place - 1] if place else None
