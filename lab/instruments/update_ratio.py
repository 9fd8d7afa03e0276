"""How far an update moves a layer's parameters, against how large they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from compute.optimizers.sgd import SGD
from compute.plan import Plan
from lab.instruments.frozen import Floats, FrozenRun


def is_plain(plan: Plan) -> bool:
    """Whether an update is the learning rate times the recorded gradient: SGD without clipping."""
    return type(plan.optimizer) is SGD and plan.clip is None


def layer_norms(run: FrozenRun, parameters: Floats) -> Floats:
    """Return the length of each layer's weights and biases together, (layers,)."""
    return np.array([float(np.linalg.norm(parameters[part])) for part in run.model.layer_slices])


def moved(run: FrozenRun, steps: NDArray[np.int64], parameters: Sequence[Floats]) -> Floats:
    """Return ‖w′ − w‖ / (‖w‖ · steps between) of each layer from one kept step to the next.

    Parameters
    ----------
    run
        Tells the layers.
    steps
        (n,), ascending.
    parameters
        n of (P,).

    Returns
    -------
    (layers, n − 1), NaN where a layer's parameters are all 0. Steps to and fro cancel, so it is at most the
    mean of the single updates.
    """
    ratios = np.full((run.model.layers, max(0, len(steps) - 1)), np.nan)
    for column in range(len(steps) - 1):
        before = parameters[column]
        change = layer_norms(run, parameters[column + 1] - before)
        size = layer_norms(run, before) * float(steps[column + 1] - steps[column])
        ratios[:, column] = np.divide(change, size, out=np.full(len(size), np.nan), where=size > 0)
    return ratios
