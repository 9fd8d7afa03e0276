"""Painting −log over a probability, with the classes of P and Q on it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from lab.explore.information import surprise_curve
from widgets.plots.axis import thin_pen
from widgets.theme import Theme

LEFT, BOTTOM, TOP, RIGHT = 26.0, 20.0, 8.0, 14.0
HIGHEST = {"nats": 5.0, "bits": 7.0}
"""Upper end of the axis."""


def surprise_frame(rect: QRectF) -> QRectF:
    """Return where the curve stands."""
    return rect.adjusted(LEFT, TOP, -RIGHT, -BOTTOM)


def paint_surprise(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    unit: str,
    sets: Sequence[tuple[Sequence[float], Sequence[float], str]],
) -> None:
    """Paint the curve and the points.

    Parameters
    ----------
    unit
        ``"nats"`` or ``"bits"``.
    sets
        Probabilities, their −log and the colour's token; circles for the first set, squares for the next.
    """
    frame, highest = surprise_frame(rect), HIGHEST[unit]
    _paint_axes(painter, theme, frame, highest)
    x, y = surprise_curve(unit)
    seen = np.isfinite(y) & (y <= highest)
    left, top = frame.left() + x[seen] * frame.width(), frame.bottom() - y[seen] / highest * frame.height()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(theme.color("text2"), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    points = [QPointF(a, b) for a, b in zip(left.tolist(), top.tolist(), strict=True)]
    painter.drawPolyline(QPolygonF(points))
    painter.setFont(theme.font("tag"))
    metrics = QFontMetricsF(painter.font())
    for number, (probabilities, values, token) in enumerate(sets):
        beyond = []
        for index, (p, value) in enumerate(zip(probabilities, values, strict=True)):
            if not value <= highest:
                beyond.append(str(index + 1))
                continue
            at = QPointF(frame.left() + p * frame.width(), frame.bottom() - value / highest * frame.height())
            _paint_point(painter, theme, at, token, square=number > 0)
            painter.setPen(theme.color("text"))
            words = str(index + 1)
            shift = (9.0, -5.0) if number == 0 else (-9.0 - metrics.horizontalAdvance(words), 11.0)
            if number > 0 and at.y() + 11 > frame.bottom():  # it would stand on the axis
                shift = (-3.0, -10.0)
            painter.drawText(at + QPointF(*shift), words)
        if beyond:
            _paint_beyond(painter, theme, frame, number, token, beyond, values)


def _paint_axes(painter: QPainter, theme: Theme, frame: QRectF, highest: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    for value in range(int(highest) + 1):
        y = round(frame.bottom() - value / highest * frame.height())
        painter.setPen(thin_pen(theme, "grid" if value else "axis"))
        painter.drawLine(QLineF(frame.left(), y, frame.right(), y))
        if frame.height() > 130 or value % 2 == 0:
            painter.setPen(theme.color("text2"))
            width = metrics.horizontalAdvance(str(value))
            painter.drawText(QPointF(frame.left() - 7 - width, y + metrics.ascent() / 2 - 1), str(value))
    for share, words in ((0.0, "p = 0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")):
        x = round(frame.left() + share * frame.width())
        painter.setPen(thin_pen(theme, "axis"))
        painter.drawLine(QLineF(x, frame.bottom(), x, frame.bottom() - 4))
        painter.setPen(theme.color("text2"))
        width = metrics.horizontalAdvance(words)
        painter.drawText(
            QPointF(max(frame.left() - LEFT, x - width / 2), frame.bottom() + 5 + metrics.ascent()), words
        )


def _paint_point(painter: QPainter, theme: Theme, at: QPointF, token: str, *, square: bool) -> None:
    painter.setPen(QPen(theme.color(token), 2.0))
    painter.setBrush(theme.color("card"))
    if square:
        painter.drawRect(QRectF(at.x() - 3, at.y() - 3, 6, 6))
    else:
        painter.drawEllipse(at, 6.5, 6.5)


def _paint_beyond(
    painter: QPainter, theme: Theme, frame: QRectF, number: int, token: str, classes: list[str],
    values: Sequence[float],
) -> None:  # fmt: skip
    """Say which classes lie above the picture."""
    infinite = any(math.isinf(value) for value in values)
    name = "P" if number == 0 else "Q"
    words = f"↑ {name}: class {', '.join(classes)}" + (" infinite" if infinite else "")
    metrics = QFontMetricsF(painter.font())
    at = QPointF(frame.left() + 16, frame.top() + metrics.ascent() + number * 16)
    painter.fillRect(
        QRectF(at.x() - 2, at.y() - metrics.ascent(), metrics.horizontalAdvance(words) + 4, 14),
        theme.color("card"),
    )
    painter.setPen(theme.color("text2"))
    painter.drawText(at, words)
