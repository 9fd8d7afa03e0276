"""Train all runs of a plan and hand over what was recorded, chunk by chunk.

Chunks are only how many rows are handed over at a time: joined, they are the same whatever their lengths.
The runs are trained in tiles, some after the others, each for all the steps of a chunk: what a tile works on
fits the processor's cache, and its temporary arrays are those of the tile before. No run depends on another,
so tiles change nothing but the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import module_of
from compute.evaluation import EvaluationParts, predict
from compute.merging import merge_tiles
from compute.plan import Chunk, Plan
from compute.plan_check import check_change, check_plan
from compute.rows import Rows
from compute.standing import Standing, carried_over, joined
from compute.tile import Tile
from compute.tiling import part_of_plan, tiles_of
from compute.workspace import Workspace


class Training:
    """R runs trained together.

    Parameters
    ----------
    plan
        What to train.

    Raises
    ------
    ValueError
        If the parts of the plan do not fit together, or a rule watches a metric that is not measured.
    """

    def __init__(self, plan: Plan) -> None:
        check_plan(plan)
        self._lay_out(plan)
        self._confusion: NDArray[np.int64] | None = None

    def _lay_out(self, plan: Plan, standing: Standing | None = None, seconds: float = 0.0) -> None:
        """Cut a plan into tiles: from step 0, or from where its runs stand after so many seconds."""
        xp: Any = module_of(plan.device)
        dtype = np.dtype(plan.precision)
        train = plan.data.train
        rows = Rows(xp, train.inputs, train.targets, plan.target_width, dtype)
        parts = EvaluationParts(plan, xp, dtype)
        work = Workspace(xp)
        cut = tiles_of(plan)
        tiles = [
            Tile(
                part_of_plan(plan, runs),
                rows,
                parts,
                work,
                None if standing is None else standing.part(runs),
                seconds * len(runs) / len(plan.initial),
            )
            for runs in cut
        ]
        self.plan, self._xp, self._dtype, self._runs, self._tiles = plan, xp, dtype, cut, tiles

    def change(self, plan: Plan) -> None:
        """Go on by another plan from here.

        Parameters of the runs, those that have ended, the count of updates and seconds carry over, and so
        does the optimiser's state where it is the same optimiser; another one begins afresh. Batches, the
        schedule's factors and evaluations go on being counted from step 0, so that a change to the same plan
        changes nothing. Divergence is measured by the first objective after the change where that was
        changed; see `compute.standing.carried_over`.

        Parameters
        ----------
        plan
            The plan, with as many runs of a model of the same shape on the same device; its initial
            parameters are not used.

        Raises
        ------
        ValueError
            If it does not fit together in itself or with what has been done; nothing has changed then.
        """
        check_plan(plan)
        check_change(self.plan, plan, self.step)
        standing = joined([tile.standing() for tile in self._tiles], self._runs)
        moved, plan = carried_over(standing, self.plan, plan)
        self._lay_out(plan, moved, sum(tile.seconds for tile in self._tiles))
        self._confusion = moved.confusion

    @property
    def step(self) -> int:
        """Updates done; once all runs have ended, those of the run that lasted longest."""
        return max(tile.step for tile in self._tiles)

    @property
    def finished(self) -> bool:
        """Whether the planned steps are done or all runs have ended."""
        return all(tile.finished for tile in self._tiles)

    def set_learning_rate(self, value: float | NDArray[np.float64]) -> None:
        """Set the base learning rate from the next update on.

        Parameters
        ----------
        value
            One number for all runs, or (R,).

        Raises
        ------
        ValueError
            If a rate is negative or not a number.
        """
        rates = np.broadcast_to(np.asarray(value, dtype=np.float64), (len(self.plan.initial),))
        if not (rates >= 0).all():
            raise ValueError(f"a learning rate must be a number of at least 0, not {value}")
        for runs, tile in zip(self._runs, self._tiles, strict=True):
            tile.set_rates(rates[runs])

    def parameters(self) -> NDArray[Any]:
        """Return the parameters (R, P) on the host: current, or frozen where a run has ended."""
        return self._spread([tile.parameters() for tile in self._tiles])

    def predict(self, inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Predict with every run.

        Parameters
        ----------
        inputs
            (G, D), already preprocessed, or (S, G, D): one for each data variant.

        Returns
        -------
        (R, G, K) predictions, after each run's link.

        Raises
        ------
        ValueError
            If the shape does not fit.
        """
        return self._spread(
            [predict(tile.plan, tile.parameters(), inputs, self._xp, self._dtype) for tile in self._tiles]
        )

    def gradient(self, step: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return objective (R,) and its gradient (R, P) at the initial parameters.

        Parameters
        ----------
        step
            The step whose batch is used.
        """
        found = [tile.gradient(step) for tile in self._tiles]
        return self._spread([objective for objective, _ in found]), self._spread([g for _, g in found])

    def advance(self, steps: int) -> Chunk:
        """Do at most this many updates.

        Parameters
        ----------
        steps
            Updates to do; fewer are done when the plan or all runs end before.

        Returns
        -------
        Chunk
            The recorded rows, evaluations that fell due, and the runs that ended.
        """
        if len(self._tiles) == 1:
            return self._tiles[0].advance(steps)
        first = self.step
        chunks = [tile.advance(steps) for tile in self._tiles]
        seconds = [tile.seconds for tile in self._tiles]
        chunk = merge_tiles(first, self._runs, chunks, seconds, self._confusion)
        if chunk.evaluations:
            self._confusion = chunk.evaluations[-1].confusion
        return chunk

    def _spread(self, parts: list[NDArray[Any]]) -> NDArray[Any]:
        """Put what tiles have by run, (r, …) each, in the order of the plan: (R, …)."""
        if len(parts) == 1:
            return parts[0]
        whole = np.empty((len(self.plan.initial), *parts[0].shape[1:]), dtype=parts[0].dtype)
        for runs, part in zip(self._runs, parts, strict=True):
            whole[runs] = part
        return whole


def train(plan: Plan, chunk: int = 50) -> Iterator[Chunk]:
    """Train a plan to its end.

    Parameters
    ----------
    plan
        What to train.
    chunk
        Updates a chunk.

    Yields
    ------
    Chunk
        At least one, in order.
    """
    if chunk < 1:
        raise ValueError(f"a chunk must have at least one step, not {chunk}")
    training = Training(plan)
    while True:
        yield training.advance(chunk)
        if training.finished:
            return
