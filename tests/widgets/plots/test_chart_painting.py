from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from pytestqt.qtbot import QtBot

from lab.chart import (
    ChartAxis,
    ChartBars,
    ChartContours,
    ChartFacet,
    ChartGrid,
    ChartLine,
    ChartPanel,
    ChartRelief,
    ChartText,
)
from lab.figure_look import FigureLook
from tests.widgets.plots.made_charts import (
    bars_panel,
    every_chart,
    grid_panel,
    landscape_panel,
    lines_panel,
    reliability_panel,
    tags_panel,
)
from tests.widgets.plots.painted_charts import close, painted
from widgets.figure import draw
from widgets.plots.axis import bottom_labels
from widgets.plots.chart_bars import WORD_HEIGHT, bar_scale, bar_words
from widgets.plots.chart_layers import bar_rects, paint_text
from widgets.plots.chart_layout import lay_out_chart
from widgets.plots.chart_painting import paint_chart
from widgets.plots.chart_relief import Turn
from widgets.plots.chart_style import ramp_colours
from widgets.plots.colours import mixed
from widgets.theme import DARK, LIGHT, PRINT_GREY, Theme

SVG = "{http://www.w3.org/2000/svg}"
SIZES = ((281.0, 170.0), (400.0, 290.0), (900.0, 600.0))


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


@pytest.mark.parametrize("size", SIZES)
def test_words_below_axes_do_not_run_together(qtbot: QtBot, size: tuple[float, float]) -> None:
    for panel in every_chart():
        layout = lay_out_chart(panel, QSizeF(*size), LIGHT)
        rows: dict[float, list[QRectF]] = {}
        for facet in layout.facets:
            for text, box in bottom_labels(LIGHT, facet, facet.facet.x.label):
                if text:
                    rows.setdefault(box.top(), []).append(box)
                    assert box.left() >= 0 and box.right() <= size[0] + 1, (panel.title, text)
        for boxes in rows.values():
            boxes.sort(key=lambda box: box.left())
            assert all(a.right() <= b.left() for a, b in itertools.pairwise(boxes)), panel.title


def test_facets_share_labels_where_their_axes_are_equal(qtbot: QtBot) -> None:
    layout = lay_out_chart(reliability_panel(), QSizeF(400, 290), LIGHT)
    assert [facet.show_left for facet in layout.facets] == [True, True, False, False]
    assert all(word == "" for word in layout.facets[0].x_labels)
    assert any(layout.facets[1].x_labels)
    heights = [facet.frame.rect.height() for facet in layout.facets[:2]]
    assert heights[1] / heights[0] == pytest.approx(0.35)
    assert layout.facets[0].frame.rect.left() == layout.facets[1].frame.rect.left()
    other = replace(reliability_panel().facets[2], y=ChartAxis("accuracy", 0.0, 2.0))
    panel = reliability_panel()
    apart = replace(panel, facets=(*panel.facets[:2], other, panel.facets[3]))
    assert lay_out_chart(apart, QSizeF(400, 290), LIGHT).facets[2].show_left


def test_equal_scale_is_equal(qtbot: QtBot) -> None:
    for size in SIZES:
        for facet in lay_out_chart(landscape_panel(), QSizeF(*size), LIGHT).facets:
            assert facet.frame.rect.width() == pytest.approx(facet.frame.rect.height())


def test_facets_are_arranged_by_the_room_there_is(qtbot: QtBot) -> None:
    panel = tags_panel()
    assert lay_out_chart(panel, QSizeF(1200, 300), LIGHT).columns == 3
    assert lay_out_chart(panel, QSizeF(260, 900), LIGHT).columns == 1
    assert lay_out_chart(replace(panel, columns=2), QSizeF(1200, 300), LIGHT).columns == 2


def test_a_level_line_passes_where_it_must(qtbot: QtBot) -> None:
    x = np.linspace(0.0, 4.0, 9)
    values = np.tile(x, (5, 1))
    layer = ChartContours(x, np.linspace(0.0, 1.0, 5), values, (3.0,), 1, labelled=False)
    facet = ChartFacet("", ChartAxis("x", 0.0, 4.0), ChartAxis("y", 0.0, 1.0), (layer,))
    image, layout = painted(ChartPanel("toy", "Toy", "", (facet,)), QSizeF(400, 290))
    frame = layout.facets[0].frame
    row = round(frame.py(0.37))
    coloured = [
        x for x in range(round(frame.rect.left()), round(frame.rect.right()))
        if image.pixelColor(x, row).saturation() > 60
    ]  # fmt: skip
    assert coloured and np.mean(coloured) == pytest.approx(frame.px(3.0), abs=1.0)


def test_names_at_line_ends_keep_apart(qtbot: QtBot, tmp_path: Path) -> None:
    (path,) = draw([tags_panel()], tmp_path, "tags", ("svg",), (900, 600))
    for facet_tags in _placed_words(path, ("1", "2", "out")):
        heights = sorted(y for _, y in facet_tags)
        assert all(b - a >= 13 for a, b in itertools.pairwise(heights))


def _placed_words(path: Path, words: tuple[str, ...]) -> list[list[tuple[float, float]]]:
    """Return the places of words in an SVG, those of one facet together."""
    places: dict[str, list[tuple[float, float]]] = {word: [] for word in words}
    root = ElementTree.parse(path).getroot()
    for group in root.iter(f"{SVG}g"):
        shift = [float(part) for part in re.findall(r"-?[\d.]+", group.get("transform", "1 0 0 1 0 0"))]
        for text in group.findall(f"{SVG}text"):
            word = (text.text or "").strip()
            if word in places and text.get("font-weight") == "500":
                places[word].append(
                    (float(text.get("x", "0")) + shift[4], float(text.get("y", "0")) + shift[5])
                )
    assert len({len(found) for found in places.values()}) == 1 and places[words[0]]
    return [list(found) for found in zip(*places.values(), strict=True)]


def test_words_over_a_facet_take_the_room_up_to_the_next_one(qtbot: QtBot, tmp_path: Path) -> None:
    panel = landscape_panel()  # narrow plots at equal scale, each with a bar of its own
    grid, *rest = panel.facets[0].layers
    assert isinstance(grid, ChartGrid)
    first = replace(panel.facets[0], layers=(replace(grid, high=2.0), *rest))
    panel = replace(panel, facets=(first, *panel.facets[1:]))
    layout = lay_out_chart(panel, QSizeF(348, 230), LIGHT)
    generator = QSvgGenerator()
    generator.setFileName(str(tmp_path / "small.svg"))
    painter = QPainter(generator)
    paint_chart(painter, LIGHT, panel, layout)
    painter.end()
    root = ElementTree.parse(tmp_path / "small.svg").getroot()
    words = [(element.text or "").strip() for element in root.iter(f"{SVG}text")]
    assert {"CE", "Brier"} <= set(words)
    assert words.count("objective") == 2
    assert "direction 2 ↑" in words


@pytest.mark.parametrize("grey", [False, True])
def test_every_chart_is_a_figure_that_says_all_in_words(qtbot: QtBot, tmp_path: Path, grey: bool) -> None:
    look = FigureLook("double", grey)
    (path,) = draw(every_chart(), tmp_path, "all", ("svg",), look=look)
    found = [(element.text or "").strip() for element in ElementTree.parse(path).getroot().iter(f"{SVG}text")]
    words = [text.replace("\u2009", " ").replace("\u202f", " ") for text in found if text]
    for expected in ("ROC", "Cross-entropy", "chance", "accuracy ↑", "ECE 0.031", "norm", "diverged",
                     "AUC", "0.991",
                     "class 5", "from 360 samples", "comes with the first evaluation", "out"):  # fmt: skip
        assert expected in words, expected
    content = path.read_text(encoding="utf-8")
    assert (LIGHT.series(1).color.name() in content) is not grey
    assert (PRINT_GREY.series(2).color.name() in content) is grey


def test_a_bar_in_a_figure_is_where_its_value_is(qtbot: QtBot, tmp_path: Path) -> None:
    (path,) = draw([bars_panel()], tmp_path, "bars", ("svg",), (960, 640))
    blue = LIGHT.series(1).color.name()
    heights = []
    for group in ElementTree.parse(path).getroot().iter(f"{SVG}g"):
        if group.get("fill") == blue and group.get("stroke") == "none":
            for rect in group.iter(f"{SVG}rect"):
                heights.append(float(rect.get("height", "0")))
    heights = sorted(heights)[-4:]
    assert np.array(heights) / heights[0] == pytest.approx([1, 2, 3, 4], rel=0.02)


def test_no_line_leaves_its_frame_in_a_figure(qtbot: QtBot, tmp_path: Path) -> None:
    x = np.linspace(-1.0, 3.0, 81)
    wild = ChartLine(x, 3 * np.sin(np.arange(81.0)), 1)
    facet = ChartFacet("", ChartAxis("x", 0.0, 1.0), ChartAxis("y", 0.0, 1.0), (wild,))
    (path,) = draw([ChartPanel("toy", "Toy", "", (facet,))], tmp_path, "wild", ("svg",), (960, 640), 96)
    groups = [
        g for g in ElementTree.parse(path).getroot().iter(f"{SVG}g")
        if g.get("stroke") == LIGHT.series(1).color.name()
    ]  # fmt: skip
    numbers: list[float] = []
    for group in groups:
        shift = [float(part) for part in re.findall(r"-?[\d.]+", group.get("transform", "1 0 0 1 0 0"))]
        data = " ".join(
            part.get("d", "") + part.get("points", "") for part in group.iter() if part is not group
        )
        numbers += [float(x) + shift[4] for x, _ in re.findall(r"(-?[\d.]+),(-?[\d.]+)", data)]
    assert len(numbers) > 10
    assert min(numbers) >= 16 and max(numbers) <= 960 - 16


def test_the_colour_bar_is_shared_by_facets_of_one_scale(qtbot: QtBot) -> None:
    panel = landscape_panel()
    bars = [facet.bar for facet in lay_out_chart(panel, QSizeF(500, 290), LIGHT).facets]
    assert bars[0] is None and bars[1] is not None and bars[1].right() < 500
    grid = panel.facets[1].layers[0]
    assert isinstance(grid, ChartGrid)
    other = replace(panel.facets[1], layers=(replace(grid, high=9.0), *panel.facets[1].layers[1:]))
    bars = [
        facet.bar
        for facet in lay_out_chart(
            replace(panel, facets=(panel.facets[0], other)), QSizeF(500, 290), LIGHT
        ).facets
    ]
    assert bars[0] is not None and bars[1] is not None


def test_a_surface_hides_what_is_behind_it(qtbot: QtBot) -> None:
    """A wall in front of a valley: the picture shows the wall's colour, not the valley's."""
    x = np.linspace(-1.0, 1.0, 21)
    values = np.zeros((21, 21))
    values[:4] = 1.0
    layer = ChartRelief(x, x, values, 0.0, 1.0)
    facet = ChartFacet("", ChartAxis("x", -1.0, 1.0), ChartAxis("y", -1.0, 1.0), (layer,))
    panel = ChartPanel("toy", "Toy", "", (facet,))
    layout = lay_out_chart(panel, QSizeF(500, 400), LIGHT)
    image = QImage(500, 400, QImage.Format.Format_RGB32)
    image.fill(LIGHT.color("card"))
    painter = QPainter(image)
    paint_chart(painter, LIGHT, panel, layout, Turn(0.0, 12.0))
    painter.end()
    frame = layout.facets[0].frame.rect
    wall = valley = 0
    for dy in range(-70, 70, 2):
        color = image.pixelColor(round(frame.center().x()) + 9, round(frame.center().y()) + dy)
        wall += close(color, mixed(LIGHT.color("card"), LIGHT.color("heat"), 0.56), 6)
        valley += close(color, mixed(LIGHT.color("card"), LIGHT.color("heat"), 0.12), 6)
    assert wall > 40 and valley == 0


def test_a_figure_leaves_nothing_out_for_want_of_room(qtbot: QtBot) -> None:
    size = QSizeF(281, 210)
    on_screen = lay_out_chart(reliability_panel(), size, LIGHT)
    figure = lay_out_chart(reliability_panel(), size, LIGHT, still=True)
    assert not on_screen.keys and len(on_screen.foot_lines) == 1 and on_screen.foot_lines[0].endswith("…")
    assert figure.keys and " ".join(figure.foot_lines) == reliability_panel().foot


def test_signs_are_told_apart_without_colour(qtbot: QtBot) -> None:
    grid = grid_panel(ramp="diverging").facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    shades = ramp_colours(PRINT_GREY, grid, [-1.0, 0.0, 1.0])[:, 0]
    assert shades[0] > shades[1] + 60 > shades[2] + 120


def test_low_facets_leave_the_room_of_a_second_line_of_words_to_the_plot(qtbot: QtBot) -> None:
    facets = 4 * lines_panel().facets
    panel = replace(lines_panel(), facets=facets, columns=2, foot="words that need two lines " * 5)
    low, high = QSizeF(360, 240), QSizeF(360, 420)
    assert len(lay_out_chart(panel, low, LIGHT).foot_lines) == 1
    assert len(lay_out_chart(panel, low, LIGHT, still=True).foot_lines) == 2
    assert len(lay_out_chart(panel, high, LIGHT).foot_lines) == 2


def test_low_facets_keep_out_of_the_foot(qtbot: QtBot) -> None:
    panel = replace(lines_panel(), facets=4 * lines_panel().facets, columns=2, foot="words")
    for height in range(160, 420, 4):
        layout = lay_out_chart(panel, QSizeF(336, height), LIGHT)
        assert layout.foot is not None
        assert all(facet.cell.bottom() <= layout.foot.top() for facet in layout.facets), height


def test_the_foot_goes_where_facets_would_reach_into_it(qtbot: QtBot) -> None:
    high, low = lines_panel().facets[0], replace(lines_panel().facets[0], weight=0.4)
    panel = replace(lines_panel(), facets=(high, low), columns=1, foot="words")
    feet = []
    for height in range(90, 420, 2):
        layout = lay_out_chart(panel, QSizeF(336, height), LIGHT)
        feet.append(layout.foot is not None)
        if layout.foot is not None:
            assert all(facet.cell.bottom() <= layout.foot.top() for facet in layout.facets), height
    assert feet == sorted(feet)
    assert feet[-1] and not feet[0]
    assert lay_out_chart(panel, QSizeF(336, 90), LIGHT, still=True).foot is not None


def test_words_that_would_cover_others_are_left_out(qtbot: QtBot) -> None:
    rows = [ChartText(2.0, float(place), f"{place}\u202f%") for place in range(10)]
    facet = ChartFacet("", ChartAxis("share", 0.0, 4.0), ChartAxis("row", -0.5, 9.5), tuple(rows))
    panel = replace(lines_panel(), facets=(facet,), columns=1)
    image = QImage(300, 400, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    shown = {}
    for height in (110.0, 380.0):
        (placed,) = lay_out_chart(panel, QSizeF(300, height), LIGHT).facets
        taken: list[QRectF] = []
        for row in rows:
            paint_text(painter, LIGHT, placed, row, taken)
        assert not any(a.intersects(b) for a, b in itertools.combinations(taken, 2))
        shown[height] = len(taken)
    painter.end()
    assert 2 <= shown[110.0] < 10 == shown[380.0]


def test_words_beside_a_colour_bar_keep_apart(qtbot: QtBot) -> None:
    grid = grid_panel().facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    grid = replace(grid, low=0.001, high=1.0, log=True)
    for height in (16.0, 24.0, 40.0, 80.0, 300.0):
        values, words = bar_words(grid, height)
        assert len(values) == len(words) >= 1
        places = [bar_scale(grid).fraction(value) * height for value in values]
        assert all(after - before >= WORD_HEIGHT for before, after in itertools.pairwise(places))


def test_the_foot_breaks_at_blanks_only(qtbot: QtBot) -> None:
    foot = "no outliers (expected 0.27\u202f%), 98.7\u202f% off the band of 10\u2009000 samples"
    panel = replace(lines_panel(), foot=foot)
    for width in range(220, 420, 5):
        lines = lay_out_chart(panel, QSizeF(width, 400), LIGHT).foot_lines
        assert foot.startswith(" ".join(lines).rstrip("…"))
        assert all("%" not in line[:2] for line in lines)
        assert not any(line.endswith("98.7") for line in lines)
