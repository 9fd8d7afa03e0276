"""What a canvas paints, and that it paints only what changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lab.panels import Band, CurvePanel, Envelopes, Facet, Line, Mark
from tests.widgets.plots.canvas_looks import flat_panel, near, picture
from tests.widgets.plots.made_panels import curve_panel, empty_panel, gradient_panel
from widgets.plots.canvas import Canvas
from widgets.plots.curve_items import band_path
from widgets.theme import DARK, LIGHT


@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("value", [0.1, 0.5])
def test_lines_and_marks_stand_at_their_value_on_both_scales(
    canvas: Canvas, log_y: bool, value: float
) -> None:
    canvas.show_panel(flat_panel(value, log_y=log_y))
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    share = (np.log10(value) + 2) / 2 if log_y else (value - 0.01) / 0.99
    y = frame.rect.bottom() - share * frame.rect.height()
    assert frame.py(value) == pytest.approx(y)
    assert near(image, frame.px(400.0), y, LIGHT.series(1).color)
    assert not near(image, frame.px(400.0), y - 15, LIGHT.series(1).color)
    assert near(image, frame.px(800.0) - 4, y - 4, LIGHT.series(2).color)
    assert image.pixelColor(round(frame.px(800.0)), round(y)) == LIGHT.color("card")


def test_the_target_line_follows_the_log_axis(canvas: Canvas) -> None:
    for log_y in (False, True):
        canvas.show_panel(curve_panel(target=0.3, log_y=log_y, losses=1))
        image = picture(canvas)
        frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
        y = round(frame.py(0.3))
        row = [image.pixelColor(x, y) for x in range(int(frame.px(900)), int(frame.px(1500)))]
        assert sum(color == LIGHT.color("axis") for color in row) > len(row) * 0.4


@pytest.mark.parametrize("log_y", [False, True])
def test_bands_stand_between_their_edges_on_both_scales(canvas: Canvas, log_y: bool) -> None:
    x = np.array([0.0, 1600.0])
    band = Band(x, np.array([0.1, 0.1]), np.array([0.5, 0.5]), 1)
    panel = replace(flat_panel(0.9, log_y=log_y), facets=(Facet("", (), (band,)),))
    canvas.show_panel(panel)
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    card = LIGHT.color("card")
    middle = (frame.py(0.1) + frame.py(0.5)) / 2
    place = round(frame.px(805.0))
    assert image.pixelColor(place, round(middle)) != card
    above = [image.pixelColor(place, round(frame.py(0.5)) - d) for d in (4, 6, 8)]
    assert card in above
    assert image.pixelColor(place, round(frame.py(0.1)) + 4) in (card, LIGHT.color("grid"))


def test_a_band_that_reaches_zero_goes_to_the_bottom_of_a_log_plot_and_breaks_at_nan() -> None:
    x = np.arange(6.0)
    low = np.log10(np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.1]))
    low[1] = np.nan
    high = np.log10(np.array([0.5, 0.5, 0.5, np.nan, 0.5, 0.5]))
    band = Band(x, np.array([0.1, 0.0, 0.1, 0.1, 0.1, 0.1]), 10**high, 1)
    path = band_path(band, x, low, high, (-2.0, 0.0))
    assert path.boundingRect().top() < -2.0
    pieces = path.toSubpathPolygons()
    assert len(pieces) == 2
    assert [round(pieces[0].boundingRect().right()), round(pieces[1].boundingRect().left())] == [2, 4]


def test_a_gap_is_not_bridged(canvas: Canvas) -> None:
    x = np.arange(0.0, 1601.0, 10.0)
    y = np.where((x > 600) & (x < 1000), np.nan, 0.5)
    panel = replace(flat_panel(0.5, log_y=False), facets=(Facet("", (Line(x, y, 1, "mean", "a"),)),))
    canvas.show_panel(panel)
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    assert near(image, frame.px(300.0), frame.py(0.5), LIGHT.series(1).color)
    assert not near(image, frame.px(800.0), frame.py(0.5), LIGHT.series(1).color, 4)


def test_a_mean_is_two_pixels_and_everything_else_one(canvas: Canvas) -> None:
    def thickness(role: str, fast: bool) -> int:
        line = Line(np.array([0.0, 1600.0]), np.array([0.5, 0.5]), 1, role, "a")  # type: ignore[arg-type]
        canvas.set_fast(fast)
        canvas.show_panel(replace(flat_panel(0.5, log_y=False), facets=(Facet("", (line,)),)))
        image = picture(canvas)
        frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
        x, y = round(frame.px(555.0)), round(frame.py(0.5))
        ink = 0.0
        for d in range(-4, 5):
            ink += 255 - image.pixelColor(x, y + d).red()
        return round(ink / (255 - LIGHT.series(1).color.red()))

    assert thickness("mean", False) == 2
    assert thickness("mean", True) == 1
    assert thickness("layer", False) == 2
    assert thickness("raw", False) == 0  # one pixel at a sixth of its strength


def test_a_hidden_canvas_is_not_painted_and_a_steady_one_only_once(qtbot: QtBot) -> None:
    canvas = Canvas(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(420, 300)
    canvas.show_panel(curve_panel())
    assert canvas.paint_seconds == 0.0
    canvas.show()
    qtbot.waitExposed(canvas)
    picture(canvas)
    spent = canvas.paint_seconds
    assert spent > 0.0
    canvas.set_crosshair(300.0)
    picture(canvas)
    assert canvas.paint_seconds == spent


def test_diverged_runs_far_out_are_said_at_the_edge(canvas: Canvas) -> None:
    mark = Mark(214.0, 1e9, 1, "diverged", "stopped at step 214")
    canvas.show_panel(curve_panel(marks=(mark,), log_y=True, losses=1))
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    assert near(image, frame.px(214.0), frame.rect.top() + 8, LIGHT.color("error"))


def test_hopeless_numbers_are_drawn_without_a_word(canvas: Canvas) -> None:
    x = np.arange(5.0)
    hopeless = (
        Line(x, np.full(5, np.nan), 1, "mean", "a"),
        Line(np.empty(0), np.empty(0), 2, "mean", "b"),
        Line(x, np.array([1e300, -1e300, np.inf, 0.0, 1.0]), 3, "mean", "c"),
        Line(np.array([1.0]), np.array([0.5]), 4, "raw", "d"),
    )
    bands = (Band(x, np.full(5, -1.0), np.full(5, np.inf), 1), Band(np.empty(0), np.empty(0), np.empty(0), 2))
    for log in (False, True):
        canvas.show_panel(
            replace(flat_panel(0.5, log_y=log), log_x=log, facets=(Facet("", hopeless, bands),))
        )
        assert not picture(canvas).isNull()
    canvas.show_panel(empty_panel())
    assert not picture(canvas).isNull()


def test_facets_come_and_go(canvas: Canvas) -> None:
    for losses in (3, 8, 1, 3):
        canvas.show_panel(gradient_panel(losses))
        picture(canvas)
        layout = canvas.curve_layout()
        assert layout is not None
        assert len(layout.facets) == losses
    canvas.set_crosshair(100.0)
    image = picture(canvas)
    assert layout is not None
    for facet in layout.facets:
        x = round(facet.frame.px(100.0))
        column = [
            image.pixelColor(x, y)
            for y in range(int(facet.frame.rect.top()) + 2, int(facet.frame.rect.bottom()) - 2)
        ]
        assert sum(color == LIGHT.color("axis") for color in column) > len(column) / 2


def test_the_other_theme_repaints_everything(canvas: Canvas) -> None:
    canvas.show_panel(curve_panel())
    light = picture(canvas)
    canvas.set_theme(DARK)
    dark = picture(canvas)
    assert light.pixelColor(2, 2) == LIGHT.color("card")
    assert dark.pixelColor(2, 2) == DARK.color("card")


def test_a_first_value_is_a_dot(canvas: Canvas) -> None:
    mean = Line(np.array([400.0]), np.array([0.5]), 1, "mean", "First")
    member = Line(np.array([800.0]), np.array([0.5]), 2, "member", "Second")
    canvas.show_panel(replace(flat_panel(0.5, log_y=False), facets=(Facet("", (mean, member)),)))
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    assert near(image, frame.px(400.0), frame.py(0.5), LIGHT.series(1).color)
    assert not near(image, frame.px(800.0), frame.py(0.5), LIGHT.series(2).color)


def test_the_data_are_seen_through_the_band_of_a_zoom(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(flat_panel(0.5, log_y=False))
    canvas.set_crosshair(300.0)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    start = QPoint(round(frame.px(200.0)), round(frame.rect.center().y()))
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas.viewport(), start + QPoint(round(frame.px(700.0) - frame.px(200.0)), 2))
    qtbot.wait(30)
    canvas.set_crosshair(300.0)
    image = picture(canvas)
    assert near(image, frame.px(500.0), frame.py(0.5), LIGHT.series(1).color)
    assert image.pixelColor(round(frame.px(500.0)), round(frame.py(0.7))) != LIGHT.color("card")


def test_new_data_are_painted_as_in_a_fresh_canvas(canvas: Canvas, qtbot: QtBot) -> None:
    x = np.arange(2000.0)
    waves = np.sin(x / 100)[None, :] * np.linspace(0.1, 0.4, 30)[:, None] + 0.5

    def panel(count: int, losses: int) -> CurvePanel:
        made = curve_panel(losses=losses, end=count // 2, planned=2000.0)
        (facet,) = made.facets
        part = Envelopes(x[:count], waves[:, :count] - 0.01, waves[:, :count], 1, origin="waves")
        return replace(made, facets=(replace(facet, envelopes=(part,)),))

    for count, losses in ((300, 2), (340, 2), (1200, 2), (1300, 1), (1900, 1)):
        canvas.show_panel(panel(count, losses))
        carried = picture(canvas)
        fresh = Canvas(LIGHT)
        qtbot.addWidget(fresh)
        fresh.resize(420, 300)
        fresh.show_panel(panel(count, losses))
        fresh.show()
        assert picture(fresh) == carried, count
