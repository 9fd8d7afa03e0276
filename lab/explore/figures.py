"""Views of the explorer as curve panels, which figure export and CSV can write."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from lab.explore import curves, efficiency, information, likelihood, numerics, table, why
from lab.explore.curves import CurvesState
from lab.explore.efficiency import EfficiencyProgress, EfficiencyState
from lab.explore.evaluation import Numbers
from lab.explore.figures_simplex import joined, simplex_panel
from lab.explore.information import InformationState
from lab.explore.likelihood import LikelihoodState
from lab.explore.noise import NOISES
from lab.explore.numerics import NumericsState
from lab.explore.simplex import SimplexState
from lab.explore.states import State
from lab.explore.table import TableState
from lab.explore.why import WhyState
from lab.number_text import value_text
from lab.panels import CurvePanel, Facet, LegendEntry, Line, Mark
from lab.ranges import linear_range

Named = tuple[str, int, Numbers, str]
"""Name, series number, y (n,) and the value that the legend shows."""


def panels(state: State) -> tuple[CurvePanel, ...]:
    """Return the pictures of a state as panels; the two tables (predictions, numerics) have none."""
    match state:
        case CurvesState():
            return _curves(state)
        case WhyState():
            return _why(state)
        case SimplexState():
            return (simplex_panel(state),)
        case LikelihoodState():
            return _likelihood(state)
        case EfficiencyState():
            return (_breakdown(state),)
        case InformationState():
            return _information(state)
        case _:
            return ()


def panel(
    kind: str,
    title: str,
    subtitle: str,
    x: Numbers,
    lines: Sequence[Named],
    x_label: str,
    y_range: tuple[float, float] | None = None,
    *,
    log_x: bool = False,
    log_y: bool = False,
    marks: tuple[Mark, ...] = (),
    note: str = "",
) -> CurvePanel:
    """Return lines over one x as a panel; infinities break a line."""
    drawn = tuple(
        Line(x, np.where(np.isfinite(y), y, np.nan), series, "mean", name, key=str(place))
        for place, (name, series, y, _) in enumerate(lines)
    )
    if y_range is None:
        known = np.concatenate([line.y[np.isfinite(line.y)] for line in drawn] or [np.zeros(1)])
        y_range = linear_range(float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    legend = tuple(
        LegendEntry(str(place), name, name, series, value)
        for place, (name, series, _, value) in enumerate(lines)
    )
    ends = (float(x[0]), float(x[-1]))
    return CurvePanel(
        kind, title, subtitle, (Facet("", drawn, marks=marks),), legend, x_label, ends, y_range, log_x, log_y,
        note=note,
    )  # fmt: skip


def _curves(state: CurvesState) -> tuple[CurvePanel, ...]:
    view = curves.view(state)
    rows = {row.index: row for row in view.readout.rows}
    made = []
    for plot in view.plots:
        shown = [curve for curve in plot.curves if curve.visible and not curve.problem]
        if not shown:
            continue
        lines = []
        for curve in shown:
            row = rows.get(curve.index) if curve.kind == "loss" else None
            value = "" if row is None else value_text(getattr(row, plot.quantity))
            lines.append((curve.name, curve.series, curve.y, value))
        note = " · ".join(out.text for out in plot.notes)
        made.append(
            panel(
                f"explore {plot.quantity}", plot.title, plot.subtitle, shown[0].x, lines, view.x_label,
                plot.y_range, log_x=view.log_x, log_y=plot.log_y, note=note,
            )
        )  # fmt: skip
    return tuple(made)


def _why(state: WhyState) -> tuple[CurvePanel, ...]:
    view = why.view(state)
    points = {point.index: point for point in view.points}
    made = []
    for key, title in (("slope_output", "∂L ⁄ ∂z"), ("slope_prediction", "∂L ⁄ ∂p")):
        lines = [
            (loss.name, loss.series, getattr(loss, key), value_text(getattr(points[loss.index], key)))
            for loss in view.losses
        ]
        made.append(panel(f"why {key}", title, f"through the {state.link}", view.z, lines, "z"))
    slope = [("same for all losses", 0, view.link_slope, value_text(view.point_link_slope))]
    made.append(panel("why link", "∂p ⁄ ∂z", state.link, view.z, slope, "z"))
    if state.link == "softmax":
        lines = [(loss.name, loss.series, loss.other_terms, "") for loss in view.losses]
        made.append(
            panel(
                "why others", "What the other outputs add", "to the label's own factors", view.z, lines, "z"
            )
        )
    return tuple(made)


def _likelihood(state: LikelihoodState) -> tuple[CurvePanel, ...]:
    view = likelihood.view(state)
    name = NOISES[state.noise]
    rug = tuple(
        Mark(float(x), 0.0, 2 if outlier else 1, "diverged" if outlier else "reached")
        for x, outlier in zip(view.data, view.outlier, strict=True)
    )
    what = "probability" if view.discrete else "density"
    density = panel(
        "density", name, f"{what}, with the sample", view.x, [(what, 1, view.density, "")], "y", marks=rug
    )
    nll = panel(
        "nll", "Negative log-likelihood", f"of {len(view.data)} points", view.parameter,
        [(view.loss_label, 1, view.nll, value_text(view.nll_at_state))], view.names[0],
        note=f"least at {value_text(view.best[0])}",
    )  # fmt: skip
    if not view.contours:
        return density, nll
    lines = tuple(
        Line(*joined(pieces), 1, "member", f"+ {rise:g}") for rise, pieces in view.contours if len(pieces)
    )
    best = Mark(view.best[0], view.best[1], 1, "reached", "largest likelihood")
    ends = (float(view.parameter[0]), float(view.parameter[-1]))
    surface = CurvePanel(
        "likelihood surface", "Likelihood over both parameters", f"{view.names[1]} over {view.names[0]}",
        (Facet("", lines, marks=(best,)),), (), view.names[0], ends,
        (float(view.second[0]), float(view.second[-1])), note="rise of the negative log-likelihood",
    )  # fmt: skip
    return density, nll, surface


def _breakdown(state: EfficiencyState) -> CurvePanel:
    found = efficiency.breakdown(
        min(2001, max(3, state.samples)), delta=min(state.delta, 1e3), seed=state.seed
    )
    lines = [
        (label, series, np.abs(values), f"breaks at {found.breaks_at[key]}")
        for series, (key, label, values) in enumerate(
            (
                ("mean", "Mean", found.mean),
                ("median", "Median", found.median),
                ("huber", "Huber", found.huber),
            ),
            1,
        )
    ]
    return panel(
        "breakdown", "Breakdown", "size of the estimate, log", found.replaced.astype(np.float64), lines,
        "points replaced", (1e-3, 1e6), log_y=True,
    )  # fmt: skip


def _information(state: InformationState) -> tuple[CurvePanel, ...]:
    view = information.view(state)
    p, surprise = information.surprise_curve(state.unit)
    curve = panel("surprise", "Information", f"−log P, {state.unit}", p, [("−log P", 1, surprise, "")], "P")
    classes = np.arange(1, len(view.p) + 1, dtype=np.float64)
    bars = [("P", 1, view.p, value_text(view.entropy_p)), ("Q", 2, view.q, value_text(view.entropy_q))]
    note = (
        f"H(P, Q) {value_text(view.cross_entropy, digits=4)} = {value_text(view.entropy_p, digits=4)} + "
        f"{value_text(view.divergence, digits=4)} {state.unit}"
    )
    return curve, panel(
        "distributions", "P and Q", "probability", classes, bars, "class", (0.0, 1.0), note=note
    )


def csv_text(state: State) -> str:
    """Return the numbers of a view as CSV text: a table as it is, else panel, curve, x and y a row."""
    if isinstance(state, TableState):
        return table.csv_text(state)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if isinstance(state, NumericsState):
        view = numerics.view(state)
        count = len(state.logits)
        gradients, surprises = (
            [f"{word} {k}" for k in range(1, count + 1)] for word in ("gradient", "-log p")
        )
        writer.writerow(["form", "precision", "loss", *gradients, *surprises, "broken"])
        for cell in view.cells:
            numbers = [number.value for number in (cell.value, *cell.gradient, *cell.surprises)]
            writer.writerow([cell.form, cell.precision, *numbers, "yes" if cell.broken else "no"])
        writer.writerow(["exact", "", view.exact_value, *view.exact_gradient, *view.exact_surprises, "no"])
        return text.getvalue()
    writer.writerow(["panel", "curve", "x", "y"])
    for made in panels(state):
        for facet in made.facets:
            for line in facet.lines:
                name = f"{facet.title} {line.name}".strip()
                for x, y in zip(line.x, line.y, strict=True):
                    writer.writerow([made.title, name, f"{x:.12g}", "" if np.isnan(y) else f"{y:.12g}"])
    return text.getvalue()


def simulated_csv(state: EfficiencyState, progress: EfficiencyProgress | None) -> str:
    """Return the breakdown curve as CSV, and the simulation with its intervals over the samples drawn."""
    lines = [csv_text(state).rstrip("\n")]
    if progress is not None:
        for found in progress.results:
            for name in ("ratio", "low", "high", "exact"):
                value = getattr(found, name)
                text = "" if value is None else repr(value)
                lines.append(f"Efficiency,{found.estimator} {name},{progress.done},{text}")
    return "\n".join(lines) + "\n"
