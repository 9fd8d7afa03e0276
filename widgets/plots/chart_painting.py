"""Painting a chart panel: what stands around its facets, and their layers in order."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.chart import (
    ChartBars,
    ChartContours,
    ChartGrid,
    ChartLayer,
    ChartLine,
    ChartPanel,
    ChartPoints,
    ChartReadout,
    ChartShade,
    ChartText,
)
from widgets.icons import paint_icon
from widgets.plots.annotations import paint_line_sample, paint_placeholder, paint_words
from widgets.plots.axis import paint_bottom, paint_left
from widgets.plots.axis import paint_grid as paint_grid_lines
from widgets.plots.chart_axes import paint_unit_line
from widgets.plots.chart_bars import bar_of
from widgets.plots.chart_fields import paint_bar, paint_contours, paint_grid, paint_shade
from widgets.plots.chart_keys import paint_keys
from widgets.plots.chart_layers import paint_bars, paint_line, paint_points, paint_tags, paint_text
from widgets.plots.chart_layout import ChartFacetLayout, ChartLayout
from widgets.plots.chart_readout import paint_readout
from widgets.plots.chart_relief import Turn, paint_relief
from widgets.theme import Theme

SWATCH = 18.0
SHORTEST_WORDS = 24.0
"""Words that would be shortened to less are left out."""
MOST_COVERED = 0.2
"""Share of a facet's height that its sentence may cover."""
LINE_EDGE = 1.5
POINT_EDGE = 7.0
"""How far past the frame what stands on its edge may reach."""
VIEW = Turn()
"""Where figures look at a surface from, and cards at first."""


def paint_chart(
    painter: QPainter, theme: Theme, panel: ChartPanel, layout: ChartLayout, turn: Turn = VIEW
) -> None:
    """Paint a panel as it was laid out, without its title and its legend."""
    if panel.placeholder and not panel.facets:
        paint_placeholder(painter, theme, panel.placeholder, QRectF(QPointF(0, 0), layout.size))
        return
    if layout.note is not None:
        _paint_note(painter, theme, panel.note, layout.note)
    paint_keys(painter, theme, layout.keys)
    for facet in layout.facets:
        _paint_facet(painter, theme, facet, turn)
    if layout.foot is not None:
        _paint_foot(painter, theme, layout)
    if panel.placeholder:
        paint_placeholder(painter, theme, panel.placeholder, QRectF(QPointF(0, 0), layout.size))


def _paint_facet(painter: QPainter, theme: Theme, layout: ChartFacetLayout, turn: Turn) -> None:
    facet = layout.facet
    noted = _paint_head(painter, theme, layout)
    relief = layout.relief
    if relief is not None:
        paint_relief(painter, theme, layout, relief, turn)
    else:
        filled = any(isinstance(layer, ChartGrid) for layer in facet.layers)
        if not filled:
            paint_grid_lines(painter, theme, layout)
        for layer in facet.layers:
            painter.save()
            edge = POINT_EDGE if isinstance(layer, ChartPoints) else LINE_EDGE
            painter.setClipRect(layout.frame.rect.adjusted(-edge, -edge, edge, edge))
            _paint_layer(painter, theme, layout, layer)
            painter.restore()
        paint_bottom(painter, theme, layout, facet.x.label)
        if layout.show_left:
            paint_left(painter, theme, layout)
        if layout.unit_line:
            frame = layout.frame.rect
            paint_unit_line(painter, theme, facet.x, frame, layout.cell, frame.bottom() + 20)
        paint_tags(painter, theme, layout)
        taken: list[QRectF] = []
        for layer in facet.layers:
            if isinstance(layer, ChartText):
                paint_text(painter, theme, layout, layer, taken)
            elif isinstance(layer, ChartReadout):
                paint_readout(painter, theme, layout, layer)
    grid = bar_of(facet) or layout.shared
    if grid is not None and layout.bar is not None:
        paint_bar(painter, theme, layout, grid)
    if facet.note and not noted:
        _paint_inside(painter, theme, layout)


def _paint_layer(painter: QPainter, theme: Theme, layout: ChartFacetLayout, layer: ChartLayer) -> None:
    if isinstance(layer, ChartLine):
        paint_line(painter, theme, layout, layer)
    elif isinstance(layer, ChartBars):
        paint_bars(painter, theme, layout, layer)
    elif isinstance(layer, ChartPoints):
        paint_points(painter, theme, layout, layer)
    elif isinstance(layer, ChartGrid):
        paint_grid(painter, theme, layout, layer)
    elif isinstance(layer, ChartContours):
        paint_contours(painter, theme, layout, layer)
    elif isinstance(layer, ChartShade):
        paint_shade(painter, theme, layout, layer)


def _paint_head(painter: QPainter, theme: Theme, layout: ChartFacetLayout) -> bool:
    """Paint swatch and title, what y is, and at the right what colours are, or the facet's sentence.

    Returns whether there was room for the sentence.
    """
    head = layout.head
    if head is None:
        return False
    facet = layout.facet
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    names, small = QFontMetricsF(theme.font("subtitle")), QFontMetricsF(theme.font("tick"))
    centre = head.top() + 8
    left = layout.frame.rect.left() if facet.title and not layout.show_left else head.left()
    right = max(head.right(), layout.frame.rect.right() + layout.reserve)
    end = max(right, layout.edge)  # words may stand over the gap to the next facet
    # what is said goes by how much it is missed: the title, what colours are, what y is
    swatch = SWATCH + 6 if facet.series > 0 else 0.0
    label = f"{facet.y.label} ↑" if facet.y.label and layout.show_left else ""
    grid = bar_of(facet) or layout.shared
    bar = grid.bar if grid is not None and layout.bar is not None else ""
    needed = sum(small.horizontalAdvance(words) + 10 for words in (bar, label) if words)
    title = facet.title
    if facet.short and names.horizontalAdvance(title) + swatch + needed > end - left:
        title = facet.short
    if title:
        title = names.elidedText(title, Qt.TextElideMode.ElideRight, max(12.0, end - left - swatch))
        if swatch:
            paint_line_sample(painter, theme, facet.series, QRectF(left, centre - 4, SWATCH, 8))
        _word(painter, theme, title, left + swatch, centre, "subtitle", "text")
        left += swatch + names.horizontalAdvance(title) + 10
    if bar and layout.bar is not None and end - left > SHORTEST_WORDS:
        bar = small.elidedText(bar, Qt.TextElideMode.ElideRight, end - left)
        place = min(layout.bar.left(), end - small.horizontalAdvance(bar))
        _word(painter, theme, bar, place, centre, "tick", "text2")
        end = place - 10
        right = min(right, end)
    if label and end - left > SHORTEST_WORDS:
        words = small.elidedText(label, Qt.TextElideMode.ElideRight, end - left)
        _word(painter, theme, words, left, centre, "tick", "text2")
        left += small.horizontalAdvance(words) + 16
    width = small.horizontalAdvance(facet.note)
    if facet.note and left + width <= right:
        _word(painter, theme, facet.note, right - width, centre, "tick", "text2")
        return True
    return False


def _word(
    painter: QPainter, theme: Theme, text: str, left: float, centre: float, font: str, token: str
) -> None:
    metrics = QFontMetricsF(theme.font(font))
    painter.setFont(theme.font(font))
    painter.setPen(theme.color(token))
    painter.drawText(QPointF(left, centre - metrics.height() / 2 + metrics.ascent()), text)


def _paint_inside(painter: QPainter, theme: Theme, layout: ChartFacetLayout) -> None:
    """Paint a facet's sentence at its top right, on a patch of card; in two lines at a semicolon."""
    rect = layout.frame.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    room = max(30.0, rect.width() - 8)
    note = layout.facet.note
    lines = note.split("; ", 1) if metrics.horizontalAdvance(note) > room else [note]
    # over a low plot it would cover what is shown: it is said under the pointer then
    lines = lines[: int(rect.height() * MOST_COVERED / (metrics.height() + 2))]
    lines = [line for place, line in enumerate(lines) if not place or metrics.horizontalAdvance(line) <= room]
    for number, line in enumerate(lines):
        text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room)
        left = rect.right() - 4 - metrics.horizontalAdvance(text)
        paint_words(painter, theme, text, left, rect.top() + 9 + number * (metrics.height() + 2), "text2")


def _paint_note(painter: QPainter, theme: Theme, note: str, rect: QRectF) -> None:
    """Paint the panel's sentence behind its sign."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    metrics = QFontMetricsF(theme.font("tick"))
    centre = rect.center().y()
    paint_icon(painter, "info", theme.color("text2"), QRectF(rect.left(), centre - 7, 14, 14))
    text = metrics.elidedText(note, Qt.TextElideMode.ElideRight, max(30.0, rect.width() - 22))
    _word(painter, theme, text, rect.left() + 19, centre, "tick", "text2")


def _paint_foot(painter: QPainter, theme: Theme, layout: ChartLayout) -> None:
    assert layout.foot is not None
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    step = layout.foot.height() / len(layout.foot_lines)
    for number, line in enumerate(layout.foot_lines):
        centre = layout.foot.top() + step * (number + 0.5)
        _word(painter, theme, line, layout.foot.left(), centre, "tick", "text3")
