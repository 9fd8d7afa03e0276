"""Painting a sample: its density, the points standing on the axis, and estimates as lines through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from lab.panels import CurvePanel, Facet, Line
from widgets.plots.annotations import paint_marker
from widgets.plots.curve_layout import FacetLayout, Frame, lay_out
from widgets.plots.scale import Scale
from widgets.plots.ticks import labels, ticks
from widgets.theme import Theme

_TALLEST = 0.8
"""Share of the height that the highest pile of points may take."""


@dataclass(frozen=True, eq=False)
class SampleData:
    """Points (n,) with the outliers marked, density over x (m,), ranges, and (series, value) of estimates."""

    points: NDArray[np.float64]
    outlier: NDArray[np.bool_]
    x: NDArray[np.float64]
    density: NDArray[np.float64]
    discrete: bool
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    estimates: tuple[tuple[int, float], ...] = ()

    def panel(self) -> CurvePanel:
        """Return what the axes are laid out from."""
        line = Line(self.x, self.density, 0, "mean", "")
        return CurvePanel("sample", "", "", (Facet("", (line,)),), (), "y =", self.x_range, self.y_range)


def sample_facet(data: SampleData, size: QSizeF, theme: Theme) -> FacetLayout:
    """Return where everything is; values that are counted or named have ticks at whole numbers only."""
    facet = lay_out(data.panel(), size, theme.font("tick"), theme.font("tag")).facets[0]
    if not data.discrete:
        return facet
    low, high = math.ceil(data.x_range[0]), math.floor(data.x_range[1])
    scale = Scale(float(low), float(max(high, low + 1)))
    wanted = max(2, min(high - low + 1, int(size.width() / 80)))
    values = tuple(v for v in ticks(scale, wanted, whole=True) if low <= v <= high)
    return replace(facet, x_ticks=values, x_labels=labels(values, scale))


def radius(count: int) -> float:
    """Return the radius of a point among so many, in logical pixels."""
    return 5.0 if count <= 80 else 4.0 if count <= 300 else 2.5


def point_places(frame: Frame, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the centres (n, 2) of points piled on the axis: neighbours closer than a point go on top."""
    size = 2 * radius(len(points))
    low, high = frame.x.view
    across = frame.rect.left() + (points - low) / (high - low) * frame.rect.width()
    pile = np.round(across / size)
    order = np.argsort(pile, kind="stable")
    ordered = pile[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    level = np.arange(len(points)) - np.repeat(starts, np.diff(np.r_[starts, len(points)]))
    height = np.empty(len(points))
    height[order] = level
    tallest = float(level.max(initial=0)) + 1
    step = min(size, _TALLEST * frame.rect.height() / tallest)
    return np.column_stack([across, frame.rect.bottom() - size / 2 - 1 - height * step])


def paint_density(painter: QPainter, theme: Theme, facet: FacetLayout, data: SampleData) -> None:
    """Paint the density as a curve, or the probabilities of whole numbers as bars."""
    frame = facet.frame
    rect = frame.rect
    painter.save()
    painter.setClipRect(rect.adjusted(-1, -2, 1, 1))
    if data.discrete:
        step = abs(frame.px(1.0) - frame.px(0.0))
        half = max(1.5, min(22.0, 0.34 * step))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("press"))
        for value, height in zip(data.x, data.density, strict=True):
            top, centre = frame.py(float(height)), frame.px(float(value))
            painter.fillRect(QRectF(centre - half, top, 2 * half, rect.bottom() - top), theme.color("press"))
            painter.fillRect(QRectF(centre - half, top - 1, 2 * half, 2), theme.color("accent"))
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        pen = theme.pen(0, 2.0)
        pen.setCosmetic(False)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x_low, x_high = frame.x.view
        y_low, y_high = frame.y.view
        px = rect.left() + (data.x - x_low) / (x_high - x_low) * rect.width()
        py = rect.bottom() - (data.density - y_low) / (y_high - y_low) * rect.height()
        painter.drawPath(pg.functions.arrayToQPath(px, py, connect="finite"))
    painter.restore()


def paint_estimates(
    painter: QPainter, theme: Theme, facet: FacetLayout, estimates: Sequence[tuple[int, float]]
) -> None:
    """Paint a line with its marker for each estimate; one outside stands as an arrow at the edge."""
    rect = facet.frame.rect
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for place, (series, value) in enumerate(estimates):
        x = facet.frame.px(value)
        top = rect.top() + 6 + 12 * place
        if rect.left() - 0.5 <= x <= rect.right() + 0.5:
            pen = theme.pen(series, 1.0)
            pen.setCosmetic(False)
            painter.setPen(pen)
            painter.drawLine(QLineF(x, top, x, rect.bottom()))
            paint_marker(painter, theme, series, x, top)
        elif math.isfinite(x):
            tip = rect.right() + 8 if x > rect.right() else rect.left() - 2
            back = tip - 7 if x > rect.right() else tip + 7
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.series(series).color)
            painter.drawPolygon([QPointF(tip, top), QPointF(back, top - 5), QPointF(back, top + 5)])
    painter.restore()


def paint_points(
    painter: QPainter, theme: Theme, facet: FacetLayout, data: SampleData, chosen: int = -1
) -> None:
    """Paint the sample filled, outliers hollow, and a ring around the chosen point."""
    places = point_places(facet.frame, data.points)
    r = radius(len(data.points))
    painter.save()
    painter.setClipRect(facet.frame.rect.adjusted(-r - 3, -4, r + 3, 2))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    pen = QPen(theme.color("text2", 190 if len(places) <= 300 else 140))
    pen.setWidthF(2 * r - 1)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in places[~data.outlier].tolist()]))
    ring = QPen(theme.color("error"))
    ring.setWidthF(2.0)
    painter.setPen(ring)
    painter.setBrush(theme.color("card"))
    for x, y in places[data.outlier].tolist():
        painter.drawEllipse(QPointF(x, y), r - 0.5, r - 0.5)
    if 0 <= chosen < len(places):
        ring = QPen(theme.color("accent"))
        ring.setWidthF(2.0)
        painter.setPen(ring)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(*places[chosen].tolist()), r + 2.5, r + 2.5)
    painter.restore()
