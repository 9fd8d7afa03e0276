"""Planes in the space of a model's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
        """Return coordinates (n, 2) of parameters (n, P), and what share of their spread is off the plane.

        The spread is the sum of squared distances from the plane's origin.
        """
        offsets = np.atleast_2d(parameters) - self.origin
        basis = np.stack([self.first, self.second])
        coordinates: Floats = np.asarray(np.linalg.lstsq(basis.T, offsets.T, rcond=None)[0].T, np.float64)
        rest = offsets - coordinates @ basis
        total = float((offsets**2).sum())
        return coordinates, float((rest**2).sum()) / total if total > 0 else 0.0


def parameter_plane(origin: Floats, first: int, second: int, *, absolute: bool = False) -> Plane:
    """Return the plane of two parameters, in their own units.

    Parameters
    ----------
    origin
        (P,) values of all parameters.
    first, second
        The two that vary.
    absolute
        Whether coordinates are the values of the two parameters, rather than added to them.
    """
    size = len(origin)
    for place in (first, second):
        if not 0 <= place < size:
            raise ValueError(f"there is no parameter {place}; they are 0 to {size - 1}")
    if first == second:
        raise ValueError("a plane needs two different parameters")
    unit = np.zeros((2, size))
    unit[0, first] = unit[1, second] = 1.0
    if absolute:
        origin = np.array(origin, dtype=np.float64)
        origin[[first, second]] = 0.0
    return Plane(origin, unit[0], unit[1], (f"parameter {first}", f"parameter {second}"))


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


def path_plane(*paths: Floats) -> Plane:
    """Return the plane in which paths (n, P) spread most: the first two components about its origin.

    The origin is the mean of the paths' ends, so with one path the plane goes through its end. The first
    component points so that the paths' ends lie further along it than their starts; so does the second.

    Raises
    ------
    ValueError
        For fewer than three points, or paths that do not move.
    """
    points = sum(len(path) for path in paths)
    if points < 3:
        raise ValueError(f"a path needs at least three points, not {points}")
    origin = np.mean([path[-1] for path in paths], axis=0)
    offsets = np.concatenate([path - origin for path in paths])
    # by the smaller of the two products: of points with points or of parameters with parameters
    if len(offsets) <= offsets.shape[1]:
        sizes, vectors = np.linalg.eigh(offsets @ offsets.T)
        directions = vectors[:, ::-1].T @ offsets
    else:
        sizes, vectors = np.linalg.eigh(offsets.T @ offsets)
        directions = vectors[:, ::-1].T
    spread = np.maximum(sizes[::-1], 0.0)
    if not spread[0] > 0:
        raise ValueError("the path does not move")
    travelled = np.sum([path[-1] - path[0] for path in paths], axis=0)
    first = _unit(directions[0], travelled)
    # where everything lies on one line, any other direction is as good
    second = directions[1] if len(directions) > 1 and spread[1] > 1e-24 * spread[0] else np.zeros_like(first)
    second = second - (second @ first) * first
    if not np.linalg.norm(second) > 0:
        least = int(np.argmin(np.abs(first)))
        second = -first[least] * first
        second[least] += 1.0
    second = _unit(second, travelled)
    shares = [float(((offsets @ direction) ** 2).sum() / spread.sum()) for direction in (first, second)]
    words = tuple(f"PC {place + 1} ({100 * share:.0f} %)" for place, share in enumerate(shares))
    return Plane(origin, first, second, (words[0], words[1]))


def _unit(direction: Floats, along: Floats) -> Floats:
    """Return a direction of length 1 that does not point against ``along``."""
    length = np.linalg.norm(direction)
    unit: Floats = direction / (length if length > 0 else 1.0)
    return -unit if unit @ along < 0 else unit


def parameter_names(sizes: Sequence[int], features: Sequence[str], targets: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all P parameters, by layer and unit: "layer 1: x1 → 3", "output: bias of 2".

    Parameters
    ----------
    sizes
        (D, H1, …, K) as in `compute.models.mlp.MultilayerPerceptron`.
    features, targets
        Names of the data's features and targets or classes; where they are missing or do not fit, numbers.

    Examples
    --------
    >>> parameter_names((2, 1), ("x1", "x2"), ("no", "yes"))
    ('weight of x1', 'weight of x2', 'bias')
    >>> parameter_names((1, 1, 2), (), ("no", "yes"))[:3]
    ('layer 1: 1 → 1', 'layer 1: bias of 1', 'output: 1 → no')
    """
    names: list[str] = []
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        last = layer == len(sizes) - 2
        below = features if layer == 0 and len(features) == fan_in else ()
        above = targets if last and len(targets) == fan_out else ()
        sources = [below[place] if below else str(place + 1) for place in range(fan_in)]
        units = [above[place] if above else str(place + 1) for place in range(fan_out)]
        where = "" if len(sizes) == 2 else "output: " if last else f"layer {layer + 1}: "
        alone = last and fan_out == 1
        names += [
            f"{where}weight of {source}" if alone else f"{where}{source} → {unit}"
            for source in sources
            for unit in units
        ]
        names += [f"{where}bias" if alone else f"{where}bias of {unit}" for unit in units]
    return tuple(names)
