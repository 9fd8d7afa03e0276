"""Painting loss × learning rate: darker is better, the best rate of a loss ringed, divergence in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lab.comparing.race_heat import all_diverged, cell_note, cell_text, heat_shares
from lab.loss_labels import format_number
from lab.racing.results import RateGrid
from widgets.compare.item_plot import pixels_of
from widgets.icons import paint_icon
from widgets.plots.colours import mixed, readable_on
from widgets.swatch import paint_swatch
from widgets.theme import Theme

GAP = 2.0
SWATCH = 22.0
TALLEST_ROW = 84.0
FAINTEST = 0.05
"""Share of colour in the worst cell, so that it is seen to hold something."""
WORD = "learning rate"


@dataclass(frozen=True)
class HeatLayout:
    """Where the cells are: their corner, the size of one with its gap, and the room of the labels."""

    left: float
    top: float
    cell_width: float
    cell_height: float
    rows: int
    columns: int
    short: bool

    def cell(self, row: int, column: int) -> QRectF:
        """Return the rectangle of a cell."""
        return QRectF(
            self.left + column * self.cell_width, self.top + row * self.cell_height,
            max(1.0, self.cell_width - GAP), max(1.0, self.cell_height - GAP),
        )  # fmt: skip

    @property
    def bottom(self) -> float:
        """Where the cells end."""
        return self.top + self.rows * self.cell_height

    def at(self, place: QPointF) -> tuple[int, int] | None:
        """Return (row, column) under a point."""
        column = math.floor((place.x() - self.left) / self.cell_width)
        row = math.floor((place.y() - self.top) / self.cell_height)
        return (row, column) if 0 <= row < self.rows and 0 <= column < self.columns else None


def lay_out_heat(theme: Theme, grid: RateGrid, rect: QRectF) -> HeatLayout:
    """Return where the cells go; losses go by their short names where long ones take over a third."""
    metrics = QFontMetricsF(theme.font("subtitle"))
    beside = SWATCH + 8 + 12
    longest = max((metrics.horizontalAdvance(label) for label in grid.labels), default=0.0)
    short = longest + beside > 0.30 * rect.width()
    if short:
        longest = max((metrics.horizontalAdvance(label) for label in grid.shorts), default=0.0)
    left = min(longest + beside, 0.4 * rect.width())
    foot = 2 * QFontMetricsF(theme.font("tick")).height() + 8
    rows, columns = max(1, len(grid.labels)), max(1, len(grid.rates))
    height = min(TALLEST_ROW, max(10.0, (rect.height() - foot - 2) / rows))
    width = max(4.0, (rect.width() - left) / columns)
    return HeatLayout(rect.left() + left, rect.top() + 2, width, height, rows, columns, short)


def paint_heat(painter: QPainter, theme: Theme, grid: RateGrid, layout: HeatLayout, rect: QRectF) -> None:
    """Paint labels, cells and rates."""
    shares = heat_shares(grid)
    for row in range(len(grid.labels)):
        _paint_label(painter, theme, grid, layout, row, rect)
        for column in range(len(grid.rates)):
            _paint_cell(painter, theme, grid, layout, row, column, shares[row][column])
    _paint_rates(painter, theme, grid, layout)


def _paint_label(
    painter: QPainter, theme: Theme, grid: RateGrid, layout: HeatLayout, row: int, rect: QRectF
) -> None:
    cell = layout.cell(row, 0)
    middle = cell.center().y()
    dpr = pixels_of(painter)
    paint_swatch(painter, theme, grid.series[row], QRectF(rect.left(), middle - 8, SWATCH, 16), dpr=dpr)
    font = theme.font("subtitle")
    metrics = QFontMetricsF(font)
    room = layout.left - rect.left() - SWATCH - 8 - 8
    words = (grid.shorts if layout.short else grid.labels)[row]
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    painter.setFont(font)
    painter.setPen(theme.color("text"))
    box = QRectF(rect.left() + SWATCH + 8, middle - metrics.height() / 2, room + 2, metrics.height())
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _paint_cell(
    painter: QPainter, theme: Theme, grid: RateGrid, layout: HeatLayout, row: int, column: int,
    share: float | None,
) -> None:  # fmt: skip
    cell, box = grid.cells[row][column], layout.cell(row, column)
    best = grid.best[row] == column
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if share is None and not all_diverged(cell):
        painter.setPen(QPen(theme.color("line"), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        return
    if share is None:
        ground = theme.color("error_tint")
    else:
        ground = mixed(theme.color("card"), theme.color("heat"), FAINTEST + (1 - FAINTEST) * share)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 4, 4)
    if best:
        painter.setPen(QPen(theme.color("accent"), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
    if share is None:
        _paint_diverged(painter, theme, box)
        return
    painter.setPen(readable_on(ground))
    painter.setFont(theme.font("value" if best else "subtitle"))
    _paint_lines(painter, theme, box, cell_text(cell), cell_note(cell))


def _paint_lines(painter: QPainter, theme: Theme, box: QRectF, text: str, note: str) -> None:
    """Paint a number and, where there is room, a note under it; what is too wide is left to the tooltip."""
    metrics = QFontMetricsF(painter.font())
    small = QFontMetricsF(theme.font("tick"))
    centred = Qt.AlignmentFlag.AlignCenter
    if metrics.horizontalAdvance(text) > box.width() - 2:
        return
    if not note or metrics.height() + small.height() > box.height():
        painter.drawText(box, centred, text)
        return
    if small.horizontalAdvance(note) > box.width() - 4:
        note = note.removesuffix(" diverged")
    top = box.center().y() - (metrics.height() + small.height()) / 2
    painter.drawText(QRectF(box.left(), top, box.width(), metrics.height()), centred, text)
    painter.setFont(theme.font("tick"))
    icon = 11.0
    width = small.horizontalAdvance(note) + icon + 3
    place = QRectF(box.left(), top + metrics.height(), box.width(), small.height())
    if width <= box.width() - 4:
        left = box.center().x() - width / 2
        paint_icon(painter, "warning", painter.pen().color(),
                   QRectF(left, place.center().y() - icon / 2, icon, icon))  # fmt: skip
        place.setLeft(left + icon + 3)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, note)
    else:
        painter.drawText(place, centred, note)


def _paint_diverged(painter: QPainter, theme: Theme, box: QRectF) -> None:
    """Paint the icon, and under it or beside it the word where that fits."""
    font = theme.font("tag")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme.color("error"))
    word, icon = "diverged", 13.0
    wide = metrics.horizontalAdvance(word) <= box.width() - 2
    stacked = wide and icon + metrics.height() <= box.height() - 2
    height = icon + metrics.height() if stacked else icon
    top = box.center().y() - height / 2
    if stacked or not wide:
        paint_icon(painter, "warning", theme.color("error"),
                   QRectF(box.center().x() - icon / 2, top, icon, icon))  # fmt: skip
    if stacked:
        place = QRectF(box.left(), top + icon, box.width(), metrics.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, word)
    elif wide:
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)


def _paint_rates(painter: QPainter, theme: Theme, grid: RateGrid, layout: HeatLayout) -> None:
    font = theme.font("tick")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme.color("text2"))
    words = [format_number(rate) for rate in grid.rates]
    widest = max((metrics.horizontalAdvance(word) for word in words), default=1.0)
    stride = max(1, math.ceil((widest + 4) / layout.cell_width))
    for column in range(0, len(words), stride):
        middle = layout.cell(0, column).center().x()
        place = QRectF(middle - widest, layout.bottom + 3, 2 * widest, metrics.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words[column])
    across = QRectF(layout.left, layout.bottom + 5 + metrics.height(),
                    layout.cell_width * layout.columns, metrics.height())  # fmt: skip
    painter.drawText(across, Qt.AlignmentFlag.AlignCenter, WORD)
