"""Parallel coordinates that are worked with: a drag along an axis chooses the runs that cross it there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from lab.comparing.parallel import Parallel
from widgets.compare.painted_plot import PaintedPlot
from widgets.compare.parallel_painting import ParallelLayout, lay_out_parallel, paint_parallel
from widgets.theme import Theme

REACH = 6.0
AXIS_REACH = 14.0
LEAST_DRAG = 4.0
KEY_STEP = 0.05


class ParallelPlot(PaintedPlot):
    """Shows `Parallel` lines and ranges on its axes."""

    ranges_changed = Signal(object)
    """Name of an axis → (low, high) shares of its height."""
    axis_menu_wanted = Signal(int, object)
    """Index of an axis, and where on the screen its menu should open."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Parallel coordinates of runs", parent)
        self._parallel: Parallel | None = None
        self._layout: ParallelLayout | None = None
        self._ranges: dict[str, tuple[float, float]] = {}
        self._drag: tuple[int, float, float] | None = None
        self._current = 0

    def show_parallel(self, parallel: Parallel, ranges: Mapping[str, tuple[float, float]]) -> None:
        """Show these lines, and ranges on their axes."""
        self._parallel, self._ranges = parallel, dict(ranges)
        self._layout, self._hover = None, -1
        self._current = min(self._current, len(parallel.axes) - 1)
        self._describe()
        self.renew()

    @property
    def parallel(self) -> Parallel | None:
        """What is shown."""
        return self._parallel

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Name of an axis → the range chosen on it."""
        return dict(self._ranges)

    def layout_now(self) -> ParallelLayout | None:
        """Return where everything is, for the present size."""
        if self._layout is None and self._parallel is not None:
            self._layout = lay_out_parallel(self._theme, self._parallel, QRectF(self.rect()))
        return self._layout

    def chosen(self) -> NDArray[np.bool_]:
        """Return (R,) which runs stand out: those in all ranges, else those picked, else all."""
        assert self._parallel is not None
        if self._ranges:
            return self._parallel.inside(self._ranges)
        found = np.array([key in self._picked for key in self._parallel.keys], dtype=bool)
        return found if found.any() else np.ones(len(self._parallel.keys), dtype=bool)

    # --- painting ---------------------------------------------------------------------------------
    def paint_plot(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint lines and axes."""
        if self._parallel is not None:
            layout = lay_out_parallel(theme, self._parallel, rect)
            paint_parallel(painter, theme, self._parallel, layout, self.chosen(), self._ranges)

    def paint_over(self, painter: QPainter) -> None:
        """Paint the run that is pointed at, and the range that is drawn."""
        layout = self.layout_now()
        if layout is None or self._parallel is None:
            return
        if 0 <= self._hover < len(layout.lines):
            painter.setPen(QPen(self._theme.color("text"), 2.0))
            painter.drawPolyline(
                [QPointF(x, y) for x, y in zip(layout.places, layout.lines[self._hover], strict=True)]
            )
        if self._drag is not None:
            index, begin, end = self._drag
            box = QRectF(QPointF(layout.places[index] - 5, begin), QPointF(layout.places[index] + 5, end))
            painter.fillRect(box.normalized(), self._theme.color("accent", 60))
        elif self.focused_by_key:
            x = layout.places[self._current]
            painter.setPen(QPen(self._theme.color("accent"), 2.0))
            painter.drawLine(QPointF(x, layout.top - 6), QPointF(x, layout.bottom))

    def run_at(self, place: QPointF) -> int:
        """Return the nearest line within reach, of those that stand out."""
        layout = self.layout_now()
        if layout is None or self._parallel is None or not len(layout.lines) or len(layout.places) < 2:
            return -1
        right = int(np.searchsorted(layout.places, place.x()))
        if not 0 < right < len(layout.places):
            return -1
        left = right - 1
        part = (place.x() - layout.places[left]) / (layout.places[right] - layout.places[left])
        crossing = layout.lines[:, left] + part * (layout.lines[:, right] - layout.lines[:, left])
        away = np.where(self.chosen(), np.abs(crossing - place.y()), np.inf)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= REACH else -1

    def words_of(self, index: int) -> str:
        """Return a run's name and its value on every axis."""
        assert self._parallel is not None
        values = [
            f"{axis.label}: {axis.text(float(value))}"
            for axis, value in zip(self._parallel.axes, self._parallel.values[index], strict=True)
        ]
        return "\n".join([self._parallel.names[index], *values])

    # --- pointer ------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a range on an axis."""
        layout = self.layout_now()
        if layout is None or event.button() != Qt.MouseButton.LeftButton:
            return
        index = layout.axis_at(event.position().x(), AXIS_REACH)
        if index >= 0 and event.position().y() >= layout.top - 8:
            self._drag = index, event.position().y(), event.position().y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the range, or point at runs."""
        layout = self.layout_now()
        if self._drag is not None and layout is not None:
            index, begin, _ = self._drag
            self._drag = index, begin, min(max(event.position().y(), layout.top - 8), layout.bottom + 8)
            self.update()
            return
        super().mouseMoveEvent(event)
        if layout is not None and layout.axis_at(event.position().x(), AXIS_REACH) >= 0:
            self.setCursor(Qt.CursorShape.SizeVerCursor)
        elif self._hover < 0:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the range; a click on an axis takes its range away, one on a line picks the run."""
        layout, parallel = self.layout_now(), self._parallel
        if layout is None or parallel is None or event.button() != Qt.MouseButton.LeftButton:
            return
        drag, self._drag = self._drag, None
        if drag is None:
            index = self.run_at(event.position())
            self.pick([parallel.keys[index]] if index >= 0 else ())
            return
        name = parallel.axes[drag[0]].name
        self._current = drag[0]
        if abs(drag[2] - drag[1]) < LEAST_DRAG:
            self._set_range(name, None)
        else:
            low, high = sorted((layout.share_at(drag[1]), layout.share_at(drag[2])))
            self._set_range(name, (max(low, 0.0), min(high, 1.0)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the axis that is nearest."""
        layout = self.layout_now()
        if layout is not None:
            index = layout.axis_at(float(event.pos().x()), 1e9)
            self.axis_menu_wanted.emit(index, event.globalPos())
            event.accept()

    # --- keys ---------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose an axis, up and down move its range (Shift: its top), Del removes it."""
        parallel, key = self._parallel, Qt.Key(event.key())
        if parallel is None:
            super().keyPressEvent(event)
            return
        name = parallel.axes[self._current].name
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._current = (self._current + (1 if key == Qt.Key.Key_Right else -1)) % len(parallel.axes)
            self._describe()
            self.update()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            low, high = self._ranges.get(name, (0.0, 1.0))
            step = KEY_STEP if key == Qt.Key.Key_Up else -KEY_STEP
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                high = min(max(high + step, low), 1.0)
            else:
                low = max(min(low + step, high), 0.0)
            self._set_range(name, None if (low, high) == (0.0, 1.0) else (low, high))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and name in self._ranges:
            self._set_range(name, None)
        elif key == Qt.Key.Key_Escape and self._ranges:
            self._ranges = {}
            self._took_ranges()
        else:
            super().keyPressEvent(event)

    def _set_range(self, name: str, limits: tuple[float, float] | None) -> None:
        before = self._ranges.get(name)
        if limits == before:
            return
        if limits is None:
            del self._ranges[name]
        else:
            self._ranges[name] = limits
        self._took_ranges()

    def _took_ranges(self) -> None:
        """Show and tell the ranges that a person chose, and the runs in them."""
        assert self._parallel is not None
        self._describe()
        self.ranges_changed.emit(self.ranges)
        inside = self._parallel.inside(self._ranges) if self._ranges else np.zeros(len(self._parallel.keys))
        self.pick(self._parallel.keys[index] for index in np.flatnonzero(inside))
        self.renew()

    def _describe(self) -> None:
        if self._parallel is not None:
            axis = self._parallel.axes[self._current]
            inside = int(self._parallel.inside(self._ranges).sum())
            self.setAccessibleDescription(
                f"axis {axis.label}, {inside} of {len(self._parallel.keys)} runs in the chosen ranges"
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._layout = None
        super().resizeEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme; its fonts may be of other widths."""
        self._layout = None
        super().set_theme(theme)
