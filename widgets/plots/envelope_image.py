"""Many members of a facet as a picture: upright spans, counted a pixel, the darker the more lie there.

Qt is never given the points. A picture is kept from frame to frame, and while the axes stand still only the
columns that are new are painted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from lab.panels import Envelopes
from widgets.plots.curve_layout import FacetLayout
from widgets.plots.scale import Scale
from widgets.theme import Theme

Rows = NDArray[np.int32]

DENSEST = 0.4
"""Opacity that any number of members of one loss approach."""


def span_rows(
    envelopes: Envelopes, y: Scale, height: int, columns: Rows, first: int
) -> tuple[Rows, Rows, NDArray[np.bool_]]:
    """Return which rows of the picture each run covers in each pixel column.

    Parameters
    ----------
    envelopes
        n columns of R runs.
    y
        The vertical axis; under a logarithm what is not above 0 reaches down to the bottom.
    height
        Rows of the picture; row 0 is the top.
    columns
        (n,) pixel column of each column of the envelopes, not decreasing.
    first
        The pixel column that comes out first; those before it are only joined to.

    Returns
    -------
    top, bottom
        (R, m) first and last row, within −1 and ``height``, joined to the neighbour so that a run has no gap.
    there
        (R, m) whether the run is there at all.
    """
    low, high = y.view
    upper = _rows_of(envelopes.high, y, high, height / (high - low), height)
    lower = _rows_of(envelopes.low, y, high, height / (high - low), height)
    if y.log:
        lower = np.where(envelopes.low <= 0, float(height), lower)
    missing = np.isnan(upper) | np.isnan(lower)
    top = np.where(missing, height + 1, upper).astype(np.int32)
    bottom = np.where(missing, -2, lower).astype(np.int32)
    top, bottom = _into_pixels(top, bottom, columns)
    before_top, before_bottom = top[:, :-1].copy(), bottom[:, :-1].copy()
    there = top <= bottom
    joined = there[:, 1:] & there[:, :-1]
    np.minimum(top[:, 1:], before_bottom, out=top[:, 1:], where=joined)
    np.maximum(bottom[:, 1:], before_top, out=bottom[:, 1:], where=joined)
    skip = first - int(columns[0])
    return top[:, skip:], bottom[:, skip:], there[:, skip:]


def _rows_of(
    values: NDArray[np.floating], y: Scale, high: float, scale: float, height: int
) -> NDArray[np.floating]:
    """Return the row of each value, kept within one row of the picture; NaN where it has none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shown = np.log10(values) if y.log else values
        return np.asarray(np.clip(np.floor((high - shown) * scale), -1.0, float(height)))


def _into_pixels(top: Rows, bottom: Rows, columns: Rows) -> tuple[Rows, Rows]:
    """Join the columns that share a pixel; a pixel between two columns takes the one before it."""
    pixels = np.arange(int(columns[0]), int(columns[-1]) + 1)
    ends = np.searchsorted(columns, pixels, side="right")
    begins = np.minimum(np.searchsorted(columns, pixels, side="left"), ends - 1)
    most = int((ends - begins).max(initial=1))
    first, last = top[:, begins], bottom[:, begins]
    for more in range(1, most):
        index = np.minimum(begins + more, ends - 1)
        np.minimum(first, top[:, index], out=first)
        np.maximum(last, bottom[:, index], out=last)
    return first, last


def add_spans(counts: NDArray[np.int16], top: Rows, bottom: Rows, there: NDArray[np.bool_]) -> None:
    """Count spans by where they begin and end: sums down the columns are then the runs at each pixel.

    Parameters
    ----------
    counts
        (height + 2, m) zeros, or what was added before; row 0 stands for what begins above the picture.
    top, bottom, there
        (R, m) as `span_rows` returns them.
    """
    width = counts.shape[1]
    column = np.arange(width)
    flat, one = counts.reshape(-1), np.int16(1)
    begins = (np.maximum(top, 0) * width + column)[there & (top < len(counts) - 2) & (bottom >= 0)]
    ends = ((np.minimum(bottom, len(counts) - 3) + 1) * width + column)[
        there & (top < len(counts) - 2) & (bottom >= 0)
    ]
    np.add.at(flat, begins, one)
    np.subtract.at(flat, ends, one)


def shades(color: QColor, alpha: int, most: int) -> NDArray[np.uint32]:
    """Return the premultiplied colour of 0 to ``most`` lines of one alpha that lie over each other.

    They get denser up to `DENSEST` only: the mean lies over them and must be seen.
    """
    opacity = DENSEST * (1 - (1 - alpha / 255 / DENSEST) ** np.arange(most + 1))
    parts = [np.rint(opacity * channel).astype(np.uint32) for channel in
             (255, color.red(), color.green(), color.blue())]  # fmt: skip
    return np.asarray((parts[0] << 24) | (parts[1] << 16) | (parts[2] << 8) | parts[3])


class EnvelopeImage:
    """The picture of one facet's many members, kept from frame to frame.

    Attributes
    ----------
    painted
        How many pixel columns the last frame painted.
    """

    def __init__(self) -> None:
        self._image = QImage()
        self._key: object = None
        self._done: list[tuple[object, int]] = []
        self.painted = 0

    def paint(
        self,
        painter: QPainter,
        layout: FacetLayout,
        theme: Theme,
        dpr: float,
    ) -> None:
        """Paint the members of a facet into a picture that is ``dpr`` device pixels to the logical one."""
        parts = layout.facet.envelopes
        self.painted = 0
        if not parts:
            self._key = None
            return
        rect = layout.frame.rect
        left, top = math.floor(rect.left() * dpr), math.floor(rect.top() * dpr)
        width = max(1, math.ceil(rect.right() * dpr) - left)
        height = max(1, math.ceil(rect.bottom() * dpr) - top)
        key = (left, top, width, height, layout.frame.x, layout.frame.y, theme.name, dpr)
        columns = [_pixel_columns(part, layout.frame.x, width) for part in parts]
        first = self._first_new(key, parts, columns)
        if first == 0 and self._image.size().toTuple() != (width, height):
            self._image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        self._paint_from(first, parts, columns, layout.frame.y, theme)
        self._key = key
        self._done = [(part.origin, len(part.x)) for part in parts]
        self._image.setDevicePixelRatio(dpr)
        painter.drawImage(QPointF(left / dpr, top / dpr), self._image)

    def _first_new(self, key: object, parts: Sequence[Envelopes], columns: Sequence[Rows]) -> int:
        """Return the first pixel column that is not as it was."""
        if key != self._key or len(parts) != len(self._done):
            return 0
        first = self._image.width()
        for part, column, (origin, count) in zip(parts, columns, self._done, strict=True):
            if origin is None or part.origin != origin or len(part.x) < count:
                return 0
            if len(part.x) and count:
                # the last column may not have been full
                first = min(first, int(column[count - 1]))
        return max(0, first)

    def _paint_from(
        self, first: int, parts: Sequence[Envelopes], columns: Sequence[Rows], y: Scale, theme: Theme
    ) -> None:
        width, height = self._image.width(), self._image.height()
        last = max((int(column[-1]) for column in columns if len(column)), default=-1)
        last = min(last, width - 1)
        self._image.setDevicePixelRatio(1.0)  # painted in its own pixels
        painter = QPainter(self._image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(QRect(first, 0, width - first, height), Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        self.painted = max(0, last + 1 - first)
        for series in dict.fromkeys(part.series for part in parts):
            same = [i for i, part in enumerate(parts) if part.series == series]
            counts = np.zeros((height + 2, self.painted), dtype=np.int16)
            most = 0
            for i in same:
                most += self._count(counts, parts[i], columns[i], y, first, last)
            if most == 0:
                continue
            used = np.flatnonzero(counts.any(axis=1))
            if len(used) == 0:
                continue
            begin, end = int(used[0]), int(used[-1]) + 1
            summed = np.cumsum(counts[begin:end], axis=0, dtype=np.uint16)
            style = theme.series(series)
            layer = np.take(shades(style.color, theme.alpha("raw"), most), summed, mode="clip")
            painter.drawImage(first, begin, _image_of(layer))
        painter.end()

    @staticmethod
    def _count(
        counts: NDArray[np.int16], part: Envelopes, columns: Rows, y: Scale, first: int, last: int
    ) -> int:
        """Add the spans of some runs; return how many runs there are."""
        begin, end = int(np.searchsorted(columns, first)), int(np.searchsorted(columns, last, "right"))
        if end <= begin:
            return 0
        if begin:  # the pixel before is joined to
            begin = int(np.searchsorted(columns, columns[begin - 1]))
        inside = slice(begin, end)
        chosen = Envelopes(part.x[inside], part.low[:, inside], part.high[:, inside], part.series)
        start = max(first, int(columns[begin]))
        top, bottom, there = span_rows(chosen, y, len(counts) - 2, columns[inside], start)
        place = slice(start - first, start - first + top.shape[1])
        some = counts[:, place]
        if some.shape[1] == counts.shape[1]:
            add_spans(counts, top, bottom, there)
        else:
            own = np.zeros(some.shape, dtype=np.int16)
            add_spans(own, top, bottom, there)
            some += own
        return len(part.low)


def _pixel_columns(part: Envelopes, x: Scale, width: int) -> Rows:
    """Return the pixel column of each column of envelopes, one beyond the picture where it lies outside."""
    low, high = x.view
    with np.errstate(invalid="ignore"):
        place = np.floor((x.to_view(part.x) - low) * (width / (high - low)))
    return np.asarray(np.clip(np.nan_to_num(place, nan=-1.0), -1, width), dtype=np.int32)


def _image_of(pixels: NDArray[np.uint32]) -> QImage:
    """Wrap premultiplied pixels (h, w) in an image that lives as long as they do."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
