"""Penalties on weights, as part of the objective: ``l1 Σ|w| + l2/2 Σ w²``; biases go free."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from compute.backend import Array
from compute.models.mlp import MultilayerPerceptron
from compute.workspace import Workspace


def square_sum_call(array: Array, out: Array, work: Workspace) -> Callable[[], object]:
    """Return the call that writes the sum of squares of every row of ``array`` (R, n) to ``out`` (R,)."""
    xp = work.xp
    if work.on_host:
        return partial(xp.vecdot, array, array, out)
    return lambda: xp.sum(array * array, axis=1, out=out)


class Penalty:
    """L1 and L2 penalty of all runs.

    Parameters
    ----------
    model
        Tells weights from biases.
    parameters, gradients
        (R, P) arrays; the gradient is added to.
    l1, l2
        Strengths.
    work
        Buffers.
    """

    def __init__(
        self,
        model: MultilayerPerceptron,
        parameters: Array,
        gradients: Array,
        l1: float,
        l2: float,
        work: Workspace,
    ) -> None:
        self._l1, self._l2, self._work = l1, l2, work
        self._parts = [(parameters[:, part], gradients[:, part]) for part in model.weight_slices]
        self._sum = work.xp.zeros(len(parameters), dtype=parameters.dtype)
        self._scratch = [work.buffer(f"penalty{i}", w.shape, w.dtype) for i, (w, _) in enumerate(self._parts)]

    def add(self, objective: Array) -> None:
        """Add the penalty to the objective (R,) and its gradient to the gradients; ``sign(0)`` is 0."""
        xp, work = self._work.xp, self._work
        for (weights, gradients), scratch in zip(self._parts, self._scratch, strict=True):
            if self._l2:
                square_sum_call(weights, self._sum, work)()
                xp.multiply(self._sum, self._l2 / 2, self._sum)
                xp.add(objective, self._sum, objective)
                xp.multiply(weights, self._l2, scratch)
                xp.add(gradients, scratch, gradients)
            if self._l1:
                xp.abs(weights, scratch)
                xp.sum(scratch, axis=1, out=self._sum)
                xp.multiply(self._sum, self._l1, self._sum)
                xp.add(objective, self._sum, objective)
                xp.sign(weights, scratch)
                xp.multiply(scratch, self._l1, scratch)
                xp.add(gradients, scratch, gradients)
