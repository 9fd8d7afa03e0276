"""Where everything of a chart panel goes: facets, axes, heads, colour bars, in logical pixels.

The window and the exports lay out and paint with the same functions, so a figure is what was on screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF

from lab.chart import ChartFacet, ChartGrid, ChartLine, ChartPanel, ChartRelief
from widgets.plots.chart_arrangement import Arrangement, arrange
from widgets.plots.chart_axes import axis_ticks, label_ends, left_room, scale_of, unit_fits
from widgets.plots.chart_bars import BAR, BAR_GAP, bar_of, bar_room_of, shared_bar
from widgets.plots.chart_keys import Key, keys_of, place_keys
from widgets.plots.curve_layout import TAG_GAP, Frame
from widgets.plots.scale import Scale
from widgets.theme import Theme

HEAD = 22.0
"""The line over a facet: its title, what y is, what its colours stand for."""
BOTTOM = 21.0
UNIT_LINE = 14.0
BARE_BOTTOM = 8.0
TOP = 6.0
GAP = 12.0
NOTE = 18.0
FOOT_LINE = 16.0
RIGHT = 12.0
SMALLEST = 24.0
SHORT = 110.0
"""Below this height a facet, keys and the second line of the foot go: both are said under the pointer.

The first one goes, too, where facets would reach into it.
"""
LOW = 130.0
"""Below this one the second line of the foot goes."""
TIGHT = HEAD + BOTTOM + UNIT_LINE + SMALLEST
"""Below this one units on lines of their own go, or facets would reach into the foot."""
MOST_STRETCH = 6.0
"""Axes whose extents differ by more are not drawn at equal scale: one would be a hair's breadth."""


@dataclass(frozen=True)
class ChartFacetLayout:
    """One facet: its cell, its frame with the ticks, and what is said around it.

    ``reserve`` is the room right of the frame for labels at line ends; ``head`` the line over it;
    ``unit_line`` whether x says its unit on a line of its own; ``bar`` where its colours are explained;
    ``edge`` how far to the right words over the facet may go; ``shared`` the field of another facet that the
    bar explains.
    """

    facet: ChartFacet
    cell: QRectF
    frame: Frame
    x_ticks: tuple[float, ...]
    x_labels: tuple[str, ...]
    y_ticks: tuple[float, ...]
    y_labels: tuple[str, ...]
    reserve: float
    margin: float
    show_left: bool
    show_unit: bool
    unit_line: bool
    head: QRectF | None
    bar: QRectF | None
    edge: float
    shared: ChartGrid | None = None

    @property
    def relief(self) -> ChartRelief | None:
        """The surface in space, if this facet shows one."""
        return next((layer for layer in self.facet.layers if isinstance(layer, ChartRelief)), None)


@dataclass(frozen=True)
class ChartLayout:
    """All facets of a panel, and the lines of words over and under them."""

    size: QSizeF
    facets: tuple[ChartFacetLayout, ...]
    note: QRectF | None
    keys: tuple[tuple[Key, QRectF], ...]
    foot: QRectF | None
    foot_lines: tuple[str, ...]
    rows: int = 1
    columns: int = 1

    def at(self, x: float, y: float) -> int | None:
        """Return which facet's cell is under a point."""
        found = (i for i, facet in enumerate(self.facets) if facet.cell.contains(x, y))
        return next(found, None)


def lay_out_chart(panel: ChartPanel, size: QSizeF, theme: Theme, *, still: bool = False) -> ChartLayout:
    """Return where everything of a panel goes.

    Parameters
    ----------
    panel
        What to show.
    size
        The room, in logical pixels.
    theme
        Its fonts.
    still
        A figure: nothing can be asked of it by pointing, so nothing is left out for want of room.
    """
    top, bottom = TOP, size.height()
    note = None
    if panel.note:
        note = QRectF(0, top - 4, size.width(), NOTE)
        top += NOTE
    grid = arrange(panel, size)
    short = size.height() < grid.rows * SHORT and not still
    keys, height = place_keys(() if short else keys_of(panel), size.width(), top - 4, theme)
    top += height
    low = (bottom - top) / grid.rows < LOW and not still
    lines = wrapped(panel.foot, size.width(), QFontMetricsF(theme.font("tick")), 1 if short or low else 2)
    foot = None
    if lines:
        foot = QRectF(0, bottom - FOOT_LINE * len(lines), size.width(), FOOT_LINE * len(lines))
        bottom = foot.top() - 2
    room = QRectF(0, top, size.width(), max(SMALLEST, bottom - top))
    facets = _placed(panel, room, grid, theme)
    if foot is not None and not still and any(facet.cell.bottom() > foot.top() for facet in facets):
        foot, lines = None, ()
        facets = _placed(panel, QRectF(0, top, size.width(), size.height() - top), grid, theme)
    return ChartLayout(size, facets, note, keys, foot, lines, grid.rows, grid.columns)


def wrapped(text: str, width: float, metrics: QFontMetricsF, most: int) -> tuple[str, ...]:
    """Return words in at most so many lines; what does not fit is left out behind an ellipsis."""
    lines: list[str] = []
    line = ""
    words = [word for word in text.replace("\n", " ").split(" ") if word]  # narrow spaces hold together
    for number, word in enumerate(words):
        longer = f"{line} {word}".strip()
        if not line or metrics.horizontalAdvance(longer) <= width:
            line = longer
            continue
        if len(lines) == most - 1:
            line = " ".join([line, *words[number:]])
            break
        lines.append(line)
        line = word
    if line:
        lines.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width))
    return tuple(lines)


def _placed(panel: ChartPanel, room: QRectF, grid: Arrangement, theme: Theme) -> tuple[ChartFacetLayout, ...]:
    facets = panel.facets
    if not facets:
        return ()
    metrics = QFontMetricsF(theme.font("tick"))
    shared = shared_bar(facets)
    shared_room = bar_room_of(shared, room.height(), metrics) if shared is not None else 0.0
    lefts_shown = [_shows_left(facets, grid, i) for i in range(len(facets))]
    hidden_x = [_same_x_below(facets, grid, i) for i in range(len(facets))]
    rough = max(SMALLEST, room.height() / grid.rows - HEAD - BOTTOM)
    columns = range(grid.columns)
    lefts = [
        max(
            [left_room(facets[i].y, rough, room.width(), metrics, theme) if lefts_shown[i] else 0.0
             for i in grid.in_column(c) if not _is_relief(facets[i])], default=0.0,
        )
        for c in columns
    ]  # fmt: skip
    right = shared_room if shared_room else RIGHT
    gaps = [0.0]
    for c in columns[1:]:
        both = [(i, j) for i in grid.in_column(c - 1) for j in grid.in_column(c) if _beside(grid, i, j)]
        ends = [label_ends(facets[i].x, facets[j].x, metrics) for i, j in both]
        gaps.append(max(GAP, max(ends, default=0.0) - lefts[c]))
    own = room.width() - sum(lefts) - sum(gaps) - right
    width = max(SMALLEST, own / grid.columns)
    # what stands under each row, and over it
    reserves = [_reserve(facet, theme, width) for facet in facets]
    bars = [0.0 if shared is not None else bar_room_of(bar_of(f), rough, metrics) for f in facets]
    said: list[tuple[bool, bool]] = []
    for i, facet in enumerate(facets):
        wide = max(SMALLEST, width - reserves[i] - bars[i])
        inside = unit_fits(facet.x, wide, lefts[grid.place(i)[1]] if lefts_shown[i] else 0.0, metrics)
        unsaid = not hidden_x[i] and not _same_x_before(facets, grid, i)
        said.append((inside and unsaid, bool(facet.x.label) and not inside and unsaid))
    if room.height() / grid.rows < TIGHT:
        said = [(inside, False) for inside, _ in said]
    for r in range(grid.rows):  # one row says its units in one way
        if any(said[i][1] for i in grid.in_row(r)):
            for i in grid.in_row(r):
                said[i] = False, any(said[i])
    heads = [any(_has_head(facets[i], lefts_shown[i]) for i in grid.in_row(r)) for r in range(grid.rows)]
    bottoms = [
        max(
            (BARE_BOTTOM if hidden_x[i] else BOTTOM + (UNIT_LINE if said[i][1] else 0.0))
            for i in grid.in_row(r)
        )
        for r in range(grid.rows)
    ]
    weights = [max(max(0.05, facets[i].weight) for i in grid.in_row(r)) for r in range(grid.rows)]
    free = room.height() - sum(HEAD for head in heads if head) - sum(bottoms) - 4.0 * (grid.rows - 1)
    heights = [max(SMALLEST, free * weight / sum(weights)) for weight in weights]
    made = []
    for i, facet in enumerate(facets):
        row, column = grid.place(i)
        left = sum(lefts[: column + 1]) + sum(gaps[: column + 1]) + column * width
        top = (
            room.top() + sum(heights[:row]) + sum(bottoms[:row]) + 4.0 * row
            + HEAD * sum(heads[: row + 1])
        )  # fmt: skip
        rect = QRectF(left, top, max(SMALLEST, width - reserves[i] - bars[i]), heights[row])
        cell = QRectF(left - lefts[column], top - HEAD * heads[row], width + lefts[column],
                      heights[row] + HEAD * heads[row] + bottoms[row])  # fmt: skip
        last_column = column == grid.columns - 1
        margin = right if last_column else gaps[column + 1] - 4
        made.append(
            _facet_layout(
                facet, cell, rect, theme, reserve=reserves[i], show_left=lefts_shown[i],
                hidden_x=hidden_x[i], said=said[i], head=heads[row], bar_room=bars[i], margin=margin,
                wide_left=lefts[column], edge=room.right() if last_column else cell.right() + margin - 4,
            )
        )  # fmt: skip
    if shared is not None:
        last = max(grid.in_row(0))
        frame = made[last].frame.rect
        place = QRectF(
            max(made[i].frame.rect.right() + made[i].reserve for i in grid.in_column(grid.columns - 1))
            + BAR_GAP,
            frame.top(), BAR, frame.height(),
        )  # fmt: skip
        made[last] = replace(made[last], bar=place, shared=shared)
    return tuple(made)


def _facet_layout(
    facet: ChartFacet, cell: QRectF, rect: QRectF, theme: Theme, *, reserve: float, show_left: bool,
    hidden_x: bool, said: tuple[bool, bool], head: bool, bar_room: float, margin: float, wide_left: float,
    edge: float,
) -> ChartFacetLayout:  # fmt: skip
    x, y = scale_of(facet.x), scale_of(facet.y)
    if facet.equal and not _is_relief(facet):
        rect = _equal(rect, x, y)
    metrics = QFontMetricsF(theme.font("tick"))
    if _is_relief(facet):
        rect = QRectF(cell.left(), rect.top(), cell.width(), rect.height() + BOTTOM - 4)
        x_ticks: tuple[float, ...] = ()
        x_words: tuple[str, ...] = ()
        y_ticks, y_words = x_ticks, x_words
    else:
        lead = f"{facet.x.label} " if said[0] else ""
        x_ticks, x_words = axis_ticks(facet.x, rect, metrics, upright=False, lead=lead)
        y_ticks, y_words = axis_ticks(facet.y, rect, metrics, upright=True, room=wide_left - 8)
        if hidden_x:
            x_words = ("",) * len(x_ticks)
    bar = None
    if bar_room:
        bar = QRectF(rect.right() + reserve + BAR_GAP, rect.top(), BAR, rect.height())
    # a plot at equal scale stands in the middle of its cell, and its head with it
    start = rect.left() - wide_left if facet.equal and not _is_relief(facet) else cell.left()
    line = QRectF(start, rect.top() - HEAD, cell.right() - start, HEAD) if head else None
    return ChartFacetLayout(
        facet, cell, Frame(rect, x, y), x_ticks, x_words, y_ticks, y_words, reserve, margin,
        show_left and not _is_relief(facet), said[0], said[1] and not _is_relief(facet), line, bar, edge,
    )  # fmt: skip


def _equal(rect: QRectF, x: Scale, y: Scale) -> QRectF:
    """Return the largest rectangle inside in which a unit is as long upwards as to the right."""
    ratio = (x.view[1] - x.view[0]) / (y.view[1] - y.view[0])
    if not 1.0 / MOST_STRETCH <= ratio <= MOST_STRETCH:
        return rect
    width, height = min(rect.width(), rect.height() * ratio), min(rect.height(), rect.width() / ratio)
    return QRectF(
        rect.left() + (rect.width() - width) / 2, rect.top() + (rect.height() - height) / 2, width, height
    )


def _is_relief(facet: ChartFacet) -> bool:
    return any(isinstance(layer, ChartRelief) for layer in facet.layers)


def _shows_left(facets: tuple[ChartFacet, ...], grid: Arrangement, index: int) -> bool:
    """Return whether a facet has labels of its own: the first of a row, or one with another axis."""
    row, column = grid.place(index)
    before = next((i for i in grid.in_row(row) if grid.place(i)[1] == column - 1), None)
    return before is None or facets[before].y != facets[index].y or _is_relief(facets[before])


def _beside(grid: Arrangement, left: int, right: int) -> bool:
    return grid.place(left)[0] == grid.place(right)[0]


def _same_x_before(facets: tuple[ChartFacet, ...], grid: Arrangement, index: int) -> bool:
    """Return whether the facet at the left has the same x axis, so that its unit need not be said twice."""
    row, column = grid.place(index)
    before = next((i for i in grid.in_row(row) if grid.place(i)[1] == column - 1), None)
    return before is not None and facets[before].x == facets[index].x and not _is_relief(facets[before])


def _same_x_below(facets: tuple[ChartFacet, ...], grid: Arrangement, index: int) -> bool:
    """Return whether the facet below has the same x axis, so that it need not be labelled twice."""
    row, column = grid.place(index)
    below = next((i for i in grid.in_column(column) if grid.place(i)[0] == row + 1), None)
    if below is None or facets[index].equal or facets[below].equal:
        return False
    return facets[below].x == facets[index].x and not _is_relief(facets[index])


def _has_head(facet: ChartFacet, show_left: bool) -> bool:
    return bool(facet.title or (facet.y.label and show_left) or bar_of(facet) is not None)


def _reserve(facet: ChartFacet, theme: Theme, width: float) -> float:
    """Return the room for labels at the ends of lines that reach the right side."""
    metrics = QFontMetricsF(theme.font("tag"))
    x = scale_of(facet.x)
    widest = 0.0
    for layer in facet.layers:
        if isinstance(layer, ChartLine) and layer.tag and len(layer.x):
            end = x.fraction(float(layer.x[-1]))
            if math.isfinite(end) and end > 0.8:
                room = metrics.horizontalAdvance(layer.tag) + TAG_GAP + 3
                if room > (1.0 - min(1.0, end)) * width:  # it then stands right of the plot
                    widest = max(widest, room)
    return min(widest, 0.34 * width)
