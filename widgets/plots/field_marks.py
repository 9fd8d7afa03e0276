"""Painting what is marked on data: misclassified points, margins beside boundaries, residuals."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from lab.panels import FieldPanel, FieldView
from widgets.plots.contour import joined, level_segments
from widgets.plots.curve_layout import Frame
from widgets.plots.field_layout import TITLE, FieldFacet, FieldLayout, dimensions, pixels_x, pixels_y
from widgets.plots.paths import array_path
from widgets.theme import Theme

MARGIN_LEVELS = (0.25, 0.75)
WRONG = 5.5
"""Radius of the ring round a misclassified point."""
SAMPLE = 4.0


def paint_margins(painter: QPainter, theme: Theme, panel: FieldPanel, view: FieldView, frame: Frame) -> None:
    """Paint where the probability is ¼ and ¾, thin and dashed, with a painter clipped to the frame."""
    values = np.asarray(view.values, dtype=np.float64)
    if not panel.margins or panel.field_kind != "probability" or len(panel.axes) < 2:
        return
    x, y = (np.asarray(axis, dtype=np.float64) for axis in panel.axes[:2])
    if values.shape != (len(y), len(x)):
        return
    pen = QPen(theme.color("accent"))
    pen.setWidthF(1.0)
    pen.setDashPattern([4.0, 3.0])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    for level in MARGIN_LEVELS:
        xs, ys = joined(*level_segments(values, x, y, level))
        if len(xs):
            painter.drawPath(array_path(pixels_x(frame, xs), pixels_y(frame, ys), connect="finite"))


def paint_field_wrong(painter: QPainter, theme: Theme, panel: FieldPanel, layout: FieldLayout) -> None:
    """Paint a ring round every point that a facet's surface takes for another class."""
    if dimensions(panel) != 2:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for facet in layout.facets:
        rect = facet.frame.rect.adjusted(-1, -1, 1, 1)
        places = np.flatnonzero(_wrong(facet))
        if not len(places):
            continue
        across = pixels_x(facet.frame, panel.points[places, 0])
        down = pixels_y(facet.frame, panel.points[places, 1])
        radius = WRONG * min(1.0, max(0.65, facet.frame.rect.width() / 220.0))
        seen = [QPointF(x, y) for x, y in zip(across.tolist(), down.tolist(), strict=True)]
        painter.setPen(_ring_pen(theme))
        for point in seen:
            if rect.contains(point):
                painter.drawEllipse(point, radius, radius)


def paint_wrong_count(painter: QPainter, theme: Theme, facet: FieldFacet) -> float:
    """Paint how many points are misclassified at the right of a facet's title; return the width it took."""
    wrong = _wrong(facet)
    rect = facet.frame.rect
    metrics = QFontMetricsF(theme.font("tick"))
    words = f"{np.count_nonzero(wrong)} of {len(wrong)} wrong"
    width = metrics.horizontalAdvance(words) + 2 * SAMPLE + 6
    if not len(wrong) or width > 0.55 * rect.width():
        return 0.0
    centre = rect.top() - TITLE / 2
    left = rect.right() - width
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_ring_pen(theme))
    painter.drawEllipse(QPointF(left + SAMPLE, centre), SAMPLE, SAMPLE)
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.color("text2"))
    painter.drawText(QPointF(left + 2 * SAMPLE + 5, centre - metrics.height() / 2 + metrics.ascent()), words)
    return width + 8


def paint_residuals(painter: QPainter, theme: Theme, panel: FieldPanel, facet: FieldFacet) -> None:
    """Paint a line from every point to each fit, under points and fits."""
    if not panel.residuals or dimensions(panel) != 1 or not panel.axes or panel.classes:
        return
    axis = np.asarray(panel.axes[0], dtype=np.float64)
    frame, x = facet.frame, panel.points[:, 0]
    across = pixels_x(frame, x)
    down = pixels_y(frame, np.asarray(panel.labels, dtype=np.float64))
    painter.save()
    painter.setClipRect(frame.rect.adjusted(-1, -1, 1, 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for number, view in enumerate(facet.views):
        values = np.asarray(view.values, dtype=np.float64)
        if values.shape != axis.shape:
            continue
        fit = pixels_y(frame, np.interp(x, axis, values, np.nan, np.nan))
        color = QColor(theme.series(view.series).color)
        color.setAlpha(150)
        pen = QPen(color)
        pen.setWidthF(1.0)
        painter.setPen(pen)
        aside = number - (len(facet.views) - 1) / 2  # beside each other where there are two
        known = np.isfinite(across) & np.isfinite(down) & np.isfinite(fit)
        for at in np.flatnonzero(known).tolist():
            place = float(across[at]) + 1.5 * aside
            painter.drawLine(QLineF(place, float(down[at]), place, float(fit[at])))
    painter.restore()


def _wrong(facet: FieldFacet) -> np.ndarray:
    """Return which points are misclassified in a facet of one view, or an empty array."""
    return facet.views[0].wrong if len(facet.views) == 1 else np.empty(0, dtype=bool)


def _ring_pen(theme: Theme) -> QPen:
    pen = QPen(theme.color("error"))
    pen.setWidthF(1.5)
    return pen
