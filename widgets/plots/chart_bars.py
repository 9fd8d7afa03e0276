"""The bars that say what a field's colours mean: which field has one, its values, its room."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF

from lab.chart import ChartAxis, ChartFacet, ChartGrid
from widgets.plots.chart_axes import scale_of
from widgets.plots.scale import Scale
from widgets.plots.tick_room import apart
from widgets.plots.ticks import labels, ticks

BAR = 10.0
BAR_GAP = 12.0
WORD_HEIGHT = 15.0
"""How far apart the words beside a bar are at least."""


def bar_of(facet: ChartFacet) -> ChartGrid | None:
    """Return the field of a facet whose colours are explained beside it."""
    return next((layer for layer in facet.layers if isinstance(layer, ChartGrid) and layer.bar), None)


def bar_of_any(facets: tuple[ChartFacet, ...]) -> ChartGrid | None:
    """Return the first field whose colours are explained."""
    return next((grid for grid in map(bar_of, facets) if grid is not None), None)


def bar_scale(grid: ChartGrid) -> Scale:
    """Return the scale of a field's colours."""
    return scale_of(ChartAxis("", grid.low, grid.high, grid.log))


def bar_words(grid: ChartGrid, height: float) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return the labelled values of a colour bar and their words, as many as there is room for."""
    scale = bar_scale(grid)
    values = apart(ticks(scale, max(2, min(5, round(height / 44)))), scale, height, WORD_HEIGHT)
    return values, labels(values, scale)


def shared_bar(facets: tuple[ChartFacet, ...]) -> ChartGrid | None:
    """Return the one scale of colours that several facets have in common."""
    explained = bar_of_any(facets)
    grids = [layer for facet in facets for layer in facet.layers if isinstance(layer, ChartGrid)]
    if explained is None or len(grids) < 2 or len(facets) < 2:
        return None
    kinds = {(grid.ramp, grid.low, grid.high, grid.log) for grid in grids}
    names = {grid.bar for grid in grids if grid.bar}
    return explained if len(kinds) == len(names) == 1 else None


def bar_room_of(grid: ChartGrid | None, height: float, metrics: QFontMetricsF) -> float:
    """Return the width that a field's bar takes beside its facet; 0 where there is none."""
    if grid is None:
        return 0.0
    _, words = bar_words(grid, height)
    return BAR_GAP + BAR + 5 + max((metrics.horizontalAdvance(word) for word in words), default=0.0) + 2
