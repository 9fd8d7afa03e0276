"""Small nets on a GPU: one kernel, a block of threads a run, many updates a launch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array
from compute.gpu.activations import keeps_input
from compute.gpu.fit import AHEAD, Fit, SharedMemory, fit, lanes, pad
from compute.gpu.program import OPTIONS, program
from compute.gpu.tables import RunTables
from compute.live_runs import LiveRuns
from compute.plan import Plan
from compute.rows import Rows
from compute.workspace import Workspace

LABEL = 8
"""Bytes of a class as the kernel is given it."""

STATIC_LIMIT = 48 * 1024
"""Bytes of shared memory that a kernel may take without asking first."""


def shared_fit(plan: Plan, xp: Any, rows: int) -> Fit | None:
    """Return how a plan's runs train in shared memory on the current device, or ``None`` where they cannot.

    Parameters
    ----------
    plan
        The plan.
    xp
        The device's array module.
    rows
        Samples of the training part.
    """
    size = rows if plan.batch_size is None else min(plan.batch_size, rows)
    itemsize = np.dtype(plan.precision).itemsize
    target = LABEL if plan.data.task == "classification" else plan.target_width * itemsize
    return fit(plan.model, len(plan.optimizer.slots), size, itemsize, target, SharedMemory.of(xp))


def persistent_source(plan: Plan, cut: Fit, losses: Sequence[str]) -> str:
    """Return the source of the kernel that trains a plan's runs on these losses."""
    model = plan.model
    numbers: dict[str, int | str] = {
        "CLASSES": int(plan.data.task == "classification"),
        "OUTPUTS": model.sizes[-1],
        "TARGETS": plan.target_width,
        "LANES": lanes(model.sizes[-1], cut.threads // cut.tile),
        "THREADS": cut.threads,
        "BLOCKS": cut.blocks,
        "AHEAD": AHEAD,
        "TILE": cut.tile,
        "LAYERS": model.layers,
        "WIDTHS": ", ".join(map(str, model.sizes)),
        "PARAMETERS": model.parameter_count,
        "KEEPS_INPUT": int(keeps_input(model.activation)),
        "PENALTY": int(bool(plan.l1 or plan.l2)),
        "CLIP": int(plan.clip is not None),
    }
    optimizer = plan.optimizer.declaration.name
    return program("persistent", plan.precision, losses, model.activation, optimizer, numbers)


class PersistentRuns(LiveRuns):
    """Live runs of which each trains in the shared memory of one block; parameters as for `LiveRuns`.

    Raises
    ------
    ValueError
        If a run does not fit; see `shared_fit`.
    """

    def __init__(
        self,
        plan: Plan,
        rows: Rows,
        runs: NDArray[np.intp],
        parameters: Array,
        rates: NDArray[np.float64],
        state: Sequence[Array] | None,
        block: int,
        work: Workspace | None = None,
    ) -> None:
        super().__init__(plan, rows, runs, parameters, rates, state, block, work)
        xp, dtype = self.xp, self.dtype
        cut = shared_fit(plan, xp, rows.count)
        if cut is None:
            raise ValueError(f"{plan.model.parameter_count} parameters a run do not fit in shared memory")
        tables = RunTables.of(plan, runs)
        self._cut = cut
        self._kernel = xp.RawKernel(persistent_source(plan, cut, tables.losses), "train", options=OPTIONS)
        if cut.size > STATIC_LIMIT:
            self._kernel.max_dynamic_shared_size_bytes = cut.size
        weights = tables.class_weights
        self._data = (_in_fours(rows), rows.labels, rows.numbers)
        self._order_of_run = xp.asarray(self._batches.order_of_run)
        self._tables = (
            xp.asarray(tables.loss),
            xp.asarray(tables.loss_hyper.astype(dtype)),
            xp.asarray(tables.scale.astype(dtype)),
            None if weights is None else xp.asarray(weights.astype(dtype)),
            xp.asarray(tables.hyper),
        )
        self._numbers = tuple(dtype.type(number) for number in (plan.l1, plan.l2, plan.clip or 0.0))

    def run(self, step: int, row: int, count: int) -> None:
        """Do ``count`` updates, the first after ``step`` updates, and record them from row ``row`` on."""
        self._run(step, row, count, None)

    def run_block(self, step: int, count: int) -> Array:
        """Do ``count`` updates as `run`, recorded from row 0 on; return the parameters before the last."""
        before_last: Array = self.xp.empty_like(self.parameters)
        self._run(step, 0, count, before_last)
        return before_last

    def _run(self, step: int, row: int, count: int, before_last: Array | None) -> None:
        stop = step + count
        while step < stop:
            orders, until = self._batches.orders(step)
            steps = min(stop, until) - step
            self._launch(orders, step, row, steps, before_last if step + steps == stop else None)
            step, row = step + steps, row + steps

    def _launch(self, orders: Array, step: int, row: int, steps: int, before_last: Array | None) -> None:
        # what is None is a null pointer to the kernel
        schedule, batches = self._plan.schedule, self._batches
        factors = np.array([schedule.factor(step + done) for done in range(steps)], dtype=self.dtype)
        states = (*self.state, None, None)[:2]
        arguments = (
            self.parameters,
            *states,
            before_last,
            self.recorder.table[row:],
            *self._data,
            orders,
            self._order_of_run,
            *self._tables,
            self._base,
            self.xp.asarray(factors),
            np.int32(orders.shape[1]),
            np.int32(orders.shape[2]),
            np.int32(batches.size),
            np.int64(step),
            np.int64(self._plan.optimizer_began),
            np.int32(steps),
            *self._numbers,
        )
        self._kernel((len(self.runs),), (self._cut.threads,), arguments, shared_mem=self._cut.size)


def _in_fours(rows: Rows) -> Array:
    """Return the inputs (S · n, D rounded up to fours) without the column of ones, 0 where there are none."""
    given, width = rows.flat_inputs(), rows.inputs.shape[-1] - 1
    found: Array = rows.xp.zeros((len(given), pad(width)), dtype=rows.dtype)
    found[:, :width] = given[:, :width]
    return found
