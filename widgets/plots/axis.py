"""Painting axes: a bottom line with ticks, labels at the left without a line, horizontal grid lines only."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lab.panels import CurvePanel
from widgets.plots.curve_layout import FacetLayout
from widgets.theme import Theme

TICK = 4


def paint_axes(painter: QPainter, theme: Theme, panel: CurvePanel, facets: Iterable[FacetLayout]) -> None:
    """Paint grid, axis lines, ticks and labels of all facets, below the data."""
    for layout in facets:
        _paint_grid(painter, theme, layout)
        _paint_bottom(painter, theme, layout, panel.x_label)
        if layout.show_left and not (panel.placeholder and not layout.facet.lines):
            _paint_left(painter, theme, layout)


def thin_pen(theme: Theme, token: str, *, dashes: tuple[float, ...] | None = None) -> QPen:
    """Return a pen one logical pixel wide in a token's colour, for painting in pixel coordinates."""
    pen = QPen(theme.color(token))
    pen.setWidthF(1.0)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes is not None:
        pen.setDashPattern(list(dashes))
    return pen


def _paint_grid(painter: QPainter, theme: Theme, layout: FacetLayout) -> None:
    rect = layout.frame.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "grid"))
    for value in layout.y_ticks:
        y = round(layout.frame.py(value))
        if abs(y - rect.bottom()) > 1.5:
            painter.drawLine(QLineF(rect.left(), y, rect.right() + layout.reserve, y))


def _paint_bottom(painter: QPainter, theme: Theme, layout: FacetLayout, unit: str) -> None:
    rect = layout.frame.rect
    base = round(rect.bottom())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(round(rect.left()), base, round(rect.right() + layout.reserve), base))
    for value in layout.x_ticks:
        x = round(layout.frame.px(value))
        painter.drawLine(QLineF(x, base, x, base - TICK))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.color("text2"))
    ascent = QFontMetricsF(painter.font()).ascent()
    for text, box in bottom_labels(theme, layout, unit):
        painter.drawText(QPointF(box.left(), box.top() + ascent), text)


def bottom_labels(theme: Theme, layout: FacetLayout, unit: str) -> list[tuple[str, QRectF]]:
    """Return the words under a facet's bottom axis and their boxes; the first says the unit ("step 0")."""
    metrics = QFontMetricsF(theme.font("tick"))
    top = round(layout.frame.rect.bottom()) + 6
    found = []
    for index, (value, word) in enumerate(zip(layout.x_ticks, layout.x_labels, strict=True)):
        text = f"{unit} {word}" if index == 0 and layout.show_unit and unit else word
        width = metrics.horizontalAdvance(text)
        left = layout.frame.px(value) - width / 2
        if layout.show_left:
            left = max(1.0, left)
        left = min(left, layout.frame.rect.right() + layout.reserve + layout.margin - 1 - width)
        found.append((text, QRectF(left, top, width, metrics.height())))
    return found


def _paint_left(painter: QPainter, theme: Theme, layout: FacetLayout) -> None:
    font = theme.font("tick")
    metrics = QFontMetricsF(font)
    rect = layout.frame.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(font)
    painter.setPen(theme.color("text2"))
    lowest = rect.bottom() + 1
    for value, word in zip(layout.y_ticks, layout.y_labels, strict=True):
        y = layout.frame.py(value)
        if not math.isfinite(y):
            continue
        centre = min(y, lowest - metrics.height() / 2 + 4)
        painter.drawText(
            QRectF(rect.left() - 8 - 200, centre - metrics.height() / 2, 200, metrics.height()),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            word,
        )
