"""Which runs take which way on a GPU: kernels where every part of a plan has one, array operations else."""

from __future__ import annotations

from compute.gpu.activations import ACTIVATION_KERNELS
from compute.gpu.batched import BatchedRuns
from compute.gpu.losses import LOSS_KERNELS
from compute.gpu.optimizers import OPTIMIZER_KERNELS
from compute.gpu.persistent import PersistentRuns, shared_fit
from compute.live_runs import LiveRuns
from compute.plan import Plan
from compute.rows import Rows

LONG_BATCH, FEW_RUNS = 1024, 128
"""More rows a batch of fewer runs than this: one block a run would leave most of a GPU idle for long."""


def without_kernel(plan: Plan) -> tuple[str, ...]:
    """Return what of a plan has no kernel, by the names that people see; nothing where all of it has."""
    optimizer, activation = plan.optimizer.declaration, plan.model.activation
    lacking = [group.loss.card.label for group in plan.groups if group.loss.card.name not in LOSS_KERNELS]
    if optimizer.name not in OPTIMIZER_KERNELS:
        lacking.append(optimizer.label)
    if activation not in ACTIVATION_KERNELS:
        lacking.append(activation)
    return tuple(dict.fromkeys(lacking))


def runs_on_gpu(plan: Plan, rows: Rows) -> type[LiveRuns]:
    """Return the class that trains a plan's runs on its GPU.

    Parameters
    ----------
    plan
        A plan whose device is a GPU.
    rows
        Its training part.
    """
    if plan.kernels == "arrays" or without_kernel(plan):
        return LiveRuns
    size = min(plan.batch_size or rows.count, rows.count)
    if size > LONG_BATCH and len(plan.initial) < FEW_RUNS:
        return BatchedRuns
    return PersistentRuns if shared_fit(plan, rows.xp, rows.count) else BatchedRuns


def why_arrays(plan: Plan) -> str:
    """Return why a plan on a GPU trains with array operations although it asks for kernels.

    Returns
    -------
    str
        Such as ``"array operations: Typed formula has no kernel"``; empty where there is nothing to say.
    """
    if plan.device.kind != "gpu" or plan.kernels == "arrays":
        return ""
    lacking = without_kernel(plan)
    verb = "has" if len(lacking) == 1 else "have"
    return f"array operations: {', '.join(lacking)} {verb} no kernel" if lacking else ""
