"""What of a field panel lies under a place: the point nearby, and the data that stand there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.number_text import value_text
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


def point_beside(panel: FieldPanel, index: int | None, step: int) -> int | None:
    """Return the point that follows one, or goes before it (−1), from left to right; the first after none.

    ``None`` where there is none on that side.
    """
    if panel.points.ndim != 2 or not len(panel.points):
        return None
    up = panel.points[:, 1] if dimensions(panel) == 2 else np.asarray(panel.labels, dtype=np.float64)
    order = np.lexsort((up, panel.points[:, 0])).tolist()
    if index is None:
        return int(order[0])
    place = order.index(index) + step
    return int(order[place]) if 0 <= place < len(order) else None


def point_words(panel: FieldPanel, index: int) -> str:
    """Say which point it is: "row 17, x = 1.5, y = 3.2"."""
    names = panel.feature_names
    said = [
        f"{names[feature] if feature < len(names) else f'x{feature + 1}'} = "
        f"{value_text(float(panel.points[index, feature]))}"
        for feature in range(dimensions(panel))
    ]
    label = float(panel.labels[index])
    if panel.classes == 0:
        said.append(f"{panel.target_names[0] if panel.target_names else 'y'} = {value_text(label)}")
    elif 0 <= label < len(panel.target_names):
        said.append(f"class {panel.target_names[int(label)]}")
    if len(panel.rows) == len(panel.points):
        said.insert(0, f"row {int(panel.rows[index])}")
    return ", ".join(said)
