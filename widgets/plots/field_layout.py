"""Where the decision surfaces of a field panel go: one facet a loss, as large as equal scale allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from lab.panels import FieldPanel, FieldView
from widgets.plots.curve_layout import Frame
from widgets.plots.field_titles import title_rows, upwards_place, upwards_words
from widgets.plots.scale import Scale, usable_scale
from widgets.plots.ticks import labels, ticks
from widgets.theme import Theme

Values: TypeAlias = NDArray[np.float64]

TITLE = 20.0
BOTTOM = 20.0
BARE_BOTTOM = 8.0
"""Under a row whose axis is said under the row below."""
GAP = 14.0
LEFT = 36.0
RIGHT = 14.0
MOST_STRETCH = 6.0
"""Features whose extents differ by more are not drawn at equal scale: one would be a hair's breadth."""


@dataclass(frozen=True)
class FieldFacet:
    """One coordinate system with the views in it: one where D = 2, all of them where D = 1."""

    frame: Frame
    views: tuple[FieldView, ...]
    x_ticks: tuple[float, ...]
    x_labels: tuple[str, ...]
    y_ticks: tuple[float, ...]
    y_labels: tuple[str, ...]
    show_left: bool
    titles: int = 1
    """Rows of titles over it."""
    show_bottom: bool = True
    """Whether the labels of x stand under it; where not, they are those of the facet below."""


@dataclass(frozen=True)
class FieldLayout:
    """All facets, and whether one unit is as long to the right as upwards."""

    size: QSizeF
    facets: tuple[FieldFacet, ...]
    equal: bool


def dimensions(panel: FieldPanel) -> int:
    """Return the number of features shown: 1 or 2; 0 where there is nothing."""
    if panel.points.ndim == 2 and panel.points.size:
        return min(2, int(panel.points.shape[1]))
    return min(2, len(panel.axes))


def lay_out_field(
    panel: FieldPanel, size: QSizeF, theme: Theme, held: tuple[Scale, Scale] | None = None
) -> FieldLayout:
    """Return where everything of a field panel goes.

    ``held`` are scales that are kept: axes must not run away from a point that is dragged.
    """
    if dimensions(panel) < 2:
        return _one_feature(panel, size, theme, held)
    x, y = held or (_extent(panel, 0), _extent(panel, 1))
    ratio = (x.high - x.low) / (y.high - y.low)
    equal = 1.0 / MOST_STRETCH <= ratio <= MOST_STRETCH
    views: tuple[FieldView | None, ...] = panel.views or (None,)
    count = len(views)
    best: tuple[float, int, float, float] | None = None
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        width = (size.width() - LEFT - RIGHT - GAP * (columns - 1)) / columns
        height = (size.height() - 4 - rows * TITLE - sum(_bottoms(count, columns))) / rows
        if equal:
            width, height = min(width, height * ratio), min(height, width / ratio)
        if best is None or width * height > best[0] + 1e-6:
            best = width * height, columns, width, height
    assert best is not None
    _, columns, width, height = best
    width, height = max(width, 16.0), max(height, 16.0)
    rows = math.ceil(count / columns)
    used = columns * width + (columns - 1) * GAP
    left = LEFT + max(0.0, (size.width() - LEFT - RIGHT - used) / 2)
    bottoms = _bottoms(count, columns)
    top = max(0.0, (size.height() - rows * (height + TITLE) - sum(bottoms)) / 2)
    facets = []
    x_ticks, y_ticks = ticks(x, max(2, round(width / 60))), ticks(y, max(2, round(height / 50)))
    x_labels, y_labels = labels(x_ticks, x), labels(y_ticks, y)
    for index, view in enumerate(views):
        row, column = divmod(index, columns)
        rect = QRectF(
            left + column * (width + GAP), top + row * (height + TITLE) + sum(bottoms[:row]) + TITLE,
            width, height,
        )  # fmt: skip
        facets.append(
            FieldFacet(
                Frame(rect, x, y), () if view is None else (view,), x_ticks, x_labels, y_ticks, y_labels,
                show_left=column == 0, show_bottom=bottoms[row] == BOTTOM,
            )
        )  # fmt: skip
    return FieldLayout(size, tuple(facets), equal)


def _bottoms(count: int, columns: int) -> list[float]:
    """Return the room under each row: labels stand only where a facet has none below it."""
    rows = math.ceil(count / columns)
    return [BARE_BOTTOM if (row + 2) * columns <= count else BOTTOM for row in range(rows)]


def _one_feature(
    panel: FieldPanel, size: QSizeF, theme: Theme, held: tuple[Scale, Scale] | None
) -> FieldLayout:
    x = _extent(panel, 0)
    values = (
        [np.asarray(panel.labels, dtype=np.float64)]
        if panel.classes == 0
        else [np.array([-0.1, panel.classes - 0.9])]
    )
    for view in panel.views:
        middle = np.asarray(view.values, dtype=np.float64)
        values.append(middle[np.isfinite(middle)])
    every = np.concatenate([v.ravel() for v in values]) if values else np.array([0.0, 1.0])
    data = values[0][np.isfinite(values[0])]
    # a fit that runs away must not flatten the data: it may take as much room again as they do
    low, high = _limits(every, data if panel.classes == 0 else None)
    y = usable_scale(low, high, False)
    x, y = held or (x, y)
    y_ticks = ticks(y, max(2, min(6, round(size.height() / 56))))
    words = labels(y_ticks, y)
    metrics = QFontMetricsF(theme.font("tick"))
    left = max(40.0, max((metrics.horizontalAdvance(word) for word in words), default=0.0) + 8)
    width = max(16.0, size.width() - left - 20)
    _, begin = upwards_place(upwards_words(panel, 1, theme), left, theme)
    rows = title_rows(panel.views, left + width - begin, QFontMetricsF(theme.font("subtitle")))
    top = TITLE * len(rows) + 2
    rect = QRectF(left, top, width, max(16.0, size.height() - top - 22))
    x_ticks = ticks(x, max(2, min(6, round(rect.width() / 76))))
    facet = FieldFacet(
        Frame(rect, x, y), panel.views, x_ticks, labels(x_ticks, x), y_ticks, words, True, len(rows)
    )
    return FieldLayout(size, (facet,), False)


def _limits(every: Values, data: Values | None) -> tuple[float, float]:
    if data is None or not len(data):
        data = every
    if not len(data):
        return 0.0, 1.0
    low, high = float(data.min()), float(data.max())
    span = (high - low) or 1.0
    low, high = max(float(every.min()), low - span / 2), min(float(every.max()), high + span / 2)
    return low - 0.04 * span, high + 0.04 * span


def _extent(panel: FieldPanel, feature: int) -> Scale:
    """Return the range of a feature: the grid's, which covers the data, else the data's with a margin."""
    if len(panel.axes) > feature and len(panel.axes[feature]) > 1:
        axis = panel.axes[feature]
        return usable_scale(float(axis[0]), float(axis[-1]), False)
    values = (
        panel.points[:, feature] if panel.points.ndim == 2 and panel.points.size else np.array([0.0, 1.0])
    )
    values = values[np.isfinite(values)]
    if not len(values):
        return Scale(0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * ((high - low) or 1.0)
    return usable_scale(low - margin, high + margin, False)


def pixels_x(frame: Frame, values: Values) -> Values:
    """Return where values of the first feature lie across, in pixels."""
    low, high = frame.x.low, frame.x.high
    return frame.rect.left() + (np.asarray(values, dtype=np.float64) - low) * (
        frame.rect.width() / (high - low)
    )


def pixels_y(frame: Frame, values: Values) -> Values:
    """Return where values lie downwards, in pixels; what is far off is moved to four heights off."""
    low, high = frame.y.low, frame.y.high
    height = frame.rect.height()
    places = frame.rect.bottom() - (np.asarray(values, dtype=np.float64) - low) * (height / (high - low))
    return np.clip(places, frame.rect.top() - 4 * height, frame.rect.bottom() + 4 * height)
