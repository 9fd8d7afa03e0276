"""The drawing surface of a curve card: pyqtgraph curves in view boxes that we place, range and style ourselves.

Painted once into a pixmap when something changed; the crosshair only moves over that picture. Log axes are
applied by us (`Scale.to_view`) to lines, bands, marks, target and crosshair alike, so that nothing is left behind.
"""

from __future__ import annotations

import time
from typing import cast

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from lab.panels import Band, CurvePanel, Line
from widgets.plots.annotations import paint_annotations, paint_target_line
from widgets.plots.axis import paint_axes
from widgets.plots.crosshair import paint_crosshair
from widgets.plots.curve_layout import CurveLayout, FacetLayout, lay_out
from widgets.plots.polyline import finite_stretches, is_noisy, reduced
from widgets.theme import Theme

EDGE = 3.0
"""The view reaches this many pixels past its frame, so that a 2 px line on the edge is not cut lengthwise."""
ZOOM_STEP = 1.25
DRAG_START = 5


class BandItem(pg.GraphicsObject):  # type: ignore[misc]
    """Filled bands of one facet in view coordinates; breaks where an edge has no place."""

    def __init__(self) -> None:
        super().__init__()
        self._shapes: list[tuple[QPainterPath, QColor]] = []

    def set_shapes(self, shapes: list[tuple[QPainterPath, QColor]]) -> None:
        """Replace what is filled."""
        self._shapes = shapes
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole view: the item is clipped by its view box."""
        box = self.getViewBox()
        return cast(QRectF, box.viewRect()) if box is not None else QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Fill all bands, without edges."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        for path, color in self._shapes:
            painter.setBrush(color)
            painter.drawPath(path)


class _FacetBox:
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
        self.box.setGeometry(rect.adjusted(-EDGE, -EDGE, EDGE, EDGE))
        (x_low, x_high), (y_low, y_high) = layout.frame.x.view, layout.frame.y.view
        dx = (x_high - x_low) * EDGE / max(1.0, rect.width())
        dy = (y_high - y_low) * EDGE / max(1.0, rect.height())
        self.box.setRange(
            xRange=(x_low - dx, x_high + dx), yRange=(y_low - dy, y_high + dy), padding=0, disableAutoRange=True
        )

    def draw(self, layout: FacetLayout, theme: Theme, dpr: float, fast: bool) -> None:
        """Give the pool the lines and bands of a facet."""
        self.bands.set_shapes([shape for band in layout.facet.bands if (shape := _band_shape(band, layout, theme))])
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


class Canvas(pg.GraphicsView):  # type: ignore[misc]
    """Shows the facets of a `CurvePanel` and reports what the pointer and keys ask for; knows no legend and no card."""

    crosshair_moved = Signal(object)
    """The x under the pointer in data units, or None when it left."""
    view_changed = Signal(object)
    """A new x range (low, high) that a person zoomed to, or None for the whole."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(80, 60)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("plot")
        self._theme = theme
        self._panel: CurvePanel | None = None
        self._layout: CurveLayout | None = None
        self._boxes: list[_FacetBox] = []
        self._picture = QPixmap()
        self._stale = True
        self._fast = False
        self._facet_titles = False
        self._x_view: tuple[float, float] | None = None
        self._y_view: tuple[float, float] | None = None
        self._crosshair: float | None = None
        self._press: QPointF | None = None
        self._band: QRectF | None = None
        self._pan_from: tuple[QPointF, tuple[float, float]] | None = None
        self.paint_seconds = 0.0

    # --- state in, silent ---------------------------------------------------------------------------
    def show_panel(self, panel: CurvePanel) -> None:
        """Show this panel at the next paint; a hidden canvas does no work for it."""
        if self._panel is not None and (panel.log_y != self._panel.log_y or panel.kind != self._panel.kind):
            self._y_view = None
        self._panel = panel
        self._changed()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self._changed()

    def set_fast(self, fast: bool) -> None:
        """Draw every line one pixel wide, or means two again."""
        if fast != self._fast:
            self._fast = fast
            self._changed()

    def set_view(self, view: tuple[float, float] | None) -> None:
        """Zoom x to (low, high) in data units, or show the whole; resetting also resets a zoom in y."""
        if view is None and self._y_view is not None:
            self._y_view = None
            self._changed()
        if view != self._x_view:
            self._x_view = view
            self._changed()

    def set_crosshair(self, x: float | None) -> None:
        """Show the crosshair at x, or none."""
        if x != self._crosshair:
            self._crosshair = x
            self.viewport().update()

    def set_facet_titles(self, shown: bool) -> None:
        """Write facet titles into the picture, where no legend does it."""
        if shown != self._facet_titles:
            self._facet_titles = shown
            self._changed()

    @property
    def panel(self) -> CurvePanel | None:
        """What is shown."""
        return self._panel

    @property
    def x_view(self) -> tuple[float, float] | None:
        """The zoomed x range, None for the whole."""
        return self._x_view

    @property
    def y_view(self) -> tuple[float, float] | None:
        """The zoomed y range of this canvas alone, None for the panel's own."""
        return self._y_view

    @property
    def crosshair(self) -> float | None:
        """Where the crosshair stands."""
        return self._crosshair

    def curve_layout(self) -> CurveLayout | None:
        """Return where everything is, laid out for the present size; None without a panel."""
        if self._panel is None:
            return None
        if self._layout is None:
            size = self.viewport().size()
            self._layout = lay_out(
                self._panel, QSizeF(size.width(), size.height()), self._theme.font("tick"), self._theme.font("tag"),
                x_view=self._x_view, y_view=self._y_view, facet_titles=self._facet_titles,
            )  # fmt: skip
        return self._layout

    def _changed(self) -> None:
        self._stale = True
        self._layout = None
        if self.isVisible():
            self.viewport().update()

    # --- painting ---------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Repaint the picture if something changed, then put the crosshair and the rubber band over it."""
        dpr = self.devicePixelRatioF()
        if self._stale or self._picture.devicePixelRatio() != dpr:
            self._repaint(dpr)
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._picture)
        layout = self.curve_layout()
        if self._panel is not None and layout is not None and self._crosshair is not None:
            paint_crosshair(painter, self._theme, self._panel, layout, self._crosshair)
        if self._band is not None:
            fill = self._theme.color("accent", 26)
            painter.fillRect(self._band, fill)
            painter.setPen(self._theme.color("axis"))
            painter.drawRect(self._band)
        if self.hasFocus() and self.property("keyboard"):
            pen = self._theme.color("accent")
            painter.setPen(pen)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _repaint(self, dpr: float) -> None:
        begun = time.perf_counter()
        size = self.viewport().size()
        if self._picture.size() != size * dpr or self._picture.devicePixelRatio() != dpr:
            self._picture = QPixmap(size * dpr)
            self._picture.setDevicePixelRatio(dpr)
        self._picture.fill(self._theme.color("card"))
        self._stale = False
        layout = self.curve_layout()
        if layout is None or self._panel is None:
            return
        self._sync(layout, dpr)
        painter = QPainter(self._picture)
        paint_axes(painter, self._theme, self._panel, layout.facets)
        for facet in layout.facets:
            paint_target_line(painter, self._theme, self._panel, facet)
        self.render(painter, QRectF(self.viewport().rect()), self.viewport().rect())
        paint_annotations(painter, self._theme, self._panel, layout)
        painter.end()
        self.paint_seconds = time.perf_counter() - begun

    def _sync(self, layout: CurveLayout, dpr: float) -> None:
        while len(self._boxes) > len(layout.facets):
            self._boxes.pop().remove(self.sceneObj)
        while len(self._boxes) < len(layout.facets):
            self._boxes.append(_FacetBox(self.sceneObj))
        for box, facet in zip(self._boxes, layout.facets, strict=True):
            box.place(facet)
            box.draw(facet, self._theme, dpr, self._fast)

    # --- pointer and keys ---------------------------------------------------------------------------
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the crosshair, or draw the rectangle to zoom to, or pan."""
        event.accept()
        place = event.position()
        layout = self.curve_layout()
        if layout is None or self._panel is None:
            return
        facet = layout.at(place.x(), place.y())
        if facet is None:
            return
        if self._pan_from is not None:
            self._pan(place, facet)
            return
        if self._press is not None:
            moved = place - self._press
            if self._band is not None or moved.manhattanLength() >= DRAG_START:
                self._band = self._zoom_rectangle(self._press, place)
                self.viewport().update()
            return
        rect = facet.frame.rect
        inside = rect.left() - 4 <= place.x() <= rect.right() + facet.reserve + 4
        x = facet.frame.x_at(min(max(place.x(), rect.left()), rect.right())) if inside else None
        self._move_crosshair(self._snapped(x, facet) if x is not None else None)

    def leaveEvent(self, event: object) -> None:
        """Take the crosshair away with the pointer."""
        if self._press is None:
            self._move_crosshair(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a zoom rectangle (left), or panning (middle, or Shift and left)."""
        event.accept()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        layout = self.curve_layout()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        left = event.button() == Qt.MouseButton.LeftButton
        if layout is None or not layout.facets:
            return
        if event.button() == Qt.MouseButton.MiddleButton or (left and shifted):
            scale = layout.facets[0].frame.x
            self._pan_from = event.position(), scale.view
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left:
            self._press = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Zoom to the rectangle that was drawn."""
        event.accept()
        self._pan_from = None
        self.setCursor(Qt.CursorShape.CrossCursor)
        press, band = self._press, self._band
        self._press = self._band = None
        if press is None or band is None:
            return
        self.viewport().update()
        layout = self.curve_layout()
        facet = layout.at(press.x(), press.y()) if layout is not None else None
        if facet is None or band.width() < DRAG_START:
            return
        frame = facet.frame
        if band.height() < frame.rect.height() - 1:
            self._y_view = frame.y_at(band.bottom()), frame.y_at(band.top())
            self._changed()
        self._zoom_x(frame.x_at(band.left()), frame.x_at(band.right()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole again."""
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = self._band = None
            self.reset_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom x around the pointer; with Ctrl zoom y."""
        layout = self.curve_layout()
        facet = layout.at(event.position().x(), event.position().y()) if layout is not None else None
        turns = event.angleDelta().y() / 120.0
        if facet is None or turns == 0.0 or self._panel is None or not _zoomable(self._panel):
            event.ignore()
            return
        event.accept()
        factor = ZOOM_STEP**-turns
        frame = facet.frame
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            part = (frame.rect.bottom() - event.position().y()) / max(1.0, frame.rect.height())
            self._y_view = frame.y.at(part - part * factor), frame.y.at(part + (1 - part) * factor)
            self._changed()
            return
        part = (event.position().x() - frame.rect.left()) / max(1.0, frame.rect.width())
        part = min(max(part, 0.0), 1.0)
        self._zoom_x(frame.x.at(part - part * factor), frame.x.at(part + (1 - part) * factor))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair by a point (arrows, Shift ×10), take it away (Esc), show the whole (0)."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier & ~Qt.KeyboardModifier.KeypadModifier:
            self._step_crosshair(step * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1))
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and (self._crosshair is not None or self._band is not None):
            self._press = self._band = None
            self._move_crosshair(None)
            self.viewport().update()
            event.accept()
        elif event.key() == Qt.Key.Key_0 and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.reset_view()
            event.accept()
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Leave key releases to whoever wants them."""
        event.ignore()

    def reset_view(self) -> None:
        """Show the whole, as a person's act: emits once if anything was zoomed."""
        zoomed = self._x_view is not None or self._y_view is not None
        self.set_view(None)
        if zoomed:
            self.view_changed.emit(None)

    def _zoom_x(self, low: float, high: float) -> None:
        if self._panel is None or not _zoomable(self._panel):
            return
        whole_low, whole_high = self._panel.x_range
        low, high = max(low, whole_low), min(high, whole_high)
        if not high - low > 1e-9 * max(1e-300, whole_high - whole_low):
            return
        view = None if low <= whole_low and high >= whole_high else (low, high)
        if view != self._x_view:
            self._x_view = view
            self._changed()
            self.view_changed.emit(view)

    def _pan(self, place: QPointF, facet: FacetLayout) -> None:
        assert self._pan_from is not None
        start, (low, high) = self._pan_from
        moved = (start.x() - place.x()) / max(1.0, facet.frame.rect.width()) * (high - low)
        scale = facet.frame.x
        whole = type(scale)(*(self._panel.x_range if self._panel else (0.0, 1.0)), False)
        view_low = max(low + moved, float(scale.to_view([whole.low])[0]) if whole.low > 0 or not scale.log else low)
        view_high = view_low + (high - low)
        limit = float(scale.to_view([whole.high])[0])
        if view_high > limit:
            view_low, view_high = limit - (high - low), limit
        if self._x_view is not None:
            self._zoom_x(scale.to_data(view_low), scale.to_data(view_high))

    def _zoom_rectangle(self, start: QPointF, end: QPointF) -> QRectF:
        """Return the rectangle to zoom to: the full height unless the pointer clearly moved in both directions."""
        layout = self.curve_layout()
        facet = layout.at(start.x(), start.y()) if layout is not None else None
        if facet is None:
            return QRectF()
        rect = facet.frame.rect
        band = QRectF(start, end).normalized().intersected(rect)
        if abs(end.y() - start.y()) < 24:
            band = QRectF(band.left(), rect.top(), band.width(), rect.height())
            clipped = QRectF(start, end).normalized()
            band.setLeft(max(rect.left(), clipped.left()))
            band.setRight(min(rect.right(), clipped.right()))
        return band

    def _snapped(self, x: float, facet: FacetLayout) -> float:
        """Return the nearest drawn x of the means of a facet, so that what is read is a point that exists."""
        best = None
        for line in facet.facet.lines:
            if line.role not in ("mean", "layer") or not len(line.x) or not line.x[0] <= x <= line.x[-1]:
                continue
            right = min(int(np.searchsorted(line.x, x)), len(line.x) - 1)
            for index in (max(0, right - 1), right):
                if best is None or abs(float(line.x[index]) - x) < abs(best - x):
                    best = float(line.x[index])
        if best is not None:
            return best
        whole = self._panel is not None and self._panel.x_label == "step"
        return float(round(x)) if whole else x

    def _step_crosshair(self, points: int) -> None:
        layout = self.curve_layout()
        if layout is None:
            return
        facet = layout.facets[0]
        longest = max(
            (line.x for line in facet.facet.lines if line.role in ("mean", "layer") and len(line.x)),
            key=len, default=None,
        )  # fmt: skip
        if longest is None:
            return
        inside = longest[(longest >= facet.frame.x.low) & (longest <= facet.frame.x.high)]
        if not len(inside):
            return
        if self._crosshair is None:
            index = len(inside) - 1 if points < 0 else 0
        else:
            index = int(np.argmin(np.abs(inside - self._crosshair))) + points
        self._move_crosshair(float(inside[min(max(index, 0), len(inside) - 1)]))

    def _move_crosshair(self, x: float | None) -> None:
        if x != self._crosshair:
            self.set_crosshair(x)
            self.crosshair_moved.emit(x)


def view_points(line: Line, layout: FacetLayout) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Return what of a line to draw, in view coordinates, and whether it is too noisy for two pixels."""
    frame = layout.frame
    x, y = frame.x.to_view(line.x), frame.y.to_view(line.y)
    if frame.x.log:
        known = np.isfinite(x)
        x, y = x[known], y[known]
    x_low, x_high = frame.x.view
    y_low, y_high = frame.y.view
    height = y_high - y_low
    broad = line.role in ("mean", "layer")
    columns = frame.rect.width() / (2.0 if broad else 0.5)
    x, y = reduced(x, y, (x_low, x_high), columns, height / max(1.0, frame.rect.height()))
    # far outside the picture is outside: huge coordinates cost the rasteriser dearly
    y = np.clip(y, y_low - 4 * height, y_high + 4 * height)
    return x, y, is_noisy(y, height)


def line_pen(line: Line, theme: Theme, dpr: float, broad: bool) -> object:
    """Return the cosmetic pen of a line: 2 px for a broad one, else one device pixel, faint for raw lines."""
    pen = theme.pen(line.series, 2.0, dpr) if broad else theme.pen(line.series, 1.0, 1.0)
    if line.role != "mean":  # layers stand under their loss's swatch; thin lines are read by colour
        pen.setStyle(Qt.PenStyle.SolidLine)
    if line.role in ("raw", "member"):
        color = pen.color()
        color.setAlpha(theme.alpha("raw") if line.role == "raw" else 110)
        pen.setColor(color)
    return pen


def _band_shape(band: Band, layout: FacetLayout, theme: Theme) -> tuple[QPainterPath, QColor] | None:
    frame = layout.frame
    path = band_path(band, frame.x.to_view(band.x), frame.y.to_view(band.low), frame.y.to_view(band.high), frame.y.view)
    return None if path.isEmpty() else (path, theme.band_color(band.series))


def band_path(
    band: Band,
    x: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    limits: tuple[float, float],
) -> QPainterPath:
    """Return the outline of a band in view coordinates.

    Under log a lower edge at or below zero runs along the bottom of the picture (it is "down to zero"); where
    the upper edge has no place either, the band breaks.
    """
    bottom, top = limits
    height = top - bottom
    floor = bottom - 2 * height
    low = np.where(np.isnan(low) & np.isfinite(high) & np.isfinite(band.low), floor, low)
    low, high = np.clip(low, floor, top + 2 * height), np.clip(high, floor, top + 2 * height)
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


def _zoomable(panel: CurvePanel) -> bool:
    return any(len(line.x) for facet in panel.facets for line in facet.lines)

