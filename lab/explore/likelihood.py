"""The likelihood bench: noise, its density, the negative log-likelihood over its parameters, estimators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from compute.losses import LOSSES
from lab.explore.estimators import huber_location, quantile_location
from lab.explore.evaluation import Numbers
from lab.explore.likelihood_surface import over_parameters, rises
from lab.explore.noise import NOISES, Noise, NoiseName
from lab.explore.problems import check_choice, check_number, refuse
from lab.number_text import value_text


@dataclass(frozen=True)
class LikelihoodState:
    """The noise, its sample and the outliers.

    Attributes
    ----------
    location, scale
        Of Gaussian, Laplace and Student-t. ``scale`` is σ, b or the t scale.
    rate, probability, probabilities
        Of Poisson, Bernoulli and categorical.
    edited
        The sample after points were dragged; empty means drawn by ``seed``.
    outliers
        Values added to the sample.
    delta, tau
        Of the Huber and the quantile estimator.
    """

    noise: NoiseName = "gaussian"
    samples: int = 20
    seed: int = 0
    location: float = 0.0
    scale: float = 1.0
    degrees_of_freedom: float = 3.0
    rate: float = 3.0
    probability: float = 0.3
    probabilities: tuple[float, ...] = (0.5, 0.3, 0.2)
    edited: tuple[float, ...] = ()
    outliers: tuple[float, ...] = ()
    delta: float = 1.345
    tau: float = 0.5
    resolution: int = 81

    def __post_init__(self) -> None:
        check_choice("noise", "The noise", self.noise, tuple(NOISES))
        check_number("samples", "The sample size", self.samples, 1, 5000, whole=True)
        check_number("seed", "The seed", self.seed, 0, 2**32 - 1, whole=True)
        check_number("location", "The location", self.location, -1e6, 1e6)
        check_number("scale", "The scale", self.scale, 0.0, 1e6, low_open=True)
        check_number("degrees_of_freedom", "The degrees of freedom", self.degrees_of_freedom, 0.5, 1000.0)
        check_number("rate", "The rate", self.rate, 0.0, 1000.0, low_open=True)
        check_number("probability", "The probability", self.probability, 0.0, 1.0)
        check_number("delta", "Delta", self.delta, 0.0, 1e6, low_open=True)
        check_number("tau", "Tau", self.tau, 0.0, 1.0)
        check_number("resolution", "The resolution", self.resolution, 3, 1001, whole=True)
        if not 2 <= len(self.probabilities) <= 20 or min(self.probabilities) < 0:
            raise refuse("probabilities", "Between 2 and 20 probabilities of at least 0 are needed")
        if abs(sum(self.probabilities) - 1) > 1e-6:
            raise refuse(
                "probabilities", f"The probabilities must sum to 1, not {value_text(sum(self.probabilities))}"
            )
        for key, label, values in (
            ("edited", "A point", self.edited),
            ("outliers", "An outlier", self.outliers),
        ):
            if len(values) > 5000:
                raise refuse(key, "At most 5000 points can be moved or added")
            for value in values:
                check_number(key, label, value, -1e9, 1e9)
                if not allowed(self, value):
                    raise refuse(key, f"{NOISES[self.noise]} noise has no value {value_text(value)}")


@dataclass(frozen=True)
class Estimate:
    """An estimator of the location on the sample with outliers, and on the sample without them."""

    key: Literal["mean", "median", "huber", "quantile"]
    label: str
    value: float
    clean: float


@dataclass(frozen=True)
class LikelihoodView:
    """Everything of a state.

    Attributes
    ----------
    data, outlier
        The sample with the outliers last.
    discrete, x, density
        Density at the state's parameters, or probabilities of whole numbers.
    names
        Of the parameters that can be estimated.
    parameter, nll
        (n,) negative log-likelihood of all data over the first parameter, the others as in the state.
    second, surface
        (m,) and (m, n): over the second parameter too, infinite where it is not allowed; empty without one.
    contours
        Rises of the surface above its least, each with its line pieces (s, 2, 2) in both parameters.
    best
        The estimate of largest likelihood, in the order of ``names``.
    nll_at_state, loss_at_state
        Sums over the data at the state's parameters: nll = factor · loss + constant · number of points.
    loss_name, loss_label, factor, constant
        The matching loss; ``constant`` is the mean over the data where it differs from point to point.
    estimates
        Of the location, each with and without the outliers; none for categories.
    """

    data: NDArray[np.float64]
    outlier: NDArray[np.bool_]
    discrete: bool
    x: NDArray[np.float64]
    density: NDArray[np.float64]
    names: tuple[str, ...]
    parameter: NDArray[np.float64]
    nll: NDArray[np.float64]
    second: NDArray[np.float64]
    surface: NDArray[np.float64]
    contours: tuple[tuple[float, NDArray[np.float64]], ...]
    best: tuple[float, ...]
    nll_at_state: float
    loss_at_state: float
    loss_name: str
    loss_label: str
    factor: float
    constant: float
    formula: str
    estimates: tuple[Estimate, ...]
    sentence: str


FORMULAS: dict[NoiseName, str] = {
    "gaussian": r"-\ln p = \frac{(y - \mu)^2}{2 \sigma^2} + \frac{1}{2} \ln 2 \pi \sigma^2",
    "laplace": r"-\ln p = \frac{|y - \mu|}{b} + \ln 2 b",
    "student_t": r"-\ln p = \frac{\nu + 1}{2} "
    r"\ln \Big( 1 + \frac{(y - \mu)^2}{\nu \sigma^2} \Big) + c(\nu, \sigma)",
    "poisson": r"-\ln p = \lambda - y \ln \lambda + \ln y!",
    "bernoulli": r"-\ln p = -y \ln p - (1 - y) \ln(1 - p)",
    "categorical": r"-\ln p = -\sum_k y_k \ln p_k",
}
"""Negative log-likelihood of one point in LaTeX."""


def noise_of(state: LikelihoodState) -> Noise:
    """Return the noise with the state's parameters."""
    given: dict[str, tuple[float, ...]] = {
        "poisson": (state.rate,),
        "bernoulli": (state.probability,),
        "categorical": state.probabilities,
    }
    return Noise(state.noise, given.get(state.noise, (state.location, state.scale)), state.degrees_of_freedom)


def allowed(state: LikelihoodState, value: float) -> bool:
    """Whether the noise can have a value."""
    if state.noise in ("gaussian", "laplace", "student_t"):
        return True
    top = {"poisson": 1e5, "bernoulli": 1, "categorical": len(state.probabilities) - 1}[state.noise]
    return value == int(value) and 0 <= value <= top


def sample(state: LikelihoodState) -> Numbers:
    """Return the sample without the outliers: as edited, or drawn by the seed."""
    if state.edited:
        return np.array(state.edited)
    return noise_of(state).draw(state.samples, np.random.default_rng(state.seed))


def moved(state: LikelihoodState, index: int, value: float) -> LikelihoodState:
    """Return the state with one point dragged: of the sample, or of the outliers behind it."""
    clean = sample(state)
    if index >= len(clean):
        outliers = list(state.outliers)
        outliers[index - len(clean)] = value
        return replace(state, outliers=tuple(outliers))
    clean[index] = value
    return replace(state, edited=tuple(float(point) for point in clean))


def view(state: LikelihoodState) -> LikelihoodView:
    """Return sample, density, likelihood and estimates."""
    noise = noise_of(state)
    clean = sample(state)
    data = np.concatenate([clean, np.array(state.outliers)])
    x = _support(state, data)
    best = noise.best(data)
    parameter, nll, second, surface = over_parameters(state, noise, data, best)
    name, _, factor, constant = noise.matching_loss()
    total, loss = float(noise.nll(data).sum()), float(noise.losses(data).sum())
    if constant is None:
        constant = (total - factor * loss) / len(data)
    estimates = _estimates(state, data, clean)
    contours = rises(parameter, second, surface)
    label = LOSSES[name].label
    return LikelihoodView(
        data, np.arange(len(data)) >= len(clean), not noise.located, x, noise.density(x), _names(state),
        parameter, nll, second, surface, contours, best, total, loss, name, label, factor, constant,
        FORMULAS[state.noise], estimates, _sentence(state, label, factor, constant),
    )  # fmt: skip


def _names(state: LikelihoodState) -> tuple[str, ...]:
    if state.noise in ("gaussian", "student_t"):
        return "μ", "σ"
    if state.noise == "laplace":
        return "μ", "b"
    if state.noise == "categorical":
        return tuple(f"p{k}" for k in range(1, len(state.probabilities) + 1))
    return ("λ",) if state.noise == "poisson" else ("p",)


def _support(state: LikelihoodState, data: Numbers) -> Numbers:
    if state.noise in ("gaussian", "laplace", "student_t"):
        reach = 5 * state.scale
        low, high = min(state.location - reach, data.min()), max(state.location + reach, data.max())
        return np.linspace(low, high, 401)
    if state.noise == "poisson":
        top = max(data.max(), state.rate + 6 * state.rate**0.5 + 3)
        return np.arange(0, min(int(top), 2000) + 1, dtype=np.float64)
    return np.arange(2 if state.noise == "bernoulli" else len(state.probabilities), dtype=np.float64)


def _estimates(state: LikelihoodState, data: Numbers, clean: Numbers) -> tuple[Estimate, ...]:
    if state.noise == "categorical":
        return ()
    unit = state.scale if state.noise in ("gaussian", "laplace", "student_t") else 1.0

    def both(key: Literal["mean", "median", "huber", "quantile"], label: str) -> Estimate:
        values = []
        for points in (data, clean):
            match key:
                case "mean":
                    values.append(points.mean())
                case "median":
                    values.append(np.median(points))
                case "huber":
                    values.append(huber_location(points, state.delta * unit))
                case "quantile":
                    values.append(quantile_location(points, state.tau))
        return Estimate(key, label, float(values[0]), float(values[1]))

    return (
        both("mean", "Mean"), both("median", "Median"), both("huber", f"Huber, k = {state.delta:g}"),
        both("quantile", f"Quantile, τ = {state.tau:g}"),
    )  # fmt: skip


def _sentence(state: LikelihoodState, label: str, factor: float, constant: float) -> str:
    if state.noise == "poisson":
        return f"The negative log-likelihood is {label} and a term of the data alone, which no rate changes."
    if not constant:
        return f"The negative log-likelihood is {label} itself."
    times = "" if factor == 1 else f"{value_text(factor)} × "
    return f"The negative log-likelihood of a point is {times}{label} + {value_text(constant, digits=6)}."
