"""A slider over the steps of a training: how far it went, where parameters were kept, what is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionSlider, QWidget

from widgets.controls import Slider
from widgets.theme import LIGHT, Theme

GROOVE = 4.0
HANDLE = 14.0
TICK_GAP = 4
"""Pixels between two ticks at least: where there are more of them, some are left out."""


def jumped(step: int, forward: bool, kept: NDArray[np.int64], per_epoch: int, recorded: int) -> int:
    """Return the next step at which parameters were kept, or one epoch on where there is none.

    Parameters
    ----------
    step
        Where it begins.
    forward
        Towards the end, or towards the start.
    kept
        (n,) steps at which parameters were kept, ascending.
    per_epoch
        Steps of an epoch; 0 while unknown.
    recorded
        Last step there is.

    Examples
    --------
    >>> jumped(25, True, np.array([0, 20, 40]), 10, 50), jumped(25, False, np.array([0, 20, 40]), 10, 50)
    (40, 20)
    >>> jumped(45, True, np.array([0, 20, 40]), 10, 50), jumped(25, True, np.array([], dtype=int), 10, 50)
    (50, 30)
    """
    if forward:
        place = int(np.searchsorted(kept, step, side="right"))
        found = int(kept[place]) if place < len(kept) else step + max(1, per_epoch)
    else:
        place = int(np.searchsorted(kept, step, side="left"))
        found = int(kept[place - 1]) if place else step - max(1, per_epoch)
    return min(max(found, 0), recorded)


class TimeSlider(Slider):
    """Steps from 0 to the planned end, of which those that were recorded can be chosen.

    `valueChanged` follows the pointer. Arrow keys go by a step; with Shift, and Page up and down, from one
    step with parameters to the next; Home and End to the first and the latest.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._recorded, self._per_epoch = 0, 0
        self._kept: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._branched: int | None = None
        self.setTracking(True)
        self.setMinimumWidth(80)
        self.setAccessibleName("Step looked at")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def show_steps(
        self,
        at: int,
        recorded: int,
        planned: int,
        kept: Sequence[int] | NDArray[np.int64],
        per_epoch: int,
        branched: int | None = None,
    ) -> None:
        """Show where training is and what is looked at, silently; a drag is not disturbed."""
        self._recorded, self._per_epoch, self._branched = recorded, per_epoch, branched
        self._kept = np.asarray(kept, dtype=np.int64)
        blocked = self.blockSignals(True)
        self.setRange(0, max(planned, recorded, 1))
        if not self.isSliderDown():
            self.setValue(at)
        self.blockSignals(blocked)
        self.update()

    @property
    def kept(self) -> NDArray[np.int64]:
        """(n,) steps that have a tick."""
        return self._kept

    def setValue(self, value: int) -> None:
        """Go to a step, at most to the last one recorded."""
        super().setValue(min(value, self._recorded))

    def _drag_to(self, x: float) -> None:
        span = max(1, self.width() - self._handle().width())
        offset = round(x - self._grip)
        value = QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), offset, span)
        self.setSliderPosition(min(value, self._recorded))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go by steps, or from one with parameters to the next."""
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        back = key in (Qt.Key.Key_Left, Qt.Key.Key_Down)
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) or (
            shift and (back or key in (Qt.Key.Key_Right, Qt.Key.Key_Up))
        ):
            forward = key == Qt.Key.Key_PageUp or (shift and not back and key != Qt.Key.Key_PageDown)
            self.setValue(jumped(self.value(), forward, self._kept, self._per_epoch, self._recorded))
        elif back or key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.setValue(self.value() + (-1 if back else 1))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.setValue(0 if key == Qt.Key.Key_Home else self._recorded)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def sizeHint(self) -> QSize:
        """As wide as there is room for."""
        return QSize(240, 28)

    # --- painting ---------------------------------------------------------------------------------
    def _x(self, step: int) -> float:
        """Return where a step lies, in pixels."""
        width = self._handle().width()
        span = max(1, self.width() - width)
        return width / 2 + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), step, span)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what was recorded, ticks below it, the past up to the handle, and the handle."""
        theme, middle = self._theme, self.height() / 2 - 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        handle = self._handle().center().x() + 0.5
        usable = self.isEnabled()
        for end, token in (
            (self._x(self.maximum()), "line"),
            (self._x(self._recorded), "line2"),
            (handle, "accent"),
        ):
            start = self._x(0) - GROOVE / 2
            painter.setBrush(theme.color(token if usable else "line"))
            groove = QRectF(start, middle - GROOVE / 2, max(GROOVE, end + GROOVE / 2 - start), GROOVE)
            painter.drawRoundedRect(groove, GROOVE / 2, GROOVE / 2)
        self._paint_ticks(painter, middle)
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        focused = self.hasFocus()
        pen = QPen(theme.color("accent" if usable else "line"))
        pen.setWidthF(3.0 if focused else 1.4)
        painter.setPen(pen)
        painter.setBrush(theme.color("on_accent" if focused else "raised"))
        size = HANDLE - (2 if focused else 1)
        painter.drawEllipse(QPointF(handle, middle), size / 2, size / 2)
        painter.end()

    def _paint_ticks(self, painter: QPainter, middle: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(self._theme.color("axis", 150))
        last = -TICK_GAP
        for step in self._kept.tolist():
            x = round(self._x(step))
            if x - last >= TICK_GAP:
                painter.drawRect(QRectF(x, middle + 7, 1, 4))
                last = x
        if self._branched is not None:
            painter.setBrush(self._theme.color("accent"))
            painter.drawRect(QRectF(round(self._x(self._branched)), middle - 8, 1, 19))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
