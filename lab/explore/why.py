"""The chain rule factor by factor: ∂L/∂z = ∂L/∂p · ∂p/∂z through a sigmoid or a softmax of K classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from compute.links import Sigmoid, Softmax
from lab.explore.choice import LossChoice, chosen
from lab.explore.evaluation import Numbers, at_outputs, logit, slope_of
from lab.explore.partials import has_partial, label_partial
from lab.explore.problems import check_choice, check_number, refuse
from lab.explore.why_words import in_words


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

    def __post_init__(self) -> None:
        check_choice("link", "The link", self.link, ("sigmoid", "softmax"))
        check_choice("wrong", "The share of the wrong classes", self.wrong, ("equal", "one", "shares"))
        check_number("target", "The target", self.target, 0.0, 1.0)
        check_number("classes", "The number of classes", self.classes, 2, 1000, whole=True)
        check_number("point", "The point", self.point, -500.0, 500.0)
        check_number("low", "The left end", self.low, -500.0, 500.0)
        check_number("high", "The right end", self.high, -500.0, 500.0)
        check_number("samples", "The number of points", self.samples, 2, 20_000, whole=True)
        if not self.low < self.high:
            raise refuse("high", "The right end must lie right of the left end")
        if self.wrong == "shares" and (
            len(self.shares) != self.classes - 1 or min(self.shares) < 0 or not 0 < sum(self.shares) < 1e12
        ):
            raise refuse(
                "shares", f"The wrong classes need {self.classes - 1} shares of at least 0, not all 0"
            )


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
    """The numbers at the point; ``gradient`` (K,) for all outputs; ``simplified_ratio`` exact / own term."""

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


def view(state: WhyState, *, with_peaks: bool = True) -> WhyView:
    """Return the factor curves with the point; without the peaks it costs a frame less."""
    z = np.linspace(state.low, state.high, state.samples)
    link = Sigmoid() if state.link == "sigmoid" else Softmax()
    slope = slope_of(link, z, state.classes)
    at = np.array([state.point])
    curves, points, peaks = [], [], []
    for index, choice in enumerate(state.losses):
        under = choice.with_link(state.link)
        if under is None:
            continue
        label, short = under.label(), under.label(short=True)
        total, partial, own, value, gradient = _factors(state, under, z)
        curves.append(FactorCurves(index, label, short, choice.series, total, partial, own, total - own))
        total, partial, own, value, gradient = _factors(state, under, at)
        ratio = float(total[0] / own[0]) if own[0] else float("nan")
        points.append(
            FactorPoint(
                index, short, choice.series, float(value[0]), float(total[0]), float(partial[0]),
                float(own[0]), float(total[0] - own[0]), ratio, gradient[0],
            )
        )  # fmt: skip
        if with_peaks:
            peaks.append(_peak(state, under, index))
    p = _probabilities(state, at)[0]
    p_at, slope_at = float(p[0]), float(slope_of(link, at, state.classes)[0])
    headline, sentence = in_words(state, points, p_at, slope_at)
    jacobian = np.array([[slope_at]]) if state.link == "sigmoid" else np.diag(p) - np.outer(p, p)
    return WhyView(
        z, _probabilities(state, z)[:, 0], slope, tuple(curves), tuple(points), p_at, slope_at, p,
        jacobian + 0.0, tuple(peaks), headline, sentence,
    )  # fmt: skip


def wrong_shares(state: WhyState) -> Numbers:
    """Return how the wrong classes share 1 − p, (K − 1,) with sum 1."""
    count = state.classes - 1
    if state.wrong == "one":
        return np.asarray(np.eye(1, count)[0])
    if state.wrong == "shares":
        return np.array(state.shares) / sum(state.shares)
    return np.full(count, 1 / count)


def _outputs(state: WhyState, z: Numbers) -> Numbers:
    """Return raw outputs (n, K) whose label has output z against the mean power 1 of the others."""
    if state.link == "sigmoid":
        return z[:, None]
    with np.errstate(divide="ignore"):
        others = np.log(wrong_shares(state) * (state.classes - 1))
    # A class without any share: far enough below that its power is exactly 0.
    others = np.where(np.isinf(others), -1e4, others)
    return np.concatenate([z[:, None], np.broadcast_to(others, (len(z), len(others)))], axis=1)


def _probabilities(state: WhyState, z: Numbers) -> Numbers:
    link = Sigmoid() if state.link == "sigmoid" else Softmax()
    return link.forward(_outputs(state, z)) + 0.0


def _targets(state: WhyState) -> Numbers:
    return np.array([[state.target]]) if state.link == "sigmoid" else np.eye(1, state.classes)


def _factors(
    state: WhyState, choice: LossChoice, z: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Return ∂L/∂z, ∂L/∂p, the label's own product, the value, (n,) each, and the gradient (n, K)."""
    outputs, targets = _outputs(state, z), _targets(state)
    value, gradient = at_outputs(choice.loss(), outputs, targets)
    slope = slope_of(Sigmoid() if state.link == "sigmoid" else Softmax(), z, state.classes)
    plain = state.link == "softmax" and has_partial(choice.name) and not choice.parameters
    p = _probabilities(state, z)
    partial = label_partial(choice.name if plain else "", p, targets, gradient[:, 0], slope)
    with np.errstate(all="ignore"):
        own = partial * slope + 0.0 if plain else gradient[:, 0]
    return gradient[:, 0], partial, own, value, gradient


def _peak(state: WhyState, choice: LossChoice, index: int) -> Peak:
    """Find the largest slope by size over a wide range of z, refined by ever finer grids."""
    z = np.linspace(-40, 40, 401)
    sizes = np.abs(_factors(state, choice, z)[0])
    top = float(np.nanmax(sizes))
    place = int(np.nanargmax(sizes))
    low, high = z[max(0, place - 1)], z[min(len(z) - 1, place + 1)]
    # A slope that only flattens out towards an end has no peak.
    at_end = max(sizes[0], sizes[-1]) >= top * (1 - 1e-6)
    if at_end:
        place = 0 if sizes[0] >= sizes[-1] else len(z) - 1
        p = float(_probabilities(state, z[place : place + 1])[0, 0])
        return Peak(index, choice.label(short=True), round(p, 12), top, True)
    for _ in range(5):
        z = np.linspace(low, high, 41)
        place = int(np.argmax(np.abs(_factors(state, choice, z)[0])))
        low, high = z[max(0, place - 1)], z[min(40, place + 1)]
    best = np.array([0.5 * (low + high)])
    size = float(np.abs(_factors(state, choice, best)[0][0]))
    return Peak(index, choice.label(short=True), float(_probabilities(state, best)[0, 0]), size, False)


def at_prediction(state: WhyState, p: float) -> WhyState:
    """Return the state with its point where the label's prediction is p."""
    check_number("point", "The prediction", p, 0.0, 1.0, low_open=True)
    z = float(logit(np.array([min(p, 1 - 1e-15)]))[0])
    return replace(state, point=z if state.link == "sigmoid" else z + float(np.log(state.classes - 1)))


def simplified_factor(p: Numbers) -> float:
    """Return exact / simplified label slope of the squared error for probabilities p (K,), the label first.

    The simplified formula is −2p(1 − p)². K / (K − 1) for equal wrong classes, 2 for one dominant one.
    """
    wrong = p[1:]
    return float(1 + (wrong**2).sum() / wrong.sum() ** 2)


def uniform_ratio(classes: int) -> tuple[float, float]:
    """Return the gradient norm of cross-entropy at uniform output over that of squared and absolute error.

    Both are K/2.
    """
    check_number("classes", "The number of classes", classes, 2, 1e6, whole=True)
    norms = []
    for name in ("cross_entropy", "brier", "absolute_error_softmax"):
        gradient = at_outputs(LossChoice(name).loss(), np.zeros((1, classes)), np.eye(1, classes))[1]
        norms.append(float(np.linalg.norm(gradient)))
    return norms[0] / norms[1], norms[0] / norms[2]
