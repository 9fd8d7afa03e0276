"""One triangle of the simplex view in its card; its point is dragged or moved by arrow keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.explore.simplex import SimplexPlot, SimplexState, from_xy, to_xy
from widgets.explore.simplex_ground import TriangleFrame, paint_ground, triangle_frame
from widgets.explore.simplex_painting import describe, paint_beside, paint_marks
from widgets.explore.view_card import ViewCard
from widgets.swatch_label import SwatchLabel
from widgets.theme import Theme

_STEPS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)
}  # fmt: skip


class TrianglePicture(QWidget):
    """The triangle. Its ground is painted once a size and loss; what moves is painted over it."""

    moved = Signal(float, float)
    """A person moved the point: the place in the unit triangle asked for, perhaps outside."""
    let_go = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plot: SimplexPlot | None = None
        self._state = SimplexState()
        self._held = False
        self._ground = QPixmap()
        self._ground_of: tuple[object, tuple[object, ...]] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 180)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_plot(self, plot: SimplexPlot, state: SimplexState) -> None:
        """Show a loss, silently."""
        self._plot, self._state = plot, state
        self.setAccessibleName(f"{plot.name} on the triangle of three classes")
        self.setAccessibleDescription(describe(plot, state))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a comfortable size."""
        return QSize(440, 420)

    def frame(self) -> TriangleFrame:
        """Return where the triangle stands."""
        return triangle_frame(QRectF(self.rect()))

    # --- mouse and keys -----------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the point under the pointer, if that is on the triangle, and begin to drag it."""
        if event.button() != Qt.MouseButton.LeftButton or not self._near(event):
            super().mousePressEvent(event)
            return
        self._held = True
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the point."""
        if self._held:
            self._drag(event)
        over = self._held or self._near(event)
        self.setCursor(Qt.CursorShape.CrossCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the point go."""
        if self._held:
            self._held = False
            self.let_go.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the point by a hundredth of a side (Shift: a tenth)."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        size = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.01
        x, y = to_xy(np.array(self._state.point)).tolist()
        self.moved.emit(x + size * step[0], y + size * step[1])

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End what a held key did: it moves the point in one go."""
        if not event.isAutoRepeat() and Qt.Key(event.key()) in _STEPS:
            self.let_go.emit()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End what a key began whose release goes elsewhere."""
        self.let_go.emit()
        super().focusOutEvent(event)
        self.update()

    def _near(self, event: QMouseEvent) -> bool:
        """Say whether the pointer is on the triangle or within 14 pixels of it."""
        frame = self.frame()
        x, y = frame.place(event.position().x(), event.position().y())
        nearest = frame.pixel(*to_xy(np.array(from_xy(x, y))).tolist())
        return (nearest - event.position()).manhattanLength() <= 14

    def _drag(self, event: QMouseEvent) -> None:
        self.moved.emit(*self.frame().place(event.position().x(), event.position().y()))

    # --- painting -----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and marks."""
        plot = self._plot
        if plot is None:
            return
        frame = self.frame()
        self._make_ground(plot, frame)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        paint_marks(painter, self._theme, plot, self._state, frame, focused=self.hasFocus())
        paint_beside(painter, self._theme, plot, self._state, frame, QRectF(self.rect()))
        painter.end()

    def _make_ground(self, plot: SimplexPlot, frame: TriangleFrame) -> None:
        """Paint the ground anew where loss, size or theme changed."""
        dpr = self.devicePixelRatioF()
        rest = (frame, self.size().toTuple(), dpr, self._theme.name)
        # the array itself is kept: an id could be given to another one
        if self._ground_of is not None and self._ground_of[0] is plot.values and self._ground_of[1] == rest:
            return
        self._ground = QPixmap(self.size() * dpr)
        self._ground.setDevicePixelRatio(dpr)
        self._ground.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._ground)
        paint_ground(painter, self._theme, plot, frame, dpr)
        painter.end()
        self._ground_of = plot.values, rest


class TriangleCard(ViewCard):
    """A triangle under the name of its loss."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.name = SwatchLabel(theme, self)
        self.picture = TrianglePicture(theme, self)
        self.title.hide()
        self.subtitle.hide()
        head = self._head
        head.insertWidget(0, self.name, 1)
        self.body.addWidget(self.picture)

    def show_plot(self, plot: SimplexPlot, state: SimplexState) -> None:
        """Show a loss, silently."""
        self.name.show_text(plot.name, plot.series)
        self.picture.show_plot(plot, state)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.name.set_theme(theme)
        self.picture.set_theme(theme)
