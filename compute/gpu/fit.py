"""Whether a net trains in one block's shared memory, and how its work is cut for that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from compute.gpu.activations import keeps_input
from compute.gpu.losses import LARGEST_HYPER as LOSS_HYPER
from compute.gpu.optimizers import MOST_CONSTANTS
from compute.models.mlp import MultilayerPerceptron

WARP = 32
TILES = (64, 32, 16, 8)
"""Most rows of a batch that are worked on at a time, from the most wanted on."""

MOST_THREADS = 512
"""Threads of a multiprocessor that the compiler leaves registers for: 128 each, which the products want."""

AHEAD = 32
"""Steps whose constants the kernel computes at once."""

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
    """How the persistent kernel is cut.

    Attributes
    ----------
    tile
        Rows of a tile, a multiple of 4.
    threads
        Threads of a block.
    size
        Bytes of shared memory.
    blocks
        Blocks that a multiprocessor is to hold at a time.
    """

    tile: int
    threads: int
    size: int
    blocks: int = 1


def pad(width: int) -> int:
    """Return a width rounded up to fours."""
    return -(-width // 4) * 4


def lead(width: int) -> int:
    """Return how far apart rows of that width lie in shared memory: an odd number of fours."""
    return (pad(width) // 4 | 1) * 4


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
    model: MultilayerPerceptron, slots: int, rows: int, itemsize: int, target: int, memory: SharedMemory
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
    target
        Bytes of a sample's target.
    memory
        What the device has.

    Returns
    -------
    Fit or None
        The largest tile that fits; nothing where the parameters are too many. It does not depend on how many
        runs there are: how a run is trained must not either.
    """
    for tile in TILES:
        cut = _cut(model, slots, min(tile, pad(rows)), itemsize, target)
        if cut.size <= memory.block:
            beside = min(memory.multiprocessor // (cut.size + RESERVED), MOST_THREADS // cut.threads)
            return replace(cut, blocks=max(1, beside))
    return None


def _cut(model: MultilayerPerceptron, slots: int, tile: int, itemsize: int, target: int) -> Fit:
    """Count as ``Memory`` in ``source/samples.cuh`` does."""
    inputs, *hidden, outputs = model.sizes
    copies = 2 if keeps_input(model.activation) else 1
    row = lead(inputs) + copies * sum(map(lead, hidden)) + 2 * lead(outputs)
    # a thread makes 4 × 4 elements of the largest product; a warp brings in 32 rows at most
    threads = min(256, _round_up(max(tile, tile * max(model.sizes[1:]) // 16), WARP))
    layers = zip(model.sizes[:-1], model.sizes[1:], strict=True)
    parameters = sum((pad(fan_in) + 1) * pad(fan_out) for fan_in, fan_out in layers)
    targets = tile * target // itemsize
    sums = threads // WARP * (model.layers + 3)
    constants = LOSS_HYPER + outputs + AHEAD * MOST_CONSTANTS
    numbers = (2 + slots) * parameters + tile * row + targets + constants + sums
    return Fit(tile, threads, numbers * itemsize)


def _round_up(count: int, unit: int) -> int:
    return -(-count // unit) * unit
