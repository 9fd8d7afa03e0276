"""Painting axes: a bottom line with ticks, labels at the left without a line, horizontal grid lines only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lab.panels import CurvePanel
from widgets.plots.curve_layout import FacetLayout, Frame
from widgets.theme import Theme

TICK = 4


class AxisLayout(Protocol):
    """What axes are painted from: a frame with its ticks and words, and the room right of it."""

    @property
    def frame(self) -> Frame:
        """Where, and the scales."""

    @property
    def x_ticks(self) -> tuple[float, ...]:
        """Places along x."""

    @property
    def x_labels(self) -> tuple[str, ...]:
        """Words under them."""

    @property
    def y_ticks(self) -> tuple[float, ...]:
        """Places along y."""

    @property
    def y_labels(self) -> tuple[str, ...]:
        """Words beside them."""

    @property
    def reserve(self) -> float:
        """Pixels right of the frame that the axis reaches on for labels at line ends."""

    @property
    def margin(self) -> float:
        """Pixels that a label may stand out further."""

    @property
    def show_left(self) -> bool:
        """Whether there are labels at the left."""

    @property
    def show_unit(self) -> bool:
        """Whether the first label under the axis says its unit."""


def paint_axes(painter: QPainter, theme: Theme, panel: CurvePanel, facets: Iterable[FacetLayout]) -> None:
    """Paint grid, axis lines, ticks and labels of all facets, below the data."""
    for layout in facets:
        paint_grid(painter, theme, layout)
        paint_bottom(painter, theme, layout, panel.x_label)
        if layout.show_left and not (panel.placeholder and not layout.facet.lines):
            paint_left(painter, theme, layout)


def thin_pen(theme: Theme, token: str, *, dashes: tuple[float, ...] | None = None) -> QPen:
    """Return a pen one logical pixel wide in a token's colour, for painting in pixel coordinates."""
    pen = QPen(theme.color(token))
    pen.setWidthF(1.0)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes is not None:
        pen.setDashPattern(list(dashes))
    return pen


def paint_grid(painter: QPainter, theme: Theme, layout: AxisLayout) -> None:
    """Paint horizontal lines at the ticks of y."""
    rect = layout.frame.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "grid"))
    for value in layout.y_ticks:
        y = round(layout.frame.py(value))
        if abs(y - rect.bottom()) > 1.5:
            painter.drawLine(QLineF(rect.left(), y, rect.right() + layout.reserve, y))


def paint_bottom(painter: QPainter, theme: Theme, layout: AxisLayout, unit: str) -> None:
    """Paint the bottom axis with ticks and labels; the first says the unit where the layout says so."""
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


def bottom_labels(theme: Theme, layout: AxisLayout, unit: str) -> list[tuple[str, QRectF]]:
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


def paint_left(painter: QPainter, theme: Theme, layout: AxisLayout) -> None:
    """Paint the labels left of the frame."""
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
        height = metrics.height() * (word.count("\n") + 1)
        centre = min(y, lowest - height / 2 + 4)
        painter.drawText(
            QRectF(rect.left() - 8 - 200, centre - height / 2, 200, height),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            word,
        )
