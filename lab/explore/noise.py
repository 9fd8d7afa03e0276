"""Noise models: density, negative log-likelihood and the loss that is the same up to scale and constants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from compute.losses import make_loss
from lab.explore.evaluation import Numbers, at_outputs

NoiseName = Literal["gaussian", "laplace", "student_t", "poisson", "bernoulli", "categorical"]

NOISES: dict[NoiseName, str] = {
    "gaussian": "Gaussian",
    "laplace": "Laplace",
    "student_t": "Student-t",
    "poisson": "Poisson",
    "bernoulli": "Bernoulli",
    "categorical": "Categorical",
}
"""Name → label."""

_LARGEST_COUNT = 10_000


@dataclass(frozen=True)
class Noise:
    """A noise model with its parameters.

    ``parameters`` are (location, scale), (rate,), (probability,) or the K probabilities.
    """

    name: NoiseName
    parameters: tuple[float, ...]
    degrees_of_freedom: float = 3.0

    @property
    def located(self) -> bool:
        """Whether it has a location and a scale."""
        return self.name in ("gaussian", "laplace", "student_t")

    def draw(self, count: int, rng: np.random.Generator) -> Numbers:
        """Return a sample (count,)."""
        first = self.parameters[0]
        if self.located:
            scale = self.parameters[1]
            match self.name:
                case "gaussian":
                    errors = rng.standard_normal(count)
                case "laplace":
                    errors = rng.laplace(size=count)
                case _:
                    errors = rng.standard_t(self.degrees_of_freedom, count)
            return np.asarray(first + scale * errors)
        if self.name == "poisson":
            return rng.poisson(first, count).astype(np.float64)
        if self.name == "bernoulli":
            return (rng.random(count) < first).astype(np.float64)
        edges = np.cumsum(self.parameters)[:-1]
        return np.searchsorted(edges, rng.random(count), side="right").astype(np.float64)

    def nll(self, data: Numbers) -> Numbers:
        """Return −ln of the density or probability of each point (n,)."""
        first = self.parameters[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.located:
                return log_normalizer(self) + located_loss(self, (data - first) / self.parameters[1])
            if self.name == "poisson":
                values, place = np.unique(data, return_inverse=True)
                factorials = np.array([math.lgamma(y + 1) for y in values])[place]
                return np.asarray(first - data * math.log(first) + factorials)
            probabilities = (1 - first, first) if self.name == "bernoulli" else self.parameters
            return np.asarray(-np.log(np.array(probabilities))[data.astype(np.intp)] + 0.0)

    def density(self, x: Numbers) -> Numbers:
        """Return the density, or the probability of whole numbers (n,)."""
        return np.exp(-self.nll(x))

    def best(self, data: Numbers) -> tuple[float, ...]:
        """Return the parameters of largest likelihood, in the order of ``parameters``."""
        if self.name == "gaussian":
            return float(data.mean()), float(data.std())
        if self.name == "laplace":
            middle = float(np.median(data))
            return middle, float(np.abs(data - middle).mean())
        if self.name == "student_t":
            return _best_student(data, self.degrees_of_freedom)
        if self.name == "categorical":
            counts = np.bincount(data.astype(np.intp), minlength=len(self.parameters))
            return tuple(float(count) for count in counts / len(data))
        return (float(data.mean()),)

    def matching_loss(self) -> tuple[str, dict[str, float], float, float | None]:
        """Return the loss's registry name and parameters, and factor and constant of nll = f L + c.

        The constant is ``None`` where it differs from point to point (Poisson).
        """
        scale = self.parameters[1] if self.located else 1.0
        if self.name == "gaussian":
            return "squared_error", {}, 0.5 / scale**2, log_normalizer(self)
        if self.name == "laplace":
            return "absolute_error", {}, 1 / scale, log_normalizer(self)
        if self.name == "student_t":
            given = {"degrees_of_freedom": self.degrees_of_freedom, "sigma": scale}
            return "student_t", given, 1.0, log_normalizer(self)
        if self.name == "poisson":
            return "poisson", {}, 1.0, None
        return ("binary_cross_entropy" if self.name == "bernoulli" else "cross_entropy"), {}, 1.0, 0.0

    def losses(self, data: Numbers) -> Numbers:
        """Return the matching loss (n,) of the parameters as prediction, by the loss's own code."""
        name, parameters, _, _ = self.matching_loss()
        loss = make_loss(name, **parameters)
        targets = data[:, None]
        with np.errstate(divide="ignore"):
            if self.located:
                outputs = np.array([self.parameters[0]])
            elif self.name == "poisson":
                outputs = np.log(np.array(self.parameters))
            elif self.name == "bernoulli":
                p = self.parameters[0]
                outputs = np.array([np.log(p) - np.log1p(-p)])
            else:
                outputs = np.log(np.array(self.parameters))
                targets = np.eye(len(outputs))[data.astype(np.intp)]
        return at_outputs(loss, np.broadcast_to(outputs, targets.shape), targets)[0]


def located_loss(noise: Noise, error: Numbers) -> Numbers:
    """Return what the nll has beyond its constant, of standardised errors of any shape."""
    if noise.name == "gaussian":
        return 0.5 * error * error
    if noise.name == "laplace":
        return np.abs(error)
    nu = noise.degrees_of_freedom
    x = np.abs(error) / math.sqrt(nu)
    near, far = np.minimum(x, 1e6), np.maximum(x, 1e6)  # beyond, 1 + x² is x² to the last digit
    return (nu + 1) * np.where(x < 1e6, 0.5 * np.log1p(near * near), np.log(far))


def log_normalizer(noise: Noise) -> float:
    """Return the constant of the nll of a point: ½ ln 2πσ² for Gaussian, ln 2b for Laplace noise."""
    scale = math.log(noise.parameters[1])
    if noise.name == "gaussian":
        return 0.5 * math.log(2 * math.pi) + scale
    if noise.name == "laplace":
        return math.log(2) + scale
    nu = noise.degrees_of_freedom
    return math.lgamma(nu / 2) - math.lgamma((nu + 1) / 2) + 0.5 * math.log(nu * math.pi) + scale


def _best_student(data: Numbers, nu: float) -> tuple[float, float]:
    """Maximise the likelihood by expectation-maximisation over the hidden precisions, from median and MAD."""
    middle = float(np.median(data))
    spread = float(np.median(np.abs(data - middle))) or float(data.std()) or 1.0
    for _ in range(2000):
        weights = (nu + 1) / (nu + ((data - middle) / spread) ** 2)
        moved = float((weights * data).sum() / weights.sum())
        wider = math.sqrt(float((weights * (data - moved) ** 2).mean()))
        done = abs(moved - middle) + abs(wider - spread) < 1e-13 * (abs(moved) + wider)
        middle, spread = moved, max(wider, 1e-300)
        if done:
            break
    return middle, spread
