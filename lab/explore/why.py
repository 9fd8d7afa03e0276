"""The chain rule factor by factor: ∂L/∂z = ∂L/∂p · ∂p/∂z through a sigmoid, or through a softmax of K classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.explore.choice import LossChoice, chosen


@dataclass(frozen=True)
class WhyState:
    """The point and what the output layer is.

    Attributes
    ----------
    link
        ``"sigmoid"``: one output z with target 0 or 1. ``"softmax"``: K classes, the label first; z is the
        label's output less the logarithm of the others' mean power, so p = e^z / (e^z + K − 1).
    losses
        Under another link their sibling under ``link`` is taken (`LossChoice.with_link`).
    point
        z of the draggable point.
    wrong
        How the wrong classes share 1 − p under softmax: equally, all on one, or by ``shares``.
    shares
        K − 1 numbers ≥ 0, for ``wrong = "shares"``; scaled to sum 1.
    """

    losses: tuple[LossChoice, ...] = chosen("binary_cross_entropy", "squared_error_sigmoid")
    link: Literal["sigmoid", "softmax"] = "sigmoid"
    target: float = 1.0
    classes: int = 10
    wrong: Literal["equal", "one", "shares"] = "equal"
    shares: tuple[float, ...] = ()
    point: float = -3.2
    low: float = -8.0
    high: float = 8.0
    samples: int = 401


@dataclass(frozen=True)
class FactorCurves:
    """The factors of one loss over z, all (n,). Under softmax ``slope_prediction`` is the partial ∂L/∂p_y.

    ``own_term`` is ∂L/∂p_y · ∂p_y/∂z_y alone (for squared error the simplified −2p(1 − p)²),
    ``other_terms`` what the other classes add; both equal total and 0 under a sigmoid.
    """

    index: int
    name: str
    short: str
    series: int
    slope_output: NDArray[np.float64]
    slope_prediction: NDArray[np.float64]
    own_term: NDArray[np.float64]
    other_terms: NDArray[np.float64]


@dataclass(frozen=True)
class FactorPoint:
    """The same numbers at the point; ``gradient`` (K,) for all outputs; ``simplified_ratio`` exact / own term."""

    index: int
    short: str
    series: int
    value: float
    slope_output: float
    slope_prediction: float
    own_term: float
    other_terms: float
    simplified_ratio: float
    gradient: NDArray[np.float64]


@dataclass(frozen=True)
class Peak:
    """Where the size of ∂L/∂z is largest, as prediction p and size; for monotone slopes at an end."""

    index: int
    short: str
    prediction: float
    size: float
    monotone: bool


@dataclass(frozen=True)
class WhyView:
    """Curves over z, the link's slope shared by all losses, and the point with its sentence.

    ``predictions`` is (K,) at the point, ``jacobian`` (K, K) = diag(p) − p pᵀ (1 × 1 for a sigmoid).
    ``headline`` and ``sentence`` say in words what the numbers mean.
    """

    z: NDArray[np.float64]
    prediction: NDArray[np.float64]
    link_slope: NDArray[np.float64]
    losses: tuple[FactorCurves, ...]
    points: tuple[FactorPoint, ...]
    point_prediction: float
    point_link_slope: float
    predictions: NDArray[np.float64]
    jacobian: NDArray[np.float64]
    peaks: tuple[Peak, ...]
    headline: str
    sentence: str


def view(state: WhyState) -> WhyView:
    """Return the factor curves with the point."""
    raise NotImplementedError


def at_prediction(state: WhyState, p: float) -> WhyState:
    """Return the state with its point where the label's prediction is p."""
    raise NotImplementedError


def simplified_factor(p: NDArray[np.float64]) -> float:
    """Return exact / simplified label slope of the squared error for probabilities p (K,), the label first.

    K / (K − 1) for equal wrong classes, 2 for one dominant wrong class.
    """
    raise NotImplementedError


def uniform_ratio(classes: int) -> tuple[float, float]:
    """Return |∇ cross-entropy| / |∇ squared error| and the same over |∇ absolute error| at uniform output: K/2."""
    raise NotImplementedError
