"""Words stand where they cover least of the curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF

from lab.chart import ChartAxis, ChartFacet, ChartLine, ChartPanel, ChartReadout
from lab.panels import Facet, Line, Mark
from tests.widgets.plots.made_panels import curve_panel
from widgets.plots.chart_layout import lay_out_chart
from widgets.plots.chart_readout import readout_rect
from widgets.plots.curve_layout import CurveLayout, lay_out
from widgets.plots.curve_notes import note_place
from widgets.plots.free_place import corners, covered, drawn, freest
from widgets.theme import LIGHT

pytestmark = pytest.mark.usefixtures("qapp")  # fonts need one

BOX = QRectF(10, 20, 30, 40)


@pytest.mark.parametrize(
    ("x", "y", "length"),
    [
        ((0, 100), (30, 30), 30.0),  # straight through
        ((25, 25), (0, 100), 40.0),  # upwards: its x does not move
        ((0, 100), (10, 10), 0.0),  # over it
        ((20, 30), (30, 30), 10.0),  # inside
        ((0, 25), (30, 30), 15.0),  # ends inside
        ((10, 40), (20, 60), 50.0),  # from corner to corner
        ((0, 20, 20, np.nan, 25, 25), (40, 40, 0, np.nan, 0, 30), 10.0 + 20.0 + 10.0),
        ((20,), (30,), 0.0),
        ((), (), 0.0),
    ],
)
def test_how_much_of_a_line_a_box_covers(x: tuple[float, ...], y: tuple[float, ...], length: float) -> None:
    assert covered(np.array(x, float), np.array(y, float), BOX) == pytest.approx(length)


def test_a_box_goes_to_the_first_free_place() -> None:
    places = corners(QRectF(0, 0, 100, 100), QSizeF(40, 20))
    assert freest(places, []) == QRectF(60, 0, 40, 20)
    top = (np.array([0.0, 100.0]), np.array([10.0, 10.0]), 1.0)
    assert freest(places, [top]) == QRectF(60, 80, 40, 20)
    faint = (*top[:2], 0.01)
    assert freest(places, [faint]) == QRectF(60, 0, 40, 20)
    assert freest(places, [top], (QRectF(70, 70, 30, 30),)) == QRectF(0, 80, 40, 20)


def roc(areas: list[float]) -> ChartPanel:
    """Curves of which some rank worse than chance: y = x^(1/a − 1) has the area a under it."""
    x = np.linspace(0.0, 1.0, 101)
    series = tuple(range(1, len(areas) + 1))
    lines = [ChartLine(x, x ** (1 / a - 1), i, f"loss {i}") for i, a in zip(series, areas, strict=True)]
    chance = ChartLine(x, x, style="guide")
    words = tuple(f"{area:.3f}" for area in areas)
    readout = ChartReadout("AUC", tuple(f"loss {i}" for i in series), series, words)
    axis = ChartAxis("rate", 0.0, 1.0)
    return ChartPanel("toy", "ROC", "", (ChartFacet("ROC", axis, axis, (chance, *lines, readout)),))


@pytest.mark.parametrize("areas", [[0.95, 0.9], [0.05, 0.1], [0.2, 0.15, 0.1], [0.95, 0.05]])
def test_numbers_of_curves_below_chance_do_not_cover_them(areas: list[float]) -> None:
    panel = roc(areas)
    (facet,) = lay_out_chart(panel, QSizeF(260, 260), LIGHT).facets
    readout = panel.facets[0].layers[-1]
    assert isinstance(readout, ChartReadout)
    place = readout_rect(readout, facet, LIGHT)
    assert place is not None and facet.frame.rect.contains(place)
    for line in panel.facets[0].layers[1:-1]:
        assert isinstance(line, ChartLine)
        x, y, _ = drawn(facet.frame, line.x, line.y, 1.0)
        assert covered(x, y, place) == 0.0, areas
    right = place.center().x() > facet.frame.rect.center().x()
    below = place.center().y() > facet.frame.rect.center().y()
    if max(areas) < 0.5:
        assert not right and not below
    elif min(areas) > 0.5:
        assert right and below


def laid_out(panel_lines: list[tuple[np.ndarray, np.ndarray]], marks: tuple[Mark, ...] = ()) -> CurveLayout:
    panel = curve_panel(losses=1)
    lines = tuple(Line(x, y, 1, "mean", "CE", key="0") for x, y in panel_lines)
    panel = replace(panel, facets=(Facet("", lines, (), marks),))
    return lay_out(panel, QSizeF(420, 260), LIGHT.font("tick"), LIGHT.font("tag"))


def test_the_note_leaves_rising_curves_free() -> None:
    x = np.arange(0.0, 1601.0, 10.0)
    for rising in (False, True):
        y = 1.0 - np.exp(-x / 200) if rising else np.exp(-x / 200) + 0.01
        layout = laid_out([(x, y)])
        words, box = note_place("compare shapes, not values", layout, LIGHT)
        frame = layout.facets[0].frame
        assert words == "compare shapes, not values" and frame.rect.contains(box)
        px, py, _ = drawn(frame, x, y, 1.0)
        assert covered(px, py, box) == 0.0
        assert (box.center().y() > frame.rect.center().y()) is rising


def test_the_note_stays_clear_of_the_words_beside_a_diverged_run() -> None:
    x = np.arange(0.0, 1001.0, 10.0)
    mark = Mark(1000.0, 0.97, 1, "diverged", "stopped at step 1 000")
    layout = laid_out([(x, np.full(len(x), 0.5))], (mark,))
    _, box = note_place("compare shapes, not values", layout, LIGHT)
    assert box.top() >= layout.facets[0].frame.py(0.97) + 6
