"""What stands on a triangle: corners, minimum, path, point, the scale of the bands, and the numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from lab.explore.simplex import SimplexPlot, SimplexState, SimplexView, to_xy
from widgets.explore.readout_card import readout_number
from widgets.explore.simplex_ground import HEIGHT, TriangleFrame, band_colours, paint_ground, triangle_frame
from widgets.numbers import format_integer, format_number
from widgets.plots.annotations import paint_line_sample
from widgets.plots.axis import thin_pen
from widgets.theme import Theme

Numbers = NDArray[np.float64]
_SUBSCRIPTS = "₁₂₃"
MARGIN = 24.0
FIGURE = QSize(980, 520)
NARROW = 250.0
"""Below this length of a side there is no room for numbers beside the triangle."""


def readout(plot: SimplexPlot, state: SimplexState) -> tuple[tuple[str, str], ...]:
    """Return (words, number) of what a loss is at the point."""
    label = _SUBSCRIPTS[state.label]
    rows = [("L", readout_number(plot.value))]
    rows += [
        (f"∂L/∂z{sign}", readout_number(part)) for sign, part in zip(_SUBSCRIPTS, plot.gradient, strict=True)
    ]
    rows.append((f"least at this p{label}", readout_number(plot.best_fixed_value)))
    if state.show_path:
        if state.point[state.label] > 0.5:
            rows.append((f"p{label} > ½", "already"))
        else:
            steps = plot.steps_to_half
            never = f"> {format_integer(state.steps)}"
            rows.append((f"steps to p{label} > ½", never if steps is None else format_integer(steps)))
    return tuple(rows)


def describe(plot: SimplexPlot, state: SimplexState) -> str:
    """Say the same in one line."""
    point = ", ".join(f"p{sign} {value:.3f}" for sign, value in zip(_SUBSCRIPTS, state.point, strict=True))
    return f"{plot.name} at {point}: " + ", ".join(
        f"{words} {number}" for words, number in readout(plot, state)
    )


def paint_marks(
    painter: QPainter,
    theme: Theme,
    plot: SimplexPlot,
    state: SimplexState,
    frame: TriangleFrame,
    *,
    focused: bool = False,
) -> None:
    """Paint everything that moves with the point, and the corners."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    _paint_corners(painter, theme, state, frame)
    _paint_same_label(painter, theme, state, frame)
    if state.show_path and len(plot.path) > 1:
        points = frame.pixels(to_xy(plot.path))
        painter.setPen(QPen(theme.color("accent"), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in _thinned(points).tolist()]))
        _paint_steps(painter, theme, points)
    _paint_minimum(painter, theme, plot, frame)
    best = frame.pixel(*to_xy(plot.best_fixed).tolist())
    painter.setPen(QPen(theme.color("accent"), 1.6))
    painter.setBrush(theme.color("card"))
    painter.drawPolygon(
        QPolygonF(
            [best + QPointF(0, -5.5), best + QPointF(5.5, 0), best + QPointF(0, 5.5), best + QPointF(-5.5, 0)]
        )
    )
    point = frame.pixel(*to_xy(np.array(state.point)).tolist())
    if focused:
        painter.setPen(QPen(theme.color("accent"), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(point, 11.0, 11.0)
    painter.setPen(QPen(theme.color("accent"), 2.4))
    painter.setBrush(theme.color("card"))
    painter.drawEllipse(point, 6.5, 6.5)


def paint_beside(
    painter: QPainter,
    theme: Theme,
    plot: SimplexPlot,
    state: SimplexState,
    frame: TriangleFrame,
    rect: QRectF,
) -> None:
    """Paint the numbers at the point left of the tip, and the scale of the bands right of it."""
    if frame.side < NARROW:
        return
    top = max(rect.top() + 4, frame.rect.top() - 16)
    _paint_readout(painter, theme, readout(plot, state), QPointF(rect.left() + 2, top))
    _paint_scale(painter, theme, plot, QPointF(rect.right() - 4, top))


def paint_simplex(
    painter: QPainter, theme: Theme, state: SimplexState, view: SimplexView, size: QSizeF
) -> None:
    """Paint all triangles beside each other, as a figure."""
    gap = 20.0
    width = (size.width() - gap * (len(view.plots) + 1)) / len(view.plots)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for number, plot in enumerate(view.plots):
        left = gap + number * (width + gap)
        paint_line_sample(painter, theme, plot.series, QRectF(left, 14, 26, 12))
        painter.setFont(theme.font("title"))
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(left + 34, 25), plot.name)
        rect = QRectF(left, 40, width, size.height() - 80)
        frame = triangle_frame(rect)
        paint_ground(painter, theme, plot, frame, 2.0)
        paint_marks(painter, theme, plot, state, frame)
        paint_beside(painter, theme, plot, state, frame, rect)
    painter.setFont(theme.font("subtitle"))
    painter.setPen(theme.color("text2"))
    metrics = QFontMetricsF(painter.font())
    words = metrics.elidedText(view.sentence, Qt.TextElideMode.ElideRight, size.width() - 2 * gap)
    painter.drawText(QPointF(gap, size.height() - 14), words)


def _paint_corners(painter: QPainter, theme: Theme, state: SimplexState, frame: TriangleFrame) -> None:
    for index, (x, y) in enumerate(((0.0, 0.0), (1.0, 0.0), (0.5, HEIGHT))):
        right = index == state.label
        painter.setFont(theme.font("value" if right else "tick"))
        painter.setPen(theme.color("text" if right else "text2"))
        words = f"class {index + 1}" + (", label" if right else "")
        metrics = QFontMetricsF(painter.font())
        at = frame.pixel(x, y)
        width = metrics.horizontalAdvance(words)
        if index == 2:
            place = QPointF(at.x() - width / 2, at.y() - (11 if right else 8))
        else:
            shift = -MARGIN if index == 0 else MARGIN - width
            place = QPointF(at.x() + shift, at.y() + 8 + metrics.ascent())
        painter.drawText(place, words)


def _paint_same_label(painter: QPainter, theme: Theme, state: SimplexState, frame: TriangleFrame) -> None:
    """Paint the line on which the label's p is that of the point."""
    others = [k for k in range(3) if k != state.label]
    ends = []
    for other in others:
        p = np.zeros(3)
        p[state.label], p[other] = state.point[state.label], 1 - state.point[state.label]
        ends.append(frame.pixel(*to_xy(p).tolist()))
    painter.setPen(thin_pen(theme, "text2", dashes=(4.0, 3.0)))
    painter.drawLine(ends[0], ends[1])


def _paint_steps(painter: QPainter, theme: Theme, points: Numbers) -> None:
    """Mark the first steps, until they come too close."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent"))
    last = points[0]
    for x, y in points[1:60].tolist():
        if math.hypot(x - last[0], y - last[1]) < 5:
            break
        painter.drawEllipse(QPointF(x, y), 2.2, 2.2)
        last = (x, y)


def _thinned(points: Numbers) -> Numbers:
    """Leave out points that lie closer than half a pixel to one that is kept."""
    cells = np.floor(points * 2)
    keep = np.ones(len(points), dtype=bool)
    keep[1:-1] = (np.diff(cells, axis=0) != 0).any(axis=1)[:-1]
    return points[keep]


def _paint_minimum(painter: QPainter, theme: Theme, plot: SimplexPlot, frame: TriangleFrame) -> None:
    least = int(np.nanargmin(plot.values))
    at = frame.pixel(*plot.xy[least].tolist())
    painter.setPen(QPen(theme.color("accent"), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, 6.0, 6.0)
    painter.setBrush(theme.color("accent"))
    painter.drawEllipse(at, 1.6, 1.6)


def _paint_readout(painter: QPainter, theme: Theme, rows: tuple[tuple[str, str], ...], at: QPointF) -> None:
    names, values = QFontMetricsF(theme.font("subtitle")), QFontMetricsF(theme.font("value"))
    left = max(names.horizontalAdvance(words) for words, _ in rows)
    right = at.x() + left + 10 + max(values.horizontalAdvance(number) for _, number in rows)
    for place, (words, number) in enumerate(rows):
        base = at.y() + place * 18 + names.ascent()
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text2"))
        painter.drawText(QPointF(at.x(), base), words)
        painter.setFont(theme.font("value"))
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(right - values.horizontalAdvance(number), base), number)


def _paint_scale(painter: QPainter, theme: Theme, plot: SimplexPlot, at: QPointF) -> None:
    """Paint the bands with the levels between them, the highest on top, its right end at a point."""
    colours = band_colours(theme, len(plot.levels) + 1)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    texts = [format_number(level, 2) for level in plot.levels]
    width = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
    step, box = 14.0, 14.0
    left = at.x() - width - 6 - box
    painter.setPen(theme.color("text2"))
    painter.drawText(QPointF(left - metrics.horizontalAdvance("L") - 6, at.y() + metrics.ascent()), "L")
    for place, colour in enumerate(colours[::-1]):
        painter.setPen(QPen(theme.color("line2"), 0.6))
        painter.setBrush(_color(colour))
        painter.drawRect(QRectF(left, at.y() + place * step, box, step))
    painter.setPen(theme.color("text2"))
    for place, text in enumerate(texts[::-1], 1):
        base = at.y() + place * step + metrics.ascent() / 2 - 1
        painter.drawText(QPointF(at.x() - metrics.horizontalAdvance(text), base), text)


def _color(parts: Numbers) -> QColor:
    return QColor(*(round(float(part)) for part in parts))
