"""Painting runs as lines across parallel axes, on the screen and for figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from lab.comparing.parallel import MISSING_SHARE, Parallel
from widgets.compare.axis_painting import axis_ticks
from widgets.compare.scatter_painting import LEGEND_LINE, legend_lines, paint_colours
from widgets.plots.annotations import paint_placeholder
from widgets.plots.axis import thin_pen
from widgets.plots.colours import blended
from widgets.plots.paths import array_path
from widgets.theme import Theme

HANDLE = 10.0
"""Width of a range on an axis."""
SIDES = (64.0, 180.0)
"""Least and most room for labels at the left of the first and at the right of the last axis."""
HEATS = 32


@dataclass(frozen=True)
class ParallelLayout:
    """Where everything is: the legend, the axes' x, their top and bottom, and (R, A) y of the lines."""

    legend: QRectF
    places: tuple[float, ...]
    top: float
    bottom: float
    lines: NDArray[np.float64]

    def axis_at(self, x: float, reach: float) -> int:
        """Return the axis near an x, −1 for none."""
        away = [abs(place - x) for place in self.places]
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= reach else -1

    def share_at(self, y: float) -> float:
        """Return the share of the axes' height at a y."""
        return (self.bottom - y) / max(1.0, self.bottom - self.top)

    def y_of(self, share: float) -> float:
        """Return the y at a share of the axes' height."""
        return self.bottom - share * (self.bottom - self.top)


def lay_out_parallel(theme: Theme, parallel: Parallel, rect: QRectF) -> ParallelLayout:
    """Return where everything goes in a rectangle."""
    lines = legend_lines(theme, parallel.legend, rect.width())
    legend_height = LEGEND_LINE * max(len(lines), 1 if parallel.heat is not None else 0)
    top = rect.top() + legend_height + 34
    missing = (parallel.shares == MISSING_SHARE).any()
    bottom = max(top + 40.0, rect.bottom() - 10)
    if missing:
        bottom = top + (bottom - top) / (1 - MISSING_SHARE)
    left = rect.left() + side_width(theme, parallel, 0)
    right = rect.right() - side_width(theme, parallel, len(parallel.axes) - 1)
    places = np.linspace(left, right, len(parallel.axes)) if len(parallel.axes) > 1 else [(left + right) / 2]
    y = bottom - parallel.shares * (bottom - top)
    legend = QRectF(rect.left(), rect.top(), rect.width(), legend_height)
    return ParallelLayout(legend, tuple(float(place) for place in places), top, bottom, y)


def side_width(theme: Theme, parallel: Parallel, index: int) -> float:
    """Return the room that labels of an axis at the edge need."""
    metrics = QFontMetricsF(theme.font("tick"))
    words = parallel.axes[index].texts or ("",)
    title = QFontMetricsF(theme.font("tag")).horizontalAdvance(parallel.axes[index].label) / 2
    return min(max(SIDES[0], title, *(metrics.horizontalAdvance(word) + 12 for word in words)), SIDES[1])


def line_colours(theme: Theme, parallel: Parallel) -> list[QColor]:
    """Return each run's colour: of its series, or along the heat."""
    if parallel.heat is None:
        return [theme.series(int(number)).color for number in parallel.series]
    # from a colour that can be told from the card: the lowest value is a line, too
    low = QColor(*(round(part) for part in blended(0.25, theme.color("card"), theme.color("heat")).tolist()))
    steps = np.round(np.nan_to_num(parallel.heat) * (HEATS - 1)) / (HEATS - 1)
    mixed = blended(steps, low, theme.color("heat"))
    return [
        QColor(*(round(part) for part in color)) if known else theme.color("line2")
        for color, known in zip(mixed.tolist(), np.isfinite(parallel.heat), strict=True)
    ]


def paint_parallel(
    painter: QPainter,
    theme: Theme,
    parallel: Parallel,
    layout: ParallelLayout,
    chosen: NDArray[np.bool_],
    ranges: Mapping[str, tuple[float, float]],
) -> None:
    """Paint lines, axes, ranges and the legend; runs that are not chosen go back."""
    _paint_lines(painter, theme, parallel, layout, chosen)
    for index, axis in enumerate(parallel.axes):
        x = layout.places[index]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin_pen(theme, "axis"))
        painter.drawLine(QLineF(round(x), layout.top, round(x), layout.bottom))
        if axis.name in ranges:
            low, high = ranges[axis.name]
            box = QRectF(x - HANDLE / 2, layout.y_of(high), HANDLE, layout.y_of(low) - layout.y_of(high))
            painter.setPen(theme.color("accent"))
            painter.setBrush(theme.color("accent", 46))
            painter.drawRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        _paint_labels(painter, theme, parallel, layout, index)
    _paint_missing(painter, theme, parallel, layout)
    if not parallel.keys:
        room = QRectF(layout.legend.left(), layout.top, layout.legend.width(), layout.bottom - layout.top)
        paint_placeholder(painter, theme, "select runs to see them here", room)
    if parallel.heat is None:
        paint_colours(painter, theme, parallel.legend, layout.legend, line=True)
    else:
        _paint_heat(painter, theme, parallel, layout.legend)


def _paint_lines(
    painter: QPainter, theme: Theme, parallel: Parallel, layout: ParallelLayout, chosen: NDArray[np.bool_]
) -> None:
    """Paint runs of one colour as one path: first those that go back, the best last."""
    x = np.array(layout.places)
    colours = line_colours(theme, parallel)
    all_chosen = bool(chosen.all())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    many = len(parallel.keys) > 60
    for stands in (False, True):
        by_colour: dict[int, list[int]] = {}
        for index in np.flatnonzero(chosen == stands).tolist():
            by_colour.setdefault(colours[index].rgb(), []).append(index)
        for rgb, indices in by_colour.items():
            color = QColor.fromRgb(rgb)
            color.setAlpha((110 if many and all_chosen else 200) if stands else 26)
            painter.setPen(QPen(color, 1.0))
            painter.drawPath(_path(x, layout.lines[indices]))
    if parallel.best is not None and chosen[parallel.best]:
        painter.setPen(QPen(theme.color("card"), 5.0))
        painter.drawPath(_path(x, layout.lines[[parallel.best]]))
        painter.setPen(QPen(theme.color("accent"), 2.5))
        painter.drawPath(_path(x, layout.lines[[parallel.best]]))


def _path(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPainterPath:
    """Return one path through rows of y, broken between them."""
    gap = np.full((len(y), 1), np.nan)
    across = np.concatenate([np.broadcast_to(x, y.shape), gap], axis=1)
    if y.shape[1] == 1:  # one axis has no lines: short strokes across it
        across = np.concatenate([np.full_like(y, x[0] - 8), np.full_like(y, x[0] + 8), gap], axis=1)
        y = np.concatenate([y, y], axis=1)
    return array_path(across.ravel(), np.concatenate([y, gap], axis=1).ravel(), connect="finite")


def _paint_labels(
    painter: QPainter, theme: Theme, parallel: Parallel, layout: ParallelLayout, index: int
) -> None:
    axis, x = parallel.axes[index], layout.places[index]
    last = index == len(parallel.axes) - 1 and index > 0
    spacing = layout.places[1] - layout.places[0] if len(layout.places) > 1 else 240.0
    painter.setFont(theme.font("tag"))
    metrics = QFontMetricsF(painter.font())
    title = metrics.elidedText(axis.label, Qt.TextElideMode.ElideRight, max(40.0, spacing - 10))
    width = metrics.horizontalAdvance(title)
    painter.setPen(theme.color("text"))
    ends = layout.legend.left(), layout.legend.right() - width
    left = min(max(x - width / 2, ends[0]), max(ends))
    painter.drawText(QPointF(left, layout.top - 16 - metrics.descent()), title)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    room = side_width(theme, parallel, index) - 10 if last or index == 0 else max(30.0, spacing / 2 - 12)
    height = layout.bottom - layout.top
    free = layout.bottom + metrics.height()
    for share, word in axis_ticks(axis, max(2, min(6, round(height / 44)))):
        y = layout.y_of(share)
        if y > free:
            continue
        free = y - metrics.height()
        shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(shown)
        left = x + 7 if last else x - 7 - width
        box = QRectF(left - 1, y - metrics.height() / 2, width + 2, metrics.height())
        painter.fillRect(box, theme.color("card", 200))
        painter.setPen(theme.color("text2"))
        painter.drawText(QPointF(left, y - metrics.height() / 2 + metrics.ascent()), shown)


def _paint_missing(painter: QPainter, theme: Theme, parallel: Parallel, layout: ParallelLayout) -> None:
    """Write "none" at the foot of axes on which a run has no value."""
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    y = layout.y_of(MISSING_SHARE)
    for index, x in enumerate(layout.places):
        if (parallel.shares[:, index] == MISSING_SHARE).any():
            width = metrics.horizontalAdvance("none")
            painter.fillRect(QRectF(x - width / 2 - 2, y - 7, width + 4, 14), theme.color("card"))
            painter.setPen(theme.color("text3"))
            painter.drawText(QPointF(x - width / 2, y - metrics.height() / 2 + metrics.ascent()), "none")


def _paint_heat(painter: QPainter, theme: Theme, parallel: Parallel, rect: QRectF) -> None:
    """Paint what colours mean: a ramp with its ends."""
    assert parallel.heat_axis is not None
    axis = parallel.heat_axis
    metrics = QFontMetricsF(theme.font("subtitle"))
    low, high = axis.text(axis.low), axis.text(axis.high)
    painter.setFont(theme.font("subtitle"))
    painter.setPen(theme.color("text2"))
    baseline = rect.top() + LEGEND_LINE / 2 - metrics.height() / 2 + metrics.ascent()
    words = f"{axis.label}  {low}"
    painter.drawText(QPointF(rect.left(), baseline), words)
    left = rect.left() + metrics.horizontalAdvance(words) + 8
    base = QColor(*(round(part) for part in blended(0.25, theme.color("card"), theme.color("heat")).tolist()))
    for step in range(HEATS):
        color = blended(step / (HEATS - 1), base, theme.color("heat")).tolist()
        painter.fillRect(QRectF(left + 3 * step, rect.top() + 6, 3.2, 8), QColor(*(round(p) for p in color)))
    painter.drawText(QPointF(left + 3 * HEATS + 8, baseline), high)
