"""Estimates with their 95 % intervals, one row each: dot, bar, exact value, and the numbers at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.panels import CurvePanel, Facet, Line
from lab.ranges import linear_range
from widgets.numbers import format_fixed
from widgets.plots.annotations import paint_marker
from widgets.plots.axis import paint_axes, thin_pen
from widgets.plots.curve_layout import FacetLayout, lay_out
from widgets.theme import Theme

_LEFT = 128
_NUMBERS = 226


@dataclass(frozen=True)
class IntervalRow:
    """One estimate: its words, series, value, interval, and the exact value where it is known."""

    label: str
    series: int
    value: float
    low: float
    high: float
    exact: float | None = None

    def words(self) -> str:
        """Return the numbers: 0.639 [0.618, 0.661], exact 0.637."""
        found = f"{format_fixed(self.value, 3)} [{format_fixed(self.low, 3)}, {format_fixed(self.high, 3)}]"
        return found if self.exact is None else f"{found}, limit {format_fixed(self.exact, 3)}"


class IntervalPlot(QWidget):
    """Shows rows, with a line at 1."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[IntervalRow, ...] = ()
        self.setAccessibleName(name)
        self.setMinimumSize(260, 96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def rows(self) -> tuple[IntervalRow, ...]:
        """What is shown."""
        return self._rows

    def show_rows(self, rows: Sequence[IntervalRow]) -> None:
        """Show these; none while nothing is known."""
        self._rows = tuple(rows)
        words = "; ".join(f"{row.label} {row.words()}" for row in rows)
        self.setAccessibleDescription(words)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a strip."""
        return QSize(640, 130)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint rows and axis."""
        painter = QPainter(self)
        paint_intervals(painter, self._theme, self._rows, QSizeF(self.size()))
        painter.end()


def paint_intervals(painter: QPainter, theme: Theme, rows: Sequence[IntervalRow], size: QSizeF) -> None:
    """Paint the axis, the line at 1, and the rows."""
    facet, panel = _facet(theme, rows, size)
    frame = facet.frame
    rect = frame.rect
    paint_axes(painter, theme, panel, (facet,))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    one = round(frame.px(1.0))
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(one, rect.top(), one, rect.bottom()))
    step = rect.height() / max(1, len(rows))
    for place, row in enumerate(rows):
        y = rect.top() + (place + 0.5) * step
        bar = QPen(theme.series(row.series).color)
        bar.setWidthF(3.0)
        bar.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(bar)
        painter.drawLine(QLineF(frame.px(row.low), y, frame.px(row.high), y))
        paint_marker(painter, theme, row.series, frame.px(row.value), y)
        if row.exact is not None:
            x = frame.px(row.exact)
            painter.setPen(thin_pen(theme, "text"))
            painter.drawLine(QLineF(x, y + 7, x, y + 15))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("subtitle"))
        box = QRectF(0, y - 10, _LEFT - 12, 20)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), row.label)
        painter.setFont(theme.font("value"))
        box = QRectF(size.width() - _NUMBERS, y - 10, _NUMBERS - 6, 20)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), row.words())
    painter.restore()


def _facet(theme: Theme, rows: Sequence[IntervalRow], size: QSizeF) -> tuple[FacetLayout, CurvePanel]:
    known = [x for row in rows for x in (row.low, row.high, row.exact) if x is not None]
    least, most = (min(1.0, *known), max(1.0, *known)) if known else (0.0, 1.0)
    across = linear_range(max(0.0, least - 0.04 * most), most)
    line = Line(np.array(across), np.zeros(2), 0, "mean", "")
    panel = CurvePanel("intervals", "", "", (Facet("", (line,)),), (), "", across, (0.0, 1.0))
    room = QSizeF(max(200.0, size.width() - _NUMBERS), size.height())
    laid = lay_out(panel, room, theme.font("tick"), theme.font("tag"), least_left=_LEFT).facets[0]
    return replace(laid, y_ticks=(), y_labels=()), panel
