"""Painting what is said about curves: events, target, labels at line ends, the note, what lies outside."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from lab.panels import CurvePanel, Mark
from widgets.numbers import format_number, format_percent
from widgets.plots.axis import thin_pen
from widgets.plots.curve_layout import TAG_GAP, CurveLayout, FacetLayout, push_apart, tags_of
from widgets.plots.paths import marker_path
from widgets.theme import Theme

MARKER = 8.0
TAG_STEP = 14.0
TARGET_DASH = (4.0, 3.0)


def paint_annotations(painter: QPainter, theme: Theme, panel: CurvePanel, layout: CurveLayout) -> None:
    """Paint what is said of the lines of a panel: events, labels at their ends, what lies outside, titles."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for facet in layout.facets:
        _paint_single_points(painter, theme, facet)
        _paint_tags(painter, theme, facet)
        _paint_outside(painter, theme, panel, facet)
        for mark in facet.facet.marks:
            _paint_mark(painter, theme, facet, mark)
        if facet.show_title:
            _paint_title(painter, theme, panel, facet)


def paint_target_line(painter: QPainter, theme: Theme, panel: CurvePanel, layout: FacetLayout) -> None:
    """Paint the dashed target line of a facet, below the data."""
    if panel.target is None:
        return
    y = layout.frame.py(panel.target)
    rect = layout.frame.rect
    if math.isfinite(y) and rect.top() - 1 <= y <= rect.bottom() + 1:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin_pen(theme, "axis", dashes=TARGET_DASH))
        painter.drawLine(QLineF(rect.left(), round(y), rect.right() + layout.reserve, round(y)))


def paint_marker(
    painter: QPainter, theme: Theme, series: int, x: float, y: float, size: float = MARKER
) -> None:
    """Paint the hollow marker of a series, filled with the card: at events and at the crosshair."""
    style = theme.series(series)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.translate(x, y)
    painter.scale(size, size)
    pen = QPen(style.color)
    pen.setWidthF(1.6 / size)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(theme.color("card"))
    painter.drawPath(marker_path(style.marker))
    painter.restore()


def paint_placeholder(painter: QPainter, theme: Theme, sentence: str, rect: QRectF) -> None:
    """Paint the one faint sentence on what will be here, wrapped, on a patch of card over the grid."""
    font = theme.font("label")
    metrics = QFontMetricsF(font)
    flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    room = rect.adjusted(12, 0, -12, 0)
    box = metrics.boundingRect(room, flags, sentence).adjusted(-8, -2, 8, 2)
    painter.fillRect(box, theme.color("card"))
    painter.setFont(font)
    painter.setPen(theme.color("text2"))
    painter.drawText(room, flags, sentence)


def paint_words(
    painter: QPainter, theme: Theme, text: str, left: float, centre: float, token: str | QColor
) -> None:
    """Paint one line of 11 px text on a thin patch of card, its left end and vertical centre given."""
    metrics = QFontMetricsF(painter.font())
    box = QRectF(left, centre - metrics.height() / 2, metrics.horizontalAdvance(text), metrics.height())
    painter.fillRect(box.adjusted(-2, 1, 2, -1), theme.color("card", 205))
    painter.setPen(theme.color(token) if isinstance(token, str) else token)
    painter.drawText(QPointF(left, box.top() + metrics.ascent()), text)


def _paint_single_points(painter: QPainter, theme: Theme, layout: FacetLayout) -> None:
    """Paint a dot for a line that has one value yet, since one point makes no line."""
    rect = layout.frame.rect
    painter.setPen(Qt.PenStyle.NoPen)
    for line in layout.facet.lines:
        finite = np.flatnonzero(np.isfinite(line.x) & np.isfinite(line.y))
        if line.role not in ("mean", "layer") or len(finite) != 1:
            continue
        x, y = layout.frame.px(float(line.x[finite[0]])), layout.frame.py(float(line.y[finite[0]]))
        if rect.left() - 1 <= x <= rect.right() + 1 and rect.top() - 1 <= y <= rect.bottom() + 1:
            painter.setBrush(theme.series(line.series).color)
            painter.drawEllipse(QPointF(x, y), 2.5, 2.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_mark(painter: QPainter, theme: Theme, layout: FacetLayout, mark: Mark) -> None:
    rect = layout.frame.rect
    if mark.kind == "reached":
        x, y = layout.frame.px(mark.x), layout.frame.py(mark.y)
        if rect.left() - 1 <= x <= rect.right() + 1 and rect.top() - 1 <= y <= rect.bottom() + 1:
            paint_marker(painter, theme, mark.series, x, y)
        return
    place = cross_place(layout, mark)
    if place is None:
        return
    x, y = place
    pen = QPen(theme.color("error"))
    pen.setWidthF(2.0)
    painter.setPen(pen)
    painter.drawLine(QLineF(x - 4, y - 4, x + 4, y + 4))
    painter.drawLine(QLineF(x - 4, y + 4, x + 4, y - 4))
    if mark.text:
        painter.setFont(theme.font("tag"))
        metrics = QFontMetricsF(painter.font())
        right_room, left_room = rect.right() + layout.reserve + 8 - (x + 10), x - 10 - rect.left()
        width = metrics.horizontalAdvance(mark.text)
        text = mark.text
        if width > max(right_room, left_room):
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(right_room, left_room))
            width = metrics.horizontalAdvance(text)
        left = x + 10 if width <= right_room else x - 10 - width
        paint_words(painter, theme, text, left, y, "error")


def cross_place(layout: FacetLayout, mark: Mark) -> tuple[float, float] | None:
    """Return where the cross of a diverged run stands: a run that flew out of the picture, at that edge."""
    rect = layout.frame.rect
    x = layout.frame.px(mark.x)
    if mark.kind != "diverged" or not rect.left() - 1 <= x <= rect.right() + 1:
        return None
    y = layout.frame.py(mark.y)
    if not math.isfinite(y):
        y = rect.bottom() if math.isfinite(mark.y) and mark.y <= 0.0 else rect.top()
    return x, min(max(y, rect.top() + 8), rect.bottom() - 8)


def _paint_tags(painter: QPainter, theme: Theme, layout: FacetLayout) -> None:
    """Paint the labels at line ends, pushed apart where they would overlap."""
    rect = layout.frame.rect
    found: list[tuple[str, float, float]] = []
    for index, tag in tags_of(layout.facet):
        line = layout.facet.lines[index]
        usable = np.flatnonzero(
            np.isfinite(layout.frame.y.to_view(line.y))
            & (line.x <= layout.frame.x.high)
            & (line.x >= layout.frame.x.low)
        )
        if len(usable) == 0:
            continue
        last = int(usable[-1])
        x, y = layout.frame.px(float(line.x[last])), layout.frame.py(float(line.y[last]))
        if math.isfinite(x) and math.isfinite(y):
            found.append((tag, x, min(max(y, rect.top() + 4), rect.bottom() - 4)))
    if rect.height() < 1.5 * TAG_STEP * len(found):
        return
    painter.setFont(theme.font("tag"))
    metrics = QFontMetricsF(painter.font())
    crosses = [place for mark in layout.facet.marks if (place := cross_place(layout, mark)) is not None]
    low, high = rect.top() + 5, rect.bottom() - 6
    for (
        cross,
        y,
    ) in crosses:  # the words beside a cross keep their place: labels go below, or above at the foot
        if any(abs(cross - x) < 60.0 for _, x, _ in found):
            low, high = (
                (max(low, y + TAG_STEP), high) if y < rect.center().y() else (low, min(high, y - TAG_STEP))
            )
    moved = push_apart([y for _, _, y in found], TAG_STEP, low, high)
    for (tag, x, _), y in zip(found, moved, strict=True):
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(x + TAG_GAP, y - metrics.height() / 2 + metrics.ascent()), tag)


def _paint_outside(painter: QPainter, theme: Theme, panel: CurvePanel, layout: FacetLayout) -> None:
    """Say what of the drawn means lies above or below the picture, and where."""
    x_low, x_high = layout.frame.x.low, layout.frame.x.high
    y_low, y_high = layout.frame.y.view
    margin = 0.02 * (y_high - y_low)
    above: tuple[float, float, float] | None = None
    below: tuple[float, float, float] | None = None
    crossed = {mark.series for mark in layout.facet.marks if mark.kind == "diverged"}
    for line in layout.facet.lines:
        if line.role not in ("mean", "layer") or line.series in crossed:
            continue
        shown = layout.frame.y.to_view(line.y)
        usable = np.flatnonzero(np.isfinite(shown) & (line.x >= x_low) & (line.x <= x_high))
        if len(usable) == 0:
            continue
        top, bottom = usable[int(np.argmax(shown[usable]))], usable[int(np.argmin(shown[usable]))]
        if shown[top] > y_high + margin and (above is None or shown[top] > above[0]):
            above = float(shown[top]), float(line.x[top]), float(line.y[top])
        if shown[bottom] < y_low - margin and (below is None or shown[bottom] < below[0]):
            below = float(shown[bottom]), float(line.x[bottom]), float(line.y[bottom])
    rect = layout.frame.rect
    if rect.width() < 80 or rect.height() < 70:
        return
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    for found, arrow, centre in ((above, "↑", rect.top() + 7), (below, "↓", rect.bottom() - 12)):
        if found is None:
            continue
        where = number(found[1], False, 4)
        text = f"{arrow} {number(found[2], panel.percent)} at {panel.x_label} {where}".replace("  ", " ")
        width = metrics.horizontalAdvance(text)
        if width > rect.width() + layout.reserve:
            text = f"{arrow} {number(found[2], panel.percent)}"
            width = metrics.horizontalAdvance(text)
        place = layout.frame.px(found[1]) + 6
        left = min(max(rect.left() + 4, place), max(rect.left() + 4, rect.right() - width))
        paint_words(painter, theme, text, left, centre, "text3")


def _paint_title(painter: QPainter, theme: Theme, panel: CurvePanel, layout: FacetLayout) -> None:
    """Paint a facet's swatch and title above it."""
    rect = layout.frame.rect
    centre = rect.top() - 12
    left = rect.left()
    if layout.facet.series > 0:
        paint_line_sample(painter, theme, layout.facet.series, QRectF(left, centre - 4, 18, 8))
        left += 24
    painter.setFont(theme.font("subtitle"))
    metrics = QFontMetricsF(painter.font())
    room = max(10.0, rect.right() + layout.reserve - left)
    title = layout.facet.title
    if metrics.horizontalAdvance(title) > room:
        title = next((entry.short for entry in panel.legend if entry.series == layout.facet.series), title)
    title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
    painter.setPen(theme.color("text"))
    painter.drawText(QPointF(left, centre - metrics.height() / 2 + metrics.ascent()), title)


def paint_line_sample(
    painter: QPainter, theme: Theme, series: int, rect: QRectF, *, faded: bool = False
) -> None:
    """Paint the line of a series across the middle of a rectangle, its dash at 0.6 scale."""
    painter.save()
    pen = theme.pen(series, 2.0, 1.0, 0.6)
    pen.setCosmetic(False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(pen)
    if faded:
        painter.setOpacity(painter.opacity() * 0.4)
    y = rect.center().y()
    painter.drawLine(QLineF(rect.left(), y, rect.right(), y))
    painter.restore()


def number(value: float, percent: bool, digits: int = 3) -> str:
    """Return a number of the given significant digits in the program's spelling; whole numbers stay whole.

    >>> number(0.0210, True).replace("\u202f", " "), number(1360.0, False, 4).replace("\u2009", " ")
    ('2.1 %', '1 360')
    """
    if percent:
        size = math.floor(math.log10(abs(value * 100.0))) if math.isfinite(value) and value != 0.0 else 0
        return format_percent(value, min(6, max(0, digits - 1 - size)))
    text = format_number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text
