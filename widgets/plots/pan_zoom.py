"""What pointer and keys mean in a plot: where a crosshair stops, which range a wheel or a drag asks for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from lab.panels import CurvePanel
from widgets.plots.curve_layout import FacetLayout
from widgets.plots.scale import Scale

ZOOM_STEP = 1.25
"""A notch of the wheel shows this much less."""
UPRIGHT = 24
"""A rectangle lower than this many pixels zooms x alone."""


def has_data(panel: CurvePanel) -> bool:
    """Return whether there is a point to look at."""
    return any(len(line.x) for facet in panel.facets for line in facet.lines)


def snapped(facet: FacetLayout, x: float, whole: bool) -> float:
    """Return the nearest drawn x of the means of a facet, so that what is read is a point that exists.

    Past the ends of all lines x stays, rounded where it counts ``whole`` steps.
    """
    best: float | None = None
    for line in facet.facet.lines:
        if line.path or line.role not in ("mean", "layer") or not len(line.x):
            continue
        if not line.x[0] <= x <= line.x[-1]:
            continue
        right = min(int(np.searchsorted(line.x, x)), len(line.x) - 1)
        for index in (max(0, right - 1), right):
            if best is None or abs(float(line.x[index]) - x) < abs(best - x):
                best = float(line.x[index])
    if best is not None:
        return best
    return float(round(x)) if whole else x


def stepped(facet: FacetLayout, x: float | None, points: int) -> float | None:
    """Return the drawn x that many points on from x, the first or last in view at most."""
    means = [
        line.x
        for line in facet.facet.lines
        if line.role in ("mean", "layer") and len(line.x) and not line.path
    ]
    if not means:
        return None
    longest = max(means, key=len)
    inside = longest[(longest >= facet.frame.x.low) & (longest <= facet.frame.x.high)]
    if not len(inside):
        return None
    if x is None:
        index = len(inside) - 1 if points < 0 else 0
    else:
        index = int(np.argmin(np.abs(inside - x))) + points
    return float(inside[min(max(index, 0), len(inside) - 1)])


def wheeled(scale: Scale, part: float, turns: float) -> tuple[float, float]:
    """Return the range after so many notches of the wheel at a fraction of the axis, which stays put."""
    factor = ZOOM_STEP**-turns
    part = min(max(part, 0.0), 1.0)
    return scale.at(part - part * factor), scale.at(part + (1.0 - part) * factor)


def panned(
    scale: Scale, view: tuple[float, float], part: float, whole: tuple[float, float]
) -> tuple[float, float]:
    """Return the range ``view`` (view coordinates) moved by a fraction of its width, inside the whole."""
    low, high = view
    width = high - low
    limits = scale.to_view(whole)
    moved = low + part * width
    if np.isfinite(limits[0]):
        moved = max(moved, float(limits[0]))
    if np.isfinite(limits[1]):
        moved = min(moved, float(limits[1]) - width)
    return scale.to_data(moved), scale.to_data(moved + width)


def zoom_rectangle(frame: QRectF, start: QPointF, end: QPointF) -> QRectF:
    """Return the part of a frame to zoom to: its full height unless the pointer clearly moved up or down."""
    asked = QRectF(start, end).normalized()
    left, right = max(frame.left(), asked.left()), min(frame.right(), asked.right())
    top, bottom = frame.top(), frame.bottom()
    if abs(end.y() - start.y()) >= UPRIGHT:
        top, bottom = max(top, asked.top()), min(bottom, asked.bottom())
    return QRectF(left, top, max(0.0, right - left), max(0.0, bottom - top))
