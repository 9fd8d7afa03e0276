"""What of a chart lies under the pointer, what is said of it, and the order in which keys walk it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from lab.chart import ChartBars, ChartGrid, ChartPanel, ChartPoints
from widgets.plots.chart_layers import bar_rects, pixels
from widgets.plots.chart_layout import ChartFacetLayout, ChartLayout
from widgets.plots.chart_words import bar_sentence, cell_sentence, point_sentence

REACH = 9.0
"""How far from a point in pixels it is still meant."""
SLIM = 3.0
"""How far beside a narrow bar it is still meant."""


@dataclass(frozen=True)
class Target:
    """One thing that can be pointed at.

    Attributes
    ----------
    facet, layer, item
        Which facet, which of its layers, and which of the layer's things; a cell is row × columns + column.
    words
        What is said of it.
    rect
        Where it is, in logical pixels.
    key
        What a click on it means, or −1.
    form
        What it looks like.
    """

    facet: int
    layer: int
    item: int
    words: str
    rect: QRectF
    key: int = -1
    form: Literal["bar", "point", "cell"] = "bar"


def target_at(layout: ChartLayout, x: float, y: float) -> Target | None:
    """Return what is under a point: points before bars before cells, upper layers first."""
    index = layout.at(x, y)
    if index is None:
        return None
    facet = layout.facets[index]
    layers = list(enumerate(facet.facet.layers))[::-1]
    inside = facet.frame.rect.adjusted(-REACH, -REACH, REACH, REACH).contains(x, y)
    if facet.relief is not None or not inside:
        return None
    best: tuple[float, int, int] | None = None
    for place, layer in layers:
        if isinstance(layer, ChartPoints) and len(layer.x):
            px, py = pixels(facet.frame, layer.x, layer.y)
            away = np.hypot(px - x, py - y)
            away[~np.isfinite(away)] = np.inf
            nearest = int(np.argmin(away))
            if away[nearest] <= max(REACH, layer.size) and (best is None or away[nearest] < best[0]):
                best = float(away[nearest]), place, nearest
    if best is not None:
        return _point(facet, index, best[1], best[2])
    bars = [
        (place, found)
        for place, layer in layers
        if isinstance(layer, ChartBars) and (found := _bar_at(facet, layer, x, y)) is not None
    ]
    if bars:
        made = [_bar(facet, index, place, found) for place, found in bars]
        # an outline over bars that can be picked must not take them away
        return next((target for target in made if target.key >= 0), made[0])
    for place, layer in layers:
        if isinstance(layer, ChartGrid):
            cell = cell_at(facet, layer, x, y)
            if cell is not None:
                return _cell(facet, index, place, cell)
    return None


def walk(layout: ChartLayout, target: Target | None, across: int, up: int) -> Target | None:
    """Return the next thing that the keys come to: bars and points in order of x, cells in both directions.

    Upwards and downwards lead from facet to facet, in a field from row to row. At an end one stays.
    """
    stations = _stations(layout)
    if not stations:
        return None
    if target is None or (target.facet, target.layer) not in stations:
        facet, layer = stations[0]
        return _first(layout, facet, layer)
    here = layout.facets[target.facet]
    layer_here = here.facet.layers[target.layer]
    if isinstance(layer_here, ChartGrid):
        rows, columns = np.shape(layer_here.values)
        row, column = divmod(target.item, columns)
        if 0 <= row + up < rows and 0 <= column + across < columns:
            return _cell(here, target.facet, target.layer, (row + up, column + across))
    elif across:
        order = _order(here, target.layer)
        place = order.index(target.item) + across if target.item in order else 0
        if 0 <= place < len(order):
            return _made(layout, target.facet, target.layer, order[place])
    step = across or -up
    place = stations.index((target.facet, target.layer)) + step
    if not 0 <= place < len(stations):
        return target
    facet, layer = stations[place]
    found = _first(layout, facet, layer, last=step < 0 and bool(across))
    return target if found is None else found


def same_place(layout: ChartLayout, target: Target | None) -> Target | None:
    """Return what a target has become in another layout: the same thing, or nothing if it is gone."""
    if target is None or (target.facet, target.layer) not in _stations(layout):
        return None
    layer = layout.facets[target.facet].facet.layers[target.layer]
    count = np.size(layer.values) if isinstance(layer, ChartGrid) else _length(layer)
    return _made(layout, target.facet, target.layer, target.item) if target.item < count else None


def _stations(layout: ChartLayout) -> list[tuple[int, int]]:
    """Return (facet, layer) of what can be walked: bars and points; fields where a facet has neither."""
    found = []
    for index, facet in enumerate(layout.facets):
        layers = list(enumerate(facet.facet.layers))
        items = [
            i for i, layer in layers if isinstance(layer, ChartBars | ChartPoints) and _order(facet, i)
        ] or [i for i, layer in layers if isinstance(layer, ChartGrid) and np.size(layer.values)]
        found += [(index, i) for i in items]
    return found


def _length(layer: object) -> int:
    if isinstance(layer, ChartBars):
        return len(layer.left)
    return len(layer.x) if isinstance(layer, ChartPoints) else 0


def _order(facet: ChartFacetLayout, layer: int) -> list[int]:
    """Return the things of a layer that have a place in the frame, from left to right."""
    shown = facet.facet.layers[layer]
    frame = facet.frame
    if isinstance(shown, ChartBars):
        rects = bar_rects(frame, shown)
        x, y = rects[:, 0], rects[:, 1]
        inside = np.isfinite(rects).all(axis=1) & (rects[:, 3] > 0)
    elif isinstance(shown, ChartPoints):
        x, y = pixels(frame, shown.x, shown.y)
        rect = frame.rect.adjusted(-1, -1, 1, 1)
        inside = (x >= rect.left()) & (x <= rect.right()) & (y >= rect.top()) & (y <= rect.bottom())
    else:
        return []
    known = np.flatnonzero(inside)
    return [int(i) for i in known[np.lexsort((y[known], x[known]))]]


def _first(layout: ChartLayout, facet: int, layer: int, last: bool = False) -> Target | None:
    shown = layout.facets[facet].facet.layers[layer]
    if isinstance(shown, ChartGrid):
        return _made(layout, facet, layer, np.size(shown.values) - 1 if last else 0)
    order = _order(layout.facets[facet], layer)
    return _made(layout, facet, layer, order[-1 if last else 0]) if order else None


def _made(layout: ChartLayout, facet: int, layer: int, item: int) -> Target:
    shown = layout.facets[facet]
    what = shown.facet.layers[layer]
    if isinstance(what, ChartGrid):
        row, column = divmod(item, np.shape(what.values)[1])
        return _cell(shown, facet, layer, (row, column))
    return (_bar if isinstance(what, ChartBars) else _point)(shown, facet, layer, item)


def _bar_at(facet: ChartFacetLayout, bars: ChartBars, x: float, y: float) -> int | None:
    """Return the bar under a point; narrow ones and low ones are widened to what a hand can meet."""
    rects = bar_rects(facet.frame, bars)
    if not len(rects):
        return None
    left, top, width, height = rects.T
    more = np.where(width < 2 * SLIM, SLIM, 0.0)
    higher = np.where(height < 2 * SLIM, SLIM, 0.0)
    inside = (x >= left - more) & (x <= left + width + more)
    inside &= (y >= top - higher) & (y <= top + height + higher) & (height > 0)
    found = np.flatnonzero(inside)
    if not len(found):
        return None
    return int(found[np.argmin(np.abs(left[found] + width[found] / 2 - x))])


def cell_at(facet: ChartFacetLayout, grid: ChartGrid, x: float, y: float) -> tuple[int, int] | None:
    """Return (row, column) of a field's cell under a point."""
    frame = facet.frame
    if not frame.rect.contains(x, y):
        return None
    column = int(np.searchsorted(grid.x, frame.x_at(x), side="right")) - 1
    row = int(np.searchsorted(grid.y, frame.y_at(y), side="right")) - 1
    rows, columns = np.shape(grid.values)
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def _key(keys: tuple[int, ...], item: int) -> int:
    return keys[item] if item < len(keys) else -1


def _bar(facet: ChartFacetLayout, index: int, layer: int, item: int) -> Target:
    bars = facet.facet.layers[layer]
    assert isinstance(bars, ChartBars)
    rect = QRectF(*bar_rects(facet.frame, bars)[item].tolist())
    return Target(index, layer, item, bar_sentence(facet, bars, item), rect, _key(bars.keys, item), "bar")


def _point(facet: ChartFacetLayout, index: int, layer: int, item: int) -> Target:
    points = facet.facet.layers[layer]
    assert isinstance(points, ChartPoints)
    x, y = float(points.x[item]), float(points.y[item])
    px, py = facet.frame.px(x), facet.frame.py(y)
    half = points.size / 2 + 1
    rect = QRectF(QPointF(px - half, py - half), QPointF(px + half, py + half))
    return Target(
        index, layer, item, point_sentence(facet, points, item), rect, _key(points.keys, item), "point"
    )


def _cell(facet: ChartFacetLayout, index: int, layer: int, cell: tuple[int, int]) -> Target:
    grid = facet.facet.layers[layer]
    assert isinstance(grid, ChartGrid)
    row, column = cell
    frame = facet.frame
    edges = (
        max(frame.rect.left(), _or(frame.px(float(grid.x[column])), frame.rect.left())),
        max(frame.rect.top(), _or(frame.py(float(grid.y[row + 1])), frame.rect.top())),
        min(frame.rect.right(), _or(frame.px(float(grid.x[column + 1])), frame.rect.right())),
        min(frame.rect.bottom(), _or(frame.py(float(grid.y[row])), frame.rect.bottom())),
    )
    rect = QRectF(QPointF(edges[0], edges[1]), QPointF(edges[2], edges[3]))
    item = row * np.shape(grid.values)[1] + column
    return Target(index, layer, item, cell_sentence(facet, grid, row, column), rect, -1, "cell")


def _or(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else otherwise


def has_keys(panel: ChartPanel) -> bool:
    """Return whether anything on a chart can be picked."""
    layers = (layer for facet in panel.facets for layer in facet.layers)
    return any(isinstance(layer, ChartBars | ChartPoints) and layer.keys for layer in layers)


def picked_keys(panel: ChartPanel) -> set[int]:
    """Return the keys of what a chart shows as picked."""
    found: set[int] = set()
    for facet in panel.facets:
        for layer in facet.layers:
            if isinstance(layer, ChartBars | ChartPoints) and layer.picked is not None:
                found |= {key for key, on in zip(layer.keys, layer.picked, strict=False) if on}
    return found
