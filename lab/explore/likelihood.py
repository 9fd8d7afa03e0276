"""The likelihood bench: noise, its density, the negative log-likelihood over its parameters, estimators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

NoiseName = Literal["gaussian", "laplace", "student_t", "poisson", "bernoulli", "categorical"]


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

    ``data`` is the sample with outliers last. ``x`` and ``density`` are the noise's density, or its
    probabilities on whole numbers (``discrete``). ``parameter`` and ``nll`` (n,) are the negative
    log-likelihood of the data over the first parameter, ``second`` and ``surface`` (m, n) over scale × location
    where there is one (else empty); ``best`` is the maximum-likelihood estimate, in the order of ``names``.
    ``loss_name`` is the registry name of the matching loss, ``loss_label`` its name; ``constant`` is
    what the negative log-likelihood of one sample has beyond ``factor`` × the loss.
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
    best: tuple[float, ...]
    nll_at_state: float
    loss_name: str
    loss_label: str
    factor: float
    constant: float
    formula: str
    estimates: tuple[Estimate, ...]
    sentence: str


def view(state: LikelihoodState) -> LikelihoodView:
    """Return sample, density, likelihood and estimates."""
    raise NotImplementedError
