"""Painting fields of a chart: cells in colours, level lines, hatched regions, and the bar that explains."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPaintEngine, QPainter, QPainterPath

from lab.chart import ChartContours, ChartGrid, ChartShade
from widgets.plots.annotations import paint_words
from widgets.plots.axis import thin_pen
from widgets.plots.chart_bars import bar_scale, bar_words
from widgets.plots.chart_layers import pixels
from widgets.plots.chart_layout import ChartFacetLayout
from widgets.plots.chart_style import hatch_brushes, ramp_colours
from widgets.plots.colours import readable_on
from widgets.plots.contour import level_segments
from widgets.plots.curve_layout import Frame
from widgets.plots.paths import array_path
from widgets.plots.scale import Scale
from widgets.plots.ticks import labels
from widgets.theme import Theme

Floats = NDArray[np.float64]
FINE = 2.0
"""Pixels of a picture of cells to a logical pixel where the device has none of its own."""
SMOOTH_PIXELS = 192
LABEL_DISTANCE = 26.0
CELL_PADDING = 4.0


def paint_grid(painter: QPainter, theme: Theme, layout: ChartFacetLayout, grid: ChartGrid) -> None:
    """Paint a field's cells in their colours, with words where they fit."""
    frame = layout.frame
    engine = painter.paintEngine()
    raster = engine is not None and engine.type() == QPaintEngine.Type.Raster
    fine = painter.device().devicePixelRatioF() * painter.worldTransform().m11() if raster else FINE
    picture, rect = grid_picture(theme, frame, grid, fine)
    if picture is None:
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, grid.smooth)
    painter.drawImage(rect, picture)
    if grid.words:
        _paint_cell_words(painter, theme, frame, grid)


def grid_picture(
    theme: Theme, frame: Frame, grid: ChartGrid, fine: float = 1.0
) -> tuple[QImage | None, QRectF]:
    """Return the part of a field that can be seen as a picture, and where it goes.

    Cells may be of any widths and axes logarithmic, so every column and row of the picture, ``fine`` ones to
    a logical pixel, asks in which cell it lies.
    """
    values = np.asarray(grid.values, dtype=np.float64)
    x, y = (np.asarray(edges, dtype=np.float64) for edges in (grid.x, grid.y))
    if values.ndim != 2 or values.shape != (len(y) - 1, len(x) - 1) or not values.size:
        return None, QRectF()
    left, right = _visible(frame.x, x)
    bottom, top = _visible(frame.y, y)
    if not (right > left and top > bottom):
        return None, QRectF()
    rect = QRectF(
        QPointF(_at(frame.rect.left(), frame.rect.width(), frame.x, left),
                _at(frame.rect.bottom(), -frame.rect.height(), frame.y, top)),
        QPointF(_at(frame.rect.left(), frame.rect.width(), frame.x, right),
                _at(frame.rect.bottom(), -frame.rect.height(), frame.y, bottom)),
    )  # fmt: skip
    columns, rows = (max(1, math.ceil(fine * length)) for length in (rect.width(), rect.height()))
    # an edge at or below zero on a logarithmic axis is infinitely far away
    ex, ey = (np.nan_to_num(s.to_view(e), nan=-np.inf) for s, e in ((frame.x, x), (frame.y, y)))
    smooth = grid.smooth and min(values.shape) > 1 and bool(np.isfinite(values).all())
    smooth = smooth and bool(np.isfinite(ex[0]) and np.isfinite(ey[0]))
    if smooth:
        columns, rows = min(columns, SMOOTH_PIXELS), min(rows, SMOOTH_PIXELS)
    across = np.asarray(left + (np.arange(columns) + 0.5) * ((right - left) / columns), dtype=np.float64)
    up = np.asarray(top - (np.arange(rows) + 0.5) * ((top - bottom) / rows), dtype=np.float64)
    if smooth:
        places = _between(values, _middles(ex), _middles(ey), across, up, grid.log)
        return _picture(ramp_colours(theme, grid, places)), rect
    column = np.clip(np.searchsorted(ex, across, side="right") - 1, 0, values.shape[1] - 1)
    row = np.clip(np.searchsorted(ey, up, side="right") - 1, 0, values.shape[0] - 1)
    cells = _packed(ramp_colours(theme, grid, values))
    return _image(np.take(np.take(cells, column, axis=1), row, axis=0)), rect


def _packed(colours: Floats) -> NDArray[np.uint32]:
    """Return RGB 0..255 (..., 3) as the numbers that pictures hold."""
    parts = np.clip(np.rint(colours), 0, 255).astype(np.uint32)
    return np.asarray(0xFF000000 | parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2], dtype=np.uint32)


def _image(pixels: NDArray[np.uint32]) -> QImage:
    data = np.ascontiguousarray(pixels)
    height, width = data.shape
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def _picture(colours: Floats) -> QImage:
    return _image(_packed(colours))


def _visible(scale: Scale, edges: Floats) -> tuple[float, float]:
    """Return the range of a grid on an axis, in view coordinates, cut to the axis."""
    view = scale.to_view(edges)
    view = view[np.isfinite(view)]
    if not len(view):
        return 0.0, 0.0
    low, high = scale.view
    return max(low, float(view[0])), min(high, float(view[-1]))


def _at(start: float, length: float, scale: Scale, view: float) -> float:
    low, high = scale.view
    return start + length * (view - low) / (high - low)


def _middles(edges: Floats) -> Floats:
    return (edges[:-1] + edges[1:]) / 2


def _between(values: Floats, x: Floats, y: Floats, across: Floats, up: Floats, log: bool) -> Floats:
    """Return a field between the middles of its cells, straight (in the logarithm where ``log``)."""
    logarithms = log and bool((values > 0).all())
    shown = np.log10(values) if logarithms else values

    def parts(places: Floats, wanted: Floats) -> tuple[NDArray[np.intp], Floats]:
        index = np.clip(np.searchsorted(places, wanted) - 1, 0, len(places) - 2)
        return index, np.clip((wanted - places[index]) / (places[index + 1] - places[index]), 0.0, 1.0)

    i, s = parts(x, across)
    j, t = parts(y, up)
    rows = shown[:, i] * (1 - s) + shown[:, i + 1] * s
    found = rows[j] * (1 - t)[:, None] + rows[j + 1] * t[:, None]
    return np.asarray(10.0**found if logarithms else found, dtype=np.float64)


def _paint_cell_words(painter: QPainter, theme: Theme, frame: Frame, grid: ChartGrid) -> None:
    """Write into each cell what is said of it, if that fits all cells of its size."""
    painter.setFont(theme.font("tag"))
    metrics = QFontMetricsF(painter.font())
    x, _ = pixels(frame, grid.x, np.full(len(grid.x), grid.y[0]))
    _, y = pixels(frame, np.full(len(grid.y), grid.x[0]), grid.y)
    colours = ramp_colours(theme, grid, grid.values)
    for row, words in enumerate(grid.words):
        for column, text in enumerate(words):
            cell = QRectF(QPointF(x[column], y[row + 1]), QPointF(x[column + 1], y[row]))
            fits = metrics.horizontalAdvance(text) <= cell.width() - CELL_PADDING
            if not text or not fits or metrics.height() > cell.height() or not frame.rect.intersects(cell):
                continue
            red, green, blue = (round(float(part)) for part in colours[row, column])
            painter.setPen(readable_on(QColor(red, green, blue)))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


def paint_shade(painter: QPainter, theme: Theme, layout: ChartFacetLayout, shade: ChartShade) -> None:
    """Hatch the cells of a mask; neighbours in a row are one stretch, so that hatching runs through."""
    frame = layout.frame
    mask = np.asarray(shade.mask, dtype=bool)
    if mask.shape != (len(shade.y) - 1, len(shade.x) - 1):
        return
    x, _ = pixels(frame, shade.x, np.full(len(shade.x), shade.y[0]))
    _, y = pixels(frame, np.full(len(shade.y), shade.x[0]), shade.y)
    region = QPainterPath()
    region.setFillRule(Qt.FillRule.WindingFill)
    for row in range(len(mask)):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], mask[row], [False])).astype(np.int8)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            cell = QRectF(QPointF(x[start], y[row + 1]), QPointF(x[end], y[row]))
            region.addRect(cell.intersected(frame.rect))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for brush in hatch_brushes(theme):
        painter.fillPath(region, brush)


def paint_contours(
    painter: QPainter, theme: Theme, layout: ChartFacetLayout, contours: ChartContours
) -> None:
    """Paint level lines, and their values where there is room."""
    frame = layout.frame
    values = np.asarray(contours.values, dtype=np.float64)
    if values.shape != (len(contours.y), len(contours.x)):
        return
    pen = theme.pen(contours.series, 1.0)
    pen.setCosmetic(False)
    pen.setStyle(Qt.PenStyle.SolidLine)
    if contours.series == 0:
        pen.setColor(theme.color("text2"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    written: list[tuple[float, float]] = []
    words = labels(tuple(sorted(contours.levels)), _level_scale(contours.levels))
    for level, word in zip(sorted(contours.levels), words, strict=True):
        x, y = level_segments(values, frame.x.to_view(contours.x), frame.y.to_view(contours.y), level)
        if not len(x):
            continue
        (x_low, x_high), (y_low, y_high) = frame.x.view, frame.y.view
        px = frame.rect.left() + (x - x_low) * (frame.rect.width() / (x_high - x_low))
        py = frame.rect.bottom() - (y - y_low) * (frame.rect.height() / (y_high - y_low))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen)
        painter.drawPath(array_path(px, py, connect="pairs"))
        if contours.labelled:
            place = _label_place(px, py, frame.rect, written, word, theme)
            if place is not None:
                written.append(place)
                painter.setFont(theme.font("tick"))
                width = QFontMetricsF(painter.font()).horizontalAdvance(word)
                paint_words(painter, theme, word, place[0] - width / 2, place[1], "text2")


def _level_scale(levels: tuple[float, ...]) -> Scale:
    low, high = min(levels, default=0.0), max(levels, default=1.0)
    wide = low > 0 and high / low > 100
    return Scale(low, high if high > low else low + 1.0, wide)


def _label_place(
    x: Floats, y: Floats, rect: QRectF, written: list[tuple[float, float]], word: str, theme: Theme
) -> tuple[float, float] | None:
    """Return where on a level line its value goes: well inside, far from other values, where it runs flat."""
    mx, my = (x[::2] + x[1::2]) / 2, (y[::2] + y[1::2]) / 2
    half = QFontMetricsF(theme.font("tick")).horizontalAdvance(word) / 2 + 6
    inside = np.minimum.reduce(
        [mx - rect.left() - half, rect.right() - half - mx, my - rect.top() - 10, rect.bottom() - 10 - my]
    )
    apart = np.full(len(mx), np.inf)
    for wx, wy in written:
        apart = np.minimum(apart, np.hypot((mx - wx) / 1.6, my - wy))
    flat = np.abs(x[1::2] - x[::2]) / (np.hypot(x[1::2] - x[::2], y[1::2] - y[::2]) + 1e-9)
    good = (inside > 0) & (apart > LABEL_DISTANCE)
    if not good.any():
        return None
    score = np.where(good, np.minimum(apart, 60.0) + np.minimum(inside, 30.0) + 25.0 * flat, -np.inf)
    best = int(np.argmax(score))
    return float(mx[best]), float(my[best])


def paint_bar(painter: QPainter, theme: Theme, layout: ChartFacetLayout, grid: ChartGrid) -> None:
    """Paint the bar of a field's colours with a few values beside it."""
    bar = layout.bar
    if bar is None:
        return
    scale = bar_scale(grid)
    low, high = scale.view
    steps = max(2, round(bar.height() * FINE))
    shown = high - (np.arange(steps) + 0.5) / steps * (high - low)
    values = 10.0**shown if scale.log else shown
    colours = ramp_colours(theme, grid, values)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(bar, _picture(colours[:, None, :]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "line"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    for value, word in zip(*bar_words(grid, bar.height()), strict=True):
        y = bar.bottom() - scale.fraction(value) * bar.height()
        painter.setPen(thin_pen(theme, "axis"))
        painter.drawLine(QLineF(bar.right(), round(y), bar.right() + 3, round(y)))
        painter.setPen(theme.color("text2"))
        base = min(max(y, bar.top() + 4), bar.bottom() - 3) - metrics.height() / 2 + metrics.ascent()
        painter.drawText(QPointF(bar.right() + 5, base), word)
