"""Cells of the plot grid: their rectangles, the free one that adds, the mark where a card will drop."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from widgets.focus_ring import paint_focus_ring
from widgets.icons import icon
from widgets.theme import Theme

GUTTER = 12
NARROW = 560
"""Below this width cards stand in one column."""
WIDE = 1560
"""From this width, that of a 2200 pixel window without its side panels, there are three."""
SMALLEST_HEIGHT = 208


def columns_for(width: int) -> int:
    """Return the number of columns for a width of the grid."""
    return 1 if width < NARROW else 2 if width < WIDE else 3


def cell_rects(count: int, view: QSize) -> tuple[list[QRect], QRect | None, int]:
    """Return the cells of ``count`` cards, the free cell that is left over, and the height of it all.

    Cells are equal and fill the view; rows never get lower than `SMALLEST_HEIGHT`: then the grid scrolls.
    """
    columns = max(1, min(columns_for(view.width()), max(1, count)))
    rows = max(1, math.ceil(count / columns))
    height = (view.height() - GUTTER * (rows + 1)) // rows
    height = max(height, SMALLEST_HEIGHT if rows > 1 else 120)
    total = rows * height + (rows + 1) * GUTTER
    edges = [GUTTER + round(i * (view.width() - GUTTER) / columns) for i in range(columns + 1)]
    cells = [
        QRect(
            edges[i % columns], GUTTER + (i // columns) * (height + GUTTER),
            edges[i % columns + 1] - edges[i % columns] - GUTTER, height,
        )
        for i in range(columns * rows)
    ]  # fmt: skip
    free = cells[count] if count < len(cells) else None
    return cells[:count], free, max(total, view.height())


def drop_place(rects: Sequence[QRect], place: QPoint) -> tuple[int, QRect]:
    """Return before which cell a card dropped at a place goes, and the rectangle that marks it."""
    if not rects:
        return 0, QRect()

    def distance(rect: QRect) -> int:
        dx = max(rect.left() - place.x(), 0, place.x() - rect.right())
        dy = max(rect.top() - place.y(), 0, place.y() - rect.bottom())
        return dx * dx + dy * dy

    index = min(range(len(rects)), key=lambda i: distance(rects[i]))
    rect = rects[index]
    single = all(other.left() == rect.left() for other in rects)
    if single:
        after = place.y() > rect.center().y()
        y = rect.bottom() + GUTTER // 2 if after else rect.top() - GUTTER // 2
        return index + after, QRect(rect.left(), y - 1, rect.width(), 3)
    after = place.x() > rect.center().x()
    x = rect.right() + GUTTER // 2 if after else rect.left() - GUTTER // 2
    return index + after, QRect(x - 1, rect.top(), 3, rect.height())


class DropMark(QWidget):
    """The bar in ink that shows where a dragged card will go."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def show_at(self, rect: QRect) -> None:
        """Stand at a rectangle, above all cards."""
        self.setGeometry(rect)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill with ink."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("accent"))
        painter.end()


class AddCell(QPushButton):
    """The free cell of an uneven grid: adds a plot."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Add a plot", parent)
        self.setProperty("k", "flush")
        self.setToolTip("Choose a plot to add")
        self._theme = theme
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.setIcon(icon("add", theme))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words, in a dashed outline or, with the focus, in its ring."""
        super().paintEvent(event)
        painter = QPainter(self)
        if self.hasFocus():
            paint_focus_ring(painter, self.rect(), self._theme)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        pen = QPen(self._theme.color("line2"))
        pen.setDashPattern([4.0, 4.0])
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
        painter.end()
