"""Painting runs as points, on the screen and for figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from lab.comparing.scatter import LegendColour, Scatter
from lab.store.rows import RunKey
from widgets.compare.axis_painting import left_width, padded, paint_bottom, paint_left
from widgets.plots.annotations import paint_placeholder
from widgets.plots.paths import marker_path
from widgets.theme import Theme

MARKER = 8.0
MANY = 400
"""With more points than this they are smaller and paler, so that crowds show."""
FEW = 12
"""Up to so many different numbers along x are treated as places of their own."""
LEGEND_LINE = 20.0


@dataclass(frozen=True)
class ScatterLayout:
    """Where everything is: the room of the legend, the plot, and (n, 2) pixels of the points."""

    legend: QRectF
    plot: QRectF
    points: NDArray[np.float64]


def lay_out_scatter(theme: Theme, scatter: Scatter, rect: QRectF) -> ScatterLayout:
    """Return where everything of a scatter goes in a rectangle."""
    lines = legend_lines(theme, scatter.legend, rect.width())
    top = rect.top() + LEGEND_LINE * len(lines)
    left = left_width(theme, scatter.y, rect.height())
    plot = QRectF(rect.left() + left, top + 22, rect.width() - left - 20, max(24.0, rect.bottom() - top - 62))
    inside = padded(plot)
    x = (
        inside.left()
        + scatter.x.share(scatter.places[:, 0]) * inside.width()
        + _dodge(scatter, inside.width())
    )
    y = inside.bottom() - scatter.y.share(scatter.places[:, 1]) * inside.height()
    return ScatterLayout(
        QRectF(rect.left(), rect.top(), rect.width(), LEGEND_LINE * len(lines)),
        plot,
        np.stack([x, y], axis=1),
    )


def _dodge(scatter: Scatter, width: float) -> NDArray[np.float64]:
    """Return how far points stand beside their place, in pixels.

    Where x is a category, or a number of which there are few, colours stand side by side instead of over each
    other.
    """
    numbers = np.unique(scatter.series)
    values = np.unique(scatter.places[:, 0])
    if len(numbers) < 2 or (not scatter.x.texts and not len(values) <= FEW < len(scatter.keys)):
        return np.zeros(len(scatter.keys))
    step = 18.0 if scatter.x.texts else 7.0
    step = min(step, 0.6 * width / max(1, len(values)) / len(numbers))
    return np.asarray(step * (np.searchsorted(numbers, scatter.series) - (len(numbers) - 1) / 2))


def paint_scatter(
    painter: QPainter,
    theme: Theme,
    scatter: Scatter,
    layout: ScatterLayout,
    picked: Collection[RunKey] = (),
) -> None:
    """Paint axes, points and the legend; those of picked runs stand out, the others go back."""
    plot = layout.plot
    paint_left(painter, theme, scatter.y, plot)
    paint_bottom(painter, theme, scatter.x, plot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(theme.font("tag"))
    painter.setPen(theme.color("text"))
    metrics = QFontMetricsF(painter.font())
    up = metrics.elidedText(f"↑ {scatter.y.label}", Qt.TextElideMode.ElideRight, plot.width() / 2)
    painter.drawText(QPointF(layout.legend.left(), plot.top() - 11), up)
    across = metrics.elidedText(f"{scatter.x.label} →", Qt.TextElideMode.ElideRight, plot.width())
    left = plot.right() - metrics.horizontalAdvance(across)
    painter.drawText(QPointF(left, plot.bottom() + 24 + metrics.ascent()), across)
    paint_colours(painter, theme, scatter.legend, layout.legend)
    if not scatter.keys:
        words = "none of these runs has both values" if scatter.left_out else "select runs to see them here"
        paint_placeholder(painter, theme, words, plot)
        return
    _paint_points(painter, theme, scatter, layout, picked)


def _paint_points(
    painter: QPainter, theme: Theme, scatter: Scatter, layout: ScatterLayout, picked: Collection[RunKey]
) -> None:
    many = len(scatter.keys) > MANY
    size = 5.0 if many else MARKER
    chosen = set(picked)
    stands = [key in chosen for key in scatter.keys]
    order = sorted(range(len(stands)), key=lambda index: stands[index])  # picked ones over the others
    alpha = 90 if many else 200
    for index in order:
        style = theme.series(int(scatter.series[index]))
        color = QColor(style.color)
        color.setAlpha(255 if stands[index] else 60 if chosen else alpha)
        painter.save()
        painter.translate(*layout.points[index])
        painter.scale(size, size)
        pen = QPen(theme.color("text") if stands[index] else color)
        pen.setWidthF(1.4 / size)
        painter.setPen(pen)
        fill = QColor(style.color)
        fill.setAlpha(color.alpha() if stands[index] else color.alpha() * 2 // 3)
        painter.setBrush(fill)
        painter.drawPath(marker_path(style.marker))
        painter.restore()


def legend_lines(
    theme: Theme, legend: tuple[LegendColour, ...], width: float
) -> list[list[tuple[LegendColour, float]]]:
    """Return the entries of a legend with their left ends, broken into lines of a width; two at most."""
    metrics = QFontMetricsF(theme.font("subtitle"))
    lines: list[list[tuple[LegendColour, float]]] = [[]] if legend else []
    left = 0.0
    for entry in legend:
        needed = 16 + metrics.horizontalAdvance(entry.name) + 16
        if left and left + needed > width:
            if len(lines) == 2:
                break
            lines.append([])
            left = 0.0
        lines[-1].append((entry, left))
        left += needed
    return lines


def paint_colours(
    painter: QPainter, theme: Theme, legend: tuple[LegendColour, ...], rect: QRectF, *, line: bool = False
) -> None:
    """Paint a legend of markers, or of short lines, from the top of a rectangle."""
    lines = legend_lines(theme, legend, rect.width())
    shown = sum(len(entries) for entries in lines)
    metrics = QFontMetricsF(theme.font("subtitle"))
    painter.setFont(theme.font("subtitle"))
    for number, entries in enumerate(lines):
        centre = rect.top() + LEGEND_LINE * (number + 0.5)
        for entry, left in entries:
            place = rect.left() + left
            style = theme.series(entry.series)
            painter.save()
            if line:
                painter.setPen(QPen(style.color, 2.0))
                painter.drawLine(QPointF(place, centre), QPointF(place + 11, centre))
            else:
                painter.translate(place + 5, centre)
                painter.scale(MARKER, MARKER)
                painter.setPen(QPen(style.color, 1.4 / MARKER))
                painter.setBrush(style.color)
                painter.drawPath(marker_path(style.marker))
            painter.restore()
            words = entry.name
            last = number == len(lines) - 1 and entry is entries[-1][0]
            if last and shown < len(legend):
                words = f"{words} and {len(legend) - shown} more"
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width() - left - 16)
            painter.setPen(theme.color("text2"))
            painter.drawText(QPointF(place + 16, centre - metrics.height() / 2 + metrics.ascent()), words)
