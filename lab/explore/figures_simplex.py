"""The triangles as a panel: contours, arrows and the descent path as lines in the unit triangle."""

from __future__ import annotations

import numpy as np

from lab.explore import simplex
from lab.explore.evaluation import Numbers
from lab.explore.simplex import SimplexPlot, SimplexState
from lab.number_text import value_text
from lab.panels import CurvePanel, Facet, LegendEntry, Line, Mark

_ARROW = 0.06
_HEAD = 0.35


def simplex_panel(state: SimplexState) -> CurvePanel:
    """Return the triangles side by side as facets of one panel."""
    view = simplex.view(state)
    facets = tuple(_facet(plot, view.point_xy) for plot in view.plots)
    legend = tuple(
        LegendEntry(plot.short, plot.name, plot.short, plot.series, value_text(plot.value))
        for plot in view.plots
    )
    return CurvePanel(
        "simplex", "Simplex", f"three classes, label {state.label + 1}", facets, legend, "", (-0.05, 1.05),
        (-0.05, 0.92), note=view.sentence,
    )  # fmt: skip


def joined(pieces: Numbers) -> tuple[Numbers, Numbers]:
    """Return line pieces (s, 2, 2) as one x and y (3 s,), broken by NaN between pieces."""
    gaps = np.full((len(pieces), 1, 2), np.nan)
    points = np.concatenate([pieces, gaps], axis=1).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def arrow_pieces(plot: SimplexPlot) -> Numbers:
    """Return the arrows of a triangle as line pieces (3 a, 2, 2): a shaft and two barbs each."""
    tail = plot.arrow_xy
    along = _ARROW * plot.arrow_direction
    tip = tail + along
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    barbs = [tip - _HEAD * along + sign * 0.5 * _HEAD * across for sign in (1, -1)]
    pieces = [np.stack([start, tip], axis=1) for start in (tail, *barbs)]
    return np.concatenate(pieces)


def _facet(plot: SimplexPlot, point: tuple[float, float]) -> Facet:
    corners = simplex.to_xy(np.eye(3)[[0, 1, 2, 0]])
    lines = [Line(corners[:, 0], corners[:, 1], 0, "mean", "triangle", key=plot.short)]
    for level, pieces in plot.contours:
        lines.append(Line(*joined(pieces), plot.series, "member", f"L = {value_text(level)}", key=plot.short))
    lines.append(Line(*joined(arrow_pieces(plot)), 0, "member", "−gradient", key=plot.short))
    if len(plot.path) > 1:
        path = simplex.to_xy(plot.path)
        lines.append(Line(path[:, 0], path[:, 1], plot.series, "mean", "descent", key=plot.short))
    mark = Mark(*point, plot.series, "reached", value_text(plot.value))
    return Facet(plot.name, tuple(lines), marks=(mark,), series=plot.series)
