"""The crosshair: a vertical line through every plot, hollow markers on lines, its x on the axis."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.panels import CurvePanel, Line
from widgets.numbers import format_number
from widgets.plots.annotations import number, paint_marker
from widgets.plots.axis import bottom_labels, thin_pen
from widgets.plots.curve_layout import CurveLayout, FacetLayout, push_apart
from widgets.plots.polyline import value_at
from widgets.theme import Theme


def paint_crosshair(
    painter: QPainter,
    theme: Theme,
    panel: CurvePanel,
    layout: CurveLayout,
    x: float,
    words: str = "",
    *,
    line: bool = True,
) -> None:
    """Paint the crosshair at x into every facet, markers where it meets a mean, and x itself at the axis.

    ``words`` stand at the axis instead of x; without ``line`` there are markers and words only.
    """
    for facet in layout.facets:
        rect = facet.frame.rect
        place = facet.frame.px(x)
        if not math.isfinite(place) or not rect.left() - 0.5 <= place <= rect.right() + 0.5:
            continue
        if line:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(thin_pen(theme, "axis"))
            painter.drawLine(QLineF(round(place), rect.top(), round(place), rect.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        found = _points(facet, x)
        for curve, _, y in found:
            if curve.role == "mean":
                paint_marker(painter, theme, curve.series, place, y)
        if len(layout.facets) > 1 or any(curve.role == "layer" for curve in facet.facet.lines):
            _paint_values(painter, theme, panel, facet, place, found)
        if facet.show_unit:
            known = f"{panel.x_label} {number(x, False, 7 if float(x).is_integer() else 4)}".strip()
            _paint_place(painter, theme, panel, facet, words or known, place, layout.size.width())


def _points(facet: FacetLayout, x: float) -> list[tuple[Line, float, float]]:
    """Return (line, value, vertical place) of every mean or layer the crosshair meets inside the picture."""
    found = []
    for line in facet.facet.lines:
        point = value_at(line.x, line.y, x) if line.role in ("mean", "layer") and not line.path else None
        if point is None:
            continue
        y = facet.frame.py(point[1])
        if math.isfinite(y) and facet.frame.rect.top() - 1 <= y <= facet.frame.rect.bottom() + 1:
            found.append((line, point[1], y))
    return found


def _paint_values(
    painter: QPainter,
    theme: Theme,
    panel: CurvePanel,
    facet: FacetLayout,
    place: float,
    found: list[tuple[Line, float, float]],
) -> None:
    """Write the value of each layer beside the crosshair: in facets the legend has no room for them."""
    rect = facet.frame.rect
    painter.setFont(theme.font("tag"))
    metrics = QFontMetricsF(painter.font())
    words = [number(v, True) if panel.percent else format_number(v) for _, v, _ in found]
    widest = max((metrics.horizontalAdvance(word) for word in words), default=0.0)
    left = place + 6 if place + 6 + widest <= rect.right() + facet.reserve else place - 6 - widest
    moved = push_apart([y for _, _, y in found], 14.0, rect.top() + 5, rect.bottom() - 6)
    for word, (_, _, y), centre in zip(words, found, moved, strict=True):
        painter.setPen(theme.color("axis"))
        painter.setBrush(theme.color("text"))
        painter.drawEllipse(QPointF(place, y), 2.0, 2.0)
        width = metrics.horizontalAdvance(word)
        painter.fillRect(QRectF(left - 2, centre - 7, width + 4, 14), theme.color("card", 225))
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(left, centre - metrics.height() / 2 + metrics.ascent()), word)


def _paint_place(
    painter: QPainter,
    theme: Theme,
    panel: CurvePanel,
    facet: FacetLayout,
    text: str,
    place: float,
    width: float,
) -> None:
    """Write where it stands in words over the axis labels, under the line."""
    painter.setFont(theme.font("tag"))
    metrics = QFontMetricsF(painter.font())
    size = metrics.horizontalAdvance(text) + 12
    left = min(max(1.0, place - size / 2), max(1.0, width - size - 1))
    box = QRectF(left, facet.frame.rect.bottom() + 4, size, 17)
    for _, label in bottom_labels(theme, facet, panel.x_label):
        if label.adjusted(-3, 0, 3, 0).intersects(box):  # half a label beside it would read as another number
            painter.fillRect(label.adjusted(-1, 0, 1, 0), theme.color("card"))
    painter.setPen(thin_pen(theme, "line2"))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(theme.color("text"))
    painter.drawText(QPointF(left + 6, box.center().y() - metrics.height() / 2 + metrics.ascent()), text)
