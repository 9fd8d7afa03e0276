"""The hot loop: train all runs of a plan at once, in blocks that are recorded, checked and rolled back.

A block is at most 50 updates without a question to the device. After it, its recorded rows are looked
through on the host. A run that diverged in it is trained again alone from the snapshot taken before the
block, up to its last finite weights, and then leaves; the others keep what they did, since no run
depends on another. Chunks are only how many rows are handed over at a time: joined, they are the same
whatever their lengths.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import module_of, to_host
from compute.batches import Rows
from compute.evaluation import Evaluator, predict
from compute.live_runs import LiveRuns
from compute.plan import Chunk, Evaluation, Plan, RunEnd
from compute.plan_check import check_plan
from compute.recording import Rows as RecordedRows
from compute.recording import make_chunk
from compute.stopping import (
    HISTORY,
    PlateauWatch,
    TargetWatch,
    divergence_layer,
    first_diverged_rows,
)

BLOCK = 50
"""Most updates between two looks at what was recorded."""


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
        self.plan = plan
        self._xp: Any = module_of(plan.device)
        self._dtype = np.dtype(plan.precision)
        self._rates = np.array(plan.learning_rates, dtype=np.float64)
        train = plan.data.train
        self._rows = Rows(self._xp, train.inputs, train.targets, plan.model.sizes[-1], self._dtype)
        runs = np.arange(len(plan.initial), dtype=np.intp)
        with np.errstate(all="ignore"):
            self._frozen: NDArray[Any] = plan.initial.astype(self._dtype)
            self._live: LiveRuns | None = LiveRuns(
                plan, self._rows, runs, self._frozen, self._rates, None, BLOCK
            )
            self._evaluator = Evaluator(plan, self._xp, self._dtype)
        for rule in (plan.target, plan.plateau):
            if rule is not None and rule.metric not in self._evaluator.keys:
                known = ", ".join(self._evaluator.keys)
                raise ValueError(f"{rule.metric!r} is not measured here; measured are {known}")
        self._target = TargetWatch(plan.target) if plan.target else None
        self._plateau = PlateauWatch(plan.plateau, len(runs)) if plan.plateau else None
        self._step = 0
        self._evaluated = -1
        self._seconds = 0.0
        self._first_objective = np.full(len(runs), np.nan)
        self._previous: Any = None  # parameters of the live runs before the last update, on the device
        self._history = np.zeros((0, len(runs), plan.model.layers))
        self._confusion: NDArray[np.int64] | None = None
        self._evaluations: list[Evaluation] = []
        self._ended: list[RunEnd] = []

    @property
    def step(self) -> int:
        """Updates done; once all runs have ended, those of the run that lasted longest."""
        return self._step

    @property
    def finished(self) -> bool:
        """Whether the planned steps are done or all runs have ended."""
        return self._live is None or (self._step >= self.plan.steps and self._evaluated == self._step)

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
        rates = np.broadcast_to(np.asarray(value, dtype=np.float64), self._rates.shape)
        if not (rates >= 0).all():
            raise ValueError(f"a learning rate must be a number of at least 0, not {value}")
        self._rates = rates.copy()
        if self._live is not None:
            self._live.set_rates(self._rates)

    def parameters(self) -> NDArray[Any]:
        """Return the parameters (R, P) on the host: current, or frozen where a run has ended."""
        result = self._frozen.copy()
        if self._live is not None:
            result[self._live.runs] = self._live.host_parameters()
        return result

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
        return predict(self.plan, self.parameters(), inputs, self._xp, self._dtype)

    def gradient(self, step: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return objective (R,) and its gradient (R, P) at the initial parameters.

        Parameters
        ----------
        step
            The step whose batch is used.
        """
        runs = np.arange(len(self.plan.initial), dtype=np.intp)
        with np.errstate(all="ignore"):
            live = LiveRuns(self.plan, self._rows, runs, self.plan.initial, self._rates, None, 1)
            return live.objective_and_gradient(step)

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
        first, goal = self._step, min(self.plan.steps, self._step + max(0, steps))
        blocks: list[tuple[RecordedRows, NDArray[np.float64], NDArray[np.float64]]] = []
        with np.errstate(all="ignore"):
            self._evaluate_if_due()
            while self._live is not None and self._step < goal:
                blocks.append(self._do_block(self._live, min(goal, self._next_stop())))
                self._evaluate_if_due()
            chunk = make_chunk(
                first, blocks, self._evaluations, self._ended, len(self._rates), self.plan.model.layers
            )
        self._evaluations, self._ended = [], []
        return chunk

    def _next_stop(self) -> int:
        every = max(1, self.plan.evaluate_every)
        return min(self._step + BLOCK, (self._step // every + 1) * every)

    def _do_block(
        self, live: LiveRuns, stop: int
    ) -> tuple[RecordedRows, NDArray[np.float64], NDArray[np.float64]]:
        start, count = self._step, stop - self._step
        snapshot = live.snapshot()
        began = time.perf_counter()
        for row in range(count - 1):
            live.step(start + row, row)
        before_last = live.parameters.copy()
        live.step(stop - 1, count - 1)
        narrow = live.recorder.to_rows(count)
        took = time.perf_counter() - began
        seconds = self._seconds + took * np.arange(count) / count
        self._seconds += took

        rows = narrow.spread(live.runs, len(self._rates))
        if start == 0:
            self._first_objective = rows.objective[0].copy()
        diverged = first_diverged_rows(narrow, self._first_objective[live.runs], self.plan.divergence)
        if stop == self.plan.steps:  # the last parameters are not recorded: look at them themselves
            last_fine = np.isfinite(live.host_parameters()).all(axis=1)
        else:
            last_fine = np.ones(len(live.runs), dtype=bool)
        gone = np.flatnonzero((diverged < count) | ~last_fine)
        self._step, previous, self._previous = stop, self._previous, before_last
        if len(gone):
            if previous is not None:
                self._frozen[live.runs] = to_host(previous)
            length = self._freeze_diverged(live, snapshot, rows, gone, diverged, start, stop)
            rows, seconds = rows.cut(length), seconds[:length]
        self._history = np.concatenate([self._history, rows.layers])[-HISTORY:]
        factors = np.array([self.plan.schedule.factor(start + row) for row in range(len(seconds))])
        return rows, factors.reshape(-1, 1) * self._rates, seconds

    def _freeze_diverged(
        self,
        live: LiveRuns,
        snapshot: Any,
        rows: RecordedRows,
        gone: NDArray[np.intp],
        diverged: NDArray[np.intp],
        start: int,
        stop: int,
    ) -> int:
        """Freeze the runs at positions ``gone`` of the live ones; return how many rows are handed over."""
        count = stop - start
        # the weights after k updates belong to row k; if they are not finite themselves, those before do
        fine = np.isfinite(rows.parameters[np.minimum(diverged[gone], count - 1), live.runs[gone]])
        updates = np.where(diverged[gone] < count, diverged[gone] - ~fine, count - 1)
        # −1: the update before this block broke them, and the parameters before that are frozen already
        inside = updates >= 0
        self._replay(live, snapshot, gone[inside], updates[inside], start)
        for position in gone:
            run, row = int(live.runs[position]), int(diverged[position])
            norms = np.concatenate([self._history[:, run], rows.layers[: row + 1, run]])[-HISTORY - 1 :]
            value = float(rows.objective[row, run]) if row < count else math.nan
            self._ended.append(RunEnd(run, start + row, "diverged", divergence_layer(norms), value))
            rows.end_run(run, row + 1)
        self._keep_live(live, np.setdiff1d(np.arange(len(live.runs)), gone))
        if self._live is not None:
            return count
        last = int(diverged[gone].max())
        self._step = start + last
        return min(last + 1, count)

    def _replay(
        self,
        live: LiveRuns,
        snapshot: Any,
        gone: NDArray[np.intp],
        updates: NDArray[np.intp],
        start: int,
    ) -> None:
        """Train runs again from the snapshot and keep each one's parameters after its number of updates."""
        if not len(gone):
            return
        again = live.part(gone, self._rows, self._rates, snapshot)
        done = 0
        for target in np.unique(updates):
            for row in range(done, int(target)):
                again.step(start + row, row)
            done = int(target)
            parameters = again.host_parameters()
            for i in np.flatnonzero(updates == target):
                self._frozen[live.runs[gone[i]]] = parameters[i]

    def _keep_live(self, live: LiveRuns, keep: NDArray[np.intp]) -> None:
        self._live = live.part(keep, self._rows, self._rates) if len(keep) else None
        if self._previous is not None:
            self._previous = self._previous[self._xp.asarray(keep)]

    def _evaluate_if_due(self) -> None:
        live, step = self._live, self._step
        due = step % max(1, self.plan.evaluate_every) == 0 or step == self.plan.steps
        if live is None or not due or self._evaluated == step:
            return
        self._evaluated = step
        measured = self._evaluator.measure(live)
        count = len(self._rates)
        metrics = {key: np.full(count, np.nan) for key in measured.metrics}
        for key, values in measured.metrics.items():
            metrics[key][live.runs] = values
        if measured.confusion is not None:
            if self._confusion is None:
                self._confusion = np.zeros((count, *measured.confusion.shape[1:]), dtype=np.int64)
            self._confusion = self._confusion.copy()
            self._confusion[live.runs] = measured.confusion
        self._evaluations.append(Evaluation(step, self._seconds, metrics, self._confusion))
        self._stop_runs(live, metrics)

    def _stop_runs(self, live: LiveRuns, metrics: dict[str, NDArray[np.float64]]) -> None:
        """Freeze the live runs that a stop rule ends at this evaluation."""
        ends: dict[int, RunEnd] = {}
        if self._plateau is not None:
            values = metrics[self._plateau.rule.metric]
            for run in np.flatnonzero(self._plateau.flat(values)):
                ends[int(run)] = RunEnd(int(run), self._step, "plateau", None, float(values[run]))
        if self._target is not None:
            values = metrics[self._target.rule.metric]
            for run in np.flatnonzero(self._target.reached(values)):
                ends[int(run)] = RunEnd(int(run), self._step, "target", None, float(values[run]))
        stopped = np.array([run in ends for run in live.runs])
        if not stopped.any():
            return
        self._ended.extend(ends[int(run)] for run in live.runs[stopped])
        self._frozen[live.runs] = live.host_parameters()
        self._keep_live(live, np.flatnonzero(~stopped))


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
