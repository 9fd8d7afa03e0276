"""What is said of a chart's bars, points, cells and lines under the pointer."""

from __future__ import annotations

import math

import numpy as np

from lab.chart import ChartAxis, ChartBars, ChartGrid, ChartLine, ChartPanel, ChartPoints, ChartReadout
from widgets.plots.annotations import number
from widgets.plots.chart_axes import scale_of
from widgets.plots.chart_layout import ChartFacetLayout


def axis_words(axis: ChartAxis, value: float) -> str:
    """Return a value as an axis says it: the name it stands at, or a number; with what the axis is."""
    named = next((words for place, words in axis.ticks if abs(place - value) < 0.5 and axis.ticks), None)
    text = named if named is not None else number(value, axis.percent, 4)
    return f"{axis.label} {text}".strip()


def bar_sentence(facet: ChartFacetLayout, bars: ChartBars, item: int) -> str:
    """Return what is said of a bar: its own words, else where it stands and how high it is."""
    if item < len(bars.words) and bars.words[item]:
        return bars.words[item]
    x = facet.facet.x
    low, high = float(bars.left[item]), float(bars.right[item])
    middle = (low + high) / 2
    span = f"{x.label} {number(low, x.percent, 4)} to {number(high, x.percent, 4)}".strip()
    if any(abs(place - middle) < 0.5 for place, _ in x.ticks):
        span = axis_words(x, middle)
    return _sentence(facet, bars.name, [span, axis_words(facet.facet.y, float(bars.high[item]))])


def point_sentence(facet: ChartFacetLayout, points: ChartPoints, item: int) -> str:
    """Return what is said of a point: its own words, else its place."""
    if item < len(points.words) and points.words[item]:
        return points.words[item]
    x, y = axis_words(facet.facet.x, float(points.x[item])), axis_words(facet.facet.y, float(points.y[item]))
    return _sentence(facet, points.name, [x, y])


def cell_sentence(facet: ChartFacetLayout, grid: ChartGrid, row: int, column: int) -> str:
    """Return what is said of a field's cell: its place and its value."""
    value = float(np.asarray(grid.values)[row, column])
    x = _middle(facet.facet.x, float(grid.x[column]), float(grid.x[column + 1]))
    y = _middle(facet.facet.y, float(grid.y[row]), float(grid.y[row + 1]))
    said = "nothing" if math.isnan(value) else f"{grid.bar} {number(value, False, 3)}".strip()
    return _sentence(facet, "", [axis_words(facet.facet.x, x), axis_words(facet.facet.y, y), said])


def line_values(facet: ChartFacetLayout, x: float) -> str:
    """Return what the lines of a facet say at a horizontal place in pixels, one a row; empty where none is.

    Lines whose x turns back have no value at a place.
    """
    frame = facet.frame
    at = frame.x_at(x)
    rows = []
    for line in facet.facet.layers:
        if not isinstance(line, ChartLine) or line.style == "guide" or len(line.x) < 2:
            continue
        known = np.isfinite(line.x) & np.isfinite(line.y)
        xs, ys = line.x[known], line.y[known]
        if len(xs) < 2 or bool(np.any(np.diff(xs) < 0)) or not xs[0] <= at <= xs[-1]:
            continue
        place = frame.x.to_view([at])
        value = float(np.interp(place, frame.x.to_view(xs), ys)[0])
        name = line.tag or line.name
        rows.append(f"{name}  {number(value, facet.facet.y.percent, 3)}".strip())
    if not rows:
        return ""
    head = ", ".join(part for part in (facet.facet.title, axis_words(facet.facet.x, at)) if part)
    return "\n".join([head, *rows[:8]])


def summary_words(panel: ChartPanel) -> str:
    """Return what a panel shows and the numbers that stand in its corners, for a screen reader."""
    said = [panel.subtitle]
    for facet in panel.facets:
        for layer in facet.layers:
            if isinstance(layer, ChartReadout):
                rows = (f"{name} {words}" for name, words in zip(layer.names, layer.words, strict=True))
                said.append(f"{layer.title}: {', '.join(rows)}")
    return "; ".join(words for words in said if words)


def _lead(facet: ChartFacetLayout, name: str) -> str:
    """Return what a thing belongs to: the facet's title and its layer's name."""
    names = dict.fromkeys(part for part in (facet.facet.title, name) if part)
    return ", ".join(names)


def _sentence(facet: ChartFacetLayout, name: str, parts: list[str]) -> str:
    lead = _lead(facet, name)
    return (f"{lead}\n" if lead else "") + " · ".join(part for part in parts if part)


def _middle(axis: ChartAxis, low: float, high: float) -> float:
    scale = scale_of(axis)
    if scale.log and low > 0:
        return math.sqrt(low * high)
    return (low + high) / 2
