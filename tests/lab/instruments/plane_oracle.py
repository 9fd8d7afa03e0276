"""Objectives over planes the slow way, point by point, and their second differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lab.instruments.frozen import FrozenRun
from lab.instruments.planes import Plane


def objective_of(run: FrozenRun, inputs: np.ndarray, targets: np.ndarray) -> Callable[[np.ndarray], float]:
    """Return mean loss and penalty of parameters (P,)."""

    def objective(parameters: np.ndarray) -> float:
        weights = np.concatenate([parameters[part] for part in run.model.weight_slices])
        penalty = run.plan.l1 * np.abs(weights).sum() + run.plan.l2 / 2 * (weights**2).sum()
        return run.mean_loss(inputs, targets, parameters) + float(penalty)

    return objective


def by_points(of: Callable[[np.ndarray], float], plane: Plane, x: Any, y: Any) -> np.ndarray:
    return np.array([[of(plane.point(float(a), float(b))) for a in x] for b in y])


def second_differences(
    of: Callable[[np.ndarray], float], plane: Plane, x: Any, y: Any, h: float = 1e-4
) -> np.ndarray:
    """Return (ny, nx, 3) second derivatives xx, xy, yy by central differences."""
    found = np.empty((len(y), len(x), 3))
    for row, b in enumerate(y):
        for column, a in enumerate(x):
            at = {
                (i, j): of(plane.point(float(a) + i * h, float(b) + j * h))
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
            }
            found[row, column] = (
                (at[1, 0] - 2 * at[0, 0] + at[-1, 0]) / h**2,
                (at[1, 1] - at[1, -1] - at[-1, 1] + at[-1, -1]) / (4 * h**2),
                (at[0, 1] - 2 * at[0, 0] + at[0, -1]) / h**2,
            )
    return found
