"""Many whole steps of many runs in one call, which holds no lock of Python's.

Runs that see the same batches step side by side, so that a batch is gathered once for them; those with
other batches come after, so that a run's parameters stay in the processor's cache from step to step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from compute.fast.borrowing import borrowed, matrix
from compute.fast.finish import Pace, Rule, State, finish_run
from compute.fast.jit import entry, inlined
from compute.fast.losses import value_and_gradient
from compute.fast.passes import Buffers, Shape, backward, forward
from compute.fast.sums import total

Array = Any
f = np.float32


class Batch(NamedTuple):
    """What steps see.

    Attributes
    ----------
    inputs
        (S n, D + 1) rows of all variants, with a last feature of ones.
    labels
        (S n,) classes, or empty.
    targets
        (K, S n) numbers, or empty where there are labels.
    orders
        (orders, E, n) row numbers of E epochs in the order in which they are seen; epoch e follows e mod E.
    order_of_run
        (r,) which of them each run sees.
    streams
        Number U of different ones: run i sees the same as run i mod U.
    size
        Rows of a step; the last step of an epoch takes what is left.
    fixed
        Whether every step sees the same rows.
    """

    inputs: Array
    labels: Array
    targets: Array
    orders: Array
    order_of_run: Array
    streams: int
    size: int
    fixed: bool


class Losses(NamedTuple):
    """The losses of r runs: number (r,), hyper-parameters (r, 3), class weights (r, K), scale (r,)."""

    codes: Array
    parameters: Array
    weights: Array
    scales: Array


@inlined
def _gather(batch: Batch, shape: Shape, index: Array, b: Buffers) -> None:
    """Copy the rows of that index to the buffers."""
    samples, features, outputs = len(index), shape.sizes[0] + 1, shape.sizes[len(shape.sizes) - 1]
    # slices of flat arrays and loops over them: to assign rows to rows takes five times as long
    table, inputs = batch.inputs.reshape(batch.inputs.size), b.inputs
    for i in range(samples):
        at = np.int64(index[i]) * features
        row = table[at : at + features]
        if shape.by_feature:
            for d in range(features):
                inputs[d * samples + i] = row[d]
        else:
            copy = inputs[i * features : (i + 1) * features]
            for d in range(features):
                copy[d] = row[d]
    targets = matrix(b.targets, 0, outputs, samples)
    if len(batch.labels) > 0:
        targets[:] = f(0)
        for i in range(samples):
            targets[batch.labels[index[i]], i] = f(1)
    else:
        for k in range(outputs):
            given, wanted = batch.targets[k], targets[k]
            for i in range(samples):
                wanted[i] = given[index[i]]


@inlined
def _loss(losses: Losses, run: int, samples: int, outputs: int, b: Buffers) -> np.float32:
    """Write the gradient of the mean loss with respect to the outputs, and return the mean loss."""
    count = outputs * samples
    values = b.values[:samples]
    slopes = b.slopes[:count]
    value_and_gradient(
        losses.codes[run],
        matrix(b.outputs, 0, outputs, samples),
        matrix(b.targets, 0, outputs, samples),
        values,
        matrix(slopes, 0, outputs, samples),
        losses.parameters[run],
        losses.weights[run],
        b.work[: 4 * count].reshape(4, outputs, samples),
        matrix(b.sums, 0, 4, samples),
    )
    share = losses.scales[run] / f(samples)
    for i in range(count):
        slopes[i] *= share
    return total(values) * share


@entry
def run_block(
    shape: Shape,
    batch: Batch,
    losses: Losses,
    rule: Rule,
    state: State,
    pace: Pace,
    table: Array,
    b: Buffers,
    step: int,
    row: int,
    first: int,
    count: int,
) -> None:
    """Do ``count`` steps, the first after ``step`` updates, recorded from ``row`` of the table on.

    ``first`` is the place of the first step within the pace.
    """
    shape, batch, losses, b = borrowed(shape), borrowed(batch), borrowed(losses), borrowed(b)
    rule, state, pace, table = borrowed(rule), borrowed(state), borrowed(pace), borrowed(table)
    runs, streams = len(state.parameters), batch.streams
    epochs, rows = batch.orders.shape[1], batch.orders.shape[2]
    steps_per_epoch = (rows + batch.size - 1) // batch.size
    outputs = shape.sizes[len(shape.sizes) - 1]
    for stream in range(streams):
        order = batch.orders[batch.order_of_run[stream]]
        samples = 0
        for done in range(count):
            epoch, within = divmod(step + done, steps_per_epoch)
            start = within * batch.size
            if done == 0 or not batch.fixed:
                index = order[epoch % epochs, start : min(start + batch.size, rows)]
                samples = len(index)
                _gather(batch, shape, index, b)
            for run in range(stream, runs, streams):
                forward(shape, state.parameters[run], samples, b)
                loss = _loss(losses, run, samples, outputs, b)
                backward(shape, state.parameters[run], state.gradients[run], samples, b)
                finish_run(rule, state, pace, table, run, first + done, row + done, loss)
