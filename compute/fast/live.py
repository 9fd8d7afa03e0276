"""Runs trained by compiled kernels: the same as `LiveRuns` up to rounding, several times faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute import live_runs
from compute.backend import Array
from compute.fast import optimizers
from compute.fast.activations import CODES
from compute.fast.block import Batch, Losses, run_block
from compute.fast.finish import Pace, Rule, State, finish_runs
from compute.fast.losses import describe, has_kernel
from compute.fast.passes import MOST_BY_FEATURE, Shape, make_buffers
from compute.live_runs import LiveRuns
from compute.models.activations import make_activation
from compute.plan import Plan
from compute.rows import Rows
from compute.rules import groups_of


class FusedRuns(LiveRuns):
    """Gradients by array operations; penalty, norms, clipping and update by one kernel.

    For losses without a kernel, typed formulas among them, and for batches that come in pieces.
    """

    way = "fused"

    def __init__(self, plan: Plan, rows: Rows, *arguments: Any) -> None:
        super().__init__(plan, rows, *arguments)
        layers = plan.model.layer_slices
        runs = len(self.runs)
        self._starts = np.array([0, *(part.stop for part in layers)], dtype=np.int64)
        self._rule = Rule(
            starts=self._starts,
            biases=np.array([part.stop for part in plan.model.weight_slices], dtype=np.int64),
            optimizer=optimizers.CODES[type(plan.optimizer)],
            own=optimizers.columns(self._optimizer, runs),
            l1=np.float32(plan.l1),
            l2=np.float32(plan.l2),
            clip=np.float32(np.inf if plan.clip is None else plan.clip),
        )
        spare = (self.gradients,) * (2 - len(self.state))
        self._state = State(self.parameters, self.gradients, *self.state, *spare)

    def run(self, step: int, row: int, count: int) -> None:
        """Do ``count`` updates, the first after ``step`` updates, and record them from row ``row`` on."""
        pace = self._pace(step, count)
        for done in range(count):
            losses = self.recorder.loss[row + done]
            self._write_gradients(step + done, losses)
            finish_runs(self._rule, self._state, pace, self.recorder.table, done, row + done, losses)

    def _pace(self, step: int, count: int) -> Pace:
        schedule, own = self._plan.schedule, step - self._plan.optimizer_began
        factors = np.array([schedule.factor(step + done) for done in range(count)], dtype=np.float32)
        rates: NDArray[Any] = factors[:, None] * self._base[:, 0]
        return Pace(rates, *optimizers.corrections(self._optimizer, own, count, len(self.runs)))


class WholeSteps(FusedRuns):
    """All of a step by kernels, many steps a call."""

    way = "whole step"

    def __init__(self, plan: Plan, rows: Rows, *arguments: Any) -> None:
        super().__init__(plan, rows, *arguments)
        sizes, keeps_input = plan.model.sizes, make_activation(plan.model.activation).keeps_input
        self._shape = Shape(
            sizes=np.array(sizes, dtype=np.int64),
            starts=self._starts,
            activation=CODES[plan.model.activation],
            keeps_input=keeps_input,
            by_feature=sizes[0] <= MOST_BY_FEATURE,
        )
        self._buffers = make_buffers(sizes, self._batches.size, keeps_input)
        self._inputs = rows.flat_inputs()
        self._labels, self._targets = rows.flat_targets()
        self._kinds = self._describe_losses()

    def _describe_losses(self) -> Losses:
        runs, outputs = len(self.runs), self._plan.model.sizes[-1]
        codes = np.empty(runs, dtype=np.int64)
        parameters = np.empty((runs, 3), dtype=np.float32)
        weights = np.empty((runs, outputs), dtype=np.float32)
        scales = np.empty(runs, dtype=np.float32)
        for group in self.groups:
            part = group.runs
            codes[part], parameters[part], weights[part] = describe(
                group.loss, part.stop - part.start, outputs
            )
            scales[part] = group.scale
        return Losses(codes, parameters, weights, scales)

    def run(self, step: int, row: int, count: int) -> None:
        """Do ``count`` updates, the first after ``step`` updates, and record them from row ``row`` on."""
        pace = self._pace(step, count)
        batches = self._batches
        done = 0
        while done < count:
            orders, until = batches.orders(step + done)
            part = min(count - done, until - (step + done))
            batch = Batch(
                self._inputs, self._labels, self._targets, orders, batches.order_of_run, batches.streams,
                batches.size, batches.full,
            )  # fmt: skip
            run_block(
                self._shape, batch, self._kinds, self._rule, self._state, pace,
                self.recorder.table, self._buffers, step + done, row + done, done, part,
            )  # fmt: skip
            done += part


class MixedRuns(LiveRuns):
    """Runs of which some have a loss with a kernel and some have not.

    Each goes the way that it would go alone, so that what it gives does not depend on the others. The arrays
    here are copies for whoever reads them.
    """

    way = "mixed"

    def __init__(
        self,
        plan: Plan,
        rows: Rows,
        runs: NDArray[np.intp],
        parameters: Array,
        rates: NDArray[np.float64],
        state: Sequence[Array] | None,
        *more: Any,
    ) -> None:
        self._parts: list[tuple[NDArray[np.intp], FusedRuns]] = []
        super().__init__(plan, rows, runs, parameters, rates, state, *more)
        with_kernel = np.zeros(len(runs), dtype=bool)
        for group in self.groups:
            with_kernel[group.runs] = has_kernel(group.loss)
        for kind, chosen in ((WholeSteps, with_kernel), (FusedRuns, ~with_kernel)):
            at = np.flatnonzero(chosen)
            own = [array[at] for array in self.state]
            self._parts.append((at, kind(plan, rows, runs[at], self.parameters[at], rates, own, *more)))

    def set_rates(self, rates: NDArray[np.float64]) -> None:
        """Set the base learning rates, (R,) for all the plan's runs; used from the next update on."""
        super().set_rates(rates)
        for _, part in self._parts:
            part.set_rates(rates)

    def run(self, step: int, row: int, count: int) -> None:
        """Do ``count`` updates, the first after ``step`` updates, and record them from row ``row`` on."""
        for at, part in self._parts:
            part.run(step, row, count)
            self.parameters[at] = part.parameters
            for ours, theirs in zip(self.state, part.state, strict=True):
                ours[at] = theirs
            written = slice(row, row + count)
            self.recorder.table[written, :, at] = part.recorder.table[written]


def compiled_runs(
    plan: Plan, rows: Rows, runs: NDArray[np.intp], parameters: Array, *arguments: Any
) -> LiveRuns | None:
    """Return runs that kernels train as far as they can, or ``None`` where they do not apply.

    Parameters are those of `LiveRuns`. Kernels are for float32 and the optimisers of the catalogue.
    """
    if rows.dtype != np.float32 or type(plan.optimizer) not in optimizers.CODES:
        return None
    size = rows.count if plan.batch_size is None else min(plan.batch_size, rows.count)
    in_pieces = size > plan.model.rows_at_once(live_runs.PIECE)
    few = len(rows.flat_inputs()) < 2**31  # kernels number rows in 32 bits
    live = groups_of(plan, runs)
    known = [few and not in_pieces and has_kernel(group.loss) for group in live]
    kind = WholeSteps if all(known) else MixedRuns if any(known) else FusedRuns
    # kernels count on rows of parameters that lie in one piece
    return kind(plan, rows, runs, np.ascontiguousarray(parameters), *arguments)
