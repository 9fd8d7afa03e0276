"""A negative log-likelihood over two parameters: level lines above the least, and a point to drag."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.explore.point_dragging import PointDragging
from widgets.explore.point_steps import key_step, rounded
from widgets.explore.surface_painting import SurfaceData, paint_points, paint_surface
from widgets.focus_ring import paint_focus_ring
from widgets.plots.curve_layout import FacetLayout, lay_out
from widgets.theme import Theme

_KEYS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1),
}  # fmt: skip


class SurfacePlot(PointDragging):
    """Shows `SurfaceData` and a point; a press, a drag or an arrow key says where the point is wanted."""

    point_moved = Signal(float, float)
    """(x, y) that a person moves the point to."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._data: SurfaceData | None = None
        self._facet: FacetLayout | None = None
        self._point = (0.0, 0.0)
        self._picture = QPixmap()
        self._stale = True
        self.setAccessibleName(name)
        self.setToolTip("Drag the point, or move it with the arrow keys (Shift: ten times as far).")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(140, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # --- state in, silent ---------------------------------------------------------------------------
    def show_surface(self, data: SurfaceData) -> None:
        """Show this surface."""
        self._data, self._facet, self._stale = data, None, True
        self.update()

    def show_point(self, x: float, y: float) -> None:
        """Show the point."""
        self._point = x, y
        self.setAccessibleDescription(f"point at {x:.4g}, {y:.4g}")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme, self._facet, self._stale = theme, None, True
        self.update()

    @property
    def data(self) -> SurfaceData | None:
        """What is shown."""
        return self._data

    @property
    def point(self) -> tuple[float, float]:
        """Where the point stands."""
        return self._point

    def facet(self) -> FacetLayout | None:
        """Return where everything is; None before there is something to show."""
        if self._data is not None and self._facet is None:
            fonts = self._theme.font("tick"), self._theme.font("tag")
            self._facet = lay_out(self._data.panel(), QSizeF(self.size()), *fonts).facets[0]
        return self._facet

    def sizeHint(self) -> QSize:
        """Ask for half a screen."""
        return QSize(420, 260)

    # --- painting ---------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._facet, self._stale = None, True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture if it changed, then the point over it."""
        facet, data = self.facet(), self._data
        dpr = self.devicePixelRatioF()
        if facet is None or data is None:
            return
        if self._stale or self._picture.devicePixelRatio() != dpr:
            self._picture = QPixmap(self.size() * dpr)
            self._picture.setDevicePixelRatio(dpr)
            self._picture.fill(self._theme.color("card"))
            inner = QPainter(self._picture)
            paint_surface(inner, self._theme, facet, data)
            inner.end()
            self._stale = False
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        paint_points(painter, self._theme, facet, data.best, self._point)
        if self.focused_by_key:
            paint_focus_ring(painter, self.rect(), self._theme)
        painter.end()

    # --- pointer and keys ---------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the point, Shift ten times as far."""
        facet, key = self.facet(), Qt.Key(event.key())
        other = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if facet is None or other or key not in _KEYS:
            super().keyPressEvent(event)
            return
        times = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        across, up = _KEYS[key]
        x, y = self._point
        self._move(
            key_step(facet.frame.x, x, across * times) if across else x,
            key_step(facet.frame.y, y, up * times) if up else y,
        )

    def drag_to(self, place: QPointF) -> None:
        """Say that the point is wanted there."""
        facet = self.facet()
        if facet is None:
            return
        frame = facet.frame
        x = min(max(place.x(), frame.rect.left()), frame.rect.right())
        y = min(max(place.y(), frame.rect.top()), frame.rect.bottom())
        self._move(
            rounded(frame.x, frame.x_at(x), frame.rect.width()),
            rounded(frame.y, frame.y_at(y), frame.rect.height()),
        )

    def _move(self, x: float, y: float) -> None:
        if (x, y) != self._point:
            self.point_moved.emit(x, y)
