"""A sample whose points are dragged, moved by key, added and taken away, over its density."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.explore.point_steps import key_step, rounded
from widgets.explore.sample_painting import (
    SampleData,
    paint_density,
    paint_estimates,
    paint_points,
    point_places,
    sample_facet,
)
from widgets.focus_ring import RingWidget, paint_focus_ring
from widgets.plots.axis import paint_axes
from widgets.plots.curve_layout import FacetLayout
from widgets.theme import Theme

_REACH = 14.0
_TIP = (
    "Drag a point. Double-click adds an outlier. By key: ↑ and ↓ choose a point, ← and → move it (Shift: ten "
    "times as far), Insert adds an outlier, Delete removes the point."
)


class SamplePlot(RingWidget):
    """Shows `SampleData`; its signals say what a person wants of the points."""

    point_moved = Signal(int, float)
    """(index, value) that a person moves a point to."""
    point_released = Signal()
    """The drag ended."""
    outlier_asked = Signal(float)
    """A person wants an outlier at this value; NaN for the usual place."""
    removal_asked = Signal(int)
    """A person wants a point gone."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._data: SampleData | None = None
        self._facet: FacetLayout | None = None
        self._chosen = -1
        self._dragging = False
        self.setAccessibleName(name)
        self.setToolTip(_TIP)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)

    # --- state in, silent ---------------------------------------------------------------------------
    def show_sample(self, data: SampleData) -> None:
        """Show these points."""
        self._data, self._facet = data, None
        if self._chosen >= len(data.points):
            self._chosen = -1
        self._describe()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme, self._facet = theme, None
        self.update()

    @property
    def data(self) -> SampleData | None:
        """What is shown."""
        return self._data

    @property
    def chosen(self) -> int:
        """Index of the point that keys act on, or −1."""
        return self._chosen

    def facet(self) -> FacetLayout | None:
        """Return where everything is; None before there is something to show."""
        if self._data is not None and self._facet is None:
            self._facet = sample_facet(self._data, QSizeF(self.size()), self._theme)
        return self._facet

    def place_of(self, index: int) -> QPointF:
        """Return the centre of a point in this widget."""
        facet = self.facet()
        if facet is None or self._data is None:
            return QPointF()
        return QPointF(*point_places(facet.frame, self._data.points)[index].tolist())

    def sizeHint(self) -> QSize:
        """Ask for a wide strip."""
        return QSize(640, 240)

    # --- painting ---------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._facet = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, density, estimates, points."""
        facet, data = self.facet(), self._data
        painter = QPainter(self)
        if facet is not None and data is not None:
            paint_axes(painter, self._theme, data.panel(), (facet,))
            paint_density(painter, self._theme, facet, data)
            shown = self._chosen if self.hasFocus() or self._dragging else -1
            paint_points(painter, self._theme, facet, data, shown)
            paint_estimates(painter, self._theme, facet, data.estimates)
        if self.focused_by_key:
            paint_focus_ring(painter, self.rect(), self._theme)
        painter.end()

    # --- pointer ------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the point under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self._at(event.position())
        if index >= 0:
            self._choose(index)
            self._dragging = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the point; without one, show what can be taken."""
        if not self._dragging:
            free = self._at(event.position()) < 0
            self.setCursor(Qt.CursorShape.ArrowCursor if free else Qt.CursorShape.SizeHorCursor)
            return
        facet = self.facet()
        if facet is not None:
            rect = facet.frame.rect
            inside = min(max(event.position().x(), rect.left()), rect.right())
            self._move(rounded(facet.frame.x, facet.frame.x_at(inside), rect.width()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the point go."""
        if self._dragging:
            self._dragging = False
            self.point_released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Add an outlier where there is no point."""
        facet = self.facet()
        if event.button() != Qt.MouseButton.LeftButton or facet is None or self._at(event.position()) >= 0:
            return
        rect = facet.frame.rect
        if rect.left() <= event.position().x() <= rect.right():
            self.outlier_asked.emit(
                rounded(facet.frame.x, facet.frame.x_at(event.position().x()), rect.width())
            )

    def _at(self, place: QPointF) -> int:
        facet = self.facet()
        if facet is None or self._data is None or not len(self._data.points):
            return -1
        away = np.hypot(*(point_places(facet.frame, self._data.points) - (place.x(), place.y())).T)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= _REACH else -1

    # --- keys ---------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, move, add and remove points."""
        facet, key = self.facet(), Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        other = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if facet is None or self._data is None or other:
            super().keyPressEvent(event)
            return
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if key == Qt.Key.Key_Up else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._chosen >= 0:
            steps = (1 if key == Qt.Key.Key_Right else -1) * (10 if shift else 1)
            value = float(self._data.points[self._chosen])
            # By key a point may leave the picture, which then grows.
            far = value + steps * (key_step(facet.frame.x, facet.frame.x.low, 1) - facet.frame.x.low)
            self._move(round(value) + steps if self._data.discrete else float(f"{far:.6g}"))
        elif key == Qt.Key.Key_Insert:
            self.outlier_asked.emit(float("nan"))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._chosen >= 0:
            self.removal_asked.emit(self._chosen)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let the next move by key be one of its own."""
        if not event.isAutoRepeat():
            self.point_released.emit()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Have a point to act on where the focus came by key."""
        super().focusInEvent(event)
        if self.focused_by_key and self._chosen < 0:
            self._step(1)

    def _step(self, step: int) -> None:
        if self._data is None or not len(self._data.points):
            return
        order = np.argsort(self._data.points, kind="stable")
        place = int(np.flatnonzero(order == self._chosen)[0]) + step if self._chosen >= 0 else 0
        self._choose(int(order[place % len(order)]))

    def _choose(self, index: int) -> None:
        self._chosen = index
        self._describe()
        self.update()

    def _move(self, value: float) -> None:
        if self._data is not None and value != self._data.points[self._chosen]:
            self.point_moved.emit(self._chosen, value)

    def _describe(self) -> None:
        if self._data is not None and self._chosen >= 0:
            value = self._data.points[self._chosen]
            self.setAccessibleDescription(
                f"point {self._chosen + 1} of {len(self._data.points)} at {value:.4g}"
            )
