"""Painting a confusion matrix: ink on the diagonal, error tint off it, a number in each cell not empty."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from lab.panels import ConfusionPanel
from widgets.plots.colours import blended, mixed, readable_on, rgb
from widgets.theme import Theme

GAP = 2.0
AXIS_WORD = 16.0
SMALLEST_CELL = 5.0


@dataclass(frozen=True)
class ConfusionLayout:
    """Where the cells are: the top left corner, the size of a cell with its gap, and the count a side."""

    left: float
    top: float
    cell_width: float
    cell_height: float
    count: int

    def cell(self, row: int, column: int) -> QRectF:
        """Return the rectangle of a cell."""
        return QRectF(
            self.left + column * self.cell_width, self.top + row * self.cell_height,
            max(1.0, self.cell_width - self.gap), max(1.0, self.cell_height - self.gap),
        )  # fmt: skip

    @property
    def gap(self) -> float:
        """The gap between cells: none where cells are tiny."""
        return GAP if min(self.cell_width, self.cell_height) >= 9 else 0.5 if self.cell_width >= 3 else 0.0

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return (row, column) under a point."""
        column, row = (
            math.floor((x - self.left) / self.cell_width),
            math.floor((y - self.top) / self.cell_height),
        )
        return (row, column) if 0 <= row < self.count and 0 <= column < self.count else None


def lay_out_confusion(panel: ConfusionPanel, size: QSizeF, theme: Theme) -> ConfusionLayout:
    """Return where the cells of a matrix go: as large as it gets, at most twice as wide as high."""
    count = max(1, len(panel.percent))
    metrics = QFontMetricsF(theme.font("tick"))
    longest = max((metrics.horizontalAdvance(name) for name in panel.names), default=0.0)
    labels = min(max(longest, 8.0), 0.24 * size.width()) + 6
    left, bottom = AXIS_WORD + labels, AXIS_WORD + metrics.height() + 6
    width, height = max(10.0, size.width() - left - 4), max(10.0, size.height() - bottom - 2)
    cell_height = height / count
    cell_width = min(width / count, 2.0 * cell_height)
    return ConfusionLayout(
        left + max(0.0, (width - cell_width * count) / 2), 2.0, cell_width, cell_height, count
    )


def paint_confusion(painter: QPainter, theme: Theme, panel: ConfusionPanel, layout: ConfusionLayout) -> None:
    """Paint the matrix with its labels and the two words that say what rows and columns are."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if min(layout.cell_width, layout.cell_height) < SMALLEST_CELL:
        _paint_image(painter, theme, panel, layout)
    else:
        _paint_cells(painter, theme, panel, layout)
    _paint_names(painter, theme, panel, layout)


def _paint_image(painter: QPainter, theme: Theme, panel: ConfusionPanel, layout: ConfusionLayout) -> None:
    """Paint a matrix of very many classes as one picture, colours alone."""
    values = np.nan_to_num(np.asarray(panel.percent, dtype=np.float64))
    wrong = np.clip(np.minimum(1.0, values / 20.0) ** 0.6 * 0.62 + 0.12, 0.0, 1.0)
    colours = blended(wrong, theme.color("card"), theme.color("error"))
    colours[values <= 0.0] = rgb(theme.color("hover"))
    right = np.arange(len(values))
    diagonal = values[right, right]
    colours[right, right] = blended(diagonal / 100.0 * 0.88, theme.color("card"), theme.color("accent"))
    colours[right[diagonal <= 0.0], right[diagonal <= 0.0]] = rgb(theme.color("hover"))
    data = np.ascontiguousarray(np.rint(colours).astype(np.uint8))
    size = len(values)
    picture = QImage(data.tobytes(), size, size, 3 * size, QImage.Format.Format_RGB888)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, layout.cell_width < 1.0)
    painter.drawImage(
        QRectF(layout.left, layout.top, layout.cell_width * size, layout.cell_height * size), picture
    )


def _paint_cells(painter: QPainter, theme: Theme, panel: ConfusionPanel, layout: ConfusionLayout) -> None:
    font = theme.font("tag")
    metrics = QFontMetricsF(font)
    small = min(layout.cell_width - layout.gap, (layout.cell_height - layout.gap) * 1.6)
    with_numbers = small >= metrics.horizontalAdvance("100") + 3
    card, empty = theme.color("card"), theme.color("hover")
    ink, error = theme.color("accent"), theme.color("error")
    painter.setFont(font)
    radius = 3.0 if min(layout.cell_width, layout.cell_height) >= 14 else 0.0
    for row in range(layout.count):
        for column in range(layout.count):
            value = float(panel.percent[row, column])
            diagonal = row == column
            color = empty
            if math.isfinite(value) and value > 0.0:
                # errors are few and small: their ramp ends where a fifth of a class is mistaken
                share = value / 100.0 * 0.88 if diagonal else min(1.0, value / 20.0) ** 0.6 * 0.62 + 0.12
                color = mixed(card, ink if diagonal else error, share)
            rect = layout.cell(row, column)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(rect, radius, radius)
            if with_numbers and color is not empty:
                painter.setPen(readable_on(color))
                text = str(round(value)) if value >= 0.5 else "<1"
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _paint_names(painter: QPainter, theme: Theme, panel: ConfusionPanel, layout: ConfusionLayout) -> None:
    font = theme.font("tick")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme.color("text2"))
    stride = max(1, math.ceil(metrics.height() / layout.cell_height))
    room = layout.left - AXIS_WORD - 4
    for row in range(0, min(layout.count, len(panel.names)), stride):
        rect = layout.cell(row, 0)
        name = metrics.elidedText(panel.names[row], Qt.TextElideMode.ElideRight, room)
        box = QRectF(AXIS_WORD, rect.center().y() - metrics.height() / 2, room, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
    bottom = layout.top + layout.cell_height * layout.count
    widest = max((metrics.horizontalAdvance(name) for name in panel.names), default=1.0)
    stride = max(1, math.ceil(min(widest + 4, 44.0) / layout.cell_width))
    for column in range(0, min(layout.count, len(panel.names)), stride):
        rect = layout.cell(0, column)
        room = layout.cell_width * stride - 3
        name = metrics.elidedText(panel.names[column], Qt.TextElideMode.ElideRight, room)
        box = QRectF(rect.center().x() - room / 2, bottom + 2, room, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
    matrix = QRectF(
        layout.left, layout.top, layout.cell_width * layout.count, layout.cell_height * layout.count
    )
    word = "predicted"
    painter.drawText(
        QPointF(
            matrix.center().x() - metrics.horizontalAdvance(word) / 2,
            bottom + 4 + metrics.height() + metrics.ascent(),
        ),
        word,
    )
    painter.save()
    names = max((metrics.horizontalAdvance(name) for name in panel.names), default=0.0)
    painter.translate(max(2.0, layout.left - min(names, room_of(layout)) - 24), matrix.center().y())
    painter.rotate(-90)
    word = "true class"
    painter.drawText(QPointF(-metrics.horizontalAdvance(word) / 2, metrics.ascent()), word)
    painter.restore()


def room_of(layout: ConfusionLayout) -> float:
    """Return the width there is for the names of rows."""
    return layout.left - AXIS_WORD - 4


def is_empty(panel: ConfusionPanel) -> bool:
    """Return whether there is nothing to paint yet."""
    return panel.percent.size == 0 or bool(np.isnan(panel.percent).all())
