"""Blocks of updates: recorded on the device, looked through on the host, rolled back for runs that diverged.

A block is at most 50 updates, on a GPU 200, without a question to the device. A run that diverged in it is
trained again from the snapshot taken before the block, up to its last finite weights, and then leaves; the
others keep what they did, since no run depends on another.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import to_host
from compute.engine import make_live, part_of
from compute.live_runs import LiveRuns
from compute.plan import Plan, RunEnd
from compute.recording import Rows as RecordedRows
from compute.rows import Rows
from compute.standing import Standing
from compute.stopping import HISTORY, divergence_layer, first_diverged_rows
from compute.workspace import Workspace

BLOCK, GPU_BLOCK = 50, 200
"""Most updates between two looks at what was recorded; on a GPU, which waits for the host meanwhile, more."""

GPU_BLOCK_RUNS = 4096
"""Runs from which on a GPU's blocks are no longer than others: training them takes long enough."""


def block_length(plan: Plan) -> int:
    """Return the most updates of a plan between two looks at what was recorded."""
    return GPU_BLOCK if plan.device.kind == "gpu" and len(plan.initial) < GPU_BLOCK_RUNS else BLOCK


@dataclass(frozen=True)
class Block:
    """What T updates left: rows of all R runs, learning rates (T, R), training seconds so far (T,), ends."""

    rows: RecordedRows
    rates: NDArray[np.float32]
    seconds: NDArray[np.float64]
    ended: tuple[RunEnd, ...]


class Blocks:
    """Trains the runs of a plan that are still going, block by block.

    Parameters
    ----------
    plan
        What to train.
    data
        The training part on the device.
    work
        Buffers.
    standing
        How the runs stand that go on; from step 0 by default.
    seconds
        Time spent on updates before.

    Attributes
    ----------
    live
        The runs still going, or ``None`` when all have ended.
    rates
        (R,) base learning rates.
    step
        Updates done; once all runs have ended, those of the run that lasted longest.
    seconds
        Time spent on updates.
    longest
        Most updates of a block.
    """

    def __init__(
        self,
        plan: Plan,
        data: Rows,
        work: Workspace,
        standing: Standing | None = None,
        seconds: float = 0.0,
    ) -> None:
        self._plan, self.data, self._work = plan, data, work
        self.longest = block_length(plan)
        self.rates = np.array(plan.learning_rates, dtype=np.float64)
        self.seconds = seconds
        count = len(plan.initial)
        self.live: LiveRuns | None = None
        self._previous: Any = None  # parameters of the live runs before the last update, on the device
        # runs whose first objective is taken from the next step
        self._renewed = np.ones(count, dtype=np.bool_) if standing is None else standing.renewed
        if standing is None:
            self.step = 0
            runs = np.arange(count, dtype=np.intp)
            self._frozen: NDArray[Any] = plan.initial.astype(data.dtype)
            self._first_objective = np.full(count, np.nan)
            self._history = np.zeros((0, count, plan.model.layers))
            self.live = make_live(plan, data, runs, self._frozen, self.rates, None, self.longest, work)
            return
        self.step = standing.step
        runs = np.flatnonzero(standing.going)
        self._frozen = standing.parameters.astype(data.dtype)
        self._first_objective = standing.first_objective
        self._history = standing.history
        if not len(runs):
            return
        state = [data.xp.asarray(array[runs].astype(data.dtype)) for array in standing.state] or None
        self.live = make_live(plan, data, runs, self._frozen[runs], self.rates, state, self.longest, work)
        if standing.previous is not None:
            self._previous = data.xp.asarray(standing.previous[runs].astype(data.dtype))

    def set_rates(self, rates: NDArray[np.float64]) -> None:
        """Set the base learning rates (R,) from the next update on."""
        self.rates = rates
        if self.live is not None:
            self.live.set_rates(rates)

    def parameters(self) -> NDArray[Any]:
        """Return the parameters (R, P) on the host: current, or frozen where a run has ended."""
        result = self._frozen.copy()
        if self.live is not None:
            result[self.live.runs] = self.live.host_parameters()
        return result

    def parameters_of(self, runs: NDArray[np.intp]) -> NDArray[Any]:
        """Return the parameters (len(runs), P) of some runs on the host, as `parameters` does of all."""
        result: NDArray[Any] = self._frozen[runs]
        if self.live is not None:
            here = np.isin(runs, self.live.runs)
            places = self.data.xp.asarray(np.searchsorted(self.live.runs, runs[here]))
            result[here] = to_host(self.live.parameters[places])
        return result

    def standing(self) -> dict[str, Any]:
        """Return what `Standing` has of parameters, optimiser and objectives, by name."""
        count, parameters = len(self.rates), self.parameters()
        going = np.zeros(count, dtype=np.bool_)
        slots = len(self._plan.optimizer.slots)
        state = tuple(np.zeros_like(parameters) for _ in range(slots))
        previous = None if self._previous is None else self._frozen.copy()
        if self.live is not None:
            going[self.live.runs] = True
            for array, mine in zip(state, self.live.state, strict=True):
                array[self.live.runs] = to_host(mine)
            if previous is not None:
                previous[self.live.runs] = to_host(self._previous)
        return {
            "steps": np.full(count, self.step, dtype=np.int64),
            "going": going,
            "parameters": parameters,
            "previous": previous,
            "state": state,
            "first_objective": self._first_objective,
            "renewed": self._renewed,
            "history": self._history,
        }

    def freeze(self, gone: NDArray[np.bool_]) -> None:
        """End the live runs that are marked, at their current parameters."""
        assert self.live is not None
        self._frozen[self.live.runs] = self.live.host_parameters()
        self._keep(self.live, np.flatnonzero(~gone))

    def advance(self, stop: int) -> Block:
        """Do the updates up to ``stop``, at most `longest`, with all live runs."""
        live, start, count = self.live, self.step, stop - self.step
        assert live is not None
        snapshot = live.snapshot()
        began = time.perf_counter()
        before_last = live.run_block(start, count)
        narrow = live.recorder.to_rows(count)
        took = time.perf_counter() - began
        seconds = self.seconds + took * np.arange(count) / count
        self.seconds += took

        rows = narrow.spread(live.runs, len(self.rates))
        if self._renewed.any():
            # NaN, where nothing is known or an objective is no more, gives way to the first row
            first = np.fmax(self._first_objective, rows.objective[0].astype(np.float64))
            self._first_objective = np.where(self._renewed, first, self._first_objective)
            self._renewed = np.zeros_like(self._renewed)
        diverged = first_diverged_rows(narrow, self._first_objective[live.runs], self._plan.divergence)
        broken = diverged < count
        if stop == self._plan.steps:  # the last parameters have no row: look at them themselves
            broken |= ~np.isfinite(live.host_parameters()).all(axis=1)
        self.step, previous, self._previous = stop, self._previous, before_last
        ended: list[RunEnd] = []
        if broken.any():
            if previous is not None:
                self._frozen[live.runs] = to_host(previous)
            gone = np.flatnonzero(broken)
            self._roll_back(live, snapshot, rows, gone, diverged[gone], start)
            ended = self._ends(rows, live.runs[gone], diverged[gone], start)
            self._keep(live, np.flatnonzero(~broken))
            if self.live is None:
                last = int(diverged[gone].max())
                self.step = start + last
                rows, seconds = rows.cut(last + 1), seconds[: last + 1]
        self._history = np.concatenate([self._history, rows.layers[-HISTORY:]])[-HISTORY:]
        factors = np.array([self._plan.schedule.factor(start + row) for row in range(len(seconds))])
        rates = np.empty((len(factors), len(self.rates)), dtype=np.float32)
        np.multiply(factors[:, None], self.rates, out=rates, casting="same_kind")
        return Block(rows, rates, seconds, tuple(ended))

    def _roll_back(
        self,
        live: LiveRuns,
        snapshot: Any,
        rows: RecordedRows,
        gone: NDArray[np.intp],
        diverged: NDArray[np.intp],
        start: int,
    ) -> None:
        """Freeze the live runs at positions ``gone``, diverged in these rows, at their last finite state."""
        count = len(rows.objective)
        # the weights after k updates belong to row k; if they are not finite themselves, those before are
        fine = np.isfinite(rows.parameters[np.minimum(diverged, count - 1), live.runs[gone]])
        updates = np.where(diverged < count, diverged - ~fine, count - 1)
        # −1: the update before this block broke them, and the parameters before that are frozen already
        inside = updates >= 0
        gone, updates = gone[inside], updates[inside]
        if not len(gone):
            return
        again = part_of(live, self._plan, self.data, gone, self.rates, self._work, snapshot)
        done = 0
        for target in np.unique(updates):
            again.run(start + done, done, int(target) - done)
            done = int(target)
            parameters = again.host_parameters()
            reached = updates == target
            self._frozen[live.runs[gone[reached]]] = parameters[reached]

    def _ends(
        self, rows: RecordedRows, runs: NDArray[np.intp], diverged: NDArray[np.intp], start: int
    ) -> list[RunEnd]:
        """Say where and in which layer runs diverged, and blank their rows after that."""
        ends = []
        for run, row in zip(runs.tolist(), diverged.tolist(), strict=True):
            norms = np.concatenate([self._history[:, run], rows.layers[: row + 1, run]])[-HISTORY - 1 :]
            value = float(rows.objective[row, run]) if row < len(rows.objective) else math.nan
            ends.append(RunEnd(run, start + row, "diverged", divergence_layer(norms), value))
            rows.end_run(run, row + 1)
        return ends

    def _keep(self, live: LiveRuns, keep: NDArray[np.intp]) -> None:
        self.live = part_of(live, self._plan, self.data, keep, self.rates, self._work) if len(keep) else None
        if self._previous is not None:
            self._previous = self._previous[self.data.xp.asarray(keep)]
