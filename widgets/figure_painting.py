"""Paint panels with a QPainter alone, from their data: figures are never screenshots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.advice.panel import AdvicePanel
from lab.chart import ChartPanel
from lab.panels import ConfusionPanel, CurvePanel, FieldPanel, LegendEntry, Panel
from widgets.plots.advice_painting import paint_advice
from widgets.plots.annotations import (
    paint_annotations,
    paint_line_sample,
    paint_marker,
    paint_placeholder,
    paint_target_line,
)
from widgets.plots.axis import paint_axes
from widgets.plots.chart_layout import lay_out_chart
from widgets.plots.chart_painting import paint_chart
from widgets.plots.confusion_painting import is_empty, lay_out_confusion, paint_confusion
from widgets.plots.curve_items import band_path, line_pen, view_points
from widgets.plots.curve_layout import FacetLayout, lay_out
from widgets.plots.curve_notes import paint_notes
from widgets.plots.field_layout import dimensions, lay_out_field
from widgets.plots.field_marks import paint_field_wrong
from widgets.plots.field_painting import (
    paint_field_curves,
    paint_field_ground,
    paint_field_points,
    paint_field_ring,
)
from widgets.plots.moments import paint_branched, paint_future, paint_looked_at
from widgets.plots.paths import array_path
from widgets.plots.polyline import clipped
from widgets.theme import Theme

TITLE = 24.0
LEGEND_LINE = 20.0
SWATCH = 26.0
LINE_MARKER = 6.0
MARKER_GAP = 44.0
"""Distance of the markers along a line."""


def paint_figure(
    painter: QPainter, theme: Theme, panels: Sequence[Panel], places: Sequence[QRectF], size: QSizeF
) -> None:
    """Paint panels into their places on a ground in the card's colour; coordinates are logical pixels."""
    painter.fillRect(QRectF(QPointF(0, 0), size), theme.color("card"))
    for panel, place in zip(panels, places, strict=True):
        paint_panel(painter, theme, panel, place)


def paint_caption(painter: QPainter, theme: Theme, words: str, rect: QRectF) -> None:
    """Paint one small line into a rectangle at the foot of a figure, shortened where it does not fit."""
    metrics = QFontMetricsF(theme.font("tick"))
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.color("text2"))
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.drawText(QPointF(rect.left(), rect.bottom() - metrics.descent()), shown)


def paint_panel(
    painter: QPainter, theme: Theme, panel: Panel, rect: QRectF, *, least_left: float = 0.0
) -> None:
    """Paint one panel with title, unit and legend into a rectangle.

    Curves keep at least ``least_left`` for labels at the left, so that panels one above the other line up.
    """
    painter.save()
    painter.translate(rect.topLeft())
    width = rect.width()
    subtitle = panel.subtitle
    if isinstance(panel, ConfusionPanel) and panel.loss_name:
        subtitle = f"{panel.loss_name}, {subtitle}" if subtitle else panel.loss_name
    if isinstance(panel, CurvePanel) and panel.looked_at is not None:
        at = f"at {panel.looked_at.words}"
        subtitle = f"{subtitle}, {at}" if subtitle else at
    _paint_titles(painter, theme, panel.title, subtitle, width)
    top = TITLE
    # facets of one loss each carry its swatch and name themselves
    if isinstance(panel, CurvePanel) and (
        len(panel.facets) < 2 or any(facet.series == 0 for facet in panel.facets)
    ):
        top += _paint_legend(painter, theme, [entry for entry in panel.legend if entry.visible], top, width)
    if isinstance(panel, ChartPanel):
        top += _paint_legend(painter, theme, [entry for entry in panel.legend if entry.visible], top, width)
    painter.translate(0.0, top)
    room = QSizeF(width, max(40.0, rect.height() - top))
    if isinstance(panel, CurvePanel):
        _paint_curves(painter, theme, panel, room, least_left)
    elif isinstance(panel, ConfusionPanel):
        if is_empty(panel):
            paint_placeholder(
                painter, theme, panel.placeholder or "no evaluation yet", QRectF(QPointF(0, 0), room)
            )
        else:
            paint_confusion(painter, theme, panel, lay_out_confusion(panel, room, theme))
    elif isinstance(panel, FieldPanel):
        _paint_field(painter, theme, panel, room)
    elif isinstance(panel, AdvicePanel):
        paint_advice(painter, theme, panel, room)
    else:
        paint_chart(painter, theme, panel, lay_out_chart(panel, room, theme, still=True))
    painter.restore()


def _paint_titles(painter: QPainter, theme: Theme, title: str, subtitle: str, width: float) -> None:
    metrics = QFontMetricsF(theme.font("title"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(theme.font("title"))
    painter.setPen(theme.color("text"))
    title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, width)
    painter.drawText(QPointF(0.0, metrics.ascent() + 1), title)
    left = metrics.horizontalAdvance(title) + 8
    if subtitle and left < width - 20:
        small = QFontMetricsF(theme.font("subtitle"))
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text2"))
        words = small.elidedText(subtitle, Qt.TextElideMode.ElideRight, width - left)
        painter.drawText(QPointF(left, metrics.ascent() + 1), words)


def _paint_legend(
    painter: QPainter, theme: Theme, entries: Sequence[LegendEntry], top: float, width: float
) -> float:
    """Paint the legend in as many lines as it needs; return their height."""
    names, values = QFontMetricsF(theme.font("subtitle")), QFontMetricsF(theme.font("value"))
    left, line = 0.0, 0
    for entry in entries:
        name = names.elidedText(entry.name, Qt.TextElideMode.ElideRight, width - SWATCH - 8)
        needed = SWATCH + 6 + names.horizontalAdvance(name)
        if entry.value:
            needed += 6 + values.horizontalAdvance(entry.value)
        if left > 0.0 and left + needed > width:
            left, line = 0.0, line + 1
        centre = top + LEGEND_LINE * (line + 0.5) - 2
        paint_line_sample(painter, theme, entry.series, QRectF(left, centre - 4, SWATCH, 8))
        if theme.grey:
            paint_marker(painter, theme, entry.series, left + SWATCH / 2, centre, LINE_MARKER)
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text2"))
        place = left + SWATCH + 6
        painter.drawText(QPointF(place, centre - names.height() / 2 + names.ascent()), name)
        if entry.value:
            painter.setFont(theme.font("value"))
            painter.setPen(theme.color("error" if entry.value == "diverged" else "text"))
            place += names.horizontalAdvance(name) + 6
            painter.drawText(QPointF(place, centre - values.height() / 2 + values.ascent()), entry.value)
        left += needed + 18
    return LEGEND_LINE * (line + 1) if entries else 0.0


def _paint_curves(
    painter: QPainter, theme: Theme, panel: CurvePanel, room: QSizeF, least_left: float
) -> None:
    layout = lay_out(
        panel, room, theme.font("tick"), theme.font("tag"), facet_titles=True, least_left=least_left
    )
    paint_axes(painter, theme, panel, layout.facets)
    for facet in layout.facets:
        paint_target_line(painter, theme, panel, facet)
        _paint_data(painter, theme, facet)
    paint_annotations(painter, theme, panel, layout)
    paint_future(painter, theme, panel, layout)
    paint_branched(painter, theme, panel, layout)
    paint_notes(painter, theme, panel, layout)
    paint_looked_at(painter, theme, panel, layout)


def _paint_data(painter: QPainter, theme: Theme, layout: FacetLayout) -> None:
    """Paint bands and lines of a facet, clipped to its frame."""
    frame = layout.frame
    rect = frame.rect
    (x_low, x_high), (y_low, y_high) = frame.x.view, frame.y.view
    across, up = rect.width() / (x_high - x_low), rect.height() / (y_high - y_low)
    painter.save()
    painter.setClipRect(rect.adjusted(-1.5, -1.5, 1.5, 0.5))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for band in layout.facet.bands:
        x = rect.left() + (frame.x.to_view(band.x) - x_low) * across
        x = np.where((x >= rect.left() - 0.5) & (x <= rect.right() + 0.5), x, np.nan)
        low, high = (rect.bottom() - (frame.y.to_view(edge) - y_low) * up for edge in (band.low, band.high))
        path = band_path(band, x, low, high, (rect.bottom(), rect.top()), beyond=0.0)
        painter.setBrush(theme.band_color(band.series))
        painter.drawPath(path)
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    order = {"raw": 0, "member": 1}
    members = [line for part in layout.facet.envelopes for line in part.lines()]
    faint = bool(members)
    for line in sorted((*members, *layout.facet.lines), key=lambda line: order.get(line.role, 2)):
        x, y, noisy = view_points(line, layout)
        y, x = clipped(y, x, x_low, x_high)
        x, y = clipped(x, y, y_low, y_high)
        pen = line_pen(line, theme, 1.0, line.role in ("mean", "layer") and not noisy, faint=faint)
        pen.setCosmetic(False)
        painter.setPen(pen)
        path = array_path(
            rect.left() + (x - x_low) * across, rect.bottom() - (y - y_low) * up, connect="finite"
        )
        painter.drawPath(path)
    painter.restore()
    if theme.grey:
        _paint_line_markers(painter, theme, layout)


def _paint_line_markers(painter: QPainter, theme: Theme, layout: FacetLayout) -> None:
    """Paint each mean's marker along its line, those of other lines between them."""
    means = [line for line in layout.facet.lines if line.role in ("mean", "layer")]
    rect = layout.frame.rect
    for number, line in enumerate(means):
        x, y, _noisy = view_points(line, layout)
        (x_low, x_high), (y_low, y_high) = layout.frame.x.view, layout.frame.y.view
        known = np.isfinite(x) & np.isfinite(y)
        if not known.any():
            continue
        across = rect.left() + (x[known] - x_low) / (x_high - x_low) * rect.width()
        places = np.arange(rect.left() + MARKER_GAP * (number + 0.5) / len(means), rect.right(), MARKER_GAP)
        places = places[(places >= across[0]) & (places <= across[-1])]
        heights = np.interp(places, across, y[known])
        for place, height in zip(places, heights, strict=True):
            if y_low <= height <= y_high:
                up = rect.bottom() - (height - y_low) / (y_high - y_low) * rect.height()
                paint_marker(painter, theme, line.series, float(place), float(up), LINE_MARKER)


def _paint_field(painter: QPainter, theme: Theme, panel: FieldPanel, room: QSizeF) -> None:
    if dimensions(panel) == 0:
        paint_placeholder(painter, theme, panel.placeholder or "no data to draw", QRectF(QPointF(0, 0), room))
        return
    layout = lay_out_field(panel, room, theme)
    paint_field_ground(painter, theme, panel, layout)
    paint_field_points(painter, theme, panel, layout)
    paint_field_curves(painter, theme, panel, layout)
    paint_field_wrong(painter, theme, panel, layout)
    paint_field_ring(painter, theme, panel, layout)
