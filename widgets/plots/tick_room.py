"""How many labels of an axis there is room for, and which are left out where they would run together."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from widgets.plots.scale import Scale

APART = 10.0
"""Pixels between two labels side by side: more than a thin space within a number."""


def apart(values: tuple[float, ...], scale: Scale, height: float, least: float) -> tuple[float, ...]:
    """Return every so manieth tick, so that labels one above the other keep a distance."""
    for stride in range(1, len(values)):
        kept = values[::stride]
        places = [scale.fraction(value) * height for value in kept]
        if all(b - a >= least for a, b in itertools.pairwise(places)):
            return kept
    return values[:1]


def wanted_y(height: float) -> int:
    """Return how many labels suit an axis of a height in pixels."""
    return max(2, min(6, round(height / 38)))


def wanted_x(width: float) -> int:
    """Return how many labels suit an axis of a width in pixels."""
    return max(4, min(6, round(width / 76)))


def without_overlaps(
    values: tuple[float, ...],
    words: tuple[str, ...],
    scale: Scale,
    rect: QRectF,
    metrics: QFontMetricsF,
    unit: str,
    first_facet: bool,
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Drop labels that would run into their neighbour, keeping the first and the last."""
    if len(values) < 3:
        return values, words

    def ends(index: int) -> tuple[float, float]:
        word = f"{unit} {words[index]}" if index == 0 and first_facet and unit else words[index]
        centre = rect.left() + scale.fraction(values[index]) * rect.width()
        half = metrics.horizontalAdvance(word) / 2 + APART / 2
        return centre - half, centre + half

    strides = sorted(range(1, len(values)), key=lambda stride: ((len(values) - 1) % stride > 0, stride))
    for stride in strides:
        kept = list(range(0, len(values), stride))
        if all(ends(a)[1] <= ends(b)[0] for a, b in itertools.pairwise(kept)):
            return tuple(values[i] for i in kept), tuple(words[i] for i in kept)
    return values[:1], words[:1]
