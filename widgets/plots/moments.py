"""Moments in training that a plot marks: the step looked at, its future faint, and where runs branched."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.panels import CurvePanel, Moment
from widgets.plots.annotations import number
from widgets.plots.axis import thin_pen
from widgets.plots.crosshair import paint_crosshair
from widgets.plots.curve_layout import CurveLayout, FacetLayout
from widgets.theme import Theme

VEIL = 150
"""Alpha of the card's colour over what came after the step looked at."""
BRANCH_DASH = (2.0, 3.0)


def paint_future(painter: QPainter, theme: Theme, panel: CurvePanel, layout: CurveLayout) -> None:
    """Paint the line at the step looked at and a veil over what came later; notes stand over both."""
    if panel.looked_at is None:
        return
    for facet in layout.facets:
        place = facet.frame.px(panel.looked_at.x)
        rect = facet.frame.rect
        if not math.isfinite(place):
            continue
        left, right = max(place, rect.left()), rect.right() + facet.reserve + 1
        if left < right:
            # up to the axis, and over marks that reach out of the picture
            veil = QRectF(left, rect.top() - 4, right - left, rect.height() + 3)
            painter.fillRect(veil, theme.color("card", VEIL))
        if _place(facet, panel.looked_at) is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(thin_pen(theme, "accent"))
            painter.drawLine(QLineF(round(place), rect.top(), round(place), rect.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def paint_looked_at(painter: QPainter, theme: Theme, panel: CurvePanel, layout: CurveLayout) -> None:
    """Paint markers on the curves at the step looked at, and the step at the axis.

    That is for where the pointer's crosshair has no markers of its own.
    """
    moment = panel.looked_at
    if moment is None:
        return
    words = moment.words
    if panel.x_label != "step":  # it may cover the label that says the axis' unit
        words = f"{panel.x_label} {number(moment.x, False, 4)} · {words}"
    paint_crosshair(painter, theme, panel, layout, moment.x, words, line=False)


def paint_branched(painter: QPainter, theme: Theme, panel: CurvePanel, layout: CurveLayout) -> None:
    """Paint where the runs went on from others with something changed, and words where there is room."""
    moment = panel.branched
    if moment is None:
        return
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    whole_and_short = [
        (words, metrics.horizontalAdvance(words)) for words in (moment.words, moment.words.partition(" ")[0])
    ]
    for facet in layout.facets:
        place = _place(facet, moment)
        if place is None:
            continue
        rect = facet.frame.rect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin_pen(theme, "text3", dashes=BRANCH_DASH))
        painter.drawLine(QLineF(round(place), rect.top(), round(place), rect.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        looked = None if panel.looked_at is None else _place(facet, panel.looked_at)
        found = next(
            (
                (words, start, width)
                for words, width in whole_and_short
                for start in (place + 5, place - 5 - width)
                if rect.left() <= start
                and start + width <= rect.right() + facet.reserve
                # the line at the step looked at must not strike the words out
                and (looked is None or not start - 4 <= looked <= start + width + 4)
            ),
            None,
        )
        if found is None or rect.height() < 60:
            continue
        words, left, width = found
        centre = rect.top() + rect.height() * _emptier(facet, left, width)
        box = QRectF(left - 2, centre - metrics.height() / 2 + 1, width + 4, metrics.height() - 2)
        painter.fillRect(box, theme.color("card", 205))
        painter.setPen(theme.color("text3"))
        painter.drawText(QRectF(left, centre - metrics.height() / 2, width + 2, metrics.height()), words)


def _place(facet: FacetLayout, moment: Moment) -> float | None:
    """Return where a moment lies, or ``None`` outside the picture."""
    place, rect = facet.frame.px(moment.x), facet.frame.rect
    inside = math.isfinite(place) and rect.left() - 0.5 <= place <= rect.right() + 0.5
    return place if inside else None


def _emptier(facet: FacetLayout, left: float, width: float) -> float:
    """Return at which share of the height words cover fewest points of means: near the foot or the top."""
    frame = facet.frame
    low, high = frame.x_at(left), frame.x_at(left + width)
    shares = (0.93, 0.78, 0.22)
    counts = []
    for share in shares:
        centre = frame.rect.top() + share * frame.rect.height()
        bottom, top = frame.y_at(centre + 9), frame.y_at(centre - 9)
        counts.append(
            sum(
                int(((line.x >= low) & (line.x <= high) & (line.y >= bottom) & (line.y <= top)).sum())
                for line in facet.facet.lines
                if line.role in ("mean", "layer")
            )
        )
    return shares[counts.index(min(counts))]
