"""The items of one facet: pyqtgraph curves in a view box that we place, range and style, and bands.

Log axes are applied here (`Scale.to_view`): pyqtgraph's own log mode reaches `PlotDataItem` alone, and fill
between curves breaks under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from lab.panels import Band, Line
from widgets.plots.curve_layout import FacetLayout
from widgets.plots.polyline import NOISY_TRAVEL, finite_stretches, is_noisy, reduced, straightened, travel
from widgets.theme import Theme

BandShape: TypeAlias = QPainterPath | PrimitiveArray

MOST_SMOOTH_BANDS = 3
CALM_TRAVEL = 1.5
"""Bands whose edge travels less than this, in plot heights, are filled with smooth edges."""

EDGE = 3.0
"""The view reaches this many pixels past its frame, so that a 2 px line on the edge is not cut lengthwise."""


class BandItem(pg.GraphicsObject):  # type: ignore[misc]
    """Filled bands of one facet in view coordinates; breaks where an edge has no place."""

    def __init__(self) -> None:
        super().__init__()
        self._shapes: list[tuple[BandShape, QColor, bool]] = []
        self._smooth = True

    def set_shapes(self, shapes: list[tuple[BandShape, QColor, bool]], *, smooth: bool = True) -> None:
        """Replace what is filled; ``smooth`` edges where there are few bands."""
        self._shapes = shapes
        self._smooth = smooth and len(shapes) <= MOST_SMOOTH_BANDS
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole view: the item is clipped by its view box."""
        box = self.getViewBox()
        return cast(QRectF, box.viewRect()) if box is not None else QRectF()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Fill all bands, without edges."""
        # smooth edges cost eight times as much and hardly show where many pale bands lie over each other
        painter.setPen(Qt.PenStyle.NoPen)
        for shape, color, calm in self._shapes:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._smooth and calm)
            painter.setBrush(color)
            if isinstance(shape, QPainterPath):
                painter.drawPath(shape)
            else:
                painter.drawRects(*shape.drawargs())


class FacetBox:
    """One facet's view box with its bands and a pool of curves that are reused from frame to frame."""

    def __init__(self, scene: pg.GraphicsScene) -> None:
        self.box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self.box.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.box.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape, True)
        self.bands = BandItem()
        self.box.addItem(self.bands, ignoreBounds=True)
        self._curves: list[pg.PlotCurveItem] = []
        self._styles: list[object] = []
        scene.addItem(self.box)

    def remove(self, scene: pg.GraphicsScene) -> None:
        """Take the box out of its scene."""
        for curve in self._curves:
            self.box.removeItem(curve)
        self.box.removeItem(self.bands)
        scene.removeItem(self.box)
        self.box.close()

    def place(self, layout: FacetLayout) -> None:
        """Set the geometry and the range, both widened by the same few pixels."""
        rect = layout.frame.rect
        self.box.setGeometry(rect.adjusted(-EDGE, -EDGE, EDGE, 0.0))
        (x_low, x_high), (y_low, y_high) = layout.frame.x.view, layout.frame.y.view
        dx = (x_high - x_low) * EDGE / max(1.0, rect.width())
        dy = (y_high - y_low) * EDGE / max(1.0, rect.height())
        self.box.setRange(
            xRange=(x_low - dx, x_high + dx), yRange=(y_low, y_high + dy), padding=0, disableAutoRange=True
        )

    def draw(self, layout: FacetLayout, theme: Theme, dpr: float, fast: bool) -> None:
        """Give the pool the lines and bands of a facet."""
        self.bands.set_shapes(
            [shape for band in layout.facet.bands if (shape := _band_shape(band, layout, theme))],
            smooth=not layout.facet.envelopes,  # edges among many members are not seen
        )
        for index, line in enumerate(layout.facet.lines):
            self._draw_line(index, line, layout, theme, dpr, fast)
        for index in range(len(layout.facet.lines), len(self._curves)):
            self._curves[index].setVisible(False)

    def _draw_line(
        self, index: int, line: Line, layout: FacetLayout, theme: Theme, dpr: float, fast: bool
    ) -> None:
        if index == len(self._curves):
            curve = pg.PlotCurveItem(antialias=True, connect="finite", skipFiniteCheck=False)
            self.box.addItem(curve, ignoreBounds=True)
            self._curves.append(curve)
            self._styles.append(None)
        curve = self._curves[index]
        x, y, noisy = view_points(line, layout)
        broad = line.role in ("mean", "layer") and not fast and not noisy
        style = (line.series, line.role, broad, theme.name, dpr)
        if self._styles[index] != style:
            self._styles[index] = style
            curve.setPen(line_pen(line, theme, dpr, broad))
            curve.setZValue({"raw": 1, "member": 2}.get(line.role, 3))
        gaps = bool(np.isnan(y).any())
        curve.setData(x, y, connect="finite" if gaps else "all", skipFiniteCheck=not gaps)
        curve.setVisible(True)


class CurveScene(pg.GraphicsScene):  # type: ignore[misc]
    """What a canvas has painted into its picture: a box for each facet. It has no view of its own.

    Parameters
    ----------
    parent
        The canvas; pyqtgraph's scenes must have a parent.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._boxes: list[FacetBox] = []

    def show_facets(self, facets: Sequence[FacetLayout], theme: Theme, dpr: float, fast: bool) -> None:
        """Place the boxes and give them lines and bands; ``fast`` draws every line one pixel wide."""
        while len(self._boxes) > len(facets):
            self._boxes.pop().remove(self)
        while len(self._boxes) < len(facets):
            self._boxes.append(FacetBox(self))
        for box, facet in zip(self._boxes, facets, strict=True):
            box.place(facet)
            box.draw(facet, theme, dpr, fast)


def view_points(line: Line, layout: FacetLayout) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Return what of a line to draw, in view coordinates, and whether it is too noisy for two pixels."""
    frame = layout.frame
    x, y = frame.x.to_view(line.x), frame.y.to_view(line.y)
    if frame.x.log:
        known = np.isfinite(x)
        x, y = x[known], y[known]
    y_low, y_high = frame.y.view
    height = y_high - y_low
    pixel = height / max(1.0, frame.rect.height())
    if line.path:
        return x, np.clip(y, y_low - 4 * height, y_high + 4 * height), is_noisy(y, height)
    broad = line.role in ("mean", "layer")
    columns = frame.rect.width() / (2.0 if broad else 0.5)
    x, y = reduced(x, y, frame.x.view, max(columns, 1000.0), pixel)
    noisy = is_noisy(y, height)
    if broad and not noisy:
        x, y = straightened(x, y, 0.12 * pixel)
    elif len(x) > columns:
        x, y = reduced(x, y, frame.x.view, columns, pixel)
    # far outside the picture is outside: huge coordinates cost the rasteriser dearly
    return x, np.clip(y, y_low - 4 * height, y_high + 4 * height), noisy


def line_pen(line: Line, theme: Theme, dpr: float, broad: bool, *, faint: bool = False) -> QPen:
    """Return the cosmetic pen of a line: 2 px for a broad one, else one device pixel, faint for raw lines.

    ``faint`` members look as they do among many: see `widgets.plots.envelope_image`.
    """
    pen = theme.pen(line.series, 2.0, dpr) if broad else theme.pen(line.series, 1.0, 1.0)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin if broad else Qt.PenJoinStyle.BevelJoin)
    if line.role != "mean":  # layers stand under their loss's swatch; thin lines are read by colour
        pen.setStyle(Qt.PenStyle.SolidLine)
    if line.role in ("raw", "member"):
        color = pen.color()
        color.setAlpha(theme.alpha("raw") if line.role == "raw" or faint else 110)
        pen.setColor(color)
    return pen


def _band_shape(band: Band, layout: FacetLayout, theme: Theme) -> tuple[BandShape, QColor, bool] | None:
    frame = layout.frame
    x, low, high = frame.x.to_view(band.x), frame.y.to_view(band.low), frame.y.to_view(band.high)
    bottom, top = frame.y.view
    color = theme.band_color(band.series)
    ragged = travel(high) / (top - bottom)
    if ragged > NOISY_TRAVEL:
        return band_columns(x, low, high, layout), color, False
    path = band_path(band, x, low, high, (bottom, top))
    return None if path.isEmpty() else (path, color, ragged < CALM_TRAVEL)


def band_columns(
    x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], layout: FacetLayout
) -> BandShape:
    """Return a ragged band as upright strips: filling its outline would cost the square of its corners."""
    frame = layout.frame
    (x_low, x_high), (bottom, top) = frame.x.view, frame.y.view
    low = np.where(np.isnan(low) & np.isfinite(high), bottom, low)
    shown = np.isfinite(x) & np.isfinite(low) & np.isfinite(high) & (x >= x_low) & (x <= x_high)
    strips = PrimitiveArray(QRectF, 4)
    if int(shown.sum()) < 2:
        strips.resize(0)
        return strips
    x, low, high = x[shown], np.clip(low[shown], bottom, top), np.clip(high[shown], bottom, top)
    column = np.floor((x - x_low) * (frame.rect.width() / 2.0 / (x_high - x_low)))
    starts = np.concatenate(([0], np.flatnonzero(np.diff(column)) + 1))
    left = x[starts]
    strips.resize(len(starts))
    table = strips.ndarray()
    table[:, 0] = left
    table[:, 1] = np.minimum.reduceat(low, starts)
    table[:, 2] = np.diff(left, append=x[-1])
    table[:, 3] = np.maximum.reduceat(high, starts) - table[:, 1]
    return strips


def band_path(
    band: Band,
    x: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    limits: tuple[float, float],
    beyond: float = 2.0,
) -> QPainterPath:
    """Return the outline of a band in view coordinates.

    Under log a lower edge at or below zero runs along the bottom of the picture (it is "down to zero"); where
    the upper edge has no place either, the band breaks. Nothing reaches further than ``beyond`` heights
    out of the picture.
    """
    bottom, top = limits
    height = top - bottom
    floor = bottom - beyond * height
    low = np.where(np.isnan(low) & np.isfinite(high) & np.isfinite(band.low), floor, low)
    least, most = sorted((floor, top + beyond * height))  # in pixels "up" is down
    low, high = np.clip(low, least, most), np.clip(high, least, most)
    path = QPainterPath()
    for start, end in finite_stretches(x, low, high):
        if end - start < 2:
            continue
        outline_x = np.concatenate((x[start:end], x[start:end][::-1]))
        outline_y = np.concatenate((high[start:end], low[start:end][::-1]))
        polygon = pg.functions.arrayToQPolygonF(outline_x, outline_y)
        path.addPolygon(cast(QPolygonF, polygon))
        path.closeSubpath()
    return path
