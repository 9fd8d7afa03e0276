"""The drawing surface of a curve card: a picture painted when something changed, a crosshair over it."""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from lab.panels import CurvePanel
from widgets.focus_ring import came_by_key, paint_focus_ring
from widgets.plots.crosshair import paint_crosshair
from widgets.plots.curve_layout import CurveLayout, FacetLayout, lay_out, same_frames, with_facets
from widgets.plots.curve_picture import CurvePicture
from widgets.plots.moments import paint_looked_at
from widgets.plots.pan_zoom import has_data, panned, snapped, stepped, wheeled, zoom_rectangle
from widgets.theme import Theme

DRAG_START = 5


class Canvas(QAbstractScrollArea):
    """Shows the facets of a `CurvePanel`; reports what the pointer and keys ask for; knows no legend."""

    crosshair_moved = Signal(object)
    """The x under the pointer in data units, or None when it left."""
    view_changed = Signal(object)
    """A new x range (low, high) that a person zoomed to, or None for the whole."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        # the picture covers all: what lies behind need not be painted first
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(80, 60)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("plot")
        self._theme = theme
        self._panel: CurvePanel | None = None
        self._layout: CurveLayout | None = None
        self._picture = CurvePicture(self)
        self._stale = True
        self._fast = False
        self._facet_titles = False
        self._x_view: tuple[float, float] | None = None
        self._y_view: tuple[float, float] | None = None
        self._crosshair: float | None = None
        self._by_key = False
        self._press: QPointF | None = None
        self._band: QRectF | None = None
        self._pan_from: tuple[QPointF, tuple[float, float]] | None = None
        self.paint_seconds = 0.0

    # --- state in, silent ---------------------------------------------------------------------------
    def show_panel(self, panel: CurvePanel) -> None:
        """Show this panel at the next paint; a hidden canvas does no work for it."""
        if self._panel is not None and (panel.log_y != self._panel.log_y or panel.kind != self._panel.kind):
            self._y_view = self._layout = None
        kept = None
        if self._panel is not None and self._layout is not None and same_frames(panel, self._panel):
            kept = with_facets(self._layout, panel.facets)
        self._panel = panel
        self._changed()
        self._layout = kept

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
                self._panel, QSizeF(size), self._theme.font("tick"), self._theme.font("tag"),
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
        if self._stale or self._picture.pixmap.devicePixelRatio() != dpr:
            self._repaint(dpr)
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._picture.pixmap)
        layout = self.curve_layout()
        if self._panel is not None and layout is not None:
            if self._crosshair is None:
                paint_looked_at(painter, self._theme, self._panel, layout)
            else:
                paint_crosshair(painter, self._theme, self._panel, layout, self._crosshair)
        if self._band is not None:
            fill = self._theme.color("accent", 26)
            painter.fillRect(self._band, fill)
            painter.setPen(self._theme.color("axis"))
            painter.setBrush(Qt.BrushStyle.NoBrush)  # markers of the crosshair leave theirs
            painter.drawRect(self._band)
        if self._by_key:
            paint_focus_ring(painter, self.viewport().rect(), self._theme)
        painter.end()

    def _repaint(self, dpr: float) -> None:
        begun = time.perf_counter()
        self._stale = False
        self._picture.paint(self._panel, self.curve_layout(), self._theme, dpr, fast=self._fast)
        self.paint_seconds = time.perf_counter() - begun

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
                start = layout.at(self._press.x(), self._press.y()) or facet
                self._band = zoom_rectangle(start.frame.rect, self._press, place)
                self.viewport().update()
            return
        rect = facet.frame.rect
        inside = rect.left() - 4 <= place.x() <= rect.right() + facet.reserve + 4
        x = facet.frame.x_at(min(max(place.x(), rect.left()), rect.right())) if inside else None
        whole = self._panel.x_label == "step"
        self._move_crosshair(snapped(facet, x, whole) if x is not None else None)

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
        """Zoom x around the pointer, with Ctrl y; sideways moves a zoomed view."""
        layout = self.curve_layout()
        facet = layout.at(event.position().x(), event.position().y()) if layout is not None else None
        turns, sideways = event.angleDelta().y() / 120.0, event.angleDelta().x() / 120.0
        if facet is not None and abs(sideways) > abs(turns) and self._panel is not None:
            event.accept()
            if self._x_view is not None:
                scale = facet.frame.x
                self._zoom_x(*panned(scale, scale.view, -0.1 * sideways, self._panel.x_range))
            return
        if facet is None or turns == 0.0 or self._panel is None or not has_data(self._panel):
            event.ignore()
            return
        event.accept()
        frame = facet.frame
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            part = (frame.rect.bottom() - event.position().y()) / max(1.0, frame.rect.height())
            self._y_view = wheeled(frame.y, part, turns)
            self._changed()
            return
        part = (event.position().x() - frame.rect.left()) / max(1.0, frame.rect.width())
        self._zoom_x(*wheeled(frame.x, part, turns))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair by a point (arrows, Shift ×10), take it away (Esc), show the whole (0)."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if (
            step is not None
            and not event.modifiers()
            & ~Qt.KeyboardModifier.ShiftModifier
            & ~Qt.KeyboardModifier.KeypadModifier
        ):
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

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring where the keyboard brought the focus; the pointer knows where it is."""
        self._by_key = came_by_key(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self._by_key = False
        self.viewport().update()

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
        if self._panel is None or not has_data(self._panel):
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
        start, view = self._pan_from
        if self._x_view is not None and self._panel is not None:
            part = (start.x() - place.x()) / max(1.0, facet.frame.rect.width())
            self._zoom_x(*panned(facet.frame.x, view, part, self._panel.x_range))

    def _step_crosshair(self, points: int) -> None:
        layout = self.curve_layout()
        x = stepped(layout.facets[0], self._crosshair, points) if layout is not None else None
        if x is not None:
            self._move_crosshair(x)

    def _move_crosshair(self, x: float | None) -> None:
        if x != self._crosshair:
            self.set_crosshair(x)
            self.crosshair_moved.emit(x)
