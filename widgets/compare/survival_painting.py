"""Painting times to a target: a falling step curve a loss with its band, a mark where half have arrived."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from lab.comparing.race_survival import Arrival, Arrivals
from widgets.compare.item_plot import pixels_of
from widgets.plots.axis import TICK, thin_pen
from widgets.plots.scale import Scale
from widgets.plots.ticks import labels, ticks
from widgets.swatch import paint_swatch
from widgets.theme import Theme

LEGEND = 20.0
SWATCH = 22.0
HALVES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class SurvivalLayout:
    """Where axes are, and the box of each loss in the legend."""

    rect: QRectF
    scale: Scale
    boxes: tuple[QRectF, ...]
    short: bool

    def point(self, time: float, share: float) -> QPointF:
        """Return where a share is at a time."""
        x = self.rect.left() + self.scale.fraction(time) * self.rect.width()
        return QPointF(x, self.rect.bottom() - share * self.rect.height())


def legend_words(line: Arrival, short: bool) -> str:
    """Return a loss's name and the time by which half arrived."""
    return f"{line.short if short else line.label}  {line.text}"


def lay_out_survival(theme: Theme, shown: Arrivals, rect: QRectF) -> SurvivalLayout:
    """Return where everything goes; the legend breaks into as many lines as it needs."""
    metrics = QFontMetricsF(theme.font("subtitle"))
    full = [metrics.horizontalAdvance(legend_words(line, False)) + SWATCH + 6 for line in shown.lines]
    short = sum(full) + 16 * len(full) > rect.width()
    boxes: list[QRectF] = []
    x, y = rect.left(), rect.top()
    for line in shown.lines:
        width = metrics.horizontalAdvance(legend_words(line, short)) + SWATCH + 6
        if x > rect.left() and x + width > rect.right():
            x, y = rect.left(), y + LEGEND
        boxes.append(QRectF(x, y, min(width, rect.right() - x), LEGEND))
        x += width + 16
    top = y + (LEGEND if boxes else 0) + 6
    bottom = rect.bottom() - QFontMetricsF(theme.font("tick")).height() - 10
    axis = QRectF(rect.left() + 44, top, max(20.0, rect.width() - 56), max(20.0, bottom - top))
    return SurvivalLayout(axis, Scale(0.0, 1.04 * shown.end), tuple(boxes), short)


def paint_survival(painter: QPainter, theme: Theme, shown: Arrivals, layout: SurvivalLayout) -> None:
    """Paint legend, axes, bands and curves."""
    _paint_axes(painter, theme, shown, layout)
    for line in shown.lines:
        _paint_band(painter, theme, line, layout, shown.end)
    for line in shown.lines:
        _paint_curve(painter, theme, line, layout, shown.end)
    metrics = QFontMetricsF(theme.font("subtitle"))
    dpr = pixels_of(painter)
    for line, box in zip(shown.lines, layout.boxes, strict=True):
        paint_swatch(painter, theme, line.series, QRectF(box.left(), box.top(), SWATCH, LEGEND), dpr=dpr)
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text"))
        room = box.adjusted(SWATCH + 6, 0, 2, 0)
        words = metrics.elidedText(
            legend_words(line, layout.short), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _paint_axes(painter: QPainter, theme: Theme, shown: Arrivals, layout: SurvivalLayout) -> None:
    area = layout.rect
    metrics = QFontMetricsF(theme.font("tick"))
    painter.setFont(theme.font("tick"))
    for share in HALVES:
        y = round(layout.point(0.0, share).y())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin_pen(theme, "axis" if share == 0.5 else "grid"))
        if share == 0.5:
            pen = thin_pen(theme, "axis")
            pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.setPen(theme.color("text2"))
        box = QRectF(area.left() - 52, y - metrics.height() / 2, 46, metrics.height())
        painter.drawText(
            box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{100 * share:g}\u202f%"
        )
    found = ticks(layout.scale, max(2, min(7, round(area.width() / 90))))
    words = list(labels(found, layout.scale))
    if words and shown.unit:
        words[0] = f"{shown.unit} {words[0]}"
    for value, word in zip(found, words, strict=True):
        x = round(layout.point(value, 0.0).x())
        painter.setPen(thin_pen(theme, "axis"))
        painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + TICK))
        painter.setPen(theme.color("text2"))
        box = QRectF(x - 60, area.bottom() + 6, 120, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, word)
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(area.left(), area.bottom(), area.right(), area.bottom()))


def _steps(line: Arrival, values: list[float], layout: SurvivalLayout, end: float) -> list[QPointF]:
    """Return the corners of a step curve: it holds its value until the next fall."""
    times = [*line.survival.times.tolist(), end]
    corners: list[QPointF] = []
    for index, value in enumerate(values):
        corners += [layout.point(times[index], value), layout.point(times[index + 1], value)]
    return corners


def _paint_band(painter: QPainter, theme: Theme, line: Arrival, layout: SurvivalLayout, end: float) -> None:
    upper = _steps(line, line.survival.high.tolist(), layout, end)
    lower = _steps(line, line.survival.low.tolist(), layout, end)
    if not upper:
        return
    path = QPainterPath(upper[0])
    for corner in (*upper[1:], *reversed(lower)):
        path.lineTo(corner)
    path.closeSubpath()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.fillPath(path, theme.band_color(line.series))


def _paint_curve(painter: QPainter, theme: Theme, line: Arrival, layout: SurvivalLayout, end: float) -> None:
    corners = _steps(line, line.survival.share.tolist(), layout, end)
    if not corners:
        return
    path = QPainterPath(corners[0])
    for corner in corners[1:]:
        path.lineTo(corner)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(theme.pen(line.series, 2.0, pixels_of(painter)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    if math.isfinite(line.survival.median):
        painter.setPen(QPen(theme.series(line.series).color, 2.0))
        painter.setBrush(theme.color("card"))
        painter.drawEllipse(layout.point(line.survival.median, 0.5), 4.0, 4.0)
