"""Painting what is said of a whole curve panel, where it covers least of the curves."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.panels import CurvePanel, Role
from widgets.icons import paint_icon
from widgets.plots.annotations import cross_place, number, paint_placeholder, paint_words
from widgets.plots.curve_layout import CurveLayout, FacetLayout
from widgets.plots.free_place import Drawn, corners, drawn, freest
from widgets.theme import Theme

WEIGHTS: dict[Role, float] = {"mean": 1.0, "layer": 1.0, "member": 0.2, "raw": 0.05}
"""How much it matters that words do not cover a line."""


def paint_notes(painter: QPainter, theme: Theme, panel: CurvePanel, layout: CurveLayout) -> None:
    """Paint what is said of the whole panel: the target's label, the note, or what will be here."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    label = None
    if panel.target is not None and layout.facets:
        label = _paint_target_label(painter, theme, panel, layout.facets[0])
    if panel.note and layout.facets:
        _paint_note(painter, theme, panel.note, layout, () if label is None else (label,))
    if panel.placeholder:
        paint_placeholder(
            painter, theme, panel.placeholder, QRectF(0, 0, layout.size.width(), layout.size.height())
        )


def _paint_target_label(
    painter: QPainter, theme: Theme, panel: CurvePanel, layout: FacetLayout
) -> QRectF | None:
    """Paint what the dashed line is, and return where; ``None`` where the line is not in the picture."""
    assert panel.target is not None
    rect = layout.frame.rect
    y = layout.frame.py(panel.target)
    if not math.isfinite(y) or not rect.top() - 1 <= y <= rect.bottom() + 1:
        return None
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    text = f"target {number(panel.target, panel.percent)}"
    left = rect.right() - metrics.horizontalAdvance(text)
    places = [
        centre
        for centre in (y + 12, y - 11)
        if centre - metrics.height() / 2 > 0 and centre + metrics.height() / 2 < rect.bottom()
    ]
    if not places:
        return None
    height = metrics.height()
    boxes = [QRectF(left, centre - height / 2, rect.right() - left, height) for centre in places]
    box = freest(boxes, _drawn(layout))
    paint_words(painter, theme, text, left, box.center().y(), "text2")
    return box


def note_place(
    note: str, layout: CurveLayout, theme: Theme, taken: tuple[QRectF, ...] = ()
) -> tuple[str, QRectF]:
    """Return a note as far as it has room, and its box: top right, or where it covers less of the curves."""
    rect = (
        layout.facets[-1].frame.rect if layout.columns == 1 else layout.facets[layout.columns - 1].frame.rect
    )
    first = layout.facets[0].frame.rect
    metrics = QFontMetricsF(theme.font("tick"))
    room = rect.right() - first.left() - 24
    note = metrics.elidedText(note, Qt.TextElideMode.ElideRight, max(40.0, room))
    width = metrics.horizontalAdvance(note) + 22.0
    places = corners(
        QRectF(first.left(), rect.top(), rect.right() - first.left(), rect.height() - 4), QSizeF(width, 18)
    )
    if any(_words_reach(facet, places[0].left(), rect.top() + 9, theme) for facet in layout.facets):
        places = (places[0].translated(0, 20), *places[2:4], *places[5:])
    return note, freest(places, [line for facet in layout.facets for line in _drawn(facet)], taken)


def _paint_note(
    painter: QPainter, theme: Theme, note: str, layout: CurveLayout, taken: tuple[QRectF, ...]
) -> None:
    """Paint the note behind its sign."""
    note, box = note_place(note, layout, theme, taken)
    painter.setFont(theme.font("tick"))
    metrics = QFontMetricsF(painter.font())
    left, centre = box.left() + 22, box.center().y()
    painter.fillRect(box.adjusted(0, 0, 4, 0), theme.color("card", 215))
    paint_icon(painter, "info", theme.color("text2"), QRectF(left - 19, centre - 7, 14, 14))
    painter.setPen(theme.color("text2"))
    painter.drawText(QPointF(left, centre - metrics.height() / 2 + metrics.ascent()), note)


def _drawn(layout: FacetLayout) -> list[Drawn]:
    """Return the lines of a facet as they are drawn, the faint ones of little weight."""
    return [drawn(layout.frame, line.x, line.y, WEIGHTS[line.role]) for line in layout.facet.lines]


def _words_reach(facet: FacetLayout, left: float, centre: float, theme: Theme) -> bool:
    """Return whether the words beside a diverged run run into what stands at the top right."""
    metrics = QFontMetricsF(theme.font("tag"))
    for mark in facet.facet.marks:
        place = cross_place(facet, mark)
        near = place is not None and bool(mark.text) and abs(place[1] - centre) < 16
        if near and place is not None and place[0] + 10 + metrics.horizontalAdvance(mark.text) > left - 6:
            return True
    return False
