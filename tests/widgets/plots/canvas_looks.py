"""What tests look for in the picture of a canvas, and how they turn its wheel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from lab.panels import CurvePanel, Facet, Line, Mark
from widgets.plots.canvas import Canvas


def picture(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def near(image: QImage, x: float, y: float, color: QColor, reach: int = 2) -> bool:
    """Whether a pixel of about this colour is within reach of a place."""
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            found = image.pixelColor(round(x) + dx, round(y) + dy)
            if sum(abs(a - b) for a, b in zip(found.getRgb()[:3], color.getRgb()[:3], strict=True)) < 60:  # type: ignore[index]
                return True
    return False


def wheel(
    canvas: Canvas,
    place: QPointF,
    notches: int,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    event = QWheelEvent(
        place, canvas.viewport().mapToGlobal(place), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)


def flat_panel(value: float, *, log_y: bool, series: int = 1) -> CurvePanel:
    line = Line(np.array([0.0, 1600.0]), np.array([value, value]), series, "mean", "a", key="0")
    mark = Mark(800.0, value, 2, "reached")
    return CurvePanel(
        "objective",
        "t",
        "",
        (Facet("", (line,), (), (mark,)),),
        (),
        "step",
        (0.0, 1600.0),
        (0.01, 1.0),
        log_y=log_y,
    )
