"""The raised card over a plot with all numbers at the point, in right-aligned columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from widgets.numbers import format_fixed, format_number
from widgets.swatch import paint_swatch
from widgets.theme import Theme

ROW = 20
PADDING = 12
SWATCH = 26
GAP = 14


def readout_number(value: float) -> str:
    """Write a number to four places, very large and very small ones with their power; − and ∞ as they are.

    >>> readout_number(-0.9608), readout_number(float("inf")), readout_number(float("nan"))
    ('\u22120.9608', '∞', '–')
    """
    if not math.isfinite(value):
        return format_number(value)
    size = abs(value)
    if size and (size < 5e-4 or size >= 1e5):
        return format_number(value, 3)
    return format_fixed(value + 0.0, 4 if size < 1000 else 2)


@dataclass(frozen=True)
class CardRow:
    """One line: swatch of a series (0: none), name, a text a column, and whether a text tells a break."""

    series: int
    name: str
    values: tuple[str, ...]
    broken: tuple[bool, ...] = ()
    faint: bool = False


class ReadoutCard(QFrame):
    """Shows a head, columns and rows. It never takes the pointer: the plot under it stays draggable."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("raised")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self._head: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._rows: tuple[CardRow, ...] = ()
        self._widths: tuple[float, ...] = ()
        self._name_width = 0.0

    def show_readout(self, head: Sequence[str], columns: Sequence[str], rows: Sequence[CardRow]) -> None:
        """Show these numbers; the card takes the size they need and only grows while the columns stay."""
        fresh = tuple(columns) != self._columns or len(rows) != len(self._rows)
        self._head, self._columns, self._rows = tuple(head), tuple(columns), tuple(rows)
        self.setAccessibleName(self.text())
        self._measure(fresh)
        self.update()

    @property
    def head(self) -> tuple[str, ...]:
        """Texts of the first line."""
        return self._head

    @property
    def rows(self) -> tuple[CardRow, ...]:
        """The lines below it."""
        return self._rows

    @property
    def columns(self) -> tuple[str, ...]:
        """Heads of the columns."""
        return self._columns

    def text(self) -> str:
        """Return everything as one text, for screen readers."""
        lines = ["  ".join(self._head)]
        for row in self._rows:
            pairs = ", ".join(f"{c} {v}" for c, v in zip(self._columns, row.values, strict=True))
            lines.append(f"{row.name}: {pairs}")
        return "\n".join(lines)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._measure(True)
        self.update()

    def _measure(self, fresh: bool) -> None:
        names = QFontMetricsF(self._theme.font("subtitle"))
        values = QFontMetricsF(self._theme.font("value"))
        wanted = [
            max(
                [
                    names.horizontalAdvance(column),
                    *(values.horizontalAdvance(row.values[i]) for row in self._rows),
                ]
            )
            for i, column in enumerate(self._columns)
        ]
        name = max((names.horizontalAdvance(row.name) for row in self._rows), default=0.0) + SWATCH + 8
        head = sum(values.horizontalAdvance(text) + 10 for text in self._head)
        if not fresh and len(wanted) == len(self._widths):
            wanted = [max(a, b) for a, b in zip(wanted, self._widths, strict=True)]
            name = max(name, self._name_width)
        self._widths, self._name_width = tuple(wanted), max(name, head)
        width = 2 * PADDING + self._name_width + sum(GAP + w for w in self._widths)
        size = QSize(math.ceil(width), 2 * PADDING - 4 + ROW * (1 + len(self._rows)))
        if size != self.size():
            self.resize(size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint frame, head and rows."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        top = PADDING - 2.0
        left = float(PADDING)
        painter.setFont(theme.font("value"))
        painter.setPen(theme.color("text"))
        metrics = QFontMetricsF(painter.font())
        base = (ROW - metrics.height()) / 2 + metrics.ascent()
        for text in self._head:
            painter.drawText(QPointF(left, top + base), text)
            left += metrics.horizontalAdvance(text) + 10
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text2"))
        for i, column in enumerate(self._columns):
            self._right(painter, column, i, top)
        for number, row in enumerate(self._rows, 1):
            self._paint_row(painter, row, top + number * ROW)
        painter.end()

    def _paint_row(self, painter: QPainter, row: CardRow, top: float) -> None:
        theme = self._theme
        if row.series > 0:
            place = QRectF(PADDING, top, SWATCH, ROW)
            paint_swatch(painter, theme, row.series, place, dpr=self.devicePixelRatioF(), faded=row.faint)
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text3" if row.faint else "text2"))
        metrics = QFontMetricsF(painter.font())
        base = (ROW - metrics.height()) / 2 + metrics.ascent()
        painter.drawText(QPointF(PADDING + SWATCH + 8, top + base), row.name)
        painter.setFont(theme.font("subtitle" if row.faint else "value"))
        for i, text in enumerate(row.values):
            broken = i < len(row.broken) and row.broken[i]
            painter.setPen(theme.color("error" if broken else "text2" if row.faint else "text"))
            self._right(painter, text, i, top)

    def _right(self, painter: QPainter, text: str, column: int, top: float) -> None:
        right = PADDING + self._name_width + sum(GAP + w for w in self._widths[: column + 1])
        metrics = QFontMetricsF(painter.font())
        base = (ROW - metrics.height()) / 2 + metrics.ascent()
        painter.drawText(QPointF(right - metrics.horizontalAdvance(text), top + base), text)
