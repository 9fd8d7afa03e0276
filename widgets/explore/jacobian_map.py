"""The Jacobian of a softmax, diag(p) − p pᵀ, as a heat map: positive and negative told apart by sign too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.numbers import format_number
from widgets.theme import Theme

MOST_NUMBERS = 6
"""Up to so many classes every cell has its number written in."""
MOST_CELLS = 64
"""More classes than these are not drawn one by one: the first ones stand for them."""
POSITIVE, NEGATIVE = {"light": "#2F6F8F", "dark": "#8CC7DE"}, {"light": "#A2691B", "dark": "#E0B36B"}


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


class JacobianMap(QWidget):
    """Square cells; under the pointer a cell tells its number."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._matrix: NDArray[np.float64] = np.zeros((1, 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(60)
        self.setAccessibleName("Jacobian of the predictions in the outputs")

    def show_matrix(self, matrix: NDArray[np.float64]) -> None:
        """Show a Jacobian (K, K); (1, 1) for a sigmoid."""
        count = min(len(matrix), MOST_CELLS)
        self._matrix = matrix[:count, :count]
        self.setFixedHeight(72 if count == 1 else min(340, max(200, self.width())) + 22)
        self.update()

    @property
    def matrix(self) -> NDArray[np.float64]:
        """What is drawn."""
        return self._matrix

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a square."""
        return QSize(300, 300)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return (row, column) under a point."""
        area, count = self._area(), len(self._matrix)
        if not area.contains(place):
            return None
        row = int((place.y() - area.top()) / area.height() * count)
        column = int((place.x() - area.left()) / area.width() * count)
        return min(row, count - 1), min(column, count - 1)

    def cell_words(self, row: int, column: int) -> str:
        """Return what a cell says: "∂p₁/∂z₂ = −0.04"."""
        value = format_number(float(self._matrix[row, column]), 4)
        return f"∂p({row + 1}) ⁄ ∂z({column + 1}) = {value}"

    def event(self, event: QEvent) -> bool:
        """Tell the number under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            if cell is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.cell_words(*cell), self)
            return True
        return super().event(event)

    def _area(self) -> QRectF:
        if len(self._matrix) == 1:
            return QRectF(0, 4, min(160.0, self.width()), 44)
        side = min(self.width() - 26.0, self.height() - 22.0)
        return QRectF(22, 0, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint cells, numbers where there is room, and the classes' numbers."""
        painter = QPainter(self)
        area, count = self._area(), len(self._matrix)
        painter.drawImage(area, self._image(), QRectF(0, 0, count, count))
        theme = self._theme
        side = area.width() / count
        if count > 1 and side >= 7:
            painter.setPen(theme.color("panel"))
            for line in range(count + 1):
                at = line * side
                painter.drawLine(
                    QPointF(area.left() + at, area.top()), QPointF(area.left() + at, area.bottom())
                )
                painter.drawLine(
                    QPointF(area.left(), area.top() + at), QPointF(area.right(), area.top() + at)
                )
        if count <= MOST_NUMBERS:
            self._paint_numbers(painter, area, side)
        if count > 1:
            self._paint_labels(painter, area, side)
        painter.end()

    def _colors(self) -> tuple[QColor, QColor, QColor]:
        name = "dark" if self._theme.dark else "light"
        return self._theme.color("card"), QColor(POSITIVE[name]), QColor(NEGATIVE[name])

    def _cell_color(self, value: float, largest: float) -> QColor:
        ground, positive, negative = self._colors()
        share = min(1.0, abs(value) / largest) ** 0.5 if largest > 0 else 0.0
        full = positive if value >= 0 else negative
        mixed = [round(a + (b - a) * share) for a, b in zip(_rgb(ground), _rgb(full), strict=True)]
        return QColor(*mixed)

    def _image(self) -> QImage:
        count = len(self._matrix)
        largest = float(np.abs(self._matrix).max(initial=0.0))
        ground, positive, negative = (np.array(_rgb(c), dtype=np.float64) for c in self._colors())
        share = np.sqrt(np.abs(self._matrix) / largest) if largest > 0 else np.zeros_like(self._matrix)
        full = np.where((self._matrix >= 0)[..., None], positive, negative)
        rgb = np.round(ground + (full - ground) * share[..., None]).astype(np.uint8)
        image = QImage(count, count, QImage.Format.Format_RGB32)
        for row in range(count):
            for column in range(count):
                r, g, b = (int(v) for v in rgb[row, column])
                image.setPixel(column, row, 0xFF000000 | r << 16 | g << 8 | b)
        return image

    def _paint_numbers(self, painter: QPainter, area: QRectF, side: float) -> None:
        painter.setFont(self._theme.font("tag"))
        metrics = QFontMetricsF(painter.font())
        largest = float(np.abs(self._matrix).max(initial=0.0))
        count = len(self._matrix)
        for row in range(count):
            for column in range(count):
                value = float(self._matrix[row, column])
                text = format_number(value, 3)
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, side - 2 if count > 1 else 150)
                light = self._cell_color(value, largest).lightnessF() > 0.52
                painter.setPen(QColor("#000000" if light else "#FFFFFF"))
                box = QRectF(area.left() + column * side, area.top() + row * side, side, side)
                if count == 1:
                    box = area
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_labels(self, painter: QPainter, area: QRectF, side: float) -> None:
        painter.setFont(self._theme.font("tick"))
        painter.setPen(self._theme.color("text2"))
        count = len(self._matrix)
        every = max(1, int(np.ceil(18.0 / side)))
        for k in range(0, count, every):
            painter.drawText(
                QRectF(area.left() + k * side, area.bottom() + 3, side, 16), Qt.AlignmentFlag.AlignCenter,
                str(k + 1),
            )  # fmt: skip
            painter.drawText(
                QRectF(0, area.top() + k * side, 16, side),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(k + 1),
            )  # fmt: skip
