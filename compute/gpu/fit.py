"""Whether a net trains in one block's shared memory, and how its work is cut for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compute.gpu.activations import keeps_input
from compute.gpu.optimizers import MOST_CONSTANTS
from compute.models.mlp import MultilayerPerceptron

WARP = 32
TILES = (64, 32, 16, 8)
"""Most rows of a batch that are worked on at a time, from the most wanted on."""

ROOMY_TILE = 32
"""Tile down to which it pays to halve a block's memory so that two blocks share a multiprocessor."""

RESERVED = 1024
"""Bytes of shared memory that CUDA takes for each block."""


@dataclass(frozen=True)
class SharedMemory:
    """Bytes of shared memory of a device: for one block at most, and of one multiprocessor."""

    block: int
    multiprocessor: int

    @classmethod
    def of(cls, xp: Any) -> SharedMemory:
        """Ask the current device."""
        attributes = xp.cuda.Device().attributes
        block = int(attributes["MaxSharedMemoryPerBlockOptin"])
        return cls(block, int(attributes["MaxSharedMemoryPerMultiprocessor"]))


@dataclass(frozen=True)
class Fit:
    """How the persistent kernel is cut: rows of a tile, threads of a block, bytes of shared memory."""

    tile: int
    threads: int
    size: int


def lead(width: int) -> int:
    """Return how far apart rows of that width lie in shared memory: with a column of ones, and odd."""
    return (width + 1) | 1


def lanes(outputs: int, threads_a_row: int) -> int:
    """Return how many threads share a row of outputs: a power of two, at most a warp.

    Examples
    --------
    >>> lanes(10, 4), lanes(3, 32), lanes(1000, 256)
    (4, 2, 32)
    """
    most = max(1, min(outputs, threads_a_row, WARP))
    return 1 << (most.bit_length() - 1)


def fit(
    model: MultilayerPerceptron, slots: int, rows: int, itemsize: int, memory: SharedMemory
) -> Fit | None:
    """Find how one run of a model trains in one block.

    Parameters
    ----------
    model
        The architecture.
    slots
        Arrays that the optimiser keeps.
    rows
        Rows of a batch.
    itemsize
        Bytes of a number.
    memory
        What the device has.

    Returns
    -------
    Fit or None
        The largest tile with which two blocks share a multiprocessor, else the largest that fits at all;
        nothing where the parameters are too many.
    """
    found = [_cut(model, slots, min(tile, rows), itemsize) for tile in TILES]
    roomy = [
        cut
        for cut in found
        if cut.tile >= min(ROOMY_TILE, rows) and 2 * (cut.size + RESERVED) <= memory.multiprocessor
    ]
    fitting = [cut for cut in found if cut.size <= memory.block]
    return next(iter(roomy + fitting), None)


def _cut(model: MultilayerPerceptron, slots: int, tile: int, itemsize: int) -> Fit:
    """Count as ``Memory`` in ``source/persistent.cuh`` does."""
    inputs, *hidden, outputs = model.sizes
    copies = 2 if keeps_input(model.activation) else 1
    row = lead(inputs) + copies * sum(map(lead, hidden)) + 2 * lead(outputs)
    # a thread makes up to 4 × 4 elements of a product
    threads = min(256, max(64, _round_up(tile * max(model.sizes[1:]) // 16, WARP)))
    sums = threads // WARP * (model.layers + 3)
    numbers = (2 + slots) * model.parameter_count + tile * row + MOST_CONSTANTS + sums
    return Fit(tile, threads, numbers * itemsize)


def _round_up(count: int, unit: int) -> int:
    return -(-count // unit) * unit
