"""Larger nets on a GPU: matrix products of all runs at once, and fused kernels for all that is between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array
from compute.gpu.activations import keeps_input
from compute.gpu.fit import WARP, lanes
from compute.gpu.optimizers import MOST_CONSTANTS
from compute.gpu.products import Matrices, Products
from compute.gpu.program import OPTIONS, program
from compute.gpu.tables import RunTables
from compute.live_runs import PIECE, LiveRuns
from compute.models.mlp import MultilayerPerceptron
from compute.plan import Plan
from compute.rows import Rows

THREADS = 256
MOST_BLOCKS = 64
"""Most blocks of a kernel for one run; a block then works on every so many-th element."""

KERNELS = ("gather", "activate", "through_activation", "losses", "norms", "finish_step")


def batched_source(plan: Plan, losses: Sequence[str]) -> str:
    """Return the source of the kernels that train a plan's runs on these losses."""
    model = plan.model
    numbers: dict[str, int | str] = {
        "CLASSES": int(plan.data.task == "classification"),
        "OUTPUTS": model.sizes[-1],
        "TARGETS": plan.target_width,
        "LANES": lanes(model.sizes[-1], WARP),
        "THREADS": THREADS,
        "LAYERS": model.layers,
        "WIDTHS": ", ".join(map(str, model.sizes)),
        "PARAMETERS": model.parameter_count,
        "KEEPS_INPUT": int(keeps_input(model.activation)),
        "PENALTY": int(bool(plan.l1 or plan.l2)),
        "CLIP": int(plan.clip is not None),
    }
    optimizer = plan.optimizer.declaration.name
    return program("batched", plan.precision, losses, model.activation, optimizer, numbers)


def blocks_for(count: int) -> int:
    """Return how many blocks of threads work on that many elements of one run."""
    return max(1, min(MOST_BLOCKS, -(-count // THREADS)))


def integers(*values: int) -> tuple[np.int32, ...]:
    """Return numbers in the size that the kernels take."""
    return tuple(np.int32(value) for value in values)


@dataclass(frozen=True)
class Piece:
    """Rows of a batch: in which orders, from where on, how many, and all that as the kernels are told it."""

    orders: Array
    start: int
    rows: int
    numbers: tuple[np.int32, ...]


@dataclass(frozen=True)
class Layer:
    """A layer's arrays for pieces of one length: ``z`` before and ``a`` after activation, its gradient."""

    z: Array
    a: Array
    slopes: Array


class BatchedRuns(LiveRuns):
    """Live runs of which every step is a few calls for all of them; parameters as for `LiveRuns`."""

    def __init__(self, plan: Plan, rows: Rows, runs: NDArray[np.intp], *others: Any) -> None:
        super().__init__(plan, rows, runs, *others)
        xp, dtype, model, count = self.xp, self.dtype, plan.model, len(runs)
        tables = RunTables.of(plan, runs)
        source = batched_source(plan, tables.losses)
        module = {name: xp.RawKernel(source, name, options=OPTIONS) for name in KERNELS}
        self._kernels = module
        self._products = Products(xp, dtype)
        self._rows = rows
        self._model: MultilayerPerceptron = model
        self._stream = xp.asarray(self._batches.order_of_run)
        weights = tables.class_weights
        self._tables = (
            xp.asarray(tables.loss),
            xp.asarray(tables.loss_hyper.astype(dtype)),
            xp.asarray(tables.scale.astype(dtype)),
            None if weights is None else xp.asarray(weights.astype(dtype)),
        )
        self._hyper = xp.asarray(tables.hyper)
        piece = min(self._batches.size, model.rows_at_once(PIECE))
        self._row_blocks = blocks_for(piece * lanes(model.sizes[-1], WARP))
        self._most_parts = self._row_blocks * (1 + self._batches.size // piece)
        self._parts = xp.zeros((count, self._most_parts), dtype=dtype)
        self._blocks = blocks_for(model.parameter_count)
        self._norm_parts = xp.zeros((count, self._blocks, model.layers + 2), dtype=dtype)
        self._ones = xp.ones(piece, dtype=dtype)
        self._layers: dict[int, list[Layer]] = {}
        self._batch: dict[int, Array] = {}
        self._gathered = -1  # start of the piece whose inputs are there
        sums = THREADS // WARP * (model.layers + 2)
        self._scratch = max(sums, MOST_CONSTANTS) * dtype.itemsize

    def run(self, step: int, row: int, count: int) -> None:
        """Do ``count`` updates, the first after ``step`` updates, and record them from row ``row`` on."""
        for done in range(count):
            self._update(step + done, row + done)

    def _update(self, step: int, row: int) -> None:
        batches, plan = self._batches, self._plan
        orders, _ = batches.orders(step)
        epochs, count = orders.shape[1:]
        place = step // batches.steps_per_epoch % epochs
        pieces = batches.pieces(step)
        length, part = pieces[-1][1] - pieces[0][0], 0
        for start, stop in pieces:
            piece = Piece(orders, start, stop - start, integers(epochs, count, place, start, stop - start))
            inputs = self._inputs(piece)
            layers = self._forward(inputs, stop - start)
            part = self._write_losses(piece, layers[-1], length, part)
            self._backward(inputs, layers, stop - start, add=part > self._row_blocks)
        l1, l2, clip, factor = (
            self.dtype.type(number)
            for number in (plan.l1, plan.l2, plan.clip or 0, plan.schedule.factor(step))
        )
        self._launch("norms", self._blocks, self.parameters, self.gradients, self._norm_parts, l1, l2)
        self._launch(
            "finish_step",
            self._blocks,
            self.parameters,
            self.gradients,
            *(*self.state, None, None)[:2],
            self.recorder.table[row],
            self._parts,
            self._norm_parts,
            self._hyper,
            self._base,
            factor,
            np.int64(step + 1 - plan.optimizer_began),
            clip,
            *integers(part, self._most_parts),
        )

    def _launch(self, name: str, blocks: int, *arguments: Any, runs: int | None = None) -> None:
        grid = (len(self.runs) if runs is None else runs, blocks)
        self._kernels[name](grid, (THREADS,), arguments, shared_mem=self._scratch)

    def _inputs(self, piece: Piece) -> Array:
        """Return the inputs (streams, rows, D + 1) of a piece; a full batch in one piece is gathered once."""
        rows, streams = piece.rows, self._batches.streams
        batch = self._batch.get(rows)
        if batch is None:
            shape = (streams, rows, self._model.sizes[0] + 1)
            batch = self._batch[rows] = self.xp.empty(shape, dtype=self.dtype)
        if self._batches.full and self._gathered == piece.start:
            return batch
        blocks = blocks_for(batch.size // streams)
        source = self._rows.inputs, piece.orders, self._stream
        self._launch("gather", blocks, *source, batch, *piece.numbers, runs=streams)
        self._gathered = piece.start
        return batch

    def _layers_for(self, rows: int) -> list[Layer]:
        found = self._layers.get(rows)
        if found is None:
            xp, keeps, found = self.xp, keeps_input(self._model.activation), []
            for layer, width in enumerate(self._model.sizes[1:], start=1):
                shape = (len(self.runs), rows, width)
                z = xp.empty(shape, dtype=self.dtype)
                a = xp.empty(shape, dtype=self.dtype) if keeps and layer < self._model.layers else z
                found.append(Layer(z, a, xp.empty(shape, dtype=self.dtype)))
            self._layers[rows] = found
        return found

    def _weights(self, array: Array, layer: int) -> Matrices:
        """Return the weights of a layer in parameters or gradients (r, P); the biases follow them."""
        part, width = self._model.layer_slices[layer], self._model.sizes[layer + 1]
        return Matrices(array, part.start, width, self._model.parameter_count)

    def _bias_offset(self, layer: int) -> int:
        return self._model.weight_slices[layer].stop if layer else -1

    def _first_layer(
        self, inputs: Array, product: tuple[bool, Matrices, Matrices], shape: tuple[int, int, int], add: bool
    ) -> None:
        """Multiply the inputs, or the transposed inputs, with every run's matrix, stream by stream."""
        transposed, right, out = product
        streams, rows, width = inputs.shape
        runs = len(self.runs)
        left = Matrices(inputs, 0, width, rows * width if streams > 1 else 0, transposed)
        each = runs if streams == 1 else streams
        for first in range(0, runs, each):
            self._products.multiply(left, right.from_run(first), out.from_run(first), shape, each, add)

    def _forward(self, inputs: Array, rows: int) -> list[Layer]:
        sizes, layers = self._model.sizes, self._layers_for(rows)
        for place, layer in enumerate(layers):
            fan_in, fan_out = sizes[place], sizes[place + 1]
            out = Matrices(layer.z, 0, fan_out, rows * fan_out)
            weights = self._weights(self.parameters, place)
            if place == 0:  # inputs end in a column of ones, which brings the biases
                self._first_layer(inputs, (False, weights, out), (rows, fan_out, fan_in + 1), False)
            else:
                below = Matrices(layers[place - 1].a, 0, fan_in, rows * fan_in)
                self._products.multiply(below, weights, out, (rows, fan_out, fan_in), len(self.runs))
            if layer is not layers[-1]:
                numbers = integers(self._bias_offset(place), rows, fan_out)
                blocks = blocks_for(rows * fan_out)
                self._launch("activate", blocks, layer.z, layer.a, self.parameters, *numbers)
        return layers

    def _write_losses(self, piece: Piece, last: Layer, length: int, part: int) -> int:
        """Write the losses of a piece's rows, summed in parts from ``part`` on; return the next part."""
        self._launch(
            "losses",
            self._row_blocks,
            last.z,
            last.slopes,
            self.parameters,
            self._parts,
            self._rows.labels,
            self._rows.numbers,
            piece.orders,
            self._stream,
            *self._tables,
            *piece.numbers,
            *integers(length, self._bias_offset(self._model.layers - 1), part, self._most_parts),
        )
        return part + self._row_blocks

    def _backward(self, inputs: Array, layers: list[Layer], rows: int, add: bool) -> None:
        sizes, runs = self._model.sizes, len(self.runs)
        for place in range(len(layers) - 1, -1, -1):
            fan_in, fan_out = sizes[place], sizes[place + 1]
            slopes = Matrices(layers[place].slopes, 0, fan_out, rows * fan_out)
            gradients = self._weights(self.gradients, place)
            if place == 0:
                self._first_layer(inputs, (True, slopes, gradients), (fan_in + 1, fan_out, rows), add)
                return
            below = layers[place - 1]
            activations = Matrices(below.a, 0, fan_in, rows * fan_in)
            self._products.multiply(
                activations.flipped(), slopes, gradients, (fan_in, fan_out, rows), runs, add
            )
            biases = Matrices(self.gradients, self._bias_offset(place), fan_out, gradients.stride)
            ones = Matrices(self._ones, 0, rows, 0)
            self._products.multiply(ones, slopes, biases, (1, fan_out, rows), runs, add)
            weights = self._weights(self.parameters, place)
            target = Matrices(below.slopes, 0, fan_in, rows * fan_in)
            self._products.multiply(slopes, weights.flipped(), target, (rows, fan_in, fan_out), runs)
            arrays = below.slopes, below.z
            self._launch("through_activation", blocks_for(rows * fan_in), *arrays, *integers(rows, fan_in))
