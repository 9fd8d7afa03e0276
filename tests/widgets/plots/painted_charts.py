"""Charts as pictures."""

from __future__ import annotations

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QImage, QPainter

from lab.chart import (
    ChartPanel,
)
from widgets.plots.chart_layout import ChartLayout, lay_out_chart
from widgets.plots.chart_painting import paint_chart
from widgets.theme import LIGHT, Theme


def painted(panel: ChartPanel, size: QSizeF, theme: Theme = LIGHT) -> tuple[QImage, ChartLayout]:
    image = QImage(size.toSize(), QImage.Format.Format_RGB32)
    image.fill(theme.color("card"))
    layout = lay_out_chart(panel, size, theme)
    painter = QPainter(image)
    paint_chart(painter, theme, panel, layout)
    painter.end()
    return image, layout


def close(one: QColor, other: QColor, reach: int = 12) -> bool:
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return all(abs(a - b) <= reach for a, b in pairs)
