"""The runs of a plan that are still going, and one update of all of them.

What a run does depends on nothing but itself, so the runs can be cut down to those that go on, or a few
of them trained again from a snapshot, without changing a bit of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array, to_host
from compute.batches import Batches, Rows, gather
from compute.models.network import Network
from compute.penalty import Penalty, sum_of_squares
from compute.plan import LossGroup, Plan
from compute.recording import Recorder
from compute.rules import groups_of, rows_of
from compute.workspace import Workspace

PIECE = 4096
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
        self._layer_gradients = [self.gradients[:, part] for part in plan.model.layer_slices]
        self._networks: dict[int, tuple[Network, list[tuple[Any, ...]]]] = {}
        self._one_hot = rows.labels is not None and plan.target_width > 1
        self._sums = xp.zeros(len(runs), dtype=dtype)
        self._piece_sums = xp.zeros(len(runs), dtype=dtype) if self._sums_pieces else self._sums
        self._shares: dict[int, tuple[list[Array], Array]] = {}
        self._norm = xp.zeros((len(runs), 1), dtype=dtype)
        self._rate = xp.zeros((len(runs), 1), dtype=dtype)
        self.set_rates(rates)

    def set_rates(self, rates: NDArray[np.float64]) -> None:
        """Set the base learning rates, (R,) for all the plan's runs; used from the next update on."""
        with np.errstate(over="ignore"):
            self._base = self.xp.asarray(rates[self.runs].astype(self.dtype)[:, None])

    def _network(self, length: int) -> tuple[Network, list[tuple[Any, ...]]]:
        """Return the network for batches of that length, and what each group reads and writes in it."""
        found = self._networks.get(length)
        if found is None:
            network = Network(
                self._plan.model,
                self.parameters,
                self._piece_gradients,
                self._batches.streams,
                length,
                self.work,
            )
            bound: list[tuple[Any, ...]] = []
            for group in self.groups:
                outputs, gradient = network.outputs[group.runs], network.output_gradient[group.runs]
                select = self._targets_for(group, length)
                sums = self._piece_sums[group.runs]
                bound.append((group.loss.write_batch, outputs, select, sums, gradient))
            found = self._networks[length] = network, bound
        return found

    def _targets_for(self, group: LossGroup, length: int) -> Callable[[Array], Array]:
        """Return what picks a group's targets, (r, B, K) or (1, B, K), out of those of the streams."""
        streams, size = self._batches.streams, group.runs.stop - group.runs.start
        if streams == 1 or (streams == size and group.runs.start % streams == 0):
            return lambda targets: targets
        if streams == len(self.runs):
            return lambda targets: targets[group.runs]
        xp, shape = self.xp, (size, length, self._plan.target_width)
        buffer: Array = xp.empty(shape, dtype=self.dtype)
        index = xp.asarray(np.arange(group.runs.start, group.runs.stop, dtype=np.intp) % streams)

        def pick(targets: Array) -> Array:
            gather(xp, targets, index, buffer)
            return buffer

        return pick

    def run(self, step: int, row: int, count: int) -> None:
        """Do ``count`` updates, the first after ``step`` updates, and record them from row ``row`` on."""
        for done in range(count):
            self._step(step + done, row + done)

    def _step(self, step: int, row: int) -> None:
        recorder, xp = self.recorder, self.xp
        self._write_gradients(step, recorder.loss[row])
        if self._penalty is not None:
            xp.copyto(recorder.objective[row], recorder.loss[row])
            self._penalty.add(recorder.objective[row])
        squares = recorder.layers[row]
        for gradient, norm in zip(self._layer_gradients, squares, strict=True):
            sum_of_squares(gradient, norm, self.work)
        sum_of_squares(self.parameters, recorder.parameters[row], self.work)
        if self._plan.clip is not None:
            self._clip(squares, self._plan.clip)
        xp.multiply(self._base, self._plan.schedule.factor(step), self._rate)
        self._optimizer.update(self.parameters, self.gradients, self._rate, self.state, step, self.work)

    def _write_gradients(self, step: int, losses: Array) -> None:
        """Write the mean loss (r,), times its scale, and its gradient on a step's batch, without penalty."""
        xp, batches, work, one_hot = self.xp, self._batches, self.work, self._one_hot
        pieces = batches.pieces(step)
        factors, share = self._share_of(pieces[-1][1] - pieces[0][0])
        if self._sums_pieces:
            self._sums.fill(0)
            self.gradients.fill(0)
        for start, stop in pieces:
            inputs, targets = batches.rows(step, start, stop)
            network, bound = self._network(stop - start)
            network.forward(inputs)
            for (write, outputs, select, sums, gradient), factor in zip(bound, factors, strict=True):
                write(outputs, select(targets), factor, sums, gradient, work, one_hot)
            network.backward(inputs)
            if self._sums_pieces:
                xp.add(self._sums, self._piece_sums, self._sums)
                xp.add(self.gradients, self._piece_gradients, self.gradients)
        xp.multiply(self._sums, share, losses)

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
