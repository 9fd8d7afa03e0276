"""The noise that a regression loss is the likelihood of, fitted to residuals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from compute.losses.base import Loss
from lab.instruments.frozen import Floats
from lab.number_text import value_text

GAUSSIAN, LAPLACE = "Gaussian", "Laplace"
NAMES: dict[str, str] = {
    "squared_error": GAUSSIAN,
    "half_squared_error": GAUSSIAN,
    "absolute_error": LAPLACE,
    "huber": "Huber's least favourable",
    "smooth_l1": "Gaussian with Laplace tails",
    "log_cosh": "hyperbolic secant",
    "pinball": "asymmetric Laplace",
    "epsilon_insensitive": "flat with Laplace tails",
    "squared_epsilon_insensitive": "flat with Gaussian tails",
    "cauchy": "Student's t",
    "student_t": "Student's t",
    "general_robust": "general robust",
}
"""Losses of the residual alone → the distribution that they are the negative log-likelihood of."""

NODES, REACH = 8_001, 40.0
"""The grid that densities are integrated on: residual = typical size · sinh(u), |u| ≤ 40, 0 among its nodes.

It is fine round 0 and reaches to 10¹⁷ typical sizes, so that tails of any power are seen to their ends.
"""


@dataclass(frozen=True)
class Noise:
    """A density of residuals, ∝ exp(−loss / φ) with φ fitted by maximum likelihood.

    Attributes
    ----------
    name, words
        Which, and its parameters in words: "Gaussian", "σ = 0.31".
    x, pdf, cdf
        (G,) a grid, the density on it and its integral.
    """

    name: str
    words: str
    x: Floats
    pdf: Floats
    cdf: Floats

    def density(self, residuals: Floats) -> Floats:
        """Return the density at residuals (n,)."""
        return np.interp(residuals, self.x, self.pdf, left=0.0, right=0.0)

    def quantile(self, shares: Floats) -> Floats:
        """Return the residuals (n,) below which shares in (0, 1) lie."""
        rising = np.r_[True, np.diff(self.cdf) > 0]
        return np.interp(shares, self.cdf[rising], self.x[rising])


class _SquaredResidual:
    """Half the square, for losses that are no likelihood: the Gaussian as a guide."""

    def __call__(self, residuals: Floats) -> Floats:
        return 0.5 * residuals**2


class _OfLoss:
    """What a loss costs by the residual, target − output."""

    def __init__(self, loss: Loss) -> None:
        self._loss = loss

    def __call__(self, residuals: Floats) -> Floats:
        targets = residuals[None, :, None]
        with np.errstate(over="ignore"):
            return np.array(self._loss.value_and_gradient(np.zeros_like(targets), targets)[0][0])


def why_no_likelihood(loss: Loss) -> str:
    """Return why a loss of the residual is the likelihood of no noise, or an empty text."""
    name, said = loss.card.name, loss.card.likelihood
    if name == "general_robust" and float(loss.alpha) < 0:  # type: ignore[attr-defined]
        return "a bounded loss belongs to no distribution"
    if name in NAMES:
        return ""
    if said.startswith("none: "):
        return said.removeprefix("none: ")
    return "whether it is a likelihood is not known"


def fit_loss_noise(loss: Loss, residuals: Floats, scale: float = 1.0) -> Noise:
    """Fit the noise that a loss is the likelihood of; its place is 0, only its width is free.

    Parameters
    ----------
    loss
        One of `NAMES`.
    residuals
        (N,) target − output as the loss sees them, not all 0.
    scale
        Units of the result in those of ``residuals``.

    Raises
    ------
    ValueError
        Where no residual costs anything, so that there is no width.

    Notes
    -----
    A loss L is the negative log-likelihood of exp(−L/φ) / Z(φ) for every φ, up to constants: which parameters
    of the model are best does not depend on φ. The mean of L/φ + ln Z(φ) over the residuals is least at the
    fitted φ. For the squared error that is σ² = mean r², for the absolute error b = mean |r|.
    """
    return _fitted(_OfLoss(loss), residuals, scale, NAMES[loss.card.name], loss)


def fit_gaussian(residuals: Floats, scale: float = 1.0) -> Noise:
    """Fit a Gaussian round 0: σ² = mean r²."""
    return _fitted(_SquaredResidual(), residuals, scale, GAUSSIAN, None)


def fit_laplace(residuals: Floats, scale: float = 1.0) -> Noise:
    """Fit a Laplace distribution round 0: b = mean |r|."""
    return _fitted(np.abs, residuals, scale, LAPLACE, None)


def _fitted(cost: object, residuals: Floats, scale: float, name: str, loss: Loss | None) -> Noise:
    from scipy.integrate import cumulative_trapezoid
    from scipy.optimize import minimize_scalar

    assert callable(cost)
    size = np.abs(residuals)
    typical = float(np.median(size)) or float(size.mean())
    mean = float(cost(residuals).mean())
    if not (typical > 0 and 0 < mean < math.inf):
        raise ValueError("the residuals cost nothing, so that they have no width")
    u = np.linspace(-REACH, REACH, NODES)
    r = typical * np.sinh(u)
    costs, steps = cost(r), np.log(typical * np.cosh(u) * (u[1] - u[0]))

    def log_integral(dispersion: float) -> float:
        powers = steps - costs / dispersion
        top = float(powers.max())
        return top + math.log(float(np.exp(powers - top).sum()))

    def nll(log_dispersion: float) -> float:
        dispersion = math.exp(log_dispersion)
        return mean / dispersion + log_integral(dispersion)

    middle = math.log(mean)
    bounds = middle - 7.0, middle + 7.0
    found = minimize_scalar(nll, bounds=bounds, method="bounded", options={"xatol": 1e-8})
    dispersion = math.exp(found.x)
    pdf = np.exp(-costs / dispersion - log_integral(dispersion))
    cdf = cumulative_trapezoid(pdf * typical * np.cosh(u), u, initial=0.0)
    words = _words(name, loss, dispersion, scale)
    return Noise(name, words, scale * r, pdf / scale, cdf / cdf[-1])


def _words(name: str, loss: Loss | None, dispersion: float, scale: float) -> str:
    """Say the parameters that φ stands for, in the units of the result."""
    key = "" if loss is None else loss.card.name
    at = {item: float(value) for item, value in ({} if loss is None else vars(loss)).items()}
    match key:
        case "squared_error":
            return f"σ = {value_text(scale * math.sqrt(dispersion / 2))}"
        case "huber":
            return f"σ = {value_text(scale * math.sqrt(dispersion))} up to {value_text(scale * at['delta'])}"
        case "smooth_l1":
            sigma = math.sqrt(dispersion * at["beta"])
            return f"σ = {value_text(scale * sigma)} up to {value_text(scale * at['beta'])}"
        case "pinball":
            return f"scale {value_text(scale * dispersion)}, τ = {value_text(at['tau'])}"
        case "epsilon_insensitive":
            return f"flat to {value_text(scale * at['epsilon'])}, then b = {value_text(scale * dispersion)}"
        case "squared_epsilon_insensitive":
            sigma = math.sqrt(dispersion / 2)
            return f"flat to {value_text(scale * at['epsilon'])}, then σ = {value_text(scale * sigma)}"
        case "cauchy" | "student_t":
            power = (
                at["c"] ** 2 / dispersion if key == "cauchy" else (at["degrees_of_freedom"] + 1) / dispersion
            )
            freedom = power - 1
            knee = at["c"] if key == "cauchy" else at["sigma"] * math.sqrt(at["degrees_of_freedom"])
            return f"ν = {value_text(freedom)}, scale {value_text(scale * knee / math.sqrt(freedom))}"
    if name == LAPLACE:
        return f"b = {value_text(scale * dispersion)}"
    if name == GAUSSIAN:
        return f"σ = {value_text(scale * math.sqrt(dispersion))}"
    return f"φ = {value_text(dispersion)}"
