"""What can be chosen about loss curves: the fields at the left of the view, made from its state."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from lab.explore.axes import AXES, many_outputs
from lab.explore.curve_ranges import ends
from lab.explore.curves import CurvesState, CurvesView, readout
from lab.field_spec import FieldSpec

QUANTITIES = (
    ("value", "Loss L", "The loss itself"),
    ("slope_prediction", "Slope ∂L ⁄ ∂p", "What the loss says of the prediction alone"),
    ("slope_output", "Gradient ∂L ⁄ ∂z", "What reaches the model's output"),
    ("curvature", "Curvature ∂²L ⁄ ∂z²", "How the gradient changes with the output"),
)
AXIS_WORDS = {
    "prediction": "prediction p",
    "logit": "logit z",
    "margin": "margin m",
    "residual": "residual p − y",
    "error": "error, log",
}
TARGETS = (
    ("0", "0", "The other class is true"),
    ("1", "1", "The class is true"),
    ("value", "value", "Any number: a soft label, or what a regression aims at"),
)


def target_kind(state: CurvesState) -> str:
    """Return which segment a target is under: "0", "1" or "value"."""
    return {0.0: "0", 1.0: "1"}.get(float(state.target), "value")


def view_fields(state: CurvesState, view: CurvesView, *, any_target: bool) -> list[FieldSpec]:
    """Return the fields of the section View below the target; ``any_target`` offers one to type."""
    low, high = view.x_range
    fields = []
    if any_target:
        fields.append(
            FieldSpec(
                "target", "Value", "float", state.target, 1.0, -1e6, 1e6, slider="linear",
                slider_low=min(-2.0, state.target), slider_high=max(2.0, state.target),
                help="The target that the losses are measured against.",
            )
        )  # fmt: skip
    fields.append(
        FieldSpec(
            "point", f"Point {view.x_label}", "float", state.point, 0.0, -1e9, 1e9,
            slider="log" if view.log_x else "linear", slider_low=low, slider_high=high,
            help="Where the numbers are read: drag the line in a plot, or type.",
        )
    )  # fmt: skip
    if any(many_outputs(choice.card) for choice in state.losses):
        fields.append(
            FieldSpec(
                "classes", "Classes K", "int", state.classes, 2, 2, 1000, slider="linear", slider_low=2,
                slider_high=max(20, state.classes),
                help="Outputs of losses that need one a class; the others stand at 0.",
            )
        )  # fmt: skip
    shown = "low" if state.low or state.high else ""
    fields += [
        FieldSpec(
            "low", "From", "float", low, low, -1e6, 1e6, advanced=not shown,
            help="Left end of the axis; the wheel over a plot zooms, a double click shows the usual range.",
        ),
        FieldSpec("high", "To", "float", high, high, -1e6, 1e6, advanced=not shown, help="Right end."),
    ]  # fmt: skip
    return fields


def axis_field(state: CurvesState) -> FieldSpec:
    """Return the field that chooses what the curves run over."""
    choices = tuple((key, AXIS_WORDS[key], AXES[key][1]) for key in AXES)
    return FieldSpec(
        "axis", "Over", "choice", state.axis, "logit", choices=choices, help="What the curves are drawn over."
    )


def plot_fields(state: CurvesState) -> list[FieldSpec]:
    """Return the fields that say what the two plots show."""
    return [
        FieldSpec("upper", "Above", "choice", state.upper, "value", choices=QUANTITIES),
        FieldSpec("lower", "Below", "choice", state.lower, "slope_output", choices=QUANTITIES),
        FieldSpec(
            "log_y", "Logarithmic L", "bool", state.log_y, False, help="Of the loss; slopes have both signs."
        ),
    ]


def overlay_fields(state: CurvesState) -> list[FieldSpec]:
    """Return the fields of what can be laid over the curves."""
    fields = [
        FieldSpec(
            "zero_one", "0–1 loss", "bool", state.zero_one, True,
            help="1 where the wrong class is predicted: what the losses stand in for.",
        ),
        FieldSpec(
            "naive", "Naive form", "bool", state.naive, False,
            help="The textbook formula in few digits, with a cross where it stops being a number.",
        ),
    ]  # fmt: skip
    if state.naive:
        choices = tuple((name, name, "") for name in ("float16", "float32", "float64"))
        fields.append(
            FieldSpec(
                "naive_precision", "Computed in", "choice", state.naive_precision, "float32", choices=choices
            )
        )
    return fields


def with_field(state: CurvesState, path: str, value: Any, view: CurvesView) -> CurvesState:
    """Return the state after an edit of a field.

    Another axis keeps the point's meaning (the output z) where it has one there.

    Raises
    ------
    ProblemError
        Where the value is not allowed.
    """
    if path == "axis":
        return _over(replace(state, axis=value, low=0.0, high=0.0), view)
    if path in ("low", "high"):
        low, high = view.x_range
        return replace(state, low=value, high=high) if path == "low" else replace(state, low=low, high=value)
    return replace(state, **{path: value})


def at_output(state: CurvesState, z: float, shown: CurvesView) -> CurvesState:
    """Return the state with its point where the output of the first loss is z."""
    if state.axis == "logit":
        return replace(state, point=z)
    prediction = readout(replace(state, axis="logit", low=0.0, high=0.0), z).prediction
    return _placed(state, z, prediction, shown.x_range)


def _over(state: CurvesState, before: CurvesView) -> CurvesState:
    return _placed(state, before.readout.output, before.readout.prediction, ends(state))


def _placed(state: CurvesState, z: float, p: float, x_range: tuple[float, float]) -> CurvesState:
    """Return the state with its point where output and prediction are, inside the axis."""
    low, high = x_range
    wanted = {
        "logit": z, "prediction": p, "residual": p - state.target, "error": abs(p - state.target),
        "margin": z if state.target >= 0.5 else -z,
    }[state.axis]  # fmt: skip
    if not math.isfinite(wanted):
        wanted = 0.5 * (low + high)
    return replace(state, point=float(f"{min(max(wanted, low), high):.4g}"))
