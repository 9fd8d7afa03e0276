"""How much memory runs take while they train, from their shapes alone."""

from __future__ import annotations

import numpy as np

from compute.batches import DRAWN_TOGETHER
from compute.evaluation import CHUNK
from compute.plan import Plan
from compute.tiling import bytes_of_a_run, runs_of_a_tile


def training_bytes(plan: Plan, runs: int, orders: int) -> int:
    """Return about how many bytes one process needs to train so many runs, beside the data as loaded.

    What stays for every run: initial, current, previous and frozen parameters, the optimiser's state. What
    tiles of runs share: gradients, activations and the state before the block; the buffers of an evaluation.
    What all share: the rows on the device. Within a fifth of what is measured where it is more than some
    ten megabytes.

    Parameters
    ----------
    plan
        A plan of such runs, with any number of them.
    runs
        How many there are to be.
    orders
        How many different orders of batches they see: their seeds.

    Raises
    ------
    ValueError
        If there are no runs.
    """
    if runs < 1 or orders < 1:
        raise ValueError(f"there must be runs and seeds, not {runs} and {orders}")
    size = np.dtype(plan.precision).itemsize
    parameters, slots = plan.model.parameter_count, len(plan.optimizer.slots)
    tile = min(runs, runs_of_a_tile(plan))
    copies = 2 if tile < runs else 1  # a tile has its own rows of the initial values
    kept = runs * parameters * (copies * plan.initial.itemsize + (3 + slots) * size)
    snapshot = tile * parameters * (2 + slots) * size
    working = tile * (bytes_of_a_run(plan) + _evaluation_bytes(plan)) + snapshot
    return kept + orders * _order_bytes(plan) + working + _row_bytes(plan)


def _evaluation_bytes(plan: Plan) -> int:
    """Return the buffers of a run in an evaluation: some for each length of a chunk of rows that occurs."""
    sizes, chunk = plan.model.sizes, plan.model.rows_at_once(CHUNK)
    lengths = set()
    for part in plan.evaluated_parts.values():
        rows = min(part.samples, plan.evaluate_rows)
        lengths |= {chunk} if rows >= chunk else set()
        lengths.add(rows % chunk)
    numbers = 1.2 * sum(width + 1 for width in sizes[1:-1]) + 5 * sizes[-1] + 3
    return int(sum(lengths) * numbers) * np.dtype(plan.precision).itemsize


def _order_bytes(plan: Plan) -> int:
    """Return the size of the row numbers of some epochs of one seed."""
    samples = plan.data.train.samples
    if plan.batch_size is None or plan.batch_size >= samples:
        return 0
    return 4 * samples * max(1, DRAWN_TOGETHER // samples)


def _row_bytes(plan: Plan) -> int:
    """Return the size of the rows on the device: the training part, and what is evaluated."""
    variants, samples, features = plan.data.train.inputs.shape
    rows = samples + sum(min(part.samples, plan.evaluate_rows) for part in plan.evaluated_parts.values())
    one = (features + 1 + plan.target_width) * np.dtype(plan.precision).itemsize + 8
    return int(variants * rows * one)
