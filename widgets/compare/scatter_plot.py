"""Runs as points that can be pointed at and picked: one by a click, several by a rectangle."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from lab.comparing.scatter import Scatter
from widgets.compare.painted_plot import PaintedPlot
from widgets.compare.scatter_painting import ScatterLayout, lay_out_scatter, paint_scatter
from widgets.theme import Theme

REACH = 9.0
"""How far from a point a click still takes it."""
DRAG_START = 5
MARGIN = 2.0


class ScatterPlot(PaintedPlot):
    """Shows a `Scatter`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Scatter of runs", parent)
        self._scatter: Scatter | None = None
        self._layout: ScatterLayout | None = None
        self._press: QPointF | None = None
        self._band: QRectF | None = None

    def show_scatter(self, scatter: Scatter) -> None:
        """Show these points."""
        self._scatter, self._layout, self._hover = scatter, None, -1
        self.setAccessibleDescription(f"{len(scatter.keys)} runs, {scatter.x.label} and {scatter.y.label}")
        self.renew()

    @property
    def scatter(self) -> Scatter | None:
        """What is shown."""
        return self._scatter

    def layout_now(self) -> ScatterLayout | None:
        """Return where everything is, for the present size."""
        if self._layout is None and self._scatter is not None:
            self._layout = lay_out_scatter(self._theme, self._scatter, _room(QRectF(self.rect())))
        return self._layout

    # --- painting ---------------------------------------------------------------------------------
    def paint_plot(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint axes and points."""
        if self._scatter is not None:
            layout = lay_out_scatter(theme, self._scatter, _room(rect))
            paint_scatter(painter, theme, self._scatter, layout, self._picked)

    def paint_over(self, painter: QPainter) -> None:
        """Paint a ring around the run that is pointed at, and the rectangle that is drawn."""
        layout = self.layout_now()
        if layout is not None and 0 <= self._hover < len(layout.points):
            painter.setPen(QPen(self._theme.color("text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*layout.points[self._hover]), 7.0, 7.0)
        if self._band is not None:
            painter.fillRect(self._band, self._theme.color("accent", 26))
            painter.setPen(self._theme.color("axis"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._band)

    def run_at(self, place: QPointF) -> int:
        """Return the nearest point within reach."""
        layout = self.layout_now()
        if layout is None or not len(layout.points):
            return -1
        away = np.hypot(*(layout.points - (place.x(), place.y())).T)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= REACH else -1

    def words_of(self, index: int) -> str:
        """Return a run's name and both its values."""
        assert self._scatter is not None
        x, y = self._scatter.places[index]
        axes = ((self._scatter.x, float(x)), (self._scatter.y, float(y)))
        values = "\n".join(f"{axis.label}: {axis.text(value)}" for axis, value in axes)
        return f"{self._scatter.names[index]}\n{values}"

    # --- pointer and keys ---------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a rectangle."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the rectangle, or point at runs."""
        if self._press is None:
            super().mouseMoveEvent(event)
            return
        if self._band is not None or (event.position() - self._press).manhattanLength() >= DRAG_START:
            self._band = QRectF(self._press, event.position()).normalized()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick what the rectangle holds or the click met; with Ctrl or Shift, too."""
        layout = self.layout_now()
        if self._press is None or layout is None or self._scatter is None:
            return
        band, self._press, self._band = self._band, None, None
        if band is not None:
            x, y = layout.points[:, 0], layout.points[:, 1]
            inside = (x >= band.left()) & (x <= band.right()) & (y >= band.top()) & (y <= band.bottom())
            found = [self._scatter.keys[index] for index in np.flatnonzero(inside)]
        else:
            index = self.run_at(event.position())
            found = [self._scatter.keys[index]] if index >= 0 else []
        more = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        before = [key for key in self._scatter.keys if key in self._picked]
        if not event.modifiers() & more:
            self.pick(found)
        elif band is None and found and found[0] in self._picked:
            self.pick(key for key in before if key != found[0])
        else:
            self.pick(dict.fromkeys([*before, *found]))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from run to run, Space picks it, Esc picks none."""
        scatter = self._scatter
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if scatter is None or not scatter.keys:
            super().keyPressEvent(event)
        elif step is not None:
            order = np.lexsort((scatter.places[:, 1], scatter.places[:, 0]))
            at = int(np.flatnonzero(order == self._hover)[0]) + step if self._hover >= 0 else 0
            self._hover = int(order[at % len(order)])
            self.setAccessibleDescription(self.words_of(self._hover))
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return) and self._hover >= 0:
            self.pick([scatter.keys[self._hover]])
        elif event.key() == Qt.Key.Key_Escape and self._picked:
            self.pick(())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._layout = None
        super().resizeEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme; its fonts may be of other widths."""
        self._layout = None
        super().set_theme(theme)


def _room(rect: QRectF) -> QRectF:
    return rect.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
