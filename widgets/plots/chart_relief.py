"""A surface in space: its quads painted from back to front, paths on it, and three axes with few labels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from lab.chart import ChartAxis, ChartRelief
from widgets.plots.axis import thin_pen
from widgets.plots.chart_axes import scale_of
from widgets.plots.chart_layout import ChartFacetLayout
from widgets.plots.colours import blended
from widgets.plots.paths import array_path
from widgets.plots.scale import transformed, usable_scale
from widgets.plots.ticks import labels, ticks
from widgets.theme import Theme

Floats = NDArray[np.float64]
MOST_QUADS = 40
"""Quads a side: a finer surface is thinned for the picture."""
HEIGHT = 0.62
DISTANCE = 4.2
SMALL = 190.0
"""In a room smaller than this the axes only say what they are."""
MARGINS = (30.0, 8.0, 30.0, 36.0)
"""Room for labels: left, top, right, bottom."""


@dataclass(frozen=True)
class Turn:
    """Where a surface is looked at from: degrees round it and above its floor."""

    azimuth: float = 38.0
    elevation: float = 28.0

    def turned(self, azimuth: float, elevation: float) -> Turn:
        """Return another view, so many degrees on; never from below and never from right above."""
        return Turn((self.azimuth + azimuth) % 360.0, min(80.0, max(8.0, self.elevation + elevation)))


class Space:
    """The way from the box −½..½ with a low height to pixels."""

    def __init__(self, rect: QRectF, turn: Turn) -> None:
        self.small = min(rect.width(), rect.height()) < SMALL
        a, e = math.radians(turn.azimuth), math.radians(turn.elevation)
        self._right = np.array([math.cos(a), math.sin(a), 0.0])
        self._up = np.array([-math.sin(a) * math.sin(e), math.cos(a) * math.sin(e), math.cos(e)])
        self._forward = np.array([-math.sin(a) * math.cos(e), math.cos(a) * math.cos(e), -math.sin(e)])
        corners = np.array(
            [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-HEIGHT / 2, HEIGHT / 2)]
        )
        u, v, _ = self._flat(corners)
        inner = rect.adjusted(MARGINS[0], MARGINS[1], -MARGINS[2], -MARGINS[3])
        self._scale = max(8.0, min(inner.width() / (u.max() - u.min()), inner.height() / (v.max() - v.min())))
        self._x = inner.center().x() - self._scale * (u.max() + u.min()) / 2
        self._y = inner.center().y() + self._scale * (v.max() + v.min()) / 2

    def _flat(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        depth = points @ self._forward  # how far behind the middle
        factor = DISTANCE / (DISTANCE + depth)
        return points @ self._right * factor, points @ self._up * factor, depth

    def place(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Return pixels across and down, and depth (larger is further away), of points (n, 3)."""
        u, v, depth = self._flat(points)
        return self._x + self._scale * u, self._y - self._scale * v, depth


def paint_relief(
    painter: QPainter, theme: Theme, layout: ChartFacetLayout, relief: ChartRelief, turn: Turn
) -> None:
    """Paint the floor with its axes, the surface and the paths on it."""
    space = Space(layout.frame.rect, turn)
    _paint_floor(painter, theme, layout, relief, space, turn)
    _paint_surface(painter, theme, layout, relief, space)
    for x, y, height, series in relief.paths:
        points = _box(layout, relief, x, y, height)
        across, down, _ = space.place(points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        halo = theme.pen("card", 4.0)
        pen = theme.pen(series, 2.0)
        for each in (halo, pen):
            each.setCosmetic(False)
            painter.setPen(each)
            painter.drawPath(array_path(across, down, connect="finite"))
        known = np.flatnonzero(np.isfinite(across))
        if len(known):
            style = theme.series(series)
            painter.setPen(theme.pen(series, 1.6))
            painter.setBrush(theme.color("card"))
            painter.drawEllipse(QPointF(across[known[0]], down[known[0]]), 3.5, 3.5)
            painter.setPen(theme.color("card"))
            painter.setBrush(style.color)
            painter.drawEllipse(QPointF(across[known[-1]], down[known[-1]]), 4.0, 4.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _share(values: Floats, low: float, high: float, log: bool) -> Floats:
    """Return heights as shares 0..1 of their range; NaN stays."""
    scale = usable_scale(low, high, log)
    start, end = scale.view
    values = np.asarray(values, dtype=np.float64)
    shown = transformed(values, scale.log)
    if scale.log:
        shown = np.where(np.isfinite(values) & (values <= 0), start, shown)
    return np.clip((shown - start) / (end - start), 0.0, 1.0)


def _box(layout: ChartFacetLayout, relief: ChartRelief, x: Floats, y: Floats, height: Floats) -> Floats:
    """Return points (n, 3) in the box."""
    parts = []
    for values, scale in ((x, layout.frame.x), (y, layout.frame.y)):
        low, high = scale.view
        parts.append((scale.to_view(values) - low) / (high - low) - 0.5)
    parts.append((_share(height, relief.low, relief.high, relief.log) - 0.5) * HEIGHT)
    return np.stack(parts, axis=-1)


def _paint_surface(
    painter: QPainter, theme: Theme, layout: ChartFacetLayout, relief: ChartRelief, space: Space
) -> None:
    values = np.asarray(relief.values, dtype=np.float64)
    if values.ndim != 2 or min(values.shape) < 2 or values.shape != (len(relief.y), len(relief.x)):
        return
    rows, columns = (_some(count) for count in values.shape)
    values = values[np.ix_(rows, columns)]
    x, y = np.meshgrid(np.asarray(relief.x)[columns], np.asarray(relief.y)[rows])
    shares = _share(values, relief.low, relief.high, relief.log)
    across, down, depth = space.place(_box(layout, relief, x.ravel(), y.ravel(), values.ravel()))
    across, down, depth = (part.reshape(values.shape) for part in (across, down, depth))

    def corners(array: Floats) -> Floats:
        return np.stack([array[:-1, :-1], array[:-1, 1:], array[1:, 1:], array[1:, :-1]], axis=-1).reshape(
            -1, 4
        )

    px, py, far, height = corners(across), corners(down), corners(depth), corners(shares).mean(axis=1)
    known = np.isfinite(px).all(axis=1) & np.isfinite(py).all(axis=1) & np.isfinite(height)
    order = np.argsort(-far.mean(axis=1), kind="stable")
    colours = np.rint(blended(0.12 + 0.88 * height, theme.color("card"), theme.color("heat"))).astype(int)
    pen = thin_pen(theme, "card")
    pen.setColor(theme.color("card", 150))
    pen.setWidthF(0.7)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(pen)
    for index in order[known[order]].tolist():
        painter.setBrush(QColor(*colours[index].tolist()))
        painter.drawPolygon(
            QPolygonF([QPointF(a, b) for a, b in zip(px[index].tolist(), py[index].tolist(), strict=True)])
        )
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _some(count: int) -> NDArray[np.intp]:
    """Return which of so many rows are drawn: all, or evenly chosen with both ends."""
    if count <= MOST_QUADS + 1:
        return np.arange(count)
    return np.unique(np.rint(np.linspace(0, count - 1, MOST_QUADS + 1)).astype(np.intp))


def _paint_floor(
    painter: QPainter, theme: Theme, layout: ChartFacetLayout, relief: ChartRelief, space: Space, turn: Turn
) -> None:
    """Paint the edges of the floor, and the axes at those that are in front."""
    floor = -HEIGHT / 2
    corners = np.array([(-0.5, -0.5, floor), (0.5, -0.5, floor), (0.5, 0.5, floor), (-0.5, 0.5, floor)])
    across, down, depth = space.place(corners)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(thin_pen(theme, "axis"))
    for a in range(4):
        b = (a + 1) % 4
        painter.drawLine(QLineF(across[a], down[a], across[b], down[b]))
    near = int(np.argmin(depth))
    centre = QPointF(float(across.mean()), float(down.mean()))
    painter.setFont(theme.font("tick"))
    facet = layout.facet
    y_front, x_front = corners[near][1], corners[near][0]
    taken: list[QRectF] = []
    # heights stand at the corner that is furthest to the left
    left = int(np.argmin(across))
    axis = ChartAxis("", relief.low, relief.high, relief.log)
    x_left, y_left = corners[left][0], corners[left][1]
    ends = np.array([(x_left, y_left, floor), (x_left, y_left, -floor)])
    ex, ey, _ = space.place(ends)
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(ex[0], ey[0], ex[1], ey[1]))
    scale = scale_of(axis)
    values = ticks(scale, 3)
    metrics = QFontMetricsF(theme.font("tick"))
    for value, word in zip(values, labels(values, scale), strict=True):
        share = scale.fraction(value)
        x, y = ex[0] + share * (ex[1] - ex[0]), ey[0] + share * (ey[1] - ey[0])
        painter.setPen(theme.color("text2"))
        width, height = metrics.horizontalAdvance(word), metrics.height()
        taken.append(QRectF(x - 5 - width, y - height / 2, width, height))
        painter.drawText(QPointF(taken[-1].left(), taken[-1].top() + metrics.ascent()), word)
    room = QRectF(layout.frame.rect)
    _paint_edge(painter, theme, facet.x, lambda t: (t - 0.5, y_front, floor), space, centre, room, taken)
    _paint_edge(painter, theme, facet.y, lambda t: (x_front, t - 0.5, floor), space, centre, room, taken)


def _paint_edge(
    painter: QPainter,
    theme: Theme,
    axis: ChartAxis,
    at: object,
    space: Space,
    centre: QPointF,
    room: QRectF,
    taken: list[QRectF],
) -> None:
    """Paint a few labels along an edge of the floor, outside of it, and what the axis is in their middle.

    Words stay in the room and off the boxes taken, which theirs are added to.
    """
    scale = scale_of(axis)
    # the ends of edges meet others: no labels there
    values = tuple(value for value in ticks(scale, 4) if 0.08 < scale.fraction(value) < 0.92)
    words = labels(values, scale, percent=axis.percent)
    if axis.ticks:
        inside = [(v, w) for v, w in axis.ticks if 0 <= scale.fraction(v) <= 1]
        inside = inside[:: max(1, math.ceil(len(inside) / 4))]
        values, words = tuple(v for v, _ in inside), tuple(w for _, w in inside)
    metrics = QFontMetricsF(theme.font("tick"))
    if space.small:
        values, words = (), ()
    shares = [scale.fraction(value) for value in values]
    middle = (
        (shares[0] + shares[1]) / 2 if len(shares) > 1 else 0.5,
        axis.label,
        14.0 if space.small else 34.0,
    )
    for share, word, away in (*((s, w, 10.0) for s, w in zip(shares, words, strict=True)), middle):
        if not word:
            continue
        across, down, _ = space.place(np.array([at(share)]))  # type: ignore[operator]
        outward = QPointF(float(across[0]), float(down[0])) - centre
        length = math.hypot(outward.x(), outward.y()) or 1.0
        half = metrics.horizontalAdvance(word) / 2
        x = float(across[0]) + outward.x() / length * (away + half * abs(outward.x()) / length)
        y = float(down[0]) + outward.y() / length * away
        left = max(room.left(), min(x - half, room.right() - 2 * half))
        box = QRectF(left, y - metrics.height() / 2, 2 * half, metrics.height())
        if word is axis.label:  # a name goes down to where it is free; a number can be left out
            while box.bottom() < room.bottom() and any(box.intersects(other) for other in taken):
                box.translate(0, 3)
        elif any(box.intersects(other) for other in taken):
            continue
        taken.append(box)
        painter.setPen(theme.color("text2"))
        painter.drawText(QPointF(box.left(), box.top() + metrics.ascent()), word)
