"""Painting data with decision surfaces or fitted curves: pale fields, boundaries in ink, points."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from lab.panels import FieldPanel, FieldView
from widgets.plots.annotations import paint_line_sample
from widgets.plots.axis import thin_pen
from widgets.plots.colours import blended, class_color, class_marker, over, rgb
from widgets.plots.contour import level_segments
from widgets.plots.curve_layout import Frame
from widgets.plots.field_layout import TITLE, FieldFacet, FieldLayout, dimensions, pixels_x, pixels_y
from widgets.plots.field_marks import paint_margins, paint_residuals, paint_wrong_count
from widgets.plots.field_titles import (
    APART,
    SWATCH,
    SWATCH_GAP,
    title_rows,
    title_width,
    upwards_place,
    upwards_words,
)
from widgets.plots.paths import array_path, marker_path
from widgets.theme import Theme

RING = 7.5
"""Radius of the ring round a picked point."""


def paint_field_ground(painter: QPainter, theme: Theme, panel: FieldPanel, layout: FieldLayout) -> None:
    """Paint axes, surfaces and boundaries: what changes while training."""
    for facet in layout.facets:
        if dimensions(panel) == 2:
            for view in facet.views:
                _paint_surface(painter, theme, panel, facet, view)
        else:
            _paint_grid(painter, theme, facet)
            paint_residuals(painter, theme, panel, facet)
        _paint_axes(painter, theme, panel, facet)
        _paint_titles(painter, theme, panel, facet)


def paint_field_curves(painter: QPainter, theme: Theme, panel: FieldPanel, layout: FieldLayout) -> None:
    """Paint the fitted curves of data with one feature, over the points."""
    if dimensions(panel) != 1 or not panel.axes:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for facet in layout.facets:
        frame = facet.frame
        painter.save()
        painter.setClipRect(frame.rect.adjusted(-1, -1, 1, 1))
        for view in facet.views:
            x = np.asarray(panel.axes[0], dtype=np.float64)
            y = np.asarray(view.values, dtype=np.float64)
            if y.shape != x.shape:
                continue
            path = array_path(pixels_x(frame, x), pixels_y(frame, y), connect="finite")
            pen = theme.pen(view.series, 2.0)
            pen.setCosmetic(False)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
        painter.restore()


def paint_field_points(painter: QPainter, theme: Theme, panel: FieldPanel, layout: FieldLayout) -> None:
    """Paint the data: colour and shape by class, hollow where the label was flipped, lighter to validate."""
    if panel.points.ndim != 2 or not panel.points.size:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    count = len(panel.points)
    full_size = 7.5 if count <= 400 else 5.5 if count <= 1000 else 4.5
    two = dimensions(panel) == 2
    for facet in layout.facets:
        frame = facet.frame
        size = full_size * min(1.0, max(0.65, frame.rect.width() / 220.0))
        x = pixels_x(frame, panel.points[:, 0])
        y = pixels_y(frame, panel.points[:, 1] if two else np.asarray(panel.labels, dtype=np.float64))
        rect = frame.rect.adjusted(-1, -1, 1, 1)
        seen = np.isfinite(x) & np.isfinite(y)
        seen &= (x >= rect.left()) & (x <= rect.right()) & (y >= rect.top()) & (y <= rect.bottom())
        order = np.flatnonzero(seen)
        for index in order[np.argsort(~panel.validation[order], kind="stable")]:
            color, marker = _point_style(theme, panel, int(index), two)
            _paint_point(
                painter, theme, panel, float(x[index]), float(y[index]), size, color, marker,
                hollow=bool(panel.corrupted[index]), light=bool(panel.validation[index]), outlined=two,
            )  # fmt: skip


def paint_field_ring(painter: QPainter, theme: Theme, panel: FieldPanel, layout: FieldLayout) -> None:
    """Paint a ring in ink round the point that was picked, in every facet."""
    index = picked_index(panel)
    if index is None:
        return
    two = dimensions(panel) == 2
    up = float(panel.points[index, 1] if two else panel.labels[index])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for facet in layout.facets:
        x, y = facet.frame.px(float(panel.points[index, 0])), facet.frame.py(up)
        if not facet.frame.rect.adjusted(-2, -2, 2, 2).contains(QPointF(x, y)):
            continue
        for token, width in (("card", 4.0), ("text", 2.0)):
            pen = QPen(theme.color(token))
            pen.setWidthF(width)
            painter.setPen(pen)
            painter.drawEllipse(QPointF(x, y), RING, RING)


def picked_index(panel: FieldPanel) -> int | None:
    """Return the place of the picked point among the points, or ``None``."""
    if panel.picked is None:
        return None
    places = np.flatnonzero(panel.rows == panel.picked)
    return int(places[0]) if len(places) else None


def surface_image(theme: Theme, panel: FieldPanel, view: FieldView) -> QImage:
    """Return a view's surface as an opaque image, one pixel a grid point, the highest y first."""
    colours = _surface_colours(theme, panel, np.asarray(view.values, dtype=np.float64))
    data = np.ascontiguousarray(np.clip(np.rint(colours[::-1]), 0, 255).astype(np.uint8))
    height, width = data.shape[:2]
    return QImage(data.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def value_limits(panel: FieldPanel) -> tuple[float, float]:
    """Return the range of numbers that colours stand for: that of the targets, the same for every view."""
    values = np.asarray(panel.labels, dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        values = np.concatenate(
            [np.asarray(v.values, dtype=np.float64).ravel() for v in panel.views] or [np.array([0.0, 1.0])]
        )
        values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _surface_colours(theme: Theme, panel: FieldPanel, values: NDArray[np.float64]) -> NDArray[np.float64]:
    card = theme.color("card")
    alpha = theme.alpha("field") / 255.0
    known = np.isfinite(values)
    if panel.field_kind == "probability":
        p = np.clip(np.where(known, values, 0.5), 0.0, 1.0)
        strength = 0.25 + 0.75 * np.abs(2.0 * p - 1.0)
        side = (p >= 0.5)[..., None]
        pure = np.where(side, rgb(class_color(theme, 1)), rgb(class_color(theme, 0)))
        share = (alpha * strength)[..., None]
        colours = pure * share + rgb(card) * (1.0 - share)
    elif panel.field_kind == "class":
        count = max(2, panel.classes)
        palette = np.stack([over(rgb(class_color(theme, i)), card, alpha) for i in range(count)])
        colours = palette[np.clip(np.where(known, values, 0), 0, count - 1).astype(int)]
    else:
        low, high = value_limits(panel)
        colours = blended(np.where(known, (values - low) / (high - low), 0.0), card, theme.color("heat"))
    colours[~known] = rgb(theme.color("hover"))
    return np.asarray(colours, dtype=np.float64)


def boundary_path(panel: FieldPanel, view: FieldView, frame: Frame) -> QPainterPath:
    """Return the decision boundary of a view in pixels: p = 0.5, or where the predicted class changes."""
    values = np.asarray(view.values, dtype=np.float64)
    if values.ndim != 2 or len(panel.axes) < 2 or panel.field_kind == "number":
        return QPainterPath()
    x, y = (np.asarray(axis, dtype=np.float64) for axis in panel.axes[:2])
    if values.shape != (len(y), len(x)):
        return QPainterPath()
    if panel.field_kind == "probability":
        xs, ys = level_segments(values, x, y, 0.5)
    else:
        present = [k for k in range(max(2, panel.classes)) if bool(np.any(values == k))]
        # a border between two classes would be drawn twice if every class drew its own
        parts = [
            level_segments((values == k).astype(float), x, y, 0.5)
            for k in present[: max(1, len(present) - 1)]
        ]
        xs = np.concatenate([part[0] for part in parts]) if parts else np.empty(0)
        ys = np.concatenate([part[1] for part in parts]) if parts else np.empty(0)
    if len(xs) == 0:
        return QPainterPath()
    path = array_path(pixels_x(frame, xs), pixels_y(frame, ys), connect="pairs")
    assert isinstance(path, QPainterPath)
    return path


def _paint_surface(
    painter: QPainter, theme: Theme, panel: FieldPanel, facet: FieldFacet, view: FieldView
) -> None:
    rect = facet.frame.rect
    if np.ndim(view.values) != 2 or len(panel.axes) < 2:
        return
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, panel.field_kind != "class")
    # grid points are the centres of the image's pixels: the image reaches half a cell past the axes' ends
    rows, columns = np.shape(view.values)
    frame, (x, y) = facet.frame, panel.axes[:2]
    left, right = frame.px(float(x[0])), frame.px(float(x[-1]))
    top, bottom = frame.py(float(y[-1])), frame.py(float(y[0]))
    dx, dy = (right - left) / max(1, columns - 1) / 2, (bottom - top) / max(1, rows - 1) / 2
    covered = QRectF(left - dx, top - dy, right - left + 2 * dx, bottom - top + 2 * dy)
    painter.drawImage(covered, surface_image(theme, panel, view))
    pen = QPen(theme.color("accent"))
    pen.setWidthF(2.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.drawPath(boundary_path(panel, view, facet.frame))
    paint_margins(painter, theme, panel, view, facet.frame)
    painter.restore()


def _point_style(theme: Theme, panel: FieldPanel, index: int, two: bool) -> tuple[QColor, str]:
    if panel.classes > 0:
        label = panel.labels[index]
        number = int(label) if math.isfinite(label) else 0
        return class_color(theme, number), class_marker(number)
    if not two:
        return theme.color("text3"), "o"
    low, high = value_limits(panel)
    share = (float(panel.labels[index]) - low) / (high - low)
    color = blended([share], theme.color("card"), theme.color("heat"))[0]
    return QColor(*(round(float(part)) for part in color)), "o"


def _paint_point(
    painter: QPainter,
    theme: Theme,
    panel: FieldPanel,
    x: float,
    y: float,
    size: float,
    color: QColor,
    marker: str,
    *,
    hollow: bool,
    light: bool,
    outlined: bool,
) -> None:
    painter.save()
    painter.translate(x, y)
    painter.scale(size, size)
    color = QColor(color)
    if light:
        color.setAlpha(120)
    if hollow:
        pen = QPen(color)
        pen.setWidthF(1.6 / size)
        painter.setPen(pen)
        painter.setBrush(theme.color("card", 160))
    else:
        edge = theme.color("text", 190) if panel.classes == 0 and outlined else theme.color("card", 190)
        pen = QPen(edge)
        pen.setWidthF(0.8 / size)
        painter.setPen(pen)
        painter.setBrush(color)
    painter.drawPath(marker_path(marker))
    painter.restore()


def _paint_grid(painter: QPainter, theme: Theme, facet: FieldFacet) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "grid"))
    rect = facet.frame.rect
    for value in facet.y_ticks:
        y = round(facet.frame.py(value))
        painter.drawLine(QLineF(rect.left(), y, rect.right(), y))


def _paint_axes(painter: QPainter, theme: Theme, panel: FieldPanel, facet: FieldFacet) -> None:
    frame, rect = facet.frame, facet.frame.rect
    font = theme.font("tick")
    metrics = QFontMetricsF(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(thin_pen(theme, "axis"))
    base = round(rect.bottom())
    painter.drawLine(QLineF(round(rect.left()), base, round(rect.right()), base))
    for value in facet.x_ticks:
        painter.drawLine(QLineF(round(frame.px(value)), base, round(frame.px(value)), base + 4))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(font)
    painter.setPen(theme.color("text2"))
    unit = panel.feature_names[0] if panel.feature_names else ""
    right = -math.inf
    below = tuple(zip(facet.x_ticks, facet.x_labels, strict=True)) if facet.show_bottom else ()
    for index, (value, word) in enumerate(below):
        text = f"{unit} = {word}" if index == 0 and unit and facet.show_left else word
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(40.0, rect.width() * 0.6))
        width = metrics.horizontalAdvance(text)
        left = max(0.0 if facet.show_left else rect.left() - 8, frame.px(value) - width / 2)
        if left < right + 6 or left + width > rect.right() + 16:
            continue
        painter.drawText(QPointF(left, base + 5 + metrics.ascent()), text)
        right = left + width
    if not facet.show_left:
        return
    for value, word in zip(facet.y_ticks, facet.y_labels, strict=True):
        box = QRectF(rect.left() - 206, frame.py(value) - metrics.height() / 2, 200, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word)


def _paint_titles(painter: QPainter, theme: Theme, panel: FieldPanel, facet: FieldFacet) -> None:
    """Paint each view's swatch and title above its facet, and what upwards means at the left."""
    rect = facet.frame.rect
    names, ticks = QFontMetricsF(theme.font("subtitle")), QFontMetricsF(theme.font("tick"))
    centre = rect.top() - TITLE * (facet.titles - 0.5)
    begin = rect.left()
    words = upwards_words(panel, dimensions(panel), theme) if facet.show_left else ""
    if words:
        place, begin = upwards_place(words, rect.left(), theme)
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.color("text2"))
        painter.drawText(QPointF(place, centre - ticks.height() / 2 + ticks.ascent()), words)
    end = rect.right() - paint_wrong_count(painter, theme, facet)
    views = iter(facet.views)
    for row in title_rows(facet.views, end - begin, names):
        left = begin
        for title in row:
            view = next(views)
            room = max(8.0, end - left - SWATCH - SWATCH_GAP)
            text = names.elidedText(title, Qt.TextElideMode.ElideRight, room)
            paint_line_sample(painter, theme, view.series, QRectF(left, centre - 4, SWATCH, 8))
            painter.setFont(theme.font("subtitle"))
            painter.setPen(theme.color("text2"))
            baseline = centre - names.height() / 2 + names.ascent()
            painter.drawText(QPointF(left + SWATCH + SWATCH_GAP, baseline), text)
            left += title_width(text, names) + APART
        centre += TITLE
