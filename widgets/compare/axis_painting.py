"""Painting the axes of a scatter: numbers, logarithms or categories, at the bottom and at the left."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.comparing.scatter import Axis
from widgets.plots.axis import TICK, thin_pen
from widgets.plots.scale import usable_scale
from widgets.plots.ticks import labels, ticks
from widgets.theme import Theme

PAD = 10.0
"""Room between a frame and the places of numbers, so that no point stands on the frame."""
LONGEST = 120.0
"""Widest label of a category, in pixels; longer ones are shortened."""


def axis_ticks(axis: Axis, wanted: int) -> tuple[tuple[float, str], ...]:
    """Return (share of the axis, words) of its labels: every category, or about so many round numbers."""
    if axis.texts:
        shares = [(place - axis.low) / (axis.high - axis.low) for place in range(len(axis.texts))]
        return tuple(zip(shares, axis.texts, strict=True))
    scale = usable_scale(axis.low, axis.high, axis.log)
    values = ticks(scale, wanted)
    words = labels(values, scale, percent=axis.percent)
    return tuple((scale.fraction(v), word) for v, word in zip(values, words, strict=True))


def left_width(theme: Theme, axis: Axis, height: float) -> float:
    """Return the room that labels at the left need."""
    metrics = QFontMetricsF(theme.font("tick"))
    words = [word for _, word in axis_ticks(axis, _wanted(height, 38.0))]
    widest = max((metrics.horizontalAdvance(word) for word in words), default=0.0)
    return max(40.0, min(widest, LONGEST) + 12.0)


def padded(rect: QRectF) -> QRectF:
    """Return the rectangle in which values have their places."""
    return rect.adjusted(PAD, PAD, -PAD, -PAD)


def paint_left(painter: QPainter, theme: Theme, axis: Axis, rect: QRectF) -> None:
    """Paint grid lines across a frame and labels left of it."""
    inside = padded(rect)
    metrics = QFontMetricsF(theme.font("tick"))
    last = math.inf
    for share, word in axis_ticks(axis, _wanted(rect.height(), 38.0)):
        y = inside.bottom() - share * inside.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin_pen(theme, "grid"))
        if abs(y - rect.bottom()) > 1.5:
            painter.drawLine(QLineF(rect.left(), round(y), rect.right(), round(y)))
        if last - y < metrics.height() + 1:
            continue
        last = y
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.color("text2"))
        shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, LONGEST)
        box = QRectF(rect.left() - 8 - 200, y - metrics.height() / 2, 200, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)


def paint_bottom(painter: QPainter, theme: Theme, axis: Axis, rect: QRectF) -> None:
    """Paint the line below a frame with its ticks and labels."""
    inside = padded(rect)
    metrics = QFontMetricsF(theme.font("tick"))
    base = round(rect.bottom())
    found = axis_ticks(axis, _wanted(rect.width(), 96.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(round(rect.left()), base, round(rect.right()), base))
    room = rect.width() / max(1, len(found)) - 8 if axis.texts else LONGEST
    painter.setFont(theme.font("tick"))
    free = -math.inf
    for share, word in found:
        x = inside.left() + share * inside.width()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin_pen(theme, "axis"))
        painter.drawLine(QLineF(round(x), base, round(x), base - TICK))
        shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, max(24.0, room))
        width = metrics.horizontalAdvance(shown)
        left = min(max(x - width / 2, 1.0), rect.right() + 18 - width)
        if left < free + 6:
            continue
        free = left + width
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(theme.color("text2"))
        painter.drawText(QPointF(left, base + 6 + metrics.ascent()), shown)


def _wanted(length: float, apart: float) -> int:
    return max(2, min(7, round(length / apart)))
