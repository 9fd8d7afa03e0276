"""The product's own training as a contender, and the machine's matrix product."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.contenders import AbsentError
from compute import live_runs
from compute.plan import Chunk
from compute.training import Training
from lab.bench_plan import Kernels, Net, bench_plan, number_data, prepared, why_not_compiled


class Ours:
    """`Training.advance` with everything recorded: loss, objective, norms of layers and parameters.

    Parameters
    ----------
    net, runs
        What to train.
    kernels
        As of `compute.plan.Plan`.
    own_orders
        Whether every run sees its own batches.
    loss, optimizer
        Registry names, instead of the net's.
    numbers
        Columns of number targets to train on instead of classes, 0 for classes.
    learning_rate
        Instead of the net's.
    norms
        Whether norms are computed. Without them a step costs what it would if they were not recorded.
    """

    quantum = 1

    def __init__(
        self,
        net: Net,
        runs: int,
        kernels: Kernels = "arrays",
        own_orders: bool = False,
        loss: str = "",
        optimizer: str = "",
        numbers: int = 0,
        learning_rate: float = 0.0,
        norms: bool = True,
    ) -> None:
        net = replace(
            net,
            loss=loss or net.loss,
            optimizer=optimizer or net.optimizer,
            learning_rate=learning_rate or net.learning_rate,
        )
        data = prepared(*number_data(net, numbers), 0) if numbers else None
        plan = bench_plan(net, runs, data, own_orders, kernels)
        if kernels == "compiled" and (reason := why_not_compiled(plan)):
            raise AbsentError(reason)
        # The calls that compute norms are made with the runs: without norms, calls that do nothing.
        without = patch.object(live_runs, "square_sum_call", lambda *_arguments: _do_nothing)
        with nullcontext() if norms else without:
            self._training = Training(plan)

    def advance(self, steps: int) -> Chunk:
        """Do updates.

        Raises
        ------
        RuntimeError
            If a run ended: the time would be that of fewer runs.
        """
        chunk = self._training.advance(steps)
        if chunk.ended:
            raise RuntimeError(f"{len(chunk.ended)} runs ended ({chunk.ended[0].reason})")
        return chunk

    def read(self, record: Chunk) -> dict[str, Any]:
        """Return the chunk's losses and norms."""
        return {"losses": record.loss, "norms": record.layer_gradient_norm}


def _do_nothing() -> None:
    """Stand where a norm would be computed."""


class Sgemm:
    """Float32 matrix products of NumPy; an update is one product.

    Parameters
    ----------
    net, runs
        Unused.
    size
        Rows and columns of the matrices.
    """

    quantum = 1

    def __init__(self, net: Net, runs: int, size: int) -> None:
        rng = np.random.default_rng(0)
        self._a = rng.normal(size=(size, size)).astype(np.float32)
        self._b = rng.normal(size=(size, size)).astype(np.float32)
        self._out = np.empty_like(self._a)

    def advance(self, steps: int) -> None:
        """Do products."""
        for _ in range(steps):
            np.matmul(self._a, self._b, out=self._out)

    def read(self, record: None) -> dict[str, Any]:
        """Return nothing: there is no loss."""
        return {}
