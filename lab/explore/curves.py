"""Loss curves: value, slopes and curvature of any losses over prediction, output, margin, residual or error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.explore.choice import LossChoice, chosen

Axis = Literal["prediction", "logit", "margin", "residual", "error"]
Quantity = Literal["value", "slope_prediction", "slope_output", "curvature"]


@dataclass(frozen=True)
class CurvesState:
    """What is drawn.

    Attributes
    ----------
    losses
        In any number and order. Losses on several outputs (softmax) see ``classes`` outputs (z, 0, …, 0).
    axis
        ``"error"`` is the distance of prediction and target, 1 − p for target 1, on a log axis.
    low, high
        Ends of the x axis; where both are 0 the axis's usual ends.
    target
        0, 1, or any number that the losses allow.
    point
        x of the readout.
    upper, lower
        The quantities of the two plots, one above the other.
    naive
        Overlay the textbook form, which breaks, in ``naive_precision``.
    zero_one
        Overlay the 0–1 loss on the value.
    """

    title: str = "Saturation at the wrong end"
    losses: tuple[LossChoice, ...] = chosen(
        "binary_cross_entropy", "squared_error_sigmoid", "absolute_error_sigmoid"
    )
    axis: Axis = "logit"
    low: float = 0.0
    high: float = 0.0
    target: float = 1.0
    classes: int = 2
    point: float = -3.2
    upper: Quantity = "value"
    lower: Quantity = "slope_output"
    naive: bool = False
    naive_precision: Literal["float16", "float32", "float64"] = "float32"
    zero_one: bool = True
    log_y: bool = False
    samples: int = 601


@dataclass(frozen=True)
class Curve:
    """One line: x, y (n,), NaN where it is not defined. ``index`` is its loss's place in the state, −1 for none.

    ``method`` says how y was found where that is not the loss's own code ("central differences of the exact
    gradient"); ``problem`` why there is no line ("defined for targets of at least 0").
    """

    index: int
    name: str
    short: str
    series: int
    kind: Literal["loss", "naive", "zero_one"]
    visible: bool
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    method: str = ""
    problem: str = ""


@dataclass(frozen=True)
class OutOfView:
    """What a y range cuts off: the extreme y and its x, and the text for the edge: ``"↓ −2 982 at z = −8"``."""

    index: int
    series: int
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class CurvesPlot:
    """One of the two plots; ``y_range`` is on round numbers, ``notes`` say what lies outside of it."""

    quantity: Quantity
    title: str
    subtitle: str
    curves: tuple[Curve, ...]
    y_range: tuple[float, float]
    notes: tuple[OutOfView, ...]


@dataclass(frozen=True)
class ReadoutRow:
    """All numbers of one loss at the readout's x; infinities and NaN are told as they are."""

    index: int
    name: str
    short: str
    series: int
    value: float
    slope_prediction: float
    slope_output: float
    curvature: float
    naive_value: float | None
    naive_slope: float | None
    problem: str = ""


@dataclass(frozen=True)
class Readout:
    """x with what it means as an output z and as a prediction p (of the first loss), and a row a loss."""

    x: float
    output: float
    prediction: float
    rows: tuple[ReadoutRow, ...]


@dataclass(frozen=True)
class CurvesView:
    """Both plots over a shared x; ``x_label`` is the sign for the first tick ("z"), ``x_words`` its name."""

    title: str
    x_label: str
    x_words: str
    x_range: tuple[float, float]
    log_x: bool
    plots: tuple[CurvesPlot, CurvesPlot]
    readout: Readout


def view(state: CurvesState) -> CurvesView:
    """Return both plots of a state with the readout at its point."""
    raise NotImplementedError


def readout(state: CurvesState, x: float) -> Readout:
    """Return all values at x; cheap enough for every frame of a drag."""
    raise NotImplementedError


def out_of_view(state: CurvesState, plot: CurvesPlot, y_range: tuple[float, float]) -> tuple[OutOfView, ...]:
    """Say what another y range cuts off."""
    raise NotImplementedError


def losses_for_axis(axis: Axis) -> tuple[str, ...]:
    """Return the registry names of the losses that can be drawn over an axis."""
    raise NotImplementedError
