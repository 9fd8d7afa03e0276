from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from tests.widgets.plots.made_panels import curve_panel, empty_panel, gradient_panel
from widgets.plots.axis import bottom_labels
from widgets.plots.curve_layout import CurveLayout, lay_out, push_apart, same_frames, with_facets
from widgets.theme import LIGHT

SIZES = ((340.0, 250.0), (410.0, 300.0), (640.0, 420.0), (1500.0, 900.0), (120.0, 70.0))


def laid_out(panel: object, width: float, height: float) -> CurveLayout:
    return lay_out(panel, QSizeF(width, height), LIGHT.font("tick"), LIGHT.font("tag"))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("losses", [1, 2, 3, 5, 8])
def test_facets_stand_inside_and_apart(qtbot: QtBot, size: tuple[float, float], losses: int) -> None:
    layout = laid_out(gradient_panel(losses), *size)
    rects = [facet.frame.rect for facet in layout.facets]
    assert len(rects) == losses
    assert all(rect.width() > 0 and rect.height() > 0 for rect in rects)
    assert not any(a.intersects(b) for a, b in itertools.combinations(rects, 2))
    if size[0] >= 340:
        assert all(rect.right() <= size[0] and rect.bottom() <= size[1] for rect in rects)


def test_facets_share_y_and_only_the_first_of_a_row_has_labels(qtbot: QtBot) -> None:
    layout = laid_out(gradient_panel(3), 420, 300)
    assert [facet.show_left for facet in layout.facets] == [True, False, False]
    assert [facet.show_unit for facet in layout.facets] == [True, False, False]
    assert len({facet.frame.y for facet in layout.facets}) == 1
    assert len({round(facet.frame.rect.width(), 3) for facet in layout.facets}) == 1


def test_label_columns_have_few_widths_so_that_plots_line_up(qtbot: QtBot) -> None:
    panels = (
        curve_panel(), curve_panel(percent=True), curve_panel(log_y=True, percent=True),
        replace(curve_panel(), y_range=(-3.0, 4.0)), replace(curve_panel(), y_range=(0.0, 30.0)),
    )  # fmt: skip
    lefts = [laid_out(panel, 420, 300).facets[0].frame.rect.left() for panel in panels]
    assert lefts[0] == lefts[4] == 40.0
    assert set(lefts) <= {40.0, 46.0, 50.0}


@pytest.mark.parametrize("size", SIZES[:4])
def test_labels_never_overlap(qtbot: QtBot, size: tuple[float, float]) -> None:
    metrics = QFontMetricsF(LIGHT.font("tick"))
    for panel in (curve_panel(), gradient_panel(8), curve_panel(log_y=True), curve_panel(planned=98765432.0)):
        layout = laid_out(panel, *size)
        for facet in layout.facets:
            ends = []
            for index, (value, word) in enumerate(zip(facet.x_ticks, facet.x_labels, strict=True)):
                text = f"step {word}" if index == 0 and facet.show_unit else word
                half = metrics.horizontalAdvance(text) / 2
                ends.append((facet.frame.px(value) - half, facet.frame.px(value) + half))
            assert all(a[1] < b[0] for a, b in itertools.pairwise(ends))
            heights = [facet.frame.py(value) for value in facet.y_ticks]
            assert all(a - b >= metrics.height() for a, b in itertools.pairwise(heights))


def test_places_and_values_are_inverse_on_both_scales(qtbot: QtBot) -> None:
    for log in (False, True):
        frame = laid_out(curve_panel(log_y=log), 420, 300).facets[0].frame
        assert frame.y_at(frame.py(0.3)) == pytest.approx(0.3)
        assert frame.x_at(frame.px(700.0)) == pytest.approx(700.0)
        assert frame.py(0.01) == pytest.approx(frame.rect.bottom())
        assert frame.py(1.0) == pytest.approx(frame.rect.top())


def test_a_panel_without_facets_or_with_an_impossible_range_is_laid_out(qtbot: QtBot) -> None:
    nothing = replace(empty_panel(), facets=(), y_range=(float("nan"), 0.0), x_range=(5.0, 5.0), log_x=True)
    layout = laid_out(nothing, 300, 200)
    assert len(layout.facets) == 1
    assert layout.facets[0].frame.x.low < layout.facets[0].frame.x.high


@given(st.lists(st.floats(0, 100), max_size=6))
def test_labels_are_pushed_apart_and_keep_their_order(places: list[float]) -> None:
    moved = push_apart(places, 14.0, 0.0, 100.0)
    order = sorted(range(len(places)), key=lambda i: places[i])
    assert all(moved[b] - moved[a] >= 14.0 - 1e-6 for a, b in itertools.pairwise(order))
    if len(places) == 1:
        assert moved == places
    if places and 14.0 * (len(places) - 1) <= 100.0:
        assert min(moved) >= -1e-6 and max(moved) <= 100.0 + 1e-6


@pytest.mark.parametrize("planned", [1600.0, 120_000.0, 98_765_432.0])
@pytest.mark.parametrize("size", SIZES[:4])
def test_labels_under_the_axis_stay_inside_the_card(
    qtbot: QtBot, size: tuple[float, float], planned: float
) -> None:
    layout = laid_out(curve_panel(planned=planned), *size)
    for facet in layout.facets:
        for _text, box in bottom_labels(LIGHT, facet, "step"):
            assert box.left() >= 0
            assert box.right() <= size[0]


@pytest.mark.parametrize("make", [
    curve_panel, lambda **more: curve_panel(log_y=True, percent=True, **more),
    lambda **more: replace(gradient_panel(3), note=str(more)),
], ids=["linear", "log", "facets"])  # fmt: skip
def test_other_lines_in_the_same_frames_are_laid_out_as_anew(qtbot: QtBot, make: object) -> None:
    before, after = make(), make(shift=0.1)  # type: ignore[operator]
    assert same_frames(after, before)
    kept = with_facets(laid_out(before, 420, 300), after.facets)
    assert kept == laid_out(after, 420, 300)
    assert kept.facets[0].facet is after.facets[0]


def test_frames_differ_with_ranges_scales_tags_and_the_number_of_facets(qtbot: QtBot) -> None:
    panel = curve_panel()
    for changed in (
        replace(panel, x_range=(0.0, 2000.0)), replace(panel, y_range=(0.01, 2.0)),
        replace(panel, log_y=True), replace(panel, log_x=True), replace(panel, percent=True),
        replace(panel, x_label="epoch"), replace(panel, facets=gradient_panel(2).facets),
    ):  # fmt: skip
        assert not same_frames(changed, panel)
    facets = gradient_panel(2)
    (first, *rest) = facets.facets
    tagged = replace(first, lines=tuple(replace(line, tag=line.tag + " wide") for line in first.lines))
    assert not same_frames(replace(facets, facets=(tagged, *rest)), facets)
    # lines alone say where a log axis from 0 begins
    unsure = replace(panel, log_y=True, y_range=(0.0, 1.0))
    assert not same_frames(unsure, unsure)
