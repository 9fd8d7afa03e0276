"""A plot of curves with a point on the x axis that is dragged, moved by key, and marked on every curve."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.panels import CurvePanel
from widgets.explore.plot_data import PlotData
from widgets.explore.point_dragging import PointDragging
from widgets.explore.point_painting import paint_lines, paint_notes, paint_point
from widgets.explore.point_steps import key_step, rounded
from widgets.focus_ring import paint_focus_ring
from widgets.plots.axis import paint_axes
from widgets.plots.curve_layout import CurveLayout, FacetLayout, lay_out
from widgets.plots.pan_zoom import wheeled
from widgets.theme import Theme


class PointPlot(PointDragging):
    """Shows `PlotData` and a point; a press, a drag or an arrow key says where the point is wanted."""

    point_moved = Signal(float)
    """An x that a person moves the point to."""
    range_asked = Signal(object)
    """(low, high) that a person zoomed x to, or None for the usual range."""

    resized = Signal()
    """The plot has another size."""

    def __init__(
        self, theme: Theme, name: str, parent: QWidget | None = None, *, ground: str = "card"
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ground = ground
        self._data: PlotData | None = None
        self._panel: CurvePanel | None = None
        self._point = 0.0
        self._marks: tuple[tuple[int, float], ...] = ()
        self._least_left = 0.0
        self._natural = 0.0
        self._natural_of: object = None
        self._layout: CurveLayout | None = None
        self._picture = QPixmap()
        self._stale = True
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setMinimumSize(120, 64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setToolTip("Drag the point, or move it with ← and → (Shift: ten times as far). Wheel zooms.")

    # --- state in, silent ---------------------------------------------------------------------------
    def show_plot(self, data: PlotData) -> None:
        """Show these curves."""
        self._data = data
        self._panel = data.panel()
        self._change()

    def show_point(self, x: float, marks: Sequence[tuple[int, float]]) -> None:
        """Show the point at x with a marker at each (series, y)."""
        shown = tuple(marks)
        if (x, shown) != (self._point, self._marks):
            self._point, self._marks = x, shown
            self.setAccessibleDescription(f"point at {x:.4g}")
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._change()

    def set_least_left(self, left: float) -> None:
        """Keep at least this room for labels, so that plots one above the other line up."""
        if left != self._least_left:
            self._least_left = left
            self._change()

    @property
    def data(self) -> PlotData | None:
        """What is shown."""
        return self._data

    @property
    def point(self) -> float:
        """Where the point stands."""
        return self._point

    @property
    def marks(self) -> tuple[tuple[int, float], ...]:
        """(series, y) of the markers."""
        return self._marks

    def wanted_left(self) -> float:
        """Return the room that the labels of this plot need at the left."""
        if self._panel is None:
            return 0.0
        key = (self._panel.y_range, self._panel.log_y, self.height(), self._theme.name)
        if key != self._natural_of:
            layout = lay_out(
                self._panel, QSizeF(self.size()), self._theme.font("tick"), self._theme.font("tag")
            )
            self._natural_of, self._natural = key, layout.facets[0].frame.rect.left()
        return self._natural

    def facet(self) -> FacetLayout | None:
        """Return where everything is, for the present size; None before there is something to show."""
        if self._panel is None:
            return None
        if self._layout is None:
            self._layout = lay_out(
                self._panel, QSizeF(self.size()), self._theme.font("tick"), self._theme.font("tag"),
                least_left=self._least_left,
            )  # fmt: skip
        return self._layout.facets[0]

    def place_of(self, x: float) -> float:
        """Return the horizontal place of an x in this widget."""
        facet = self.facet()
        return facet.frame.px(x) if facet is not None else math.nan

    def sizeHint(self) -> QSize:
        """Ask for half a screen."""
        return QSize(480, 260)

    def _change(self) -> None:
        self._stale, self._layout = True, None
        self.update()

    # --- painting ---------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._change()
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture if it changed, then the point over it."""
        dpr = self.devicePixelRatioF()
        if self._stale or self._picture.devicePixelRatio() != dpr:
            self._repaint(dpr)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        facet = self.facet()
        if facet is not None:
            paint_point(painter, self._theme, facet, self._point, self._marks)
        if self.focused_by_key:
            paint_focus_ring(painter, self.rect(), self._theme)
        painter.end()

    def _repaint(self, dpr: float) -> None:
        size = self.size()
        if self._picture.size() != size * dpr or self._picture.devicePixelRatio() != dpr:
            self._picture = QPixmap(size * dpr)
            self._picture.setDevicePixelRatio(dpr)
        self._picture.fill(self._theme.color(self._ground))
        self._stale = False
        facet = self.facet()
        if facet is None or self._data is None or self._panel is None:
            return
        painter = QPainter(self._picture)
        paint_axes(painter, self._theme, self._panel, (facet,))
        paint_lines(painter, self._theme, facet, self._data, dpr)
        paint_notes(painter, self._theme, facet, self._data.notes)
        painter.end()

    # --- pointer and keys ---------------------------------------------------------------------------
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the usual range again."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.dragging = False
            self.range_asked.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom x about the pointer."""
        facet = self.facet()
        turns = event.angleDelta().y() / 120.0
        if facet is None or turns == 0.0:
            event.ignore()
            return
        event.accept()
        rect = facet.frame.rect
        part = (event.position().x() - rect.left()) / max(1.0, rect.width())
        self.range_asked.emit(wheeled(facet.frame.x, part, turns))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the point, Shift ten times as far; Home and End bring it to the ends, 0 shows all."""
        facet = self.facet()
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        other = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if facet is None or other:
            super().keyPressEvent(event)
            return
        scale = facet.frame.x
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in steps:
            self._move(key_step(scale, self._point, steps[key] * (10 if shift else 1)))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._move(scale.low if key == Qt.Key.Key_Home else scale.high)
        elif key == Qt.Key.Key_0:
            self.range_asked.emit(None)
        else:
            super().keyPressEvent(event)

    def drag_to(self, place: QPointF) -> None:
        """Say that the point is wanted there."""
        facet = self.facet()
        if facet is None:
            return
        rect = facet.frame.rect
        inside = min(max(place.x(), rect.left()), rect.right())
        self._move(rounded(facet.frame.x, facet.frame.x_at(inside), rect.width()))

    def _move(self, x: float) -> None:
        if x != self._point:
            self.point_moved.emit(x)
