"""What the loss curves' numbers look like: plots, markers and the readout card, made from the lab's view."""

from __future__ import annotations

import math

import numpy as np

from lab.explore.curves import CurvesPlot, CurvesState, CurvesView, Readout, ReadoutRow
from widgets.explore.plot_data import EdgeNote, PlotData, PlotLine
from widgets.explore.readout_card import CardRow, readout_number
from widgets.numbers import format_fixed, format_number

_FIELDS = {
    "value": "value",
    "slope_prediction": "slope_prediction",
    "slope_output": "slope_output",
    "curvature": "curvature",
}
COLUMNS = (
    ("value", "L"),
    ("slope_prediction", "∂L ⁄ ∂p"),
    ("slope_output", "∂L ⁄ ∂z"),
    ("curvature", "∂²L ⁄ ∂z²"),
)


def plot_data(view: CurvesView, plot: CurvesPlot) -> PlotData:
    """Return one plot's curves, overlays and edge notes."""
    lines = []
    exact = {curve.index: curve.y for curve in plot.curves if curve.kind == "loss"}
    for curve in plot.curves:
        if not curve.visible or curve.problem:
            continue
        x, y = curve.x, curve.y
        if curve.kind == "naive":  # where the loss itself is infinite, an infinite overlay is right
            known = np.isfinite(exact[curve.index])
            x, y = x[known], y[known]
        style = {"loss": "loss", "naive": "naive", "zero_one": "thin"}[curve.kind]
        tag = curve.name if curve.kind == "zero_one" else ""
        lines.append(PlotLine(x, y, curve.series, style, tag))  # type: ignore[arg-type]
    notes = tuple(EdgeNote(note.series, note.x, note.text.startswith("↑"), note.text) for note in plot.notes)
    return PlotData(
        tuple(lines), view.x_label, view.x_range, plot.y_range, view.log_x,
        plot.log_y, notes,
    )  # fmt: skip


def marks(state: CurvesState, readout: Readout, quantity: str) -> tuple[tuple[int, float], ...]:
    """Return (series, y) of the markers of a quantity at the point."""
    return tuple(
        (row.series, float(getattr(row, _FIELDS[quantity])))
        for row in readout.rows
        if state.losses[row.index].visible and not row.problem
    )


def readout_head(view: CurvesView, readout: Readout) -> tuple[str, ...]:
    """Return "z = −3.20" and, where it says more, "p = 0.039"."""
    x = readout.x
    short = format_number(x, 3) if view.log_x else format_fixed(x, 2 if abs(x) < 100 else 1)
    head = [f"{view.x_label} = {short}"]
    if view.x_label != "z" and math.isfinite(readout.output):
        head.append(f"z = {format_number(readout.output, 3)}")
    if view.x_label != "p" and math.isfinite(readout.prediction):
        head.append(f"p = {format_number(readout.prediction, 3)}")
    return tuple(head)


def readout_columns(state: CurvesState, *, roomy: bool) -> tuple[tuple[str, str], ...]:
    """Return (field, head) of the columns: all four where there is room, else those of the two plots."""
    if roomy:
        return COLUMNS
    wanted = (state.upper, state.lower)
    return tuple(column for column in COLUMNS if column[0] in wanted)


def readout_rows(
    state: CurvesState, readout: Readout, columns: tuple[tuple[str, str], ...]
) -> tuple[CardRow, ...]:
    """Return the lines of the card: visible losses, under each the naive form's numbers."""
    rows = []
    for row in readout.rows:
        if not state.losses[row.index].visible:
            continue
        if row.problem:
            rows.append(CardRow(row.series, row.short, tuple("–" for _ in columns), faint=True))
            continue
        numbers = [float(getattr(row, field)) for field, _ in columns]
        rows.append(CardRow(row.series, row.short, tuple(readout_number(v) for v in numbers)))
        if state.naive and row.naive_value is not None:
            rows.append(_naive_row(state, row, columns))
    return tuple(rows)


def _naive_row(state: CurvesState, row: ReadoutRow, columns: tuple[tuple[str, str], ...]) -> CardRow:
    known = {"value": row.naive_value, "slope_output": row.naive_slope}
    texts, broken = [], []
    for field, _ in columns:
        value = known.get(field)
        if value is None:
            texts.append("")
            broken.append(False)
        else:
            texts.append("NaN" if math.isnan(value) else readout_number(value))
            exact = float(getattr(row, field))
            off = not math.isfinite(value) or abs(value - exact) > 1e-3 * max(abs(exact), 1e-3)
            broken.append(off)
    return CardRow(0, f"naive, {state.naive_precision}", tuple(texts), tuple(broken), faint=True)
