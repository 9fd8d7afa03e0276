"""The picture of data with decision surfaces or fitted curves, and what the pointer does to its points."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from lab.panels import FieldPanel
from widgets.focus_ring import RingWidget, paint_focus_ring
from widgets.plots.annotations import paint_placeholder
from widgets.plots.field_edits import FieldEdit, PointAdded, PointMoved, PointsErased
from widgets.plots.field_layout import FieldLayout, dimensions, lay_out_field
from widgets.plots.field_marks import paint_field_wrong
from widgets.plots.field_painting import (
    paint_field_curves,
    paint_field_ground,
    paint_field_points,
    paint_field_ring,
    picked_index,
)
from widgets.plots.field_pointing import Place, place_at, point_at, point_beside, point_words
from widgets.plots.scale import Scale
from widgets.theme import Theme

BRUSH_GAP = 14.0
"""Pixels between points that are painted in one drag."""
KEY_STEP = 0.01
"""Share of the frame that an arrow key moves a point; ten times as much with Shift."""


_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
_WALKS = _PAGES | {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1,
}  # fmt: skip
"""Keys that go from point to point."""


class FieldSurface(RingWidget):
    """The picture itself. Points are painted once a size; surfaces whenever they come."""

    sample_picked = Signal(int)
    points_edited = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: FieldPanel | None = None
        self._points = QPixmap()
        self._points_of: object = None
        self._tool = ""
        self._gesture = 0
        self._held: tuple[int, int] | None = None  # place and facet of the point that is dragged
        self._scales: tuple[Scale, Scale] | None = None  # kept while the pointer is down
        self._pressed: QPointF | None = None
        self._painted: QPointF | None = None
        self.target_of_new: Callable[[], float] = lambda: 0.0
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("data and what was learnt from it")

    # --- state in, silent ---------------------------------------------------------------------------
    def show_panel(self, panel: FieldPanel) -> None:
        """Show this panel. While a point is dragged, axes stay where they are under the pointer."""
        self._panel = panel
        picked = picked_index(panel)
        self.setAccessibleDescription("" if picked is None else point_words(panel, picked))
        self.update()

    def set_tool(self, tool: str) -> None:
        """Let the pointer ``"move"``, ``"add"`` or ``"erase"`` points, or only pick them (empty)."""
        self._tool, self._held, self._pressed, self._scales = tool, None, None, None
        self._show_cursor(None)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a quarter of the window."""
        return QSize(400, 320)

    # --- painting -----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint surfaces, points and curves, or the sentence on what will be here."""
        panel = self._panel
        if panel is None:
            return
        painter = QPainter(self)
        if dimensions(panel) == 0:
            words = panel.placeholder or "data with one or two features can be drawn"
            paint_placeholder(painter, self._theme, words, QRectF(self.rect()))
            painter.end()
            return
        layout = lay_out_field(panel, QSizeF(self.size()), self._theme, self._scales)
        paint_field_ground(painter, self._theme, panel, layout)
        dpr = self.devicePixelRatioF()
        rects = tuple(facet.frame.rect.getRect() for facet in layout.facets)
        scales = (layout.facets[0].frame.x, layout.facets[0].frame.y)
        # the arrays themselves are kept in the key: an id could be given to another array
        key = (panel.points, panel.labels, panel.corrupted, panel.validation)
        rest = (rects, scales, self.size().toTuple(), dpr, self._theme.name)
        if not self._same_points(key, rest):
            self._points = QPixmap(self.size() * dpr)
            self._points.setDevicePixelRatio(dpr)
            self._points.fill(Qt.GlobalColor.transparent)
            over = QPainter(self._points)
            paint_field_points(over, self._theme, panel, layout)
            over.end()
            self._points_of = key, rest
        painter.drawPixmap(0, 0, self._points)
        paint_field_curves(painter, self._theme, panel, layout)
        paint_field_wrong(painter, self._theme, panel, layout)
        paint_field_ring(painter, self._theme, panel, layout)
        if self.focused_by_key:
            paint_focus_ring(painter, self.rect(), self._theme)
        painter.end()

    def _same_points(self, key: tuple[object, ...], rest: tuple[object, ...]) -> bool:
        if not isinstance(self._points_of, tuple):
            return False
        arrays, others = self._points_of
        return all(a is b for a, b in zip(arrays, key, strict=True)) and bool(others == rest)

    def _layout(self) -> FieldLayout | None:
        if self._panel is None or dimensions(self._panel) == 0:
            return None
        return lay_out_field(self._panel, QSizeF(self.size()), self._theme, self._scales)

    # --- the pointer --------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a point up, add one, erase one, or wait whether it is a click."""
        layout = self._layout()
        if event.button() != Qt.MouseButton.LeftButton or layout is None or self._panel is None:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        at = event.position()
        self._pressed = at
        if self._tool:
            self._gesture += 1
            self._scales = layout.facets[0].frame.x, layout.facets[0].frame.y
        if self._tool == "add":
            self._add(layout, at)
        elif self._tool == "erase":
            self._erase(layout, at)
        elif self._tool == "move":
            place = place_at(layout, at.x(), at.y())
            index = self._point_at(layout, at)
            self._held = None if index is None or place is None else (index, place.facet)
        self._show_cursor(at)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move, add or erase along the way."""
        layout, at = self._layout(), event.position()
        if layout is None or not event.buttons() & Qt.MouseButton.LeftButton or self._pressed is None:
            self._show_cursor(at)
            return
        far = (at - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._tool == "move" and self._held is not None and (far or self._painted is not None):
            self._painted = at
            self._move(layout, at)
        elif self._tool == "add" and self._painted is not None:
            if (at - self._painted).manhattanLength() >= BRUSH_GAP:
                self._add(layout, at)
        elif self._tool == "erase":
            self._erase(layout, at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; a click that moved nothing picks the point under it, or none."""
        layout, at, pressed = self._layout(), event.position(), self._pressed
        clicked = pressed is not None and (
            (at - pressed).manhattanLength() < QApplication.startDragDistance()
        )
        moved = self._painted is not None
        self._held = self._pressed = self._painted = self._scales = None
        self.update()
        if layout is not None and clicked and not moved and self._tool in ("", "move"):
            row = self._row_at(layout, at)
            picked = None if self._panel is None else self._panel.picked
            if row is not None or picked is not None:
                self.sample_picked.emit(-1 if row is None or row == picked else row)
        self._show_cursor(at)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pick one point after the other.

        While points are edited they move the picked one, Delete erases it, and Page up and down pick others.
        """
        layout, panel = self._layout(), self._panel
        index = None if panel is None else picked_index(panel)
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        walks = _PAGES if self._tool and index is not None else _WALKS
        if layout is not None and panel is not None and plain and key in walks:
            self._walk(panel, index, walks[key])
            event.accept()
            return
        if layout is None or panel is None or index is None or not self._tool:
            super().keyPressEvent(event)
            return
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
        }  # fmt: skip
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._gesture += 1
            self._say(PointsErased((index,), self._gesture))
        elif key in steps:
            share = KEY_STEP * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            frame = layout.facets[0].frame
            across, up = steps[key]
            y = float(panel.points[index, 1] if dimensions(panel) == 2 else panel.labels[index])
            if not event.isAutoRepeat():
                self._gesture += 1
            self._say_moved(
                index,
                float(panel.points[index, 0]) + across * share * (frame.x.high - frame.x.low),
                y + up * share * (frame.y.high - frame.y.low),
            )
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    # --- inside -------------------------------------------------------------------------------------
    def _walk(self, panel: FieldPanel, index: int | None, step: int) -> None:
        """Pick the next point, or the one before."""
        found = point_beside(panel, index, step)
        if found is not None and len(panel.rows) == len(panel.points):
            self.sample_picked.emit(int(panel.rows[found]))

    def _say(self, edit: FieldEdit) -> None:
        self.points_edited.emit(edit)

    def _say_moved(self, index: int, x: float, y: float) -> None:
        panel = self._panel
        assert panel is not None
        if dimensions(panel) == 1 and panel.classes:  # a class is not moved to another by height
            y = float(panel.labels[index])
        self._say(PointMoved(index, x, y, self._gesture))

    def _point_at(self, layout: FieldLayout, at: QPointF) -> int | None:
        return None if self._panel is None else point_at(self._panel, layout, at.x(), at.y())

    def _row_at(self, layout: FieldLayout, at: QPointF) -> int | None:
        """Return the row in the data set of the point at a place, where that is known."""
        panel, index = self._panel, self._point_at(layout, at)
        if panel is None or index is None or len(panel.rows) != len(panel.points):
            return None
        return int(panel.rows[index])

    def _move(self, layout: FieldLayout, at: QPointF) -> None:
        panel = self._panel
        if self._held is None or panel is None:
            return
        index, facet = self._held
        place = place_at(layout, at.x(), at.y(), facet=facet)
        if place is not None and index < len(panel.points):
            self._say_moved(index, place.x, place.y)

    def _add(self, layout: FieldLayout, at: QPointF) -> None:
        place: Place | None = place_at(layout, at.x(), at.y())
        panel = self._panel
        if place is None or panel is None:
            return
        self._painted = at
        by_height = dimensions(panel) == 1 and not panel.classes
        self._say(PointAdded(place.x, place.y, place.y if by_height else self.target_of_new(), self._gesture))

    def _erase(self, layout: FieldLayout, at: QPointF) -> None:
        index = self._point_at(layout, at)
        if index is not None:
            self._say(PointsErased((index,), self._gesture))

    def _show_cursor(self, at: QPointF | None) -> None:
        """Say by the pointer's shape what a press would do."""
        layout = self._layout()
        over = at is not None and layout is not None and self._point_at(layout, at) is not None
        if self._tool == "add":
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._held is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif over:
            self.setCursor(
                Qt.CursorShape.OpenHandCursor if self._tool == "move" else Qt.CursorShape.PointingHandCursor
            )
        else:
            self.unsetCursor()
