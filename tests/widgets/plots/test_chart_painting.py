from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from lab.chart import ChartBars, ChartGrid, ChartPanel
from tests.widgets.plots.made_charts import bars_panel, every_chart, grid_panel
from widgets.plots.chart_layers import bar_rects
from widgets.plots.chart_layout import ChartLayout, lay_out_chart
from widgets.plots.chart_painting import paint_chart
from widgets.plots.chart_style import ramp_colours
from widgets.theme import DARK, LIGHT, PRINT_GREY, Theme

SIZES = ((281.0, 170.0), (400.0, 290.0), (900.0, 600.0))


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


@pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT_GREY])
@pytest.mark.parametrize("size", SIZES)
def test_every_chart_is_painted_inside_its_room(
    qtbot: QtBot, size: tuple[float, float], theme: Theme
) -> None:
    for panel in every_chart():
        image, layout = painted(panel, QSizeF(*size), theme)
        colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
        assert len(colours) > 3, panel.title
        for facet in layout.facets:
            rect = facet.frame.rect
            assert rect.left() >= 0 and rect.right() <= size[0] + 0.5, panel.title
            assert rect.width() >= 24 and rect.height() >= 24, panel.title


def test_a_bar_is_where_its_value_is(qtbot: QtBot) -> None:
    panel = bars_panel()
    image, layout = painted(panel, QSizeF(400, 290))
    facet = layout.facets[0]
    bars = panel.facets[0].layers[0]
    assert isinstance(bars, ChartBars)
    blue = LIGHT.series(1).color
    for index in range(4):
        x = round(facet.frame.px(index + 0.3))
        top = facet.frame.py(float(bars.high[index]))
        assert close(image.pixelColor(x, round(top) + 3), blue), index
        assert not close(image.pixelColor(x, round(top) - 4), blue), index
    rects = bar_rects(facet.frame, bars)
    assert rects[1, 0] == pytest.approx(facet.frame.px(1.0))
    assert rects[1, 3] == pytest.approx(facet.frame.rect.height() * 2 / 5)


@pytest.mark.parametrize("log", [False, True])
def test_a_cell_has_the_colour_of_its_value(qtbot: QtBot, log: bool) -> None:
    panel = grid_panel(8, log=log)
    image, layout = painted(panel, QSizeF(420, 290))
    grid = panel.facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    frame = layout.facets[0].frame
    wanted = ramp_colours(LIGHT, grid, grid.values)
    for row in range(3):
        for column in range(8):
            x = frame.px(float(grid.x[column] + grid.x[column + 1]) / 2)
            y = frame.py(row + 0.5)
            red, green, blue = (round(float(part)) for part in wanted[row, column])
            assert close(image.pixelColor(round(x), round(y)), QColor(red, green, blue), 3), (row, column)
    assert np.allclose(wanted[1, 2], [QColor(LIGHT.color("hover")).getRgb()[:3]])  # type: ignore[arg-type]
    assert QColor(*np.rint(wanted[2, 7]).astype(int).tolist()) == LIGHT.color("heat")


def test_a_diverging_ramp_is_empty_at_zero(qtbot: QtBot) -> None:
    grid = grid_panel(ramp="diverging").facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    colours = ramp_colours(LIGHT, grid, [-1.0, 0.0, 1.0])
    names = ("error", "card", "heat")
    for found, name in zip(colours, names, strict=True):
        assert QColor(*np.rint(found).astype(int).tolist()) == LIGHT.color(name)


def test_nothing_but_a_sentence_is_painted_without_facets(qtbot: QtBot) -> None:
    panel = ChartPanel("toy", "Toy", "", placeholder="comes with the first evaluation")
    image, layout = painted(panel, QSizeF(400, 290))
    assert layout.facets == ()
    rows = [
        y for y in range(290)
        if any(QColor(image.pixel(x, y)) != QColor(Qt.GlobalColor.white) for x in range(400))
    ]  # fmt: skip
    assert rows and min(rows) > 120 and max(rows) < 170
