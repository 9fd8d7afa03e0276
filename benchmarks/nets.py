"""The nets that are measured, and the batches of their runs as every contender is given them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compute.batches import Batches
from compute.rows import Rows
from lab.bench_plan import DG, PG, Net

BG = Net("bg", (64, 256, 256, 10), "relu", 4096, 256)
SM = Net("sm", (64, 10), "relu", 4096, 128)
LR = Net("lr", (64, 1), "relu", 60_000, None, "binary_cross_entropy", "momentum", 0.1)
NETS = {net.name: net for net in (PG, DG, BG, SM, LR)}


def batch_rows(net: Net, steps: int, seed: int = 0) -> NDArray[np.int32]:
    """Return the row numbers (steps, B) of the batches that runs of a batch seed see.

    They are read off the product's own batches, given row numbers as targets.
    """
    numbers = np.arange(net.rows, dtype=np.float64)[None, :, None]
    rows = Rows(np, np.zeros_like(numbers), numbers, 1, np.float64)
    batches = Batches(rows, [0], [seed], net.batch, net.rows)
    found = np.empty((steps, batches.size), dtype=np.int32)
    for step in range(steps):
        ((start, stop),) = batches.pieces(step)
        _, targets = batches.rows(step, start, stop)
        found[step] = targets.ravel()
    return found


def product_flops(net: Net) -> float:
    """Return the floating-point operations of the matrix products of one step of one run, without biases.

    Forward, the gradient of all layers' weights, and that of the inputs of all layers but the first.
    """
    batch = net.rows if net.batch is None else net.batch
    products = [a * b for a, b in zip(net.sizes, net.sizes[1:], strict=False)]
    return 2.0 * batch * (2 * sum(products) + sum(products[1:]))
