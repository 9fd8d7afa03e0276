"""Ticks and words of a chart's axes, and painting what stands around a facet."""

from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.chart import ChartAxis
from widgets.plots.curve_layout import LEFT_WIDTHS
from widgets.plots.scale import Scale, usable_scale
from widgets.plots.tick_room import apart, wanted_x, wanted_y, without_overlaps
from widgets.plots.ticks import labels, ticks
from widgets.theme import Theme

WORD_GAP = 6.0
END_GAP = 14.0
"""Between the last label of a frame and the first of the next one: more than a space within a label."""
WIDEST_LEFT = 0.34
"""Share of the width that labels at the left may take."""
SHORTEST = 26.0

Words = tuple[tuple[float, ...], tuple[str, ...]]


def scale_of(axis: ChartAxis) -> Scale:
    """Return the scale of an axis, whatever range it was given."""
    return usable_scale(axis.low, axis.high, axis.log)


def axis_ticks(
    axis: ChartAxis,
    rect: QRectF,
    metrics: QFontMetricsF,
    *,
    upright: bool,
    lead: str = "",
    room: float = math.inf,
) -> Words:
    """Return the places and words of an axis, those left out that there is no room for.

    Parameters
    ----------
    axis
        The axis.
    rect
        The frame it belongs to.
    metrics
        Of the labels' font.
    upright
        Whether it is the axis at the left.
    lead
        What stands before the first word: the unit.
    room
        Width of the labels at the left.
    """
    scale = scale_of(axis)
    if axis.ticks:
        return _named(axis, scale, rect, metrics, upright, room)
    if upright:
        values = apart(
            ticks(scale, wanted_y(rect.height()), whole=axis.whole),
            scale,
            rect.height(),
            metrics.height() + 1,
        )
        return values, labels(values, scale, percent=axis.percent)
    values = ticks(scale, wanted_x(rect.width()), whole=axis.whole)
    words = labels(values, scale, percent=axis.percent)
    return without_overlaps(values, words, scale, rect, metrics, lead.strip(), bool(lead))


def left_room(axis: ChartAxis, height: float, width: float, metrics: QFontMetricsF, theme: Theme) -> float:
    """Return the width that an axis's labels at the left take."""
    rect = QRectF(0, 0, 100, height)
    _, words = axis_ticks(axis, rect, metrics, upright=True, room=WIDEST_LEFT * width - 8)
    parts = [part for word in words for part in word.split("\n")]
    widest = max((metrics.horizontalAdvance(part) for part in parts), default=0.0) + 8
    fitting = next((room for room in LEFT_WIDTHS if widest <= room), math.ceil(widest))
    return float(fitting)


def label_ends(left: ChartAxis, right: ChartAxis, metrics: QFontMetricsF) -> float:
    """Return how far apart two frames must stand so that the last label of one and the first of the next do.

    Names between the ends of an axis need no room beyond it.
    """
    wide = 0.0
    for axis, last in ((left, True), (right, False)):
        rect = QRectF(0, 0, 110, 100)
        values, words = axis_ticks(axis, rect, metrics, upright=False)
        if not values:
            continue
        place = -1 if last else 0
        share = scale_of(axis).fraction(values[place])
        beyond = metrics.horizontalAdvance(words[place]) / 2 - (1 - share if last else share) * rect.width()
        wide += max(0.0, beyond)
    return wide + END_GAP


def unit_fits(axis: ChartAxis, width: float, left: float, metrics: QFontMetricsF) -> bool:
    """Return whether the unit can stand in the first label: "step 0"; else it has a line of its own."""
    if not axis.label or axis.ticks:
        return False
    scale = scale_of(axis)
    values = ticks(scale, wanted_x(width), whole=axis.whole)
    words = labels(values, scale, percent=axis.percent)
    if len(values) < 2:
        return False
    half = metrics.horizontalAdvance(f"{axis.label} {words[0]}") / 2
    centre = scale.fraction(values[0]) * width
    if half > centre + max(left, 12.0):
        if not left:  # it would stand under its neighbour
            return False
        half = 2 * half - centre - max(left, 12.0)  # pushed to the right by the edge
    kept, said = without_overlaps(
        values, words, scale, QRectF(0, 0, width, 1), metrics, axis.label, first_facet=True
    )
    if len(kept) < min(3, len(values)):
        return False
    after = scale.fraction(kept[1]) * width - metrics.horizontalAdvance(said[1]) / 2
    return centre + half + WORD_GAP <= after


def paint_unit_line(
    painter: QPainter, theme: Theme, axis: ChartAxis, rect: QRectF, cell: QRectF, top: float
) -> None:
    """Paint what x is on a line of its own under the labels: under the frame, in the room of its cell."""
    metrics = QFontMetricsF(theme.font("tick"))
    room = max(30.0, cell.right() - cell.left())
    text = metrics.elidedText(axis.label, Qt.TextElideMode.ElideRight, room)
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.color("text2"))
    wide = metrics.horizontalAdvance(text)
    left = min(rect.center().x() - wide / 2, cell.right() - wide)
    painter.drawText(QPointF(max(0.0, cell.left(), left), top + metrics.ascent()), text)


def _named(
    axis: ChartAxis, scale: Scale, rect: QRectF, metrics: QFontMetricsF, upright: bool, room: float
) -> Words:
    """Return labels that are names: every one, or every second and so on where they stand too close."""
    low, high = scale.view
    found = [
        (place, words)
        for place, words in axis.ticks
        if low - 1e-9 <= (float(scale.to_view([place])[0])) <= high + 1e-9
    ]
    if not found:
        return (), ()
    length = rect.height() if upright else rect.width()
    at = [scale.fraction(place) * length for place, _ in found]
    steps = [abs(b - a) for a, b in itertools.pairwise(at)]
    spacing = min(steps) if steps else length
    if upright:
        stride = max(1, math.ceil((metrics.height() - 1) / max(spacing, 1e-6)))
        kept = found[::stride]
        lines = [words.split("\n") for _, words in kept]
        if any(len(parts) * (metrics.height() - 1) > spacing * stride for parts in lines):
            lines = [[" ".join(parts)] for parts in lines]
        shown = [
            "\n".join(metrics.elidedText(part, Qt.TextElideMode.ElideRight, room) for part in parts)
            for parts in lines
        ]
    else:
        widest = max(metrics.horizontalAdvance(words) for _, words in found)
        whole = max(1, math.ceil((widest + WORD_GAP) / max(spacing, 1e-6)))
        # fewer whole names rather than all of them shortened, as long as three are left
        least = max(1, math.ceil((min(widest, SHORTEST) + WORD_GAP) / max(spacing, 1e-6)))
        stride = whole if math.ceil(len(found) / whole) >= min(3, len(found)) else least
        kept = found[::stride]
        # the first and the last may reach past the frame by half a step
        width = spacing * stride - WORD_GAP
        shown = [metrics.elidedText(words, Qt.TextElideMode.ElideRight, width) for _, words in kept]
    return tuple(place for place, _ in kept), tuple(shown)
