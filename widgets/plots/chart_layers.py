"""Painting what a chart shows on its axes: lines, bars, points and words."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPaintEngine, QPainter, QPen, QPixmap

from lab.chart import ChartBars, ChartLine, ChartPoints, ChartText
from widgets.plots.annotations import TAG_STEP, paint_marker, paint_words
from widgets.plots.axis import thin_pen
from widgets.plots.chart_layout import ChartFacetLayout
from widgets.plots.chart_style import GUIDE_DASH, bar_look, paint_symbol, symbol_stamp
from widgets.plots.curve_layout import TAG_GAP, Frame, push_apart
from widgets.plots.paths import array_path
from widgets.plots.polyline import clipped, is_noisy
from widgets.theme import Theme

Floats = NDArray[np.float64]
MANY = 200
"""From so many points on they are stamped from a picture, where the device takes pictures."""
RING = 4.0
LINE_MARKER = 6.0
MARKER_GAP = 44.0
COLUMN = 48.0
"""Lines that end so near each other have their names in one column."""


def pixels(frame: Frame, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return places in logical pixels, NaN where there is none; far outside is cut to four frames away."""
    rect = frame.rect
    (x_low, x_high), (y_low, y_high) = frame.x.view, frame.y.view
    across = rect.left() + (frame.x.to_view(x) - x_low) * (rect.width() / (x_high - x_low))
    up = rect.bottom() - (frame.y.to_view(y) - y_low) * (rect.height() / (y_high - y_low))
    reach_x, reach_y = 4 * rect.width(), 4 * rect.height()
    return (
        np.clip(across, rect.left() - reach_x, rect.right() + reach_x),
        np.clip(up, rect.top() - reach_y, rect.bottom() + reach_y),
    )


def bar_rects(frame: Frame, bars: ChartBars) -> Floats:
    """Return left, top, width, height (n, 4) of bars in pixels, cut to the frame; NaN where there is none."""
    rect = frame.rect
    edges = []
    for values, scale, start, length in (
        (bars.left, frame.x, rect.left(), rect.width()), (bars.right, frame.x, rect.left(), rect.width()),
        (bars.low, frame.y, rect.bottom(), -rect.height()),
        (bars.high, frame.y, rect.bottom(), -rect.height()),
    ):  # fmt: skip
        low, high = scale.view
        array = np.asarray(values, dtype=np.float64)
        view = scale.to_view(array)
        if scale.log:  # a bar from zero begins where the axis does
            view = np.where(np.isfinite(array) & (array <= 0), low, view)
        edges.append(start + np.clip((view - low) / (high - low), 0.0, 1.0) * length)
    left, right, bottom, top = edges
    return np.stack(
        [np.minimum(left, right), np.minimum(top, bottom), np.abs(right - left), np.abs(bottom - top)],
        axis=1,
    )


def paint_bars(painter: QPainter, theme: Theme, layout: ChartFacetLayout, bars: ChartBars) -> None:
    """Paint bars on whole pixels, with a gap of one between wide neighbours."""
    pen, brush = bar_look(theme, bars.series, bars.style)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(pen)
    painter.setBrush(brush)
    gap = 0.0 if bars.style == "outline" else 1.0
    picked: list[QRectF] = []
    for index, (left, top, width, height) in enumerate(bar_rects(layout.frame, bars).tolist()):
        if not (width == width and height == height) or height <= 0.0:
            continue
        wide = width - gap if width >= 4.0 else max(width, 1.0)
        painter.drawRect(QRectF(left, top, wide, height))
        if bars.picked is not None and bars.picked[index]:
            picked.append(QRectF(left, top, wide, height))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    edge = QPen(theme.color("accent"))
    edge.setWidthF(2.0)
    painter.setPen(edge)
    for rect in picked:
        painter.drawRect(rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_line(painter: QPainter, theme: Theme, layout: ChartFacetLayout, line: ChartLine) -> None:
    """Paint a polyline, cut exactly at the frame."""
    rect = layout.frame.rect
    x, y = pixels(layout.frame, line.x, line.y)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if len(known) == 1 and line.style != "guide":
        place = QPointF(float(x[known[0]]), float(y[known[0]]))
        if rect.adjusted(-1, -1, 1, 1).contains(place):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.series(line.series).color)
            painter.drawEllipse(place, 2.5, 2.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        return
    x, y = clipped(x, y, rect.top() - 1, rect.bottom() + 1)
    y, x = clipped(y, x, rect.left() - 1, rect.right() + 1)
    if line.style == "guide":
        painter.setPen(thin_pen(theme, "axis", dashes=GUIDE_DASH))
    else:
        noisy = is_noisy(y, rect.height()) and len(x) > rect.width() / 2
        pen = theme.pen(line.series, 2.0 if line.style == "line" and not noisy else 1.0)
        pen.setCosmetic(False)
        if line.style == "thin":
            pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(array_path(x, y, connect="finite"))
    if theme.grey and line.style == "line":
        _paint_markers(painter, theme, rect, line.series, x, y)


def _paint_markers(painter: QPainter, theme: Theme, rect: QRectF, series: int, x: Floats, y: Floats) -> None:
    """Paint a line's marker along it every so far, for print without colour."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) < 2:
        return
    way = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    start = MARKER_GAP * ((0.31 * series) % 1.0)
    places = np.arange(start, way[-1], MARKER_GAP)
    for across, up in zip(np.interp(places, way, x), np.interp(places, way, y), strict=True):
        paint_marker(painter, theme, series, float(across), float(up), LINE_MARKER)


def paint_points(painter: QPainter, theme: Theme, layout: ChartFacetLayout, points: ChartPoints) -> None:
    """Paint points, the hollow ones over the others, and rings around those picked."""
    rect = layout.frame.rect
    x, y = pixels(layout.frame, points.x, points.y)
    inside = (x >= rect.left() - 1) & (x <= rect.right() + 1) & (y >= rect.top() - 1)
    shown = np.flatnonzero(inside & (y <= rect.bottom() + 1))
    count = len(points.x)
    hollow = np.zeros(count, dtype=bool) if points.hollow is None else points.hollow
    shown = shown[np.argsort(hollow[shown], kind="stable")]
    size = points.size * min(1.0, max(0.65, rect.width() / 160.0))
    stamps: dict[tuple[int | None, bool], QPixmap] = {}
    engine = painter.paintEngine()
    stamped = len(shown) > MANY and engine is not None and engine.type() == QPaintEngine.Type.Raster
    ratio = painter.device().devicePixelRatioF() * painter.worldTransform().m11()
    for index in shown.tolist():
        label = None if points.classes is None else int(points.classes[index])
        empty = bool(hollow[index])
        if not stamped:
            paint_symbol(
                painter, theme, points.series, label, float(x[index]), float(y[index]), size, hollow=empty
            )
            continue
        key = label, empty
        if key not in stamps:
            stamps[key] = symbol_stamp(theme, points.series, label, size, empty, ratio)
        half = (math.ceil(size) + 4) / 2
        painter.drawPixmap(QPointF(x[index] - half, y[index] - half), stamps[key])
    if points.picked is not None:
        for index in shown[points.picked[shown]].tolist():
            paint_ring(painter, theme, QPointF(x[index], y[index]), size / 2 + RING)


def paint_ring(painter: QPainter, theme: Theme, place: QPointF, radius: float) -> None:
    """Paint the ring around what was picked: ink on a halo of card."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for token, width in (("card", 4.0), ("accent", 2.0)):
        pen = QPen(theme.color(token))
        pen.setWidthF(width)
        painter.setPen(pen)
        painter.drawEllipse(place, radius, radius)


def paint_text(
    painter: QPainter, theme: Theme, layout: ChartFacetLayout, text: ChartText, taken: list[QRectF]
) -> None:
    """Paint words beside their place, moved inside where they would stand out of the facet.

    Words that would cover others, whose places are ``taken``, are left out: these are read under the pointer.
    """
    frame, rect = layout.frame, layout.frame.rect
    x, y = frame.px(text.x), frame.py(text.y)
    if not (math.isfinite(x) and math.isfinite(y)):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(theme.font("value" if text.strong else "tick"))
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(text.text)
    left = {"right": x + 6, "left": x - 6 - width, "centre": x - width / 2}[text.align]
    room = rect.right() + layout.reserve + max(0.0, layout.margin - 4)
    words = metrics.elidedText(text.text, Qt.TextElideMode.ElideRight, room - rect.left())
    left = max(rect.left() + 2, min(left, room - metrics.horizontalAdvance(words) - 2))
    y = min(max(y, rect.top() + metrics.height() / 2), rect.bottom() - metrics.height() / 2)
    place = QRectF(left, y - metrics.ascent() / 2, metrics.horizontalAdvance(words), metrics.ascent())
    if any(place.intersects(other) for other in taken):
        return
    taken.append(place)
    paint_words(painter, theme, words, left, y, "text" if text.strong else "text2")


def paint_tags(painter: QPainter, theme: Theme, layout: ChartFacetLayout) -> None:
    """Paint the names at the ends of lines; those that end side by side are pushed apart."""
    rect = layout.frame.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(theme.font("tag"))
    metrics = QFontMetricsF(painter.font())
    ends: list[tuple[float, float, str, str]] = []
    for line in layout.facet.layers:
        if not isinstance(line, ChartLine) or not line.tag:
            continue
        x, y = pixels(layout.frame, line.x, line.y)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if not len(known):
            continue
        across, up = float(x[known[-1]]), float(y[known[-1]])
        if rect.left() - 1 <= across <= rect.right() + 1:
            token = "text2" if line.style == "guide" else "text"
            width = metrics.horizontalAdvance(line.tag)
            beside = across + TAG_GAP + width > rect.right() or across > rect.right() - 24
            ends.append((rect.right() if beside else across, up, line.tag, token))
    ends.sort()
    while ends:
        column = [end for end in ends if end[0] - ends[0][0] < COLUMN]
        ends = ends[len(column) :]
        _paint_column(painter, theme, layout, column)


def _paint_column(
    painter: QPainter, theme: Theme, layout: ChartFacetLayout, column: list[tuple[float, float, str, str]]
) -> None:
    """Paint names one below the other, right of where their lines end."""
    rect = layout.frame.rect
    metrics = QFontMetricsF(painter.font())
    end = max(across for across, _, _, _ in column)
    room = rect.right() + max(layout.reserve, layout.margin - 4) - end - TAG_GAP
    moved = push_apart([up for _, up, _, _ in column], TAG_STEP, rect.top() + 5, rect.bottom() - 6)
    for (_, _, tag, token), centre in zip(column, moved, strict=True):
        width = metrics.horizontalAdvance(tag)
        left = end + TAG_GAP
        if room < min(width, 16.0):  # no room beside the frame: inside, before the end
            left = rect.right() - width - 2
        else:
            tag = metrics.elidedText(tag, Qt.TextElideMode.ElideRight, room)
        inside = left + metrics.horizontalAdvance(tag) <= rect.right()
        if inside:
            paint_words(painter, theme, tag, left, centre, token)
        else:
            painter.setPen(theme.color(token))
            painter.drawText(QPointF(left, centre - metrics.height() / 2 + metrics.ascent()), tag)
