"""Where a box of words covers least of the lines of a plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QRectF, QSizeF

from widgets.plots.curve_layout import Frame
from widgets.plots.scale import Scale

Floats = NDArray[np.float64]
Drawn = tuple[Floats, Floats, float]
"""A line in logical pixels, x and y (n,), and how much it matters that it is seen."""

WORTH = 3.0
"""Pixels of a line that may be covered before a box goes to the next best place."""


def drawn(frame: Frame, x: ArrayLike, y: ArrayLike, weight: float) -> Drawn:
    """Return a line (n,), (n,) in data units as it is drawn; NaN breaks it."""
    rect = frame.rect
    return (
        rect.left() + _fractions(frame.x, x) * rect.width(),
        rect.bottom() - _fractions(frame.y, y) * rect.height(),
        weight,
    )


def _fractions(scale: Scale, values: ArrayLike) -> Floats:
    low, high = scale.view
    return np.asarray((scale.to_view(values) - low) / (high - low))


def corners(room: QRectF, size: QSizeF) -> tuple[QRectF, ...]:
    """Return where a box can stand inside: top right, top left, bottom right, bottom left, then between."""
    right, bottom = room.right() - size.width(), room.bottom() - size.height()
    middle, centre = (room.left() + right) / 2, (room.top() + bottom) / 2
    places = (
        (right, room.top()), (room.left(), room.top()), (right, bottom), (room.left(), bottom),
        (middle, room.top()), (middle, bottom), (right, centre), (room.left(), centre),
    )  # fmt: skip
    return tuple(QRectF(x, y, size.width(), size.height()) for x, y in places)


def freest(places: Sequence[QRectF], lines: Iterable[Drawn], taken: Sequence[QRectF] = ()) -> QRectF:
    """Return the place that covers least of lines, and no other words; an earlier one where it is as good."""
    shown = list(lines)
    costs = []
    for order, place in enumerate(places):
        cost = WORTH * order + sum(weight * covered(x, y, place) for x, y, weight in shown)
        for other in taken:
            both = place.intersected(other)
            cost += both.width() * both.height()
        costs.append(cost)
    return places[int(np.argmin(costs))]


def covered(x: Floats, y: Floats, box: QRectF) -> float:
    """Return how long the part of a line (n,), (n,) is that lies in a box, in its units."""
    if len(x) < 2:
        return 0.0
    with np.errstate(all="ignore"):
        dx, dy = np.diff(x), np.diff(y)
        first, last = np.zeros(len(dx)), np.ones(len(dx))
        # Liang and Barsky: what part of each segment is inside each side
        for start, step, low, high in (
            (x[:-1], dx, box.left(), box.right()), (y[:-1], dy, box.top(), box.bottom())
        ):  # fmt: skip
            one, two = (low - start) / step, (high - start) / step
            still = step == 0
            inside = (start >= low) & (start <= high)
            enter = np.where(still, np.where(inside, 0.0, 2.0), np.minimum(one, two))
            leave = np.where(still, 1.0, np.maximum(one, two))
            first, last = np.maximum(first, enter), np.minimum(last, leave)
        lengths = np.hypot(dx, dy) * (last - first)
    return float(lengths[np.isfinite(lengths) & (last > first)].sum())
