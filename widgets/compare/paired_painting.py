"""Painting paired differences: a dot a seed, an interval and its middle, the margin, numbers at the right."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lab.comparing.race_differences import DifferenceRow, Differences
from widgets.plots.axis import TICK, thin_pen
from widgets.plots.scale import Scale
from widgets.plots.ticks import labels, ticks
from widgets.theme import Theme

NUMBERS = 120.0
"""Room of the numbers at the right, outside the axis."""
EDGE = 34.0
"""Room beyond the axis for what never arrived."""
TALLEST_ROW = 44.0
DOT = 2.6


@dataclass(frozen=True)
class PairedLayout:
    """Where axis and rows are, in pixels.

    ``titles`` is (title, middle) of each group, ``middles`` the middle of each row, ``numbers`` and ``names``
    the room at the right and at the left of the axis.
    """

    rect: QRectF
    scale: Scale
    titles: tuple[tuple[str, float], ...]
    middles: tuple[float, ...]
    row_height: float
    numbers: float
    names: float

    def x(self, value: float) -> float:
        """Return where a difference is; an infinite one is at its edge."""
        if math.isinf(value):
            return self.rect.right() + EDGE / 2 if value > 0 else self.rect.left() - EDGE / 2
        return self.rect.left() + self.scale.fraction(value) * self.rect.width()

    def row(self, index: int, left: float, right: float) -> QRectF:
        """Return the band of a row."""
        top = self.middles[index] - self.row_height / 2
        return QRectF(left, top, right - left, self.row_height)


def lay_out_paired(theme: Theme, shown: Differences, rect: QRectF) -> PairedLayout:
    """Return where everything goes."""
    metrics = QFontMetricsF(theme.font("subtitle"))
    values = QFontMetricsF(theme.font("value"))
    longest = max((metrics.horizontalAdvance(row.words) for row in shown.rows), default=40.0)
    numbers = max((values.horizontalAdvance(row.text) for row in shown.rows), default=0.0) + 10
    numbers = min(max(NUMBERS, numbers), 0.4 * rect.width())
    names = min(longest + 10, 0.28 * rect.width())
    left = rect.left() + names
    if shown.never_low:
        left += EDGE
    right = rect.right() - numbers - (EDGE if shown.never_high else 0.0)
    bottom = rect.bottom() - QFontMetricsF(theme.font("tick")).height() - 10
    lines = len(shown.rows) + 0.8 * len(shown.groups)
    height = min(TALLEST_ROW, max(8.0, (bottom - rect.top() - 4) / max(1.0, lines)))
    y, titles, middles = rect.top() + 2, [], []
    for title, rows in shown.groups:
        titles.append((title, y + 0.4 * height))
        y += 0.8 * height
        for _ in rows:
            middles.append(y + height / 2)
            y += height
    axis = QRectF(left, rect.top(), max(20.0, right - left), min(bottom, y + 4) - rect.top())
    scale = Scale(shown.low, shown.high)
    return PairedLayout(axis, scale, tuple(titles), tuple(middles), height, numbers, names)


def paint_paired(
    painter: QPainter, theme: Theme, shown: Differences, layout: PairedLayout, rect: QRectF
) -> None:
    """Paint margin, grid, rows and axis."""
    _paint_ground(painter, theme, shown, layout)
    _paint_edges(painter, theme, shown, layout)
    metrics = QFontMetricsF(theme.font("value"))
    for title, middle in layout.titles:
        painter.setFont(theme.font("value"))
        painter.setPen(theme.color("text"))
        width = min(metrics.horizontalAdvance(title), rect.width() - 4)
        box = QRectF(rect.left(), middle - metrics.height() / 2, width, metrics.height())
        painter.fillRect(box.adjusted(0, 0, 4, 0), theme.color("card"))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
    for row, middle in zip(shown.rows, layout.middles, strict=True):
        _paint_row(painter, theme, row, layout, middle, rect)


def _paint_ground(painter: QPainter, theme: Theme, shown: Differences, layout: PairedLayout) -> None:
    area = layout.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if shown.margin > 0:
        left, right = layout.x(-shown.margin), layout.x(shown.margin)
        painter.fillRect(QRectF(left, area.top(), right - left, area.height()), theme.color("neutral_tint"))
    found = ticks(layout.scale, max(2, min(6, round(area.width() / 80))))
    words = labels(found, layout.scale)
    tick = QFontMetricsF(theme.font("tick"))
    for value, word in zip(found, words, strict=True):
        x = round(layout.x(value))
        painter.setPen(thin_pen(theme, "axis" if value == 0 else "grid"))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setPen(thin_pen(theme, "axis"))
        painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + TICK))
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.color("text2"))
        box = QRectF(x - 60, area.bottom() + 6, 120, tick.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, word)
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(area.left(), area.bottom(), area.right(), area.bottom()))


def _paint_edges(painter: QPainter, theme: Theme, shown: Differences, layout: PairedLayout) -> None:
    """Paint the strips beyond the axis where one of a pair never arrived."""
    area = layout.rect
    tick = QFontMetricsF(theme.font("tick"))
    for there, value in ((shown.never_low, -math.inf), (shown.never_high, math.inf)):
        if not there:
            continue
        x = layout.x(value)
        edge = area.left() if value < 0 else area.right()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pen = thin_pen(theme, "axis")
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QLineF(round(edge), area.top(), round(edge), area.bottom()))
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.color("text2"))
        box = QRectF(x - 40, area.bottom() + 6, 80, tick.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, "never")


def _paint_row(
    painter: QPainter, theme: Theme, row: DifferenceRow, layout: PairedLayout, middle: float, rect: QRectF
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    metrics = QFontMetricsF(theme.font("subtitle"))
    painter.setFont(theme.font("subtitle"))
    painter.setPen(theme.color("text2"))
    room = layout.names - 8
    words = metrics.elidedText(row.words, Qt.TextElideMode.ElideMiddle, room)
    box = QRectF(rect.left(), middle - metrics.height() / 2, room, metrics.height())
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    above = min(6.0, layout.row_height / 5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("text3", 110))
    for x, lift in zip(_places(row, layout), _lifts(row, layout, above), strict=True):
        painter.drawEllipse(QPointF(x, middle - above / 2 - lift), DOT, DOT)
    _paint_interval(painter, theme, row, layout, middle + above)

    painter.setFont(theme.font("value"))
    painter.setPen(theme.color("text"))
    values = QFontMetricsF(theme.font("value"))
    box = QRectF(rect.right() - layout.numbers, middle - values.height() / 2, layout.numbers, values.height())
    painter.drawText(
        box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        values.elidedText(row.text, Qt.TextElideMode.ElideRight, layout.numbers - 4),
    )  # fmt: skip


def _paint_interval(
    painter: QPainter, theme: Theme, row: DifferenceRow, layout: PairedLayout, y: float
) -> None:
    if math.isnan(row.estimate):
        return
    start, end, place = (layout.x(value) for value in (row.low, row.high, row.estimate))
    painter.setPen(QPen(theme.color("accent"), 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QLineF(start, y, end, y))
    painter.setPen(QPen(theme.color("accent"), 2.0))
    painter.setBrush(theme.color("card"))
    painter.drawEllipse(QPointF(place, y), 4.5, 4.5)


def _places(row: DifferenceRow, layout: PairedLayout) -> NDArray[np.float64]:
    return np.array([layout.x(float(value)) for value in row.dots], dtype=np.float64)


def _lifts(row: DifferenceRow, layout: PairedLayout, above: float) -> NDArray[np.float64]:
    """Return how far each dot is lifted, so that equal ones lie side by side and not on each other."""
    lifts = np.zeros(len(row.dots))
    counts: dict[int, int] = {}
    levels = max(1, int((layout.row_height / 2 - above / 2 - DOT) / (1.6 * DOT)))
    for index, x in enumerate(_places(row, layout)):
        place = round(float(x) / DOT)
        level = counts.get(place, 0)
        counts[place] = level + 1
        lifts[index] = (level % levels) * 1.6 * DOT
    return lifts
