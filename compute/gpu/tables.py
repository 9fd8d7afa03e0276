"""What differs from run to run, as tables for the kernels: loss, hyper-parameters, scale, class weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.gpu.losses import LARGEST_HYPER as LOSS_HYPER
from compute.gpu.losses import LOSS_KERNELS
from compute.gpu.optimizers import LARGEST_HYPER, hyper_names
from compute.losses.base import Loss
from compute.plan import Plan


def hyper_columns(rule: Any, names: Sequence[str], count: int) -> NDArray[np.float64]:
    """Return hyper-parameters (count, number of names) of a loss or optimiser for all its runs."""
    columns = np.empty((count, len(names)))
    for place, name in enumerate(names):
        value = getattr(rule, name)
        columns[:, place] = value if np.ndim(value) == 0 else np.asarray(value)[:, 0]
    return columns


@dataclass(frozen=True)
class RunTables:
    """Host arrays for r runs of a plan.

    Attributes
    ----------
    losses
        Registry names of the losses that occur.
    loss
        (r,) place of each run's loss among them.
    loss_hyper
        (r, most hyper-parameters of a loss); what a loss does not have is 0.
    scale
        (r,) factor in front of the loss.
    class_weights
        (r, K), or ``None`` where no loss has any.
    hyper
        (r, most hyper-parameters of an optimiser).
    """

    losses: tuple[str, ...]
    loss: NDArray[np.int32]
    loss_hyper: NDArray[np.float64]
    scale: NDArray[np.float64]
    class_weights: NDArray[np.float64] | None
    hyper: NDArray[np.float64]

    @classmethod
    def of(cls, plan: Plan, runs: NDArray[np.intp]) -> RunTables:
        """Make the tables of some runs of a plan whose losses all have kernels.

        Raises
        ------
        ValueError
            If there are class weights for another number of classes than there are outputs.
        """
        count, outputs = len(plan.initial), plan.model.sizes[-1]
        names = tuple(dict.fromkeys(group.loss.card.name for group in plan.groups))
        loss, scale = np.zeros(count, dtype=np.int32), np.zeros(count)
        loss_hyper, weights = np.zeros((count, LOSS_HYPER)), np.ones((count, outputs))
        for group in plan.groups:
            size, name = group.runs.stop - group.runs.start, group.loss.card.name
            loss[group.runs] = names.index(name)
            scale[group.runs] = group.scale
            parameters = LOSS_KERNELS[name].parameters
            loss_hyper[group.runs, : len(parameters)] = hyper_columns(group.loss, parameters, size)
            given = class_weights(group.loss)
            if given:
                if len(given) != outputs:
                    raise ValueError(f"there are {outputs} classes but {len(given)} class weights")
                weights[group.runs] = given
        weighted = any(class_weights(group.loss) for group in plan.groups)
        hyper = np.zeros((count, LARGEST_HYPER))
        own = hyper_names(plan.optimizer.declaration.name)
        hyper[:, : len(own)] = hyper_columns(plan.optimizer, own, count)
        return cls(
            names, loss[runs], loss_hyper[runs], scale[runs], weights[runs] if weighted else None, hyper[runs]
        )


def class_weights(loss: Loss) -> tuple[float, ...]:
    """Return a loss's class weights; none where it has no such parameter."""
    return getattr(loss, "class_weights", ())
