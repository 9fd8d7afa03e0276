"""Numbers of the series of a facet, one below the other in a corner that lines leave free."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.chart import ChartLine, ChartReadout
from widgets.plots.annotations import paint_line_sample
from widgets.plots.chart_layout import ChartFacetLayout
from widgets.plots.free_place import corners, drawn, freest
from widgets.theme import Theme

LINE = 14.0
SWATCH, GAP, EDGE = 18.0, 6.0, 5.0
MOST_WIDE, MOST_HIGH = 0.62, 0.86
"""Shares of the facet that a readout may take; where it needs more it is said beside the plot only."""
GUIDE = 0.1
"""How much a guide matters beside a curve."""


def readout_rect(readout: ChartReadout, layout: ChartFacetLayout, theme: Theme) -> QRectF | None:
    """Return where a readout stands, or ``None`` where it has no room.

    It goes to another corner where it would cover a curve in its own: a loss may rank worse than chance.
    """
    rect = layout.frame.rect
    small, values = QFontMetricsF(theme.font("tick")), QFontMetricsF(theme.font("value"))
    widest = max((values.horizontalAdvance(words) for words in readout.words), default=0.0)
    width = max(SWATCH + GAP + widest, small.horizontalAdvance(readout.title))
    height = LINE * (len(readout.words) + 1)
    if width > MOST_WIDE * rect.width() or height > MOST_HIGH * rect.height():
        return None
    upper_right, upper_left, right, left, *between = corners(
        rect.adjusted(EDGE, EDGE, -EDGE, -EDGE), QSizeF(width, height)
    )
    lower = (left, right) if readout.corner == "lower left" else (right, left)
    lines = [
        drawn(layout.frame, line.x, line.y, GUIDE if line.style == "guide" else 1.0)
        for line in layout.facet.layers
        if isinstance(line, ChartLine)
    ]
    return freest((*lower, upper_left, upper_right, *between), lines)


def paint_readout(painter: QPainter, theme: Theme, layout: ChartFacetLayout, readout: ChartReadout) -> None:
    """Paint what the numbers are, and a row a series: its line and its number."""
    place = readout_rect(readout, layout, theme)
    if place is None:
        return
    painter.fillRect(place.adjusted(-3, -2, 3, 2), theme.color("card", 225))
    _paint_words(painter, theme, readout.title, "tick", "text2", QRectF(place.topLeft(), place.size()))
    for row, (series, words) in enumerate(zip(readout.series, readout.words, strict=True), start=1):
        line = QRectF(place.left(), place.top() + row * LINE, place.width(), LINE)
        centre = line.center().y()
        paint_line_sample(painter, theme, series, QRectF(line.left(), centre - 4, SWATCH, 8))
        _paint_words(painter, theme, words, "value", "text", line.adjusted(SWATCH + GAP, 0, 0, 0))


def _paint_words(painter: QPainter, theme: Theme, words: str, font: str, token: str, line: QRectF) -> None:
    painter.setFont(theme.font(font))
    painter.setPen(theme.color(token))
    metrics = QFontMetricsF(painter.font())
    base = line.top() + LINE / 2 - metrics.height() / 2 + metrics.ascent()
    painter.drawText(QPointF(line.left(), base), words)
