"""Painting a surface over two parameters: shade, level lines with their numbers, the least and the point."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from lab.panels import CurvePanel, Facet, Line
from widgets.plots.axis import paint_axes, thin_pen
from widgets.plots.colours import blended
from widgets.plots.contour import level_segments
from widgets.plots.curve_layout import FacetLayout
from widgets.theme import Theme

LEVELS = (0.5, 2.0, 8.0, 32.0, 128.0, 512.0, 2048.0)
"""Level lines: so much above the least negative log-likelihood."""


@dataclass(frozen=True, eq=False)
class SurfaceData:
    """Values (m, n) above the least over y (m,) and x (n,), infinite where there are none.

    ``best`` is (x, y) of the least.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    above: NDArray[np.float64]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    log_y: bool
    x_label: str
    best: tuple[float, float]

    def panel(self) -> CurvePanel:
        """Return what the axes are laid out from."""
        line = Line(np.array(self.x_range), np.array(self.y_range), 0, "mean", "")
        return CurvePanel(
            "surface", "", "", (Facet("", (line,)),), (), f"{self.x_label} =", self.x_range, self.y_range,
            log_y=self.log_y,
        )  # fmt: skip


def paint_surface(painter: QPainter, theme: Theme, facet: FacetLayout, data: SurfaceData) -> None:
    """Paint shade, axes, level lines and their numbers."""
    frame = facet.frame
    rect = frame.rect
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    with np.errstate(invalid="ignore"):
        shares = np.where(np.isfinite(data.above), 0.45 * 8.0 / (8.0 + np.maximum(data.above, 0.0)), 0.0)
    colours = blended(shares[::-1], theme.color("card"), theme.color("heat")).astype(np.uint8)
    rgba = np.full((*colours.shape[:2], 4), 255, dtype=np.uint8)
    rgba[..., :3] = colours
    rows, columns = shares.shape
    image = QImage(rgba.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    left, right = frame.px(float(data.x[0])), frame.px(float(data.x[-1]))
    top, bottom = frame.py(float(data.y[-1])), frame.py(float(data.y[0]))
    across, up = (right - left) / (columns - 1) / 2, (bottom - top) / (rows - 1) / 2
    painter.drawImage(
        QRectF(left - across, top - up, right - left + 2 * across, bottom - top + 2 * up), image
    )
    painter.restore()
    paint_axes(painter, theme, data.panel(), (facet,))
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    y = np.log10(data.y) if data.log_y else data.y
    (x_low, x_high), (y_low, y_high) = frame.x.view, frame.y.view
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    for level in LEVELS:
        values = np.where(np.isfinite(data.above), data.above, np.nan)
        xs, ys = level_segments(values, data.x, y, level)
        if not len(xs):
            continue
        px = rect.left() + (xs - x_low) / (x_high - x_low) * rect.width()
        py = rect.bottom() - (ys - y_low) / (y_high - y_low) * rect.height()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(thin_pen(theme, "text2"))
        painter.drawPath(pg.functions.arrayToQPath(px, py, connect="pairs"))
        inside = (
            (px > rect.left() + 20)
            & (px < rect.right() - 20)
            & (py > rect.top() + 8)
            & (py < rect.bottom() - 8)
        )
        if inside.any():
            places = np.flatnonzero(inside)
            place = int(places[np.argmin(py[places])])
            word = f"+{level:g}"
            width = metrics.horizontalAdvance(word)
            box = QRectF(px[place] - width / 2 - 2, py[place] - 7, width + 4, 14)
            painter.fillRect(box, theme.color("card", 215))
            painter.setPen(theme.color("text2"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), word)
    painter.restore()


def paint_points(
    painter: QPainter,
    theme: Theme,
    facet: FacetLayout,
    best: tuple[float, float],
    point: tuple[float, float],
) -> None:
    """Paint the best as a cross and the point as a ring."""
    frame = facet.frame
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(theme.color("accent"))
    pen.setWidthF(2.0)
    painter.setPen(pen)
    x, y = frame.px(best[0]), frame.py(best[1])
    if math.isfinite(x) and math.isfinite(y) and frame.rect.adjusted(-1, -1, 1, 1).contains(x, y):
        painter.drawLine(QLineF(x - 5, y, x + 5, y))
        painter.drawLine(QLineF(x, y - 5, x, y + 5))
    x, y = frame.px(point[0]), frame.py(point[1])
    if math.isfinite(x) and math.isfinite(y):
        painter.setBrush(theme.color("card"))
        painter.drawEllipse(QPointF(x, y), 6.0, 6.0)
    painter.restore()
