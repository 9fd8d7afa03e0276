"""Which way the losses pull: cosines between their gradients at the same weights, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.instruments.backward import backward
from lab.instruments.frozen import Floats, FrozenRun


def gradient_products(
    runs: Sequence[FrozenRun], inputs: Floats, targets: NDArray[Any], parameters: Floats
) -> Floats:
    """Return inner products of the losses' gradients at the same weights, a layer at a time.

    Parameters
    ----------
    runs
        One run of each of L losses, whose models have the same shape.
    inputs, targets
        (N, D) and (N,) or (N, K), on which the mean losses are taken, without penalty.
    parameters
        (P,) where all are taken.

    Returns
    -------
    (layers, L, L); their sum over layers is that of the whole gradients.
    """
    passed = runs[0].forward(inputs, parameters)
    parts = [backward(run, inputs, targets, parameters, passed).layer_means() for run in runs]
    layers = [np.stack(rows) for rows in zip(*parts, strict=True)]
    return np.stack([rows @ rows.T for rows in layers])


def cosines(products: Floats) -> Floats:
    """Return cosines (L, L) of inner products (L, L), NaN where a gradient is 0.

    Examples
    --------
    >>> cosines(np.array([[4.0, 3.0], [3.0, 9.0]])).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    lengths = np.sqrt(np.diag(products))
    outer = np.outer(lengths, lengths)
    found = np.divide(products, outer, out=np.full_like(products, np.nan), where=outer > 0)
    clipped: Floats = np.clip(found, -1.0, 1.0)
    return clipped


def same_shape(one: FrozenRun, other: FrozenRun) -> bool:
    """Whether the parameters of one run can be those of another."""
    return one.model == other.model
