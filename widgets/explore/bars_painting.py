"""Painting a distribution as bars, and a cross-entropy as two stacked parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from widgets.numbers import format_fixed
from widgets.plots.axis import thin_pen
from widgets.theme import Theme

LEFT, RIGHT, TOP, BOTTOM = 34.0, 8.0, 20.0, 5.0
"""Room for the labels of the axis, at the right, for the number over a bar, and for half a label."""
_WIDEST = 72.0


def bar_frame(rect: QRectF) -> QRectF:
    """Return where the bars stand: 0 at its bottom, 1 at its top."""
    return rect.adjusted(LEFT, TOP, -RIGHT, -BOTTOM)


def bar_box(frame: QRectF, index: int, count: int, value: float) -> QRectF:
    """Return the rectangle of a bar."""
    slot = frame.width() / max(1, count)
    width = min(_WIDEST, 0.66 * slot)
    left = frame.left() + (index + 0.5) * slot - width / 2
    height = frame.height() * min(max(value, 0.0), 1.0)
    return QRectF(left, frame.bottom() - height, width, height)


def paint_bars(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    values: Sequence[float],
    *,
    token: str,
    raw: Sequence[float] | None = None,
    active: int = -1,
    grips: bool = True,
) -> None:
    """Paint axis, bars and their numbers.

    Parameters
    ----------
    values
        Heights, 0 to 1.
    token
        Colour of the bars.
    raw
        Where given, dashed marks at other heights: the values before smoothing.
    active
        The bar that the keyboard moves, or −1.
    grips
        Whether bars have handles.
    """
    frame = bar_frame(rect)
    _paint_scale(painter, theme, frame)
    color = theme.color(token)
    count = len(values)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    font = theme.font("value" if frame.width() / max(1, count) > 40 else "tick")
    metrics = QFontMetricsF(font)
    for index, value in enumerate(values):
        box = bar_box(frame, index, count, value)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRect(box)
        if raw is not None and abs(raw[index] - value) > 1e-9:
            mark = bar_box(frame, index, count, raw[index]).top()
            painter.setPen(thin_pen(theme, "text2", dashes=(3.0, 2.0)))
            painter.drawLine(QLineF(box.left() - 4, mark, box.right() + 4, mark))
        if grips:
            _paint_grip(painter, theme, box, strong=index == active)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        words = format_fixed(value, 3)
        near = raw is not None and 0 < raw[index] - value < 24 / max(1.0, frame.height())
        top = bar_box(frame, index, count, raw[index]).top() if near and raw is not None else box.top() - 3
        place = QPointF(box.center().x() - metrics.horizontalAdvance(words) / 2, top - 5)
        if metrics.horizontalAdvance(words) < frame.width() / count:
            painter.drawText(place, words)


@dataclass(frozen=True)
class Stack:
    """A sum as a bar: its words, the parts (name, value, token; an empty token is hatched) and the sum."""

    words: str
    parts: tuple[tuple[str, float, str], ...]
    total: float


def paint_stacks(
    painter: QPainter, theme: Theme, rect: QRectF, stacks: Sequence[Stack], largest: float
) -> None:
    """Paint sums as stacked bars with their numbers at the right.

    Parameters
    ----------
    largest
        What the whole width stands for; longer and infinite bars end in an arrow.
    """
    label, number = 58.0, 74.0
    height = rect.height() / max(1, len(stacks))
    left, right = rect.left() + label, rect.right() - number
    for place, stack in enumerate(stacks):
        top = rect.top() + place * height
        bar = min(44.0, max(12.0, height - 40))
        middle = top + bar / 2
        painter.setFont(theme.font("value"))
        painter.setPen(theme.color("text"))
        _words(painter, stack.words, rect.left(), middle)
        x = cursor = left
        beyond = False
        for name, value, token in stack.parts:
            wanted = (right - left) * (value / largest if math.isfinite(value) else math.inf)
            end = min(right, x + wanted)
            beyond = beyond or x + wanted > right + 0.5
            box = QRectF(x, top, max(0.0, end - x), bar)
            _paint_part(painter, theme, box, token)
            cursor = _paint_name(painter, theme, box, f"{name} {_number(value)}", cursor, rect.right())
            x = end
        if beyond:
            _paint_beyond(painter, theme, right, middle)
        painter.setFont(theme.font("value"))
        painter.setPen(theme.color("text"))
        _words(painter, f"= {_number(stack.total)}", right + 14, middle)


def paint_limit(painter: QPainter, theme: Theme, rect: QRectF, share: float, words: str) -> None:
    """Paint a dashed line across all stacks at a share of their width, with its words at its foot."""
    left, right = rect.left() + 58.0, rect.right() - 74.0
    x = round(left + share * (right - left))
    painter.setPen(thin_pen(theme, "axis", dashes=(4.0, 3.0)))
    painter.drawLine(QLineF(x, rect.top() - 4, x, rect.bottom() - 2))
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.color("text2"))
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(words)
    place = min(max(left, x - width / 2), right - width)
    painter.drawText(QPointF(place, rect.bottom() + metrics.ascent()), words)


def _paint_scale(painter: QPainter, theme: Theme, frame: QRectF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    for tick, words in ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")):
        y = round(frame.bottom() - tick * frame.height())
        painter.setPen(thin_pen(theme, "grid" if tick else "axis"))
        painter.drawLine(QLineF(frame.left(), y, frame.right(), y))
        painter.setPen(theme.color("text2"))
        width = metrics.horizontalAdvance(words)
        painter.drawText(QPointF(frame.left() - 6 - width, y + metrics.ascent() / 2 - 1), words)


def _paint_grip(painter: QPainter, theme: Theme, box: QRectF, *, strong: bool) -> None:
    """Paint the handle on the top edge of a bar."""
    grip = QRectF(box.center().x() - 11, box.top() - 3, 22, 6)
    painter.setPen(QPen(theme.color("accent"), 2.0 if strong else 1.0))
    painter.setBrush(theme.color("accent" if strong else "card"))
    painter.drawRoundedRect(grip.adjusted(-2, -1, 2, 1) if strong else grip, 3, 3)


def _paint_part(painter: QPainter, theme: Theme, box: QRectF, token: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    if token:
        painter.fillRect(box, theme.color(token))
        return
    painter.fillRect(box, theme.color("sel"))
    painter.save()
    painter.setClipRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(theme.color("text2"), 1.2))
    x = box.left() - box.height()
    while x < box.right():
        painter.drawLine(QLineF(x, box.bottom(), x + box.height(), box.top()))
        x += 6
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("text2"), 1))
    if box.width() > 1:
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_name(
    painter: QPainter, theme: Theme, box: QRectF, words: str, cursor: float, right: float
) -> float:
    """Paint a part's words under its left end, but after those before it; return where the next may begin."""
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.color("text2"))
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(words)
    left = max(cursor, min(box.left(), right - width))
    painter.fillRect(QRectF(left - 2, box.bottom() + 4, width + 4, metrics.height() - 2), theme.color("card"))
    painter.drawText(QPointF(left, box.bottom() + 3 + metrics.ascent()), words)
    return left + width + 14


def _paint_beyond(painter: QPainter, theme: Theme, right: float, middle: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(theme.color("text"), 1.6))
    painter.drawPolyline(
        [QPointF(right + 2, middle - 5), QPointF(right + 7, middle), QPointF(right + 2, middle + 5)]
    )


def _words(painter: QPainter, words: str, left: float, middle: float) -> None:
    metrics = QFontMetricsF(painter.font())
    painter.drawText(QPointF(left, middle - metrics.height() / 2 + metrics.ascent()), words)


def _number(value: float) -> str:
    return format_fixed(value, 4)
