"""A grid of plots with panels in it, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lab.panels import CurvePanel, LegendEntry
from tests.widgets.plots.made_panels import confusion_panel, curve_panel, field_panel, gradient_panel
from widgets.plots.curve_card import CurveCard
from widgets.plots.grid import PlotGrid

KINDS = {
    "metric": "Validation metric", "objective": "Objective", "gradient": "Gradient norm",
    "confusion": "Confusion", "field": "Data", "error": "Error rate",
}  # fmt: skip


START = ("metric", "objective", "gradient", "confusion")


def read(panel: CurvePanel, x: float) -> Sequence[LegendEntry]:
    return [replace(entry, value=f"at {x:g}") for entry in panel.legend]


def feed(grid: PlotGrid) -> None:
    for request in grid.requests():
        if request.kind == "confusion":
            grid.show_panel(request.card, confusion_panel())
        elif request.kind == "field":
            grid.show_panel(request.card, field_panel())
        elif request.kind == "gradient":
            grid.show_panel(request.card, gradient_panel())
        else:
            grid.show_panel(request.card, curve_panel(request.kind, log_y=bool(request.log_y)))


def curve(grid: PlotGrid, place: int) -> CurveCard:
    card = grid.card(grid.numbers()[place])
    assert isinstance(card, CurveCard)
    return card


def record(grid: PlotGrid) -> list[tuple[str, object]]:
    said: list[tuple[str, object]] = []
    for name in ("kinds_changed", "loss_toggled", "loss_soloed", "comparison_chosen", "view_changed",
                 "crosshair_moved", "copy_asked", "export_asked"):  # fmt: skip
        getattr(grid, name).connect(lambda value, name=name: said.append((name, value)))
    return said
