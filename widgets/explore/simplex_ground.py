"""The ground of a triangle: bands of a loss between its levels, contour lines and −gradient arrows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from lab.explore.simplex import SimplexPlot
from widgets.plots.colours import blended
from widgets.theme import Theme

HEIGHT = math.sqrt(0.75)
"""Height of the unit triangle."""
MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 30.0, 25.0, 26.0
_STRONGEST = 0.88
_ARROW = 0.92


@dataclass(frozen=True)
class TriangleFrame:
    """Where the triangle stands: its bottom left corner and the length of a side, in pixels."""

    left: float
    bottom: float
    side: float

    def pixel(self, x: float, y: float) -> QPointF:
        """Return the pixel of a place in the unit triangle."""
        return QPointF(self.left + x * self.side, self.bottom - y * self.side)

    def pixels(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pixels (..., 2) of places (..., 2)."""
        return np.stack([self.left + xy[..., 0] * self.side, self.bottom - xy[..., 1] * self.side], axis=-1)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the place in the unit triangle at a pixel."""
        return (x - self.left) / self.side, (self.bottom - y) / self.side

    @property
    def rect(self) -> QRectF:
        """The rectangle around the triangle."""
        return QRectF(self.left, self.bottom - HEIGHT * self.side, self.side, HEIGHT * self.side)

    @property
    def outline(self) -> QPolygonF:
        """The triangle."""
        return QPolygonF([self.pixel(0, 0), self.pixel(1, 0), self.pixel(0.5, HEIGHT)])


def triangle_frame(rect: QRectF) -> TriangleFrame:
    """Return the largest triangle in a rectangle that leaves room for the names of its corners."""
    side = min(rect.width() - 2 * MARGIN_X, (rect.height() - MARGIN_TOP - MARGIN_BOTTOM) / HEIGHT)
    side = max(40.0, side)
    top = rect.top() + MARGIN_TOP
    spare = rect.height() - MARGIN_TOP - MARGIN_BOTTOM - HEIGHT * side
    return TriangleFrame(rect.center().x() - side / 2, top + HEIGHT * side + max(0.0, spare / 2), side)


def band_colours(theme: Theme, count: int) -> NDArray[np.float64]:
    """Return RGB 0..255 (count, 3) of bands, the lowest loss first."""
    shares = np.linspace(0.0, _STRONGEST, count)
    return blended(shares, theme.color("card"), theme.color("heat"))


def band_image(theme: Theme, plot: SimplexPlot, width: int, height: int) -> QImage:
    """Return the bands as an image, clear outside the triangle; the loss is linear within a mesh cell."""
    parts = round((math.sqrt(8 * len(plot.points) + 1) - 3) / 2)
    finite = plot.values[np.isfinite(plot.values)]
    most = 2 * abs(float(finite.max())) + 1 if len(finite) else 1.0
    mesh = np.zeros((parts + 2, parts + 2))
    place = np.rint(plot.points * parts).astype(int)
    mesh[place[:, 1], place[:, 2]] = np.where(np.isfinite(plot.values), plot.values, most)
    x = (np.arange(width) + 0.5) / width
    third = 1 - (np.arange(height) + 0.5)[:, None] / height
    second = x[None, :] - 0.5 * third
    inside = (second >= 0) & (second + third <= 1)
    a, b = second * parts, np.broadcast_to(third * parts, second.shape)
    i = np.clip(np.floor(a), 0, parts - 1).astype(int)
    j = np.clip(np.floor(b), 0, parts - 1 - i).astype(int)
    u, v = a - i, b - j
    corner, right, up, far = mesh[i, j], mesh[i + 1, j], mesh[i, j + 1], mesh[i + 1, j + 1]
    lower = corner + u * (right - corner) + v * (up - corner)
    upper = far + (1 - u) * (up - far) + (1 - v) * (right - far)
    values = np.where((u + v <= 1) | (i + j >= parts - 1), lower, upper)
    band = np.searchsorted(np.asarray(plot.levels), values)
    colours = np.rint(band_colours(theme, len(plot.levels) + 1)).astype(np.uint8)
    pixels = np.zeros((height, width, 4), dtype=np.uint8)
    pixels[..., :3] = colours[band][..., ::-1]
    pixels[..., 3] = np.where(inside, 255, 0)
    pixels[~inside] = 0
    data = np.ascontiguousarray(pixels)
    return QImage(data.tobytes(), width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def paint_ground(
    painter: QPainter, theme: Theme, plot: SimplexPlot, frame: TriangleFrame, scale: float = 1.0
) -> None:
    """Paint bands, contour lines, arrows and outline; ``scale`` is device pixels a logical one."""
    rect = frame.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    image = band_image(theme, plot, max(2, round(rect.width() * scale)), max(2, round(rect.height() * scale)))
    painter.drawImage(rect, image)
    painter.setPen(QPen(QColor(theme.color("text", 60)), 1.0))
    for _, pieces in plot.contours:
        ends = frame.pixels(pieces).reshape(-1, 4)
        painter.drawLines([QLineF(*piece) for piece in ends.tolist()])
    _paint_arrows(painter, theme, plot, frame)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("axis"), 1.2))
    painter.drawPolygon(frame.outline)


def _paint_arrows(painter: QPainter, theme: Theme, plot: SimplexPlot, frame: TriangleFrame) -> None:
    """Paint arrows as long as the step they stand for; the longest just reaches the next one."""
    parts = max(1.0, math.sqrt(len(plot.arrow_xy)))
    longest = _ARROW * frame.side / parts
    starts = frame.pixels(plot.arrow_xy)
    moves = plot.arrow_direction * np.array([longest, -longest])
    lengths = np.hypot(moves[:, 0], moves[:, 1])
    ink = QColor(theme.color("text", 190))
    painter.setPen(QPen(ink, 1.1))
    painter.setBrush(ink)
    lines, heads = [], []
    for (x, y), (dx, dy), length in zip(starts.tolist(), moves.tolist(), lengths.tolist(), strict=True):
        if not math.isfinite(length):
            continue
        if length < 1.5:
            painter.drawEllipse(QPointF(x, y), 0.7, 0.7)
            continue
        x0, y0, x1, y1 = x - dx / 2, y - dy / 2, x + dx / 2, y + dy / 2
        lines.append(QLineF(x0, y0, x1, y1))
        head = min(5.0, 0.45 * length)
        ux, uy = dx / length, dy / length
        back = QPointF(x1 - head * ux, y1 - head * uy)
        side = QPointF(-uy * head * 0.5, ux * head * 0.5)
        heads.append(QPolygonF([QPointF(x1, y1), back + side, back - side]))
    painter.drawLines(lines)
    painter.setPen(Qt.PenStyle.NoPen)
    for polygon in heads:
        painter.drawPolygon(polygon)
