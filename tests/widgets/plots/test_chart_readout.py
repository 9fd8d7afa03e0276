"""Numbers in the corner of a chart."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSizeF
from pytestqt.qtbot import QtBot

from lab.chart import (
    ChartReadout,
)
from tests.widgets.plots.made_charts import (
    bars_panel,
    readout_panel,
)
from tests.widgets.plots.painted_charts import close, painted
from widgets.plots.chart_layout import lay_out_chart
from widgets.plots.chart_readout import readout_rect
from widgets.plots.chart_words import summary_words
from widgets.theme import DARK, LIGHT, Theme


@pytest.mark.parametrize("corner", ["lower left", "lower right"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_numbers_stand_in_their_corner_behind_their_lines(qtbot: QtBot, theme: Theme, corner: str) -> None:
    panel = readout_panel(5, corner)
    size = QSizeF(200, 200)
    image, layout = painted(panel, size, theme)
    (facet,) = layout.facets
    readout = panel.facets[0].layers[-1]
    assert isinstance(readout, ChartReadout)
    place = readout_rect(readout, facet, theme)
    assert place is not None
    frame = facet.frame.rect
    assert frame.contains(place)
    assert place.bottom() > frame.bottom() - 10
    left, right = place.left() - frame.left(), frame.right() - place.right()
    assert (left < right) is (corner == "lower left")
    for row, series in enumerate(readout.series, start=1):
        centre = place.top() + row * 14.0 + 7
        found = [image.pixelColor(round(place.left()) + x, round(centre)) for x in range(18)]
        assert any(close(color, theme.series(series).color, 40) for color in found), series


def test_numbers_that_would_cover_the_plot_are_left_to_a_larger_one(qtbot: QtBot) -> None:
    panel = readout_panel(8)
    readout = panel.facets[0].layers[-1]
    assert isinstance(readout, ChartReadout)
    small, large = (lay_out_chart(panel, QSizeF(*size), LIGHT).facets[0] for size in ((160, 150), (300, 260)))
    assert readout_rect(readout, small, LIGHT) is None
    assert readout_rect(readout, large, LIGHT) is not None


def test_numbers_in_a_corner_are_said_to_a_screen_reader() -> None:
    assert summary_words(readout_panel(2)) == "step 340; AUC: loss 1 0.990, loss 2 0.991"
    assert summary_words(bars_panel()) == "step 340"
