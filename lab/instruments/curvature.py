"""The largest curvature of a run's mean loss: what limits the learning rate of full-batch steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import Floats, FrozenRun

ITERATIONS = 40
AGREEMENT = 0.05
"""Relative difference between two step sizes above which there is no curvature to speak of."""


def largest_curvature(
    run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats, iterations: int = ITERATIONS
) -> float | None:
    """Return the largest eigenvalue of the Hessian of the mean loss, without penalty.

    Parameters
    ----------
    run
        The run.
    inputs, targets
        (N, D) and (N,) or (N, K).
    parameters
        (P,).
    iterations
        Most products with the Hessian; P are enough.

    Returns
    -------
    ``None`` where the loss is not smooth here: two step sizes then give different curvatures.

    Notes
    -----
    Lanczos's method with full reorthogonalisation [1]_; a product with the Hessian is a central difference of
    the gradient. The value never exceeds the largest eigenvalue, so a limit drawn from it is never too low.

    References
    ----------
    .. [1] G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, 2013, section 10.1.
    """
    found = [_lanczos(run, inputs, targets, parameters, iterations, step) for step in (1e-4, 2.5e-5)]
    if not np.isfinite(found).all() or abs(found[0] - found[1]) > AGREEMENT * max(map(abs, found)):
        return None
    return float(found[1])


def _lanczos(
    run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats, iterations: int, step: float
) -> float:
    size = len(parameters)
    vector = np.random.default_rng(0).normal(size=size)
    basis = [vector / np.linalg.norm(vector)]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(iterations, size)):
        shift = step * basis[-1]
        above = run.gradient(inputs, targets, parameters + shift)[1]
        below = run.gradient(inputs, targets, parameters - shift)[1]
        product = (above - below) / (2 * step)
        diagonal.append(float(product @ basis[-1]))
        for known in (*basis, *basis):  # twice is enough to stay orthogonal
            product = product - (product @ known) * known
        length = float(np.linalg.norm(product))
        if length <= 1e-9 * max(1.0, max(map(abs, diagonal))) or len(diagonal) == size:
            break
        beside.append(length)
        basis.append(product / length)
    count = len(diagonal)
    matrix = np.diag(diagonal) + np.diag(beside[: count - 1], 1) + np.diag(beside[: count - 1], -1)
    return float(np.linalg.eigvalsh(matrix)[-1])
