"""The runs of a plan that are still going, and one update of all of them.

What a run does depends on nothing but itself, so the runs can be cut down to those that go on, or a few
of them trained again from a snapshot, without changing a bit of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array, to_host
from compute.batches import Batches
from compute.models.network import Network
from compute.penalty import Penalty, square_sum_call
from compute.plan import LossGroup, Plan
from compute.recording import Recorder
from compute.rows import Rows, gather
from compute.rules import groups_of, rows_of
from compute.tape import Call, Repeated, Replay
from compute.workspace import Workspace

PIECE = 8192
"""Most rows that go through a network at a time; a larger batch is summed up in pieces of this size."""


class LiveRuns:
    """Parameters, optimiser state and buffers of some runs of a plan.

    Parameters
    ----------
    plan
        The plan.
    rows
        Its training part on the device.
    runs
        (r,) ascending indices of the runs along the plan's R.
    parameters
        (r, P) host array.
    rates
        (R,) base learning rates of all the plan's runs.
    state
        The optimiser's arrays (r, P) on the device, or ``None`` before the first update.
    block
        Most steps recorded before the recorder is read.
    work
        Buffers, which other runs may share that are not trained at the same time; its own by default.

    Attributes
    ----------
    way
        How they are trained: ``"arrays"`` here; by compiled kernels ``"whole step"``, ``"fused"``, or
        ``"mixed"`` where some go one way and some the other.
    """

    way = "arrays"

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
        xp, dtype = rows.xp, rows.dtype
        self.xp, self.dtype, self.runs, self._plan = xp, dtype, runs, plan
        self.parameters: Array = xp.array(parameters, dtype=dtype)
        shape = self.parameters.shape
        self.work = work = Workspace(xp) if work is None else work
        self.gradients: Array = work.buffer("gradients", shape, dtype)
        self._optimizer = rows_of(plan.optimizer, runs, len(plan.initial), xp, dtype)
        self.state: tuple[Array, ...] = (
            self._optimizer.initial_state(xp, (shape[0], shape[1]), dtype)
            if state is None
            else tuple(xp.array(array) for array in state)
        )
        self._rate = xp.zeros((len(runs), 1), dtype=dtype)
        self._apply = Repeated(
            partial(self._optimizer.apply, self.parameters, self.gradients, self._rate, self.state, work),
            work,
        )
        self.groups = groups_of(plan, runs, xp, dtype)
        self._batches = Batches(
            rows,
            [int(plan.variants[run]) for run in runs],
            [plan.batch_seeds[run] for run in runs],
            plan.batch_size,
            plan.model.rows_at_once(PIECE),
            work,
        )
        self._sums_pieces = self._batches.size > plan.model.rows_at_once(PIECE)
        self._piece_gradients = (
            work.buffer("piece gradients", shape, dtype) if self._sums_pieces else self.gradients
        )
        self._penalty = (
            Penalty(plan.model, self.parameters, self.gradients, plan.l1, plan.l2, self.work)
            if plan.l1 or plan.l2
            else None
        )
        self.recorder = Recorder(xp, dtype, block, len(runs), plan.model.layers, self._penalty is not None)
        self._networks: dict[int, Network] = {}
        self._passes: dict[tuple[int, int, int], list[Call]] = {}
        self._norms = [self._norm_calls(row) for row in range(block)]
        self._one_hot = rows.labels is not None and plan.target_width > 1
        self._sums = xp.zeros(len(runs), dtype=dtype)
        self._piece_sums = xp.zeros(len(runs), dtype=dtype) if self._sums_pieces else self._sums
        self._shares: dict[int, tuple[list[Array], Array]] = {}
        self._norm = xp.zeros((len(runs), 1), dtype=dtype)
        self.set_rates(rates)

    def set_rates(self, rates: NDArray[np.float64]) -> None:
        """Set the base learning rates, (R,) for all the plan's runs; used from the next update on."""
        with np.errstate(over="ignore"):
            self._base = self.xp.asarray(rates[self.runs].astype(self.dtype)[:, None])
        self._factor: float | None = None  # that the rate was last multiplied by

    def _norm_calls(self, row: int) -> list[Call]:
        """Return the calls that record the squared norms of each layer's gradient and of the parameters."""
        layers, recorder = self._plan.model.layer_slices, self.recorder
        return [
            square_sum_call(array, norm, self.work)
            for array, norm in (
                *zip((self.gradients[:, part] for part in layers), recorder.layers[row], strict=True),
                (self.parameters, recorder.parameters[row]),
            )
        ]

    def _pass(self, start: int, stop: int, samples: int) -> list[Call]:
        """Return the calls that write sums and gradients of a piece, of a batch of so many samples.

        They read what `Batches.read` brought in.
        """
        length = stop - start
        key = (start if self._batches.full else 0), length, samples
        found = self._passes.get(key)
        if found is None:
            inputs, targets = self._batches.arrays(start, stop)
            network = self._networks.get(length)
            if network is None:
                network = self._networks[length] = Network(
                    *(self._plan.model, self.parameters, self._piece_gradients),
                    *(self._batches.streams, length, self.work),
                )
            found = network.forward_calls(inputs)
            factors, _ = self._share_of(samples)
            for group, factor in zip(self.groups, factors, strict=True):
                found += self._loss_calls(group, network, targets, factor)
            found += network.backward_calls(inputs)
            self._passes[key] = found
        return found

    def _loss_calls(self, group: LossGroup, network: Network, targets: Array, factor: Array) -> list[Call]:
        """Return the calls that write sums and output gradient of a group's runs."""
        runs, work = group.runs, self.work
        calls: list[Call] = []
        streams, size = self._batches.streams, runs.stop - runs.start
        if streams == len(self.runs):
            targets = targets[runs]
        elif streams > 1 and (streams != size or runs.start % streams):
            # runs that do not begin with the first stream, or more than once round: each gets its own copy
            index = self.xp.asarray(np.arange(runs.start, runs.stop, dtype=np.intp) % streams)
            given = targets.transpose(2, 0, 1)
            copies = work.buffer("targets of runs", (given.shape[0], size, given.shape[2]), self.dtype)
            calls.append(partial(gather, self.xp, given, index, copies, 1))
            targets = copies.transpose(1, 2, 0)
        sums, gradient = self._piece_sums[runs], network.output_gradient[runs]
        write = partial(
            group.loss.write_batch,
            network.outputs[runs],
            targets,
            factor,
            sums,
            gradient,
            work,
            self._one_hot,
        )
        return [*calls, Replay(write, work, (sums, gradient))]

    def run(self, step: int, row: int, count: int) -> None:
        """Do ``count`` updates, the first after ``step`` updates, and record them from row ``row`` on."""
        for done in range(count):
            self._step(step + done, row + done)

    def run_block(self, step: int, count: int) -> Array:
        """Do ``count`` updates as `run`, recorded from row 0 on; return the parameters before the last."""
        self.run(step, 0, count - 1)
        before_last: Array = self.parameters.copy()
        self.run(step + count - 1, count - 1, 1)
        return before_last

    def _step(self, step: int, row: int) -> None:
        recorder, xp = self.recorder, self.xp
        self._write_gradients(step, recorder.loss[row])
        if self._penalty is not None:
            xp.copyto(recorder.objective[row], recorder.loss[row])
            self._penalty.add(recorder.objective[row])
        for call in self._norms[row]:
            call()
        if self._plan.clip is not None:
            self._clip(recorder.layers[row], self._plan.clip)
        factor = self._plan.schedule.factor(step)
        if factor != self._factor:
            self._factor = factor
            xp.multiply(self._base, factor, self._rate)
        self._optimizer.prepare(self._rate, step - self._plan.optimizer_began, self.work)
        self._apply()

    def _write_gradients(self, step: int, losses: Array) -> None:
        """Write the mean loss (r,), times its scale, and its gradient on a step's batch, without penalty."""
        xp, batches = self.xp, self._batches
        pieces = batches.pieces(step)
        samples = pieces[-1][1] - pieces[0][0]
        if self._sums_pieces:
            self._sums.fill(0)
            self.gradients.fill(0)
        for start, stop in pieces:
            batches.read(step, start, stop)
            for call in self._pass(start, stop, samples):
                call()
            if self._sums_pieces:
                xp.add(self._sums, self._piece_sums, self._sums)
                xp.add(self.gradients, self._piece_gradients, self.gradients)
        xp.multiply(self._sums, self._share_of(samples)[1], losses)

    def _share_of(self, samples: int) -> tuple[list[Array], Array]:
        """Return what a sample of a batch counts: scale/B for each group, and for each run (r,)."""
        found = self._shares.get(samples)
        if found is None:
            xp, dtype = self.xp, self.dtype
            factors = [group.scale / samples for group in self.groups]
            sizes = [group.runs.stop - group.runs.start for group in self.groups]
            found = self._shares[samples] = (
                [xp.asarray(np.array(factor, dtype=dtype)) for factor in factors],
                xp.asarray(np.repeat(factors, sizes).astype(dtype)),
            )
        return found

    def objective_and_gradient(self, step: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return objective (r,) and gradient (r, P) on a step's batch, penalty included, on the host."""
        objective = self.recorder.objective[0]
        self._write_gradients(step, objective)
        if self._penalty is not None:
            self._penalty.add(objective)
        return np.array(to_host(objective)), np.array(to_host(self.gradients))

    def _clip(self, squares: Array, largest: float) -> None:
        """Scale each run's gradient down to the largest norm allowed."""
        xp, norm = self.xp, self._norm
        xp.sum(squares, axis=0, out=norm[:, 0])
        xp.sqrt(norm, norm)
        xp.divide(largest, norm, norm)
        xp.minimum(norm, 1, out=norm)
        xp.multiply(self.gradients, norm, self.gradients)

    def snapshot(self) -> tuple[Array, tuple[Array, ...]]:
        """Return copies of parameters and optimiser state."""
        return self.parameters.copy(), tuple(array.copy() for array in self.state)

    def host_parameters(self) -> NDArray[Any]:
        """Return the parameters (r, P) on the host, a copy."""
        return np.array(to_host(self.parameters))
