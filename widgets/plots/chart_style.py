"""How a chart's layers look: ramps of colours, bars, symbols, hatching."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QTransform

from lab.chart import ChartGrid
from widgets.plots.colours import blended, class_color, class_marker, rgb
from widgets.plots.paths import marker_path
from widgets.plots.scale import transformed, usable_scale
from widgets.theme import Theme

GUIDE_DASH = (4.0, 3.0)
FAINT, GREY = 96, 175
"""Alpha of faint bars, and of filled ones in print without colour."""


def ramp_colours(theme: Theme, grid: ChartGrid, values: ArrayLike) -> NDArray[np.float64]:
    """Return RGB 0..255, shape (..., 3), of values in a field's colours; empty ones in the hover colour."""
    array = np.asarray(values, dtype=np.float64)
    card = theme.color("card")
    known = np.isfinite(array)
    if grid.ramp == "diverging":
        reach = max(abs(grid.low), abs(grid.high)) or 1.0
        share = np.clip(np.where(known, array, 0.0) / reach, -1.0, 1.0)
        if theme.grey:  # without colour both ends would look alike: from light to dark then
            colours = blended((share + 1.0) / 2.0, card, theme.color("accent"))
            colours[~known] = rgb(theme.color("hover"))
            return colours
        up = blended(np.abs(share), card, theme.color("heat"))
        down = blended(np.abs(share), card, theme.color("error"))
        colours = np.where((share >= 0)[..., None], up, down)
    else:
        scale = usable_scale(grid.low, grid.high, grid.log)
        low, high = scale.view
        shown = transformed(array, scale.log)
        if scale.log:  # at and below zero is below the range, not missing
            shown = np.where(known & (array <= 0), low, shown)
        share = (np.where(known, shown, low) - low) / (high - low)
        end = {"heat": "heat", "ink": "accent", "error": "error"}[grid.ramp]
        colours = blended(np.clip(share, 0.0, 1.0), card, theme.color(end))
    colours[~known] = rgb(theme.color("hover"))
    return colours


def bar_look(theme: Theme, series: int, style: str) -> tuple[QPen, QBrush]:
    """Return how bars are drawn."""
    color = QColor(theme.series(series).color)
    if style == "outline":
        pen = QPen(color)
        pen.setWidthF(1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        return pen, QBrush(Qt.BrushStyle.NoBrush)
    if style == "faint" or theme.grey:  # black bars would hide what is drawn over them
        color.setAlpha(FAINT if style == "faint" else GREY)
    return QPen(Qt.PenStyle.NoPen), QBrush(color)


def hatch_brushes(theme: Theme) -> tuple[QBrush, QBrush]:
    """Return the hatching of a shaded region, to be painted one after the other.

    Lines in the colour of the card lie beside those in the colour of words, so that it is seen on any field.
    """
    beside = QBrush(theme.color("card", 90), Qt.BrushStyle.BDiagPattern)
    beside.setTransform(QTransform.fromTranslate(1, 0))
    return beside, QBrush(theme.color("text", 100), Qt.BrushStyle.BDiagPattern)


def paint_symbol(
    painter: QPainter,
    theme: Theme,
    series: int,
    label: int | None,
    x: float,
    y: float,
    size: float,
    *,
    hollow: bool = False,
) -> None:
    """Paint a point: a class's colour and marker, or its series'; ``hollow`` ones as an outline."""
    style = theme.series(series)
    color = style.color if label is None else class_color(theme, label)
    marker = style.marker if label is None else class_marker(label)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.translate(x, y)
    painter.scale(size, size)
    pen = QPen(color if hollow or marker in ("+", "x") else theme.color("card", 190))
    pen.setWidthF((1.6 if hollow else 0.8) / size)
    painter.setPen(pen)
    painter.setBrush(theme.color("card", 160) if hollow else color)
    painter.drawPath(marker_path(marker))
    painter.restore()


def symbol_stamp(
    theme: Theme, series: int, label: int | None, size: float, hollow: bool, ratio: float
) -> QPixmap:
    """Return a point as a picture, for when there are very many of them."""
    side = int(np.ceil(size)) + 4
    stamp = QPixmap(QSize(side, side) * ratio)
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    painter = QPainter(stamp)
    paint_symbol(painter, theme, series, label, side / 2, side / 2, size, hollow=hollow)
    painter.end()
    return stamp
