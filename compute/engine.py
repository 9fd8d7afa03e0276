"""Which way some runs of a plan are trained: array operations, or kernels compiled for the purpose.

Every way is a `LiveRuns`: what it records and where it ends is the same up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array
from compute.fast.readiness import installed
from compute.gpu.choice import runs_on_gpu
from compute.live_runs import LiveRuns
from compute.plan import Plan
from compute.rows import Rows
from compute.workspace import Workspace


def make_live(
    plan: Plan,
    rows: Rows,
    runs: NDArray[np.intp],
    parameters: Array,
    rates: NDArray[np.float64],
    state: Sequence[Any] | None,
    block: int,
    work: Workspace | None = None,
) -> LiveRuns:
    """Return some runs of a plan, ready to train; parameters as for `LiveRuns`.

    ``way`` of what is returned tells how: a plan that asks for compiled kernels gets arrays where there are
    none.
    """
    if plan.kernels == "compiled" and plan.device.kind == "cpu" and installed():
        from compute.fast.live import compiled_runs  # on use only: it loads numba

        compiled = compiled_runs(plan, rows, runs, parameters, rates, state, block, work)
        if compiled is not None:
            return compiled
    kind = runs_on_gpu(plan, rows) if plan.device.kind == "gpu" else LiveRuns
    return kind(plan, rows, runs, parameters, rates, state, block, work)


def part_of(
    live: LiveRuns,
    plan: Plan,
    rows: Rows,
    keep: NDArray[np.intp],
    rates: NDArray[np.float64],
    work: Workspace,
    snapshot: tuple[Array, tuple[Array, ...]] | None = None,
) -> LiveRuns:
    """Return some of these runs (positions ``keep`` among them) as they are, or as in a snapshot."""
    parameters, state = snapshot or (live.parameters, live.state)
    index = live.xp.asarray(keep)
    return make_live(
        plan,
        rows,
        live.runs[keep],
        parameters[index],
        rates,
        [array[index] for array in state],
        live.recorder.block,
        work,
    )
