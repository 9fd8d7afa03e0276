"""What a chart's layers mean where no legend, title or label at a line says so: a line of small keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.chart import ChartBars, ChartLine, ChartPanel, ChartPoints, ChartShade
from widgets.plots.annotations import paint_line_sample
from widgets.plots.axis import thin_pen
from widgets.plots.chart_style import GUIDE_DASH, bar_look, hatch_brushes, paint_symbol
from widgets.theme import Theme

LINE = 18.0
SWATCH = 18.0
GAP = 14.0
MOST = 5
"""With more different names than this they are said under the pointer only."""

Look = Literal["shade", "filled", "faint", "outline", "line", "thin", "guide", "points"]


@dataclass(frozen=True)
class Key:
    """One name and how what it names looks; ``series`` is 0 where it looks so in several colours."""

    name: str
    look: Look
    series: int


def keys_of(panel: ChartPanel) -> tuple[Key, ...]:
    """Return the names that nothing else in a panel says."""
    said = {entry.name for entry in panel.legend} | {entry.short for entry in panel.legend}
    said |= {facet.title for facet in panel.facets} | {facet.short for facet in panel.facets}
    found: dict[tuple[str, Look], set[int]] = {}
    for facet in panel.facets:
        for layer in facet.layers:
            if not isinstance(layer, ChartLine | ChartBars | ChartPoints | ChartShade):
                continue
            if not layer.name or layer.name in said or (isinstance(layer, ChartLine) and layer.tag):
                continue
            look: Look = "points"
            number = 0
            if isinstance(layer, ChartShade):
                look = "shade"
            elif isinstance(layer, ChartPoints):
                number = 0 if layer.classes is not None else layer.series
            else:
                look, number = layer.style, layer.series
            found.setdefault((layer.name, look), set()).add(number)
    keys = [
        Key(name, look, series.pop() if len(series) == 1 else 0) for (name, look), series in found.items()
    ]
    return tuple(keys) if len(keys) <= MOST else tuple(key for key in keys if key.look == "shade")


def place_keys(
    keys: tuple[Key, ...], width: float, top: float, theme: Theme
) -> tuple[tuple[tuple[Key, QRectF], ...], float]:
    """Return keys with their places in as many lines as they need, and the height of those."""
    metrics = QFontMetricsF(theme.font("tick"))
    left, line = 0.0, 0
    placed = []
    for key in keys:
        wide = min(width, SWATCH + 6 + metrics.horizontalAdvance(key.name) + 1)
        if left > 0.0 and left + wide > width:
            left, line = 0.0, line + 1
        placed.append((key, QRectF(left, top + line * LINE, wide, LINE)))
        left += wide + GAP
    return tuple(placed), LINE * (line + 1) if keys else 0.0


def paint_keys(painter: QPainter, theme: Theme, keys: tuple[tuple[Key, QRectF], ...]) -> None:
    """Paint them."""
    metrics = QFontMetricsF(theme.font("tick"))
    for key, rect in keys:
        _paint_swatch(painter, theme, key, QRectF(rect.topLeft(), QSizeF(SWATCH, LINE)))
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.color("text2"))
        room = rect.width() - SWATCH - 6
        text = metrics.elidedText(key.name, Qt.TextElideMode.ElideRight, room + 1)
        base = rect.center().y() - metrics.height() / 2 + metrics.ascent()
        painter.drawText(QPointF(rect.left() + SWATCH + 6, base), text)


def _paint_swatch(painter: QPainter, theme: Theme, key: Key, rect: QRectF) -> None:
    centre = rect.center().y()
    box = QRectF(rect.left() + 2, centre - 5, rect.width() - 4, 10)
    painter.save()
    if key.look == "shade":
        painter.setPen(thin_pen(theme, "axis"))
        for brush in hatch_brushes(theme):
            painter.setBrush(brush)
            painter.drawRect(box)
    elif key.look in ("filled", "faint", "outline"):
        pen, brush = bar_look(theme, key.series, key.look)
        painter.setPen(pen)
        painter.setBrush(brush)
        painter.drawRect(box)
    elif key.look == "points":
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        paint_symbol(painter, theme, key.series, None, rect.center().x(), centre, 7.0)
    elif key.look == "line":
        paint_line_sample(painter, theme, key.series, QRectF(rect.left(), centre - 4, rect.width(), 8))
    else:
        pen = thin_pen(theme, "axis", dashes=GUIDE_DASH)
        if key.look == "thin":
            pen = thin_pen(theme, "axis")
            pen.setColor(theme.series(key.series).color)
        painter.setPen(pen)
        painter.drawLine(QLineF(rect.left(), round(centre), rect.right(), round(centre)))
    painter.restore()
