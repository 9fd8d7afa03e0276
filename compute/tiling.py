"""Cut a plan into tiles of runs that are trained together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compute.live_runs import PIECE
from compute.plan import Plan
from compute.rules import groups_of, rows_of

TILE_BYTES = 6 * 2**20
"""What the runs of a tile work on, at most. Measured: from 2 to 10 MiB a run-step costs about the same; with
fewer runs the calls dominate, with more the arrays leave the cache."""

MOST_RUNS = 512
"""Runs of a tile, at most."""

GPU_RUNS = 4096
"""The same on a GPU, which wants many at once."""


def bytes_of_a_run(plan: Plan) -> int:
    """Return about how many bytes the update of one run reads and writes.

    Parameters, gradients, scratch and the optimiser's state; activations and their gradients; some ten arrays
    of the size of the outputs for the loss; the batch.
    """
    model = plan.model
    samples = plan.data.train.inputs.shape[1]
    batch = min(plan.batch_size or samples, samples, model.rows_at_once(PIECE))
    numbers = model.parameter_count * (3 + len(plan.optimizer.slots))
    numbers += batch * (2 * sum(model.sizes[1:-1]) + 10 * model.sizes[-1] + model.sizes[0])
    return int(numbers) * np.dtype(plan.precision).itemsize


def runs_of_a_tile(plan: Plan) -> int:
    """Return how many runs a tile may have."""
    if plan.device.kind == "gpu":
        return GPU_RUNS
    return max(1, min(MOST_RUNS, TILE_BYTES // bytes_of_a_run(plan)))


def tiles_of(plan: Plan) -> list[NDArray[np.intp]]:
    """Return the runs of each tile, ascending; together they are all runs of the plan.

    Runs that see the same batches come into the same tile, as far as they fit, so that they share them.
    """
    count = len(plan.initial)
    most = runs_of_a_tile(plan)
    if count <= most:
        return [np.arange(count, dtype=np.intp)]
    alike: dict[tuple[int, int], list[int]] = {}
    for run in range(count):
        alike.setdefault((int(plan.variants[run]), plan.batch_seeds[run]), []).append(run)
    order = [run for runs in alike.values() for run in runs]
    tiles = -(-count // most)
    # whole sets of runs with equal batches in every tile, where they are smaller than a tile
    size = max(len(runs) for runs in alike.values())
    step = -(-count // tiles)
    if size <= most:
        sets = -(-step // size)
        step = size * (sets if sets * size <= most else max(1, step // size))
    return [np.array(sorted(order[at : at + step]), dtype=np.intp) for at in range(0, count, step)]


def part_of_plan(plan: Plan, runs: NDArray[np.intp]) -> Plan:
    """Return the plan of some of a plan's runs (ascending)."""
    count = len(plan.initial)
    if len(runs) == count:
        return plan
    return replace(
        plan,
        variants=plan.variants[runs],
        initial=plan.initial[runs],
        groups=tuple(groups_of(plan, runs)),
        optimizer=rows_of(plan.optimizer, runs, count),
        learning_rates=plan.learning_rates[runs],
        batch_seeds=tuple(plan.batch_seeds[run] for run in runs),
        kept=_places(runs, plan.kept),
        kept_last=_places(runs, plan.kept_last),
    )


def _places(runs: NDArray[np.intp], some: tuple[int, ...]) -> tuple[int, ...]:
    """Return where some of the plan's runs stand among these."""
    return tuple(np.flatnonzero(np.isin(runs, some)).tolist())
