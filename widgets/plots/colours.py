"""Colours that plots mix from tokens: classes of data, ramps, and text that can be read on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtGui import QColor

from widgets.theme import Theme

# Neutral, distinguishable, and none of the series colours; the first two are the theme's steel and sand.
_MORE_CLASSES = {
    "light": ("#6B7B3A", "#7A5C8E", "#9C4A5B", "#3E7F79", "#5F6470", "#8A7F45", "#50679B", "#8B5E3C"),
    "dark": ("#BFCB8C", "#C4ABD6", "#E0A0AE", "#8ED0C8", "#B4BAC4", "#D6CC93", "#A3B8E6", "#D1AA88"),
}
_GREY_CLASSES = ("#303030", "#9A9A9A", "#5E5E5E", "#BDBDBD", "#484848", "#848484")
CLASS_MARKERS = ("o", "s", "t1", "d", "t", "p", "h", "star", "+", "x")
"""Markers of classes as pyqtgraph names them: circle, square, triangle, diamond, …"""


def class_color(theme: Theme, index: int) -> QColor:
    """Return the colour of a class of data; past ten they return lighter or darker."""
    if theme.grey:
        return QColor(_GREY_CLASSES[index % len(_GREY_CLASSES)])
    if index < 2:
        return theme.color(f"class{index}")
    more = _MORE_CLASSES[theme.name]
    lap, place = divmod(index - 2, len(more))
    color = QColor(more[place])
    return color if lap == 0 else color.lighter(125) if not theme.dark else color.darker(130)


def class_marker(index: int) -> str:
    """Return the marker of a class of data."""
    return CLASS_MARKERS[index % len(CLASS_MARKERS)]


def mixed(low: QColor, high: QColor, share: float) -> QColor:
    """Return the colour that far from low (0) to high (1), straight in sRGB."""
    share = min(max(share, 0.0), 1.0)
    return QColor(*(round(float(part)) for part in blended(share, low, high)))


def readable_on(color: QColor) -> QColor:
    """Return pure black or pure white, whichever has the higher contrast on a colour."""
    luminance = _luminance(color)
    return QColor("#FFFFFF") if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else QColor("#000000")


def blended(shares: ArrayLike, low: QColor, high: QColor) -> NDArray[np.float64]:
    """Return RGB 0..255, shape (..., 3), of shares 0..1 between two colours."""
    t = np.clip(np.asarray(shares, dtype=np.float64), 0.0, 1.0)[..., None]
    return rgb(low) * (1.0 - t) + rgb(high) * t


def rgb(color: QColor) -> NDArray[np.float64]:
    """Return red, green, blue 0..255."""
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float64)


def over(color: NDArray[np.float64], ground: QColor, alpha: float) -> NDArray[np.float64]:
    """Return RGB of colours laid over a ground at alpha 0..1."""
    return color * alpha + rgb(ground) * (1.0 - alpha)


def _luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())
