"""Painting the curves of a point plot, what its range cuts off, and the point itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lab.panels import Line
from widgets.plots.annotations import paint_line_sample, paint_marker
from widgets.plots.axis import thin_pen
from widgets.plots.curve_items import view_points
from widgets.plots.curve_layout import FacetLayout
from widgets.theme import Theme

if TYPE_CHECKING:
    from widgets.explore.plot_data import EdgeNote, PlotData, PlotLine

NOTE_STEP = 15.0
MOST_NOTES = 3


def line_pen(theme: Theme, line: PlotLine, dpr: float) -> QPen:
    """Return a curve's pen: 2 px with its dash, or 1 px for overlays: naive forms, references."""
    if line.style == "loss":
        pen = theme.pen(line.series, 2.0, dpr)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        return pen
    if line.style == "naive":
        pen = theme.pen(line.series, 1.0, dpr)
        pen.setStyle(Qt.PenStyle.SolidLine)
        return pen
    pen = theme.pen("text3", 1.0, dpr)
    pen.setDashPattern([3.0, 3.0])
    return pen


def paint_lines(
    painter: QPainter, theme: Theme, facet: FacetLayout, data: PlotData, dpr: float = 1.0
) -> None:
    """Paint all curves of a plot, clipped to its frame, overlays first."""
    frame = facet.frame
    rect = frame.rect
    (x_low, x_high), (y_low, y_high) = frame.x.view, frame.y.view
    across, up = rect.width() / (x_high - x_low), rect.height() / (y_high - y_low)
    painter.save()
    if data.zero_line:
        zero = round(frame.py(0.0)) if y_low < 0 < y_high else None
        if zero is not None:
            painter.setPen(thin_pen(theme, "axis"))
            painter.drawLine(QLineF(rect.left(), zero, rect.right(), zero))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in sorted(data.lines, key=lambda line: {"thin": 0, "naive": 2}.get(line.style, 1)):
        painter.setClipRect(rect.adjusted(-1.5, -1.5, 1.5, 1.0))
        x, y, _ = view_points(Line(line.x, line.y, line.series, "mean", ""), facet)
        if not np.isfinite(y).any():
            continue
        pen = line_pen(theme, line, dpr)
        painter.setPen(pen)
        path = pg.functions.arrayToQPath(
            rect.left() + (x - x_low) * across, rect.bottom() - (y - y_low) * up, connect="finite"
        )
        painter.drawPath(path)
        painter.setClipping(False)
        if line.style == "naive":
            _paint_breaks(painter, theme, facet, line)
        if line.tag:
            _paint_tag(painter, theme, facet, line)
    painter.restore()


def _paint_breaks(painter: QPainter, theme: Theme, facet: FacetLayout, line: PlotLine) -> None:
    """Mark where an overlay stops being a number: a cross at the last place where it was one."""
    known = np.isfinite(line.y)
    ends = np.flatnonzero(known[1:] != known[:-1])
    pen = QPen(theme.color("error"))
    pen.setWidthF(2.0)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    rect = facet.frame.rect
    for end in ends:
        place, gap = (end, end + 1) if known[end] else (end + 1, end)
        x, y = facet.frame.px(float(line.x[place])), facet.frame.py(float(line.y[place]))
        if not math.isfinite(x) or not rect.left() <= x <= rect.right():
            continue
        y = min(max(y if math.isfinite(y) else rect.top(), rect.top() + 6), rect.bottom() - 6)
        painter.setPen(pen)
        painter.drawLine(QLineF(x - 4, y - 4, x + 4, y + 4))
        painter.drawLine(QLineF(x - 4, y + 4, x + 4, y - 4))
        word = "NaN" if math.isnan(float(line.y[gap])) else "∞"
        width = metrics.horizontalAdvance(word)
        left = x - 9 - width if gap < place else x + 9
        if left < rect.left() or left + width > rect.right():
            left = x + 9 if gap < place else x - 9 - width
        painter.fillRect(QRectF(left - 2, y - 7, width + 4, 14), theme.color("card", 225))
        painter.setPen(theme.color("error"))
        painter.drawText(QPointF(left, y - metrics.height() / 2 + metrics.ascent()), word)


def _paint_tag(painter: QPainter, theme: Theme, facet: FacetLayout, line: PlotLine) -> None:
    """Write a reference's name over its higher end."""
    rect = facet.frame.rect
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    finite = np.flatnonzero(np.isfinite(line.y))
    first, last = int(finite[0]), int(finite[-1])
    left_end = line.y[first] >= line.y[last]
    y = facet.frame.py(float(line.y[first if left_end else last]))
    if not rect.top() + 12 <= y <= rect.bottom():
        return
    width = metrics.horizontalAdvance(line.tag)
    left = rect.left() + 8 if left_end else rect.right() - 8 - width
    painter.fillRect(QRectF(left - 2, y - 17, width + 4, 14), theme.color("card", 205))
    painter.setPen(theme.color("text2"))
    painter.drawText(QPointF(left, y - 10 - metrics.height() / 2 + metrics.ascent()), line.tag)


def paint_notes(painter: QPainter, theme: Theme, facet: FacetLayout, notes: Sequence[EdgeNote]) -> None:
    """Say at the edges what of the curves lies outside, the line of each before its words."""
    rect = facet.frame.rect
    if rect.height() < 60 or rect.width() < 140:
        return
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    for above in (True, False):
        edge = [note for note in notes if note.above is above]
        shown = edge[:MOST_NOTES]
        if len(edge) > MOST_NOTES:
            shown = edge[: MOST_NOTES - 1]
        words = [(note.series, note.x, note.text) for note in shown]
        if len(edge) > len(shown):
            words.append((-1, edge[0].x, f"{len(edge) - len(shown)} more"))
        for number, (series, at, text) in enumerate(words):
            width = metrics.horizontalAdvance(text) + (24 if series >= 0 else 0)
            place = facet.frame.px(at)
            left = place + 10 if place < rect.center().x() else place - 10 - width
            left = min(max(left, rect.left() + 6), rect.right() - width - 2)
            centre = rect.top() + 8 + number * NOTE_STEP if above else rect.bottom() - 12 - number * NOTE_STEP
            painter.fillRect(QRectF(left - 3, centre - 7, width + 6, 14), theme.color("card", 215))
            if series > 0:
                paint_line_sample(painter, theme, series, QRectF(left, centre - 4, 18, 8))
            painter.setPen(theme.color("text2"))
            start = left + (24 if series >= 0 else 0)
            painter.drawText(QPointF(start, centre - metrics.height() / 2 + metrics.ascent()), text)


def paint_point(
    painter: QPainter, theme: Theme, facet: FacetLayout, x: float, marks: Sequence[tuple[int, float]]
) -> None:
    """Paint the line at x and a marker on each curve; a marker outside stands as an arrow at the edge."""
    rect = facet.frame.rect
    place = facet.frame.px(x)
    if not math.isfinite(place) or not rect.left() - 0.5 <= place <= rect.right() + 0.5:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(round(place), rect.top(), round(place), rect.bottom()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for series, y in marks:
        if math.isnan(y):
            continue
        at = facet.frame.py(y) if math.isfinite(y) else (rect.top() - 99 if y > 0 else rect.bottom() + 99)
        if rect.top() - 1 <= at <= rect.bottom() + 1:
            paint_marker(painter, theme, series, place, at)
        elif math.isfinite(at):
            _paint_arrow(painter, theme, series, place, rect, up=at < rect.top())


def _paint_arrow(painter: QPainter, theme: Theme, series: int, x: float, rect: QRectF, *, up: bool) -> None:
    tip = rect.top() + 2 if up else rect.bottom() - 2
    back = tip + 7 if up else tip - 7
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.series(series).color)
    painter.drawPolygon([QPointF(x, tip), QPointF(x - 5, back), QPointF(x + 5, back)])
