"""Where everything of a curve panel goes: facets, axes and their labels, in logical pixels.

The window and the exports lay out and paint with the same functions, so a figure is what was on screen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

from lab.panels import CurvePanel, Facet
from widgets.plots.scale import Scale, usable_scale
from widgets.plots.tick_room import apart, wanted_x, wanted_y, without_overlaps
from widgets.plots.ticks import labels, ticks

LEFT_WIDTHS = (40, 46, 50)
"""Widths of the label column, so that stacked plots line up: plain, with signs, "1 000 %"."""
BOTTOM = 22
RIGHT = 20
TOP = 8
FACET_GAP = 12
FACET_TITLE = 20
SMALLEST_FACET = 84
TINY_FACET = 58
MOST_TAGS = 3
TAG_GAP = 7


@dataclass(frozen=True)
class Frame:
    """One coordinate system on the picture: a rectangle in logical pixels and the scales of its sides."""

    rect: QRectF
    x: Scale
    y: Scale

    def px(self, value: float) -> float:
        """Return the horizontal place of an x, NaN where it has none."""
        return self.rect.left() + self.x.fraction(value) * self.rect.width()

    def py(self, value: float) -> float:
        """Return the vertical place of a y, NaN where it has none."""
        return self.rect.bottom() - self.y.fraction(value) * self.rect.height()

    def x_at(self, pixel: float) -> float:
        """Return the x at a horizontal place: the inverse of `px`."""
        return self.x.at((pixel - self.rect.left()) / max(1e-9, self.rect.width()))

    def y_at(self, pixel: float) -> float:
        """Return the y at a vertical place: the inverse of `py`."""
        return self.y.at((self.rect.bottom() - pixel) / max(1e-9, self.rect.height()))


@dataclass(frozen=True)
class FacetLayout:
    """One facet: its frame, its ticks, and the room right of the frame for labels at line ends."""

    facet: Facet
    frame: Frame
    x_ticks: tuple[float, ...]
    x_labels: tuple[str, ...]
    y_ticks: tuple[float, ...]
    y_labels: tuple[str, ...]
    reserve: float
    margin: float
    show_left: bool
    show_unit: bool
    show_title: bool


@dataclass(frozen=True)
class CurveLayout:
    """All facets of a panel, with the size they were laid out for."""

    size: QSizeF
    facets: tuple[FacetLayout, ...]
    columns: int

    def at(self, x: float, y: float) -> FacetLayout | None:
        """Return the facet whose plot is under a point; the nearest one where none is."""

        def distance(layout: FacetLayout) -> float:
            rect = layout.frame.rect
            dx = max(rect.left() - x, 0.0, x - rect.right())
            dy = max(rect.top() - y, 0.0, y - rect.bottom())
            return math.hypot(dx, dy)

        return min(self.facets, key=distance, default=None)


def lay_out(
    panel: CurvePanel,
    size: QSizeF,
    tick_font: QFont,
    tag_font: QFont,
    *,
    x_view: tuple[float, float] | None = None,
    y_view: tuple[float, float] | None = None,
    facet_titles: bool = False,
    least_left: float = 0.0,
) -> CurveLayout:
    """Return where everything of a panel goes.

    Parameters
    ----------
    panel : CurvePanel
        What to show.
    size : QSizeF
        The room, in logical pixels.
    tick_font, tag_font : QFont
        Fonts of axis labels and of the labels at line ends.
    x_view, y_view : (float, float), optional
        Zoomed ranges in data units; by default the panel's own.
    facet_titles : bool
        Write each facet's title above it even where all facets stand in one row.
    least_left : float
        Keep at least this room for labels at the left, so that plots one above the other line up.
    """
    tick_metrics, tag_metrics = QFontMetricsF(tick_font), QFontMetricsF(tag_font)
    facets = panel.facets or (Facet(""),)
    x_scale = usable_scale(
        *(x_view or panel.x_range), panel.log_x, _smallest(facets, "x") if panel.log_x else None
    )
    y_scale = usable_scale(
        *(y_view or panel.y_range), panel.log_y, _smallest(facets, "y") if panel.log_y else None
    )
    columns = _columns(len(facets), size)
    rows = math.ceil(len(facets) / columns)
    titled = len(facets) > 1 and (facet_titles or rows > 1)
    title_height = FACET_TITLE if titled else 0
    inner_height = (size.height() - TOP) / rows - BOTTOM - title_height - (4 if rows > 1 else 0)
    inner_height = max(24.0, inner_height)

    y_values = apart(ticks(y_scale, wanted_y(inner_height)), y_scale, inner_height, tick_metrics.height() + 1)
    y_words = labels(y_values, y_scale, percent=panel.percent)
    widest = max((tick_metrics.horizontalAdvance(word) for word in y_words), default=0.0)
    fitting = next((w for w in LEFT_WIDTHS if widest + 8 <= w), math.ceil(widest + 8))
    left = max(float(fitting), least_left)
    gap = FACET_GAP if columns > 1 else 0
    right = RIGHT if columns == 1 else 8
    width = max(24.0, (size.width() - left - right - gap * (columns - 1)) / columns)

    placed = []
    for index, facet in enumerate(facets):
        row, column = divmod(index, columns)
        reserve = _reserve(facet, tag_metrics, width, 0.0 if columns > 1 else RIGHT - 8)
        if (
            columns > 1
        ):  # the last label of a facet is centred on its tick and must not run into the neighbour
            reserve = max(reserve, 8.0)
        rect = QRectF(
            left + column * (width + gap),
            TOP + row * (inner_height + BOTTOM + title_height + (4 if rows > 1 else 0)) + title_height,
            width - reserve,
            inner_height,
        )
        x_values = ticks(x_scale, wanted_x(rect.width()), whole=panel.x_label == "step")
        words = labels(x_values, x_scale)
        x_values, words = without_overlaps(
            x_values, words, x_scale, rect, tick_metrics, panel.x_label, column == 0
        )
        placed.append(
            FacetLayout(
                facet=facet, frame=Frame(rect, x_scale, y_scale), x_ticks=x_values, x_labels=words,
                y_ticks=y_values, y_labels=y_words, reserve=reserve, margin=float(right),
                show_left=column == 0, show_unit=column == 0 and row == 0, show_title=titled,
            )
        )  # fmt: skip
    return CurveLayout(size, tuple(placed), columns)


def same_frames(panel: CurvePanel, other: CurvePanel) -> bool:
    """Return whether two panels are laid out alike in the same room, whatever their lines are."""
    if (panel.log_x and panel.x_range[0] <= 0) or (panel.log_y and panel.y_range[0] <= 0):
        return False  # the lines say where such an axis begins
    if len(panel.facets) != len(other.facets):
        return False
    names = ("x_range", "y_range", "log_x", "log_y", "percent", "x_label")
    return all(getattr(panel, name) == getattr(other, name) for name in names) and all(
        tags_of(one) == tags_of(two) and one.title == two.title
        for one, two in zip(panel.facets, other.facets, strict=True)
    )


def with_facets(layout: CurveLayout, facets: Sequence[Facet]) -> CurveLayout:
    """Return a layout of other lines in the same frames."""
    placed = tuple(
        replace(old, facet=facet) for old, facet in zip(layout.facets, facets or (Facet(""),), strict=True)
    )
    return replace(layout, facets=placed)


def tags_of(facet: Facet) -> list[tuple[int, str]]:
    """Return (index of the line, tag) for the direct labels of a facet: none when there are too many."""
    found = [(i, line.tag) for i, line in enumerate(facet.lines) if line.tag and len(line.x)]
    return found if len(found) <= MOST_TAGS or (len(facet.lines) <= 6 and len(found) <= 6) else []


def push_apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return the places moved as little as possible so that neighbours are ``gap`` apart, within low..high.

    Neighbours that would overlap form a block that stands around the mean of what it wants.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[tuple[float, list[int]]] = []
    for index in order:
        blocks.append((min(max(places[index], low), high), [index]))
        while len(blocks) > 1:
            centre_a, a = blocks[-2]
            centre_b, b = blocks[-1]
            if centre_b - centre_a >= gap * (len(a) + len(b)) / 2:
                break
            wanted = sum(places[i] for i in (*a, *b)) / (len(a) + len(b))
            half = gap * (len(a) + len(b) - 1) / 2
            blocks[-2:] = [(min(max(wanted, low + half), high - half), [*a, *b])]
    result = [0.0] * len(places)
    for centre, members in blocks:
        start = centre - gap * (len(members) - 1) / 2
        for offset, index in enumerate(members):
            result[index] = start + gap * offset
    return result


def _smallest(facets: Sequence[Facet], which: str) -> float | None:
    smallest = math.inf
    for facet in facets:
        for line in facet.lines:
            values = line.x if which == "x" else line.y
            positive = values[np.isfinite(values) & (values > 0)]
            if len(positive):
                smallest = min(smallest, float(positive.min()))
    return smallest if math.isfinite(smallest) else None


def _columns(count: int, size: QSizeF) -> int:
    """Return how many facets stand in a row: all of them while they are wide enough, else even rows."""
    smallest = SMALLEST_FACET if count <= 4 else TINY_FACET
    fitting = max(1, int((size.width() - LEFT_WIDTHS[0]) // (smallest + FACET_GAP)))
    if count <= fitting and (count <= 4 or size.width() / count >= 150):
        return count
    rows = max(2, math.ceil(count / fitting)) if size.height() >= 200 else 1
    return max(1, math.ceil(count / rows))


def _reserve(facet: Facet, metrics: QFontMetricsF, width: float, margin: float) -> float:
    tags = tags_of(facet)
    if not tags:
        return 0.0
    wanted = max(metrics.horizontalAdvance(tag) for _, tag in tags) + TAG_GAP + 3 - margin
    return float(max(0.0, min(wanted, 0.3 * width)))
