"""What of a field panel lies under a place: the point nearby, and the data that stand there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.panels import FieldPanel
from widgets.plots.field_layout import FieldFacet, FieldLayout, dimensions, pixels_x, pixels_y

REACH = 10.0
"""Pixels from a point within which it is meant."""


@dataclass(frozen=True)
class Place:
    """A place in data units: the first feature and, upwards, the second one or the target; and its facet."""

    x: float
    y: float
    facet: int


def place_at(layout: FieldLayout, x: float, y: float, *, facet: int | None = None) -> Place | None:
    """Return the data at a place in pixels, or ``None`` beside all frames.

    With ``facet`` a place beside that facet's frame is brought to its edge: a drag may leave it.
    """
    if facet is not None and facet < len(layout.facets):
        rect = layout.facets[facet].frame.rect
        return _data_at(
            layout.facets[facet], facet, min(max(x, rect.left()), rect.right()),
            min(max(y, rect.top()), rect.bottom()),
        )  # fmt: skip
    for number, one in enumerate(layout.facets):
        if one.frame.rect.adjusted(-1, -1, 1, 1).contains(x, y):
            return _data_at(one, number, x, y)
    return None


def _data_at(facet: FieldFacet, number: int, x: float, y: float) -> Place:
    return Place(facet.frame.x_at(x), facet.frame.y_at(y), number)


def point_at(panel: FieldPanel, layout: FieldLayout, x: float, y: float, reach: float = REACH) -> int | None:
    """Return the index of the point nearest to a place in pixels, within reach, or ``None``."""
    if panel.points.ndim != 2 or not len(panel.points):
        return None
    up = panel.points[:, 1] if dimensions(panel) == 2 else np.asarray(panel.labels, dtype=np.float64)
    for facet in layout.facets:
        frame = facet.frame
        if not frame.rect.adjusted(-reach, -reach, reach, reach).contains(x, y):
            continue
        away = np.hypot(pixels_x(frame, panel.points[:, 0]) - x, pixels_y(frame, up) - y)
        away = np.where(np.isfinite(away), away, np.inf)
        best = int(np.argmin(away))
        if away[best] <= reach:
            return best
    return None
