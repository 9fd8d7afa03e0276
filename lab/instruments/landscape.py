"""The objective over a plane through parameters, and which way it curves there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import FrozenRun

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """A plane in the space of parameters.

    Attributes
    ----------
    origin
        (P,).
    first, second
        (P,) directions.
    labels
        What they are, for the axes.
    """

    origin: Floats
    first: Floats
    second: Floats
    labels: tuple[str, str]

    def point(self, x: float, y: float) -> Floats:
        """Return the parameters (P,) at coordinates of the plane."""
        return self.origin + x * self.first + y * self.second

    def project(self, parameters: Floats) -> tuple[Floats, float]:
        """Return coordinates (n, 2) of parameters (n, P), and what share of their spread is off the plane."""
        offsets = np.atleast_2d(parameters) - self.origin
        basis = np.stack([self.first, self.second])
        coordinates: Floats = np.asarray(np.linalg.lstsq(basis.T, offsets.T, rcond=None)[0].T, np.float64)
        rest = offsets - coordinates @ basis
        total = float((offsets**2).sum())
        return coordinates, float((rest**2).sum()) / total if total > 0 else 0.0


def parameter_plane(origin: Floats, first: int, second: int) -> Plane:
    """Return the plane of two parameters, in their own units: its coordinates are added to them."""
    size = len(origin)
    for place in (first, second):
        if not 0 <= place < size:
            raise ValueError(f"there is no parameter {place}; they are 0 to {size - 1}")
    if first == second:
        raise ValueError("a plane needs two different parameters")
    unit = np.eye(size)
    return Plane(origin, unit[first], unit[second], (f"parameter {first}", f"parameter {second}"))


def random_plane(run: FrozenRun, origin: Floats, seed: int) -> Plane:
    """Return a plane of two random directions, each unit's weights as long as the unit's own [1]_.

    References
    ----------
    .. [1] H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein, "Visualizing the Loss Landscape of Neural Nets",
       NeurIPS 2018: filter normalisation; biases are left as they are, as there.
    """
    rng = np.random.default_rng(seed)
    directions = []
    for _ in range(2):
        parts = []
        for own in run.matrices(origin):
            drawn = rng.normal(size=own.shape)
            weights, lengths = drawn[:-1], np.linalg.norm(own[:-1], axis=0)
            weights *= lengths / np.maximum(np.linalg.norm(weights, axis=0), 1e-300)
            parts.append(np.concatenate([weights.reshape(-1), np.zeros(own.shape[1])]))
        directions.append(np.concatenate(parts))
    return Plane(origin, directions[0], directions[1], ("random direction 1", "random direction 2"))


def path_plane(path: Floats) -> Plane:
    """Return the plane in which a path (n ≥ 3, P) spreads most, through its end: its first two components."""
    if len(path) < 3:
        raise ValueError(f"a path needs at least three points, not {len(path)}")
    end = path[-1]
    _, sizes, directions = np.linalg.svd(path - end, full_matrices=False)
    spread = sizes**2
    if spread[0] == 0:
        raise ValueError("the path does not move")
    shares = spread / spread.sum()
    second = directions[1] if len(directions) > 1 else np.zeros_like(end)
    words = tuple(f"component {number + 1} ({100 * shares[number]:.0f} % of the path)" for number in range(2))
    return Plane(end, directions[0], second, (words[0], words[1]))


def surface(of: Callable[[Floats], float], plane: Plane, x: Floats, y: Floats) -> Floats:
    """Return an objective over a plane, (len(y), len(x))."""
    return np.array([[of(plane.point(float(a), float(b))) for a in x] for b in y])


def objective_of(run: FrozenRun, inputs: Floats, targets: NDArray[Any]) -> Callable[[Floats], float]:
    """Return the mean loss on some samples as a function of the parameters (P,)."""
    return lambda parameters: run.mean_loss(inputs, targets, parameters)


def least_curvature(
    of: Callable[[Floats], float], plane: Plane, x: Floats, y: Floats, h: float = 1e-3
) -> Floats:
    """Return the smaller eigenvalue of the Hessian within the plane at each of its points, (len(y), len(x)).

    Central differences with step ``h`` in the plane's coordinates.
    """
    found = np.empty((len(y), len(x)))
    for row, b in enumerate(y):
        for column, a in enumerate(x):
            at = {
                (i, j): of(plane.point(float(a) + i * h, float(b) + j * h))
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
            }
            xx = (at[1, 0] - 2 * at[0, 0] + at[-1, 0]) / h**2
            yy = (at[0, 1] - 2 * at[0, 0] + at[0, -1]) / h**2
            xy = (at[1, 1] - at[1, -1] - at[-1, 1] + at[-1, -1]) / (4 * h**2)
            found[row, column] = (xx + yy) / 2 - np.hypot((xx - yy) / 2, xy)
    return found
