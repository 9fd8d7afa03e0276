"""Loss curves: value, slopes and curvature of losses over prediction, output, margin, residual or error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.explore.axes import AXES, Axis, Setting, has_margin
from lab.explore.choice import LossChoice, chosen
from lab.explore.curvature import curvature
from lab.explore.curve_ranges import ends, y_bounds
from lab.explore.evaluation import Numbers
from lab.explore.naive_form import naive_values
from lab.explore.problems import check_choice, check_number, refuse
from lab.loss_labels import format_number
from lab.number_text import value_text

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

    def __post_init__(self) -> None:
        check_choice("axis", "The axis", self.axis, tuple(AXES))
        check_choice("upper", "The upper plot", self.upper, tuple(_TITLES))
        check_choice("lower", "The lower plot", self.lower, tuple(_TITLES))
        check_choice(
            "naive_precision", "The precision", self.naive_precision, ("float16", "float32", "float64")
        )
        check_number("target", "The target", self.target, -1e6, 1e6)
        check_number("classes", "The number of classes", self.classes, 2, 1000, whole=True)
        check_number("point", "The point", self.point, -1e9, 1e9)
        check_number("low", "The left end", self.low, -1e6, 1e6)
        check_number("high", "The right end", self.high, -1e6, 1e6)
        check_number("samples", "The number of points", self.samples, 2, 20_000, whole=True)
        if (self.low or self.high) and not self.low < self.high:
            raise refuse("high", "The right end must lie right of the left end")
        if self.axis == "error" and (self.low or self.high) and self.low <= 0:
            raise refuse("low", "An error on a log axis starts above 0")


@dataclass(frozen=True)
class Curve:
    """One line: x, y (n,), NaN where not defined; infinities are kept. ``index`` is its loss's place, or −1.

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
    """What a y range cuts off: the extreme y, its x, and the text for the edge: ``"↓ −2 982 at z = −8"``."""

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
    log_y: bool = False


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
    low, high = ends(state)
    log_x = state.axis == "error"
    x = np.geomspace(low, high, state.samples) if log_x else np.linspace(low, high, state.samples)
    plots = (_plot(state, state.upper, x), _plot(state, state.lower, x))
    sign, words = AXES[state.axis]
    return CurvesView(state.title, sign, words, (low, high), log_x, plots, readout(state, state.point))


def readout(state: CurvesState, x: float) -> Readout:
    """Return all values at x; cheap enough for every frame of a drag."""
    at = np.array([float(x)])
    rows = []
    output = prediction = float("nan")
    for index, choice in enumerate(state.losses):
        setting = Setting(choice.loss(), state.target, state.classes)
        label, short = choice.label(state.losses), choice.label(state.losses, short=True)
        problem = setting.problem() or _problem_of_axis(state, choice)
        if problem:
            nan = float("nan")
            rows.append(
                ReadoutRow(index, label, short, choice.series, nan, nan, nan, nan, None, None, problem)
            )
            continue
        z = setting.output(state.axis, at)
        value, slope = setting.value_and_slope(z)
        if np.isnan(output):
            output, prediction = float(z[0]), float(setting.prediction(z)[0])
        naive = naive_values(setting, z, state.naive_precision) if state.naive else None
        rows.append(
            ReadoutRow(
                index, label, short, choice.series, float(value[0]), float(setting.slope_prediction(z)[0]),
                float(slope[0]), float(curvature(setting, z)[0][0]),
                None if naive is None else float(naive[0][0]), None if naive is None else float(naive[1][0]),
            )
        )  # fmt: skip
    return Readout(float(x), output, prediction, tuple(rows))


def out_of_view(state: CurvesState, plot: CurvesPlot, y_range: tuple[float, float]) -> tuple[OutOfView, ...]:
    """Say what another y range cuts off."""
    low, high = y_range
    slack = 0.01 * (high - low)
    sign = AXES[state.axis][0]
    notes = []
    for curve in plot.curves:
        if curve.kind != "loss" or not curve.visible:
            continue
        y = np.where(np.isnan(curve.y), 0.5 * (low + high), curve.y)
        for arrow, place, outside in (
            ("↓", int(y.argmin()), y.min() < low - slack),
            ("↑", int(y.argmax()), y.max() > high + slack),
        ):
            if outside:
                at, extreme = float(curve.x[place]), float(y[place])
                text = f"{arrow} {value_text(extreme, digits=4)} at {sign} = {format_number(at)}"
                notes.append(OutOfView(curve.index, curve.series, at, extreme, text))
    return tuple(notes)


def _problem_of_axis(state: CurvesState, choice: LossChoice) -> str:
    if state.axis != "margin" or has_margin(choice.card):
        return ""
    return f"It has no {state.axis}: its output is a number, not a score for a class."


_TITLES: dict[Quantity, tuple[str, str]] = {
    "value": ("Loss", "L"),
    "slope_prediction": ("Slope in the prediction", "∂L ⁄ ∂p"),
    "slope_output": ("Gradient", "∂L ⁄ ∂z"),
    "curvature": ("Curvature", "∂²L ⁄ ∂z²"),
}


def _plot(state: CurvesState, quantity: Quantity, x: Numbers) -> CurvesPlot:
    curves = []
    for index, choice in enumerate(state.losses):
        setting = Setting(choice.loss(), state.target, state.classes)
        curves += _curves_of(state, quantity, x, index, choice, setting)
    if state.zero_one and quantity == "value":
        curves += _zero_one(state, x)
    title, sign = _TITLES[quantity]
    if quantity == "value":
        sign = f"L({AXES[state.axis][0]})"
    log_y = state.log_y and quantity == "value"  # slopes and curvature have both signs
    words = f"{sign}, target y = {format_number(state.target)}" + (", log" if log_y else "")
    bounds = y_bounds(curves, state.point, log_y)
    plot = CurvesPlot(quantity, title, words, tuple(curves), bounds, (), log_y)
    return replace(plot, notes=out_of_view(state, plot, bounds))


def _curves_of(
    state: CurvesState, quantity: Quantity, x: Numbers, index: int, choice: LossChoice, setting: Setting
) -> list[Curve]:
    label, short = choice.label(state.losses), choice.label(state.losses, short=True)
    problem = setting.problem() or _problem_of_axis(state, choice)
    base = Curve(index, label, short, choice.series, "loss", choice.visible, x, np.full_like(x, np.nan))
    if problem:
        return [replace(base, problem=problem)]
    z = setting.output(state.axis, x)
    method = ""
    if quantity == "curvature":
        y, method = curvature(setting, z)
    elif quantity == "slope_prediction":
        y = setting.slope_prediction(z)
        method = "along z, the other classes following" if setting.count > 1 else ""
    else:
        y = setting.value_and_slope(z)[0 if quantity == "value" else 1]
    curves = [replace(base, y=y, method=method)]
    if state.naive and quantity in ("value", "slope_output"):
        naive = naive_values(setting, z, state.naive_precision)
        if naive is not None:
            broken = naive[0 if quantity == "value" else 1]
            words = f"{label}, naive, {state.naive_precision}"
            curves.append(replace(base, name=words, short=f"{short} naive", kind="naive", y=broken))
    return curves


def _zero_one(state: CurvesState, x: Numbers) -> list[Curve]:
    """Return the 0–1 loss over x for a class as target: 1 where the other class is predicted."""
    if state.target not in (0, 1):
        return []
    for choice in state.losses:
        setting = Setting(choice.loss(), state.target, state.classes)
        if choice.card.link == "identity" or setting.problem():
            continue
        # p of the label against that of each other class; at a tie class 1 counts.
        p = setting.prediction(setting.output(state.axis, x))
        says_one = p >= (1 - p) / max(1, setting.count - 1)
        y = np.where(np.isnan(p), np.nan, (says_one != bool(state.target)).astype(np.float64))
        return [Curve(-1, "0–1 loss", "0–1 loss", 0, "zero_one", True, x, y)]
    return []
