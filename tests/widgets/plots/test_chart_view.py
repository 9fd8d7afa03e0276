from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSizeF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from lab.chart import ChartBars, ChartGrid, ChartPanel, ChartPoints
from tests.widgets.plots.made_charts import (
    bars_panel,
    classes_panel,
    empty_chart,
    every_chart,
    grid_panel,
    landscape_panel,
    lines_panel,
    points_panel,
    reliability_panel,
    relief_panel,
)
from widgets.controls import Combo
from widgets.plots.chart_card import ChartCard
from widgets.plots.chart_hits import target_at, walk
from widgets.plots.chart_layout import lay_out_chart
from widgets.segments import Segments
from widgets.theme import DARK, LIGHT


@pytest.fixture
def card(qtbot: QtBot) -> ChartCard:
    made = ChartCard(LIGHT, "toy")
    qtbot.addWidget(made)
    made.resize(420, 330)
    made.show()
    qtbot.waitExposed(made)
    return made


def record(card: ChartCard) -> list[tuple[str, object]]:
    said: list[tuple[str, object]] = []
    card.sample_picked.connect(lambda key: said.append(("picked", key)))
    card.choice_made.connect(lambda key, value: said.append(("choice", (key, value))))
    card.entry_toggled.connect(lambda key: said.append(("toggled", key)))
    card.entry_soloed.connect(lambda key: said.append(("soloed", key)))
    return said


def bar_place(card: ChartCard, index: int) -> QPoint:
    facet = card.view.chart_layout().facets[0]
    return QPointF(facet.frame.px(index + 0.5), facet.frame.py(0.5)).toPoint()


def test_whatever_is_shown_nothing_is_said(card: ChartCard) -> None:
    said = record(card)
    for panel in (*every_chart(), ChartPanel("toy", "", "")):
        card.show_panel(panel)
        card.set_theme(DARK)
        card.resize(300, 220)
        assert not card.grab().isNull()
        card.set_theme(LIGHT)
        card.resize(420, 330)
    assert said == []


def test_the_picture_is_painted_once_until_something_changes(card: ChartCard) -> None:
    panel = points_panel()
    card.show_panel(panel)
    card.grab()
    kept = card.view._picture
    assert kept is not None
    card.show_panel(panel)
    QTest.mouseMove(card.view, QPoint(60, 60))
    card.grab()
    assert card.view._picture is kept
    card.show_panel(points_panel())
    card.grab()
    assert card.view._picture is not kept


def test_a_click_on_a_bar_picks_its_sample_and_a_second_one_lets_go(card: ChartCard) -> None:
    card.show_panel(bars_panel())
    said = record(card)
    QTest.mouseClick(card.view, Qt.MouseButton.LeftButton, pos=bar_place(card, 2))
    assert said == [("picked", 12)]
    card.show_panel(bars_panel(picked=12))
    assert said == [("picked", 12)]
    QTest.mouseClick(card.view, Qt.MouseButton.LeftButton, pos=bar_place(card, 2))
    assert said[1:] == [("picked", -1)]
    facet = card.view.chart_layout().facets[0]
    nowhere = QPointF(facet.frame.px(0.3), facet.frame.py(4.5)).toPoint()
    QTest.mouseClick(card.view, Qt.MouseButton.LeftButton, pos=nowhere)
    assert said[2:] == [("picked", -1)]


def test_a_chart_without_samples_picks_nothing(card: ChartCard) -> None:
    said = record(card)
    for panel in (grid_panel(), reliability_panel()):
        card.show_panel(panel)
        QTest.mouseClick(card.view, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
    assert said == []


def test_arrows_walk_bars_and_enter_picks(card: ChartCard) -> None:
    card.show_panel(bars_panel())
    said = record(card)
    card.view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(card.view, key)
    assert card.view.current is not None and card.view.current.key == 12
    assert "samples 3" in card.view.accessibleDescription()
    assert said == []
    QTest.keyClick(card.view, Qt.Key.Key_Return)
    assert said == [("picked", 12)]
    card.show_panel(bars_panel(picked=12))
    assert card.view.current is not None and card.view.current.key == 12
    QTest.keyClick(card.view, Qt.Key.Key_Left)
    assert card.view.current.key == 11
    QTest.keyClick(card.view, Qt.Key.Key_Escape)
    assert card.view.current is None


def test_the_focus_is_shown_where_a_key_brought_it(card: ChartCard) -> None:
    card.show_panel(grid_panel())

    def corner() -> int:
        return card.view.grab().toImage().pixel(card.view.width() // 2, 1)

    card.view.setFocus(Qt.FocusReason.MouseFocusReason)
    clicked = corner()
    card.view.clearFocus()
    card.view.setFocus(Qt.FocusReason.TabFocusReason)
    assert corner() != clicked
    card.view.clearFocus()
    assert corner() == clicked


def test_keys_walk_a_field_cell_by_cell(qtbot: QtBot) -> None:
    panel = grid_panel(6)
    layout = lay_out_chart(panel, QSizeF(400, 280), LIGHT)
    target = walk(layout, None, 1, 0)
    assert target is not None and target.item == 0
    for across, up in ((1, 0), (1, 0), (0, 1)):
        target = walk(layout, target, across, up)
    assert target is not None and target.item == 6 + 2
    assert "layer 2" in target.words and "nothing" in target.words
    for _ in range(9):
        target = walk(layout, target, 0, 1)
    assert target is not None and target.item // 6 == 2


def test_keys_walk_from_facet_to_facet(qtbot: QtBot) -> None:
    layout = lay_out_chart(reliability_panel(), QSizeF(400, 280), LIGHT)
    target = walk(layout, None, 1, 0)
    seen = []
    for _ in range(80):
        assert target is not None
        seen.append((target.facet, target.layer))
        target = walk(layout, target, 1, 0)
    assert list(dict.fromkeys(seen)) == [(0, 1), (0, 2), (1, 0), (2, 1), (2, 2), (3, 0)]


def test_what_is_under_the_pointer_is_found_and_said(qtbot: QtBot) -> None:
    panel = points_panel()
    layout = lay_out_chart(panel, QSizeF(400, 280), LIGHT)
    points = panel.facets[0].layers[0]
    assert isinstance(points, ChartPoints)
    frame = layout.facets[0].frame
    x, y = frame.px(float(points.x[7])), frame.py(float(points.y[7]))
    target = target_at(layout, x + 0.5, y - 0.5)
    assert target is not None and (target.item, target.key, target.words) == (7, 107, "sample 107")
    assert target_at(layout, -5, 20) is None

    panel = classes_panel()
    layout = lay_out_chart(panel, QSizeF(400, 280), LIGHT)
    frame = layout.facets[0].frame
    target = target_at(layout, frame.px(4.5), frame.py(1.5))
    assert target is not None and target.words == "predicted class 4 · true class 1 · 0.6"
    assert target.rect.left() == pytest.approx(frame.px(4.0))


def test_points_come_before_bars_under_the_pointer(qtbot: QtBot) -> None:
    panel = reliability_panel()
    layout = lay_out_chart(panel, QSizeF(400, 280), LIGHT)
    points = panel.facets[0].layers[2]
    bars = panel.facets[0].layers[1]
    assert isinstance(points, ChartPoints) and isinstance(bars, ChartBars)
    frame = layout.facets[0].frame
    target = target_at(layout, frame.px(float(points.x[8])), frame.py(float(points.y[8])))
    assert target is not None and target.form == "point" and target.item == 8


def test_lines_are_read_where_the_pointer_is(card: ChartCard) -> None:
    card.show_panel(lines_panel())
    facet = card.view.chart_layout().facets[0]
    words = card.view.describe(facet.frame.px(0.25), facet.frame.py(0.02))
    assert words.splitlines()[0].startswith("false positive rate 25")
    assert any(line.startswith("Cross-entropy") and "50" in line for line in words.splitlines())
    assert "chance" not in words


def test_choices_stand_in_the_head_as_far_as_there_is_room(qtbot: QtBot, card: ChartCard) -> None:
    panel = lines_panel()
    said = record(card)
    card.resize(640, 330)
    card.show_panel(panel)
    loss, part = card.choices.control("loss"), card.choices.control("part")
    assert isinstance(loss, Segments) and loss.isVisible() and part.isVisible()
    QTest.mouseClick(loss.buttons()[1], Qt.MouseButton.LeftButton)
    assert said == [("choice", ("loss", "1"))]
    card.show_panel(replace(panel, choices=(replace(panel.choices[0], current="1"), panel.choices[1])))
    assert loss.current == "1" and len(said) == 1
    assert card.subtitle.isVisible()
    wide = card.title.sizeHint().width() + card.choices.sizeHint().width() + card.more.width() + 31
    card.resize(wide + 30, 220)  # controls keep their words; a subtitle of a few letters goes
    assert loss.isVisible() and part.isVisible() and not card.subtitle.isVisible()
    assert panel.subtitle in card.title.toolTip()
    card.resize(200, 220)
    assert not card.choices.isVisible()
    right = max(child.geometry().right() for child in (card.more, card.title))
    assert right <= card.head.width()
    card.resize(640, 330)
    assert card.subtitle.isVisible() and not card.title.toolTip()


def test_many_options_are_a_combo(card: ChartCard) -> None:
    panel = lines_panel()
    options = tuple((str(i), f"Loss number {i}") for i in range(6))
    card.show_panel(replace(panel, choices=(replace(panel.choices[0], options=options, current="4"),)))
    said = record(card)
    combo = card.choices.control("loss")
    assert isinstance(combo, Combo) and combo.currentText() == "Loss number 4"
    combo.activated.emit(2)
    assert said == [("choice", ("loss", "2"))]


def test_every_choice_is_in_the_menu(card: ChartCard) -> None:
    card.show_panel(reliability_panel())
    said = record(card)
    menu = card.menu()
    parts = {action.text(): action.menu() for action in menu.actions() if action.menu() is not None}
    bins = parts["Bins"]
    assert isinstance(bins, QMenu)
    assert [(a.text(), a.isChecked()) for a in bins.actions()] == [
        ("Equally wide", True), ("Equally full", False)
    ]  # fmt: skip
    bins.actions()[1].trigger()
    bins.actions()[0].trigger()
    assert said == [("choice", ("bins", "full"))]


def test_a_legend_entry_hides_its_loss(card: ChartCard) -> None:
    card.show_panel(lines_panel())
    said = record(card)
    assert card.legend.isVisible()
    place = card.legend.placed()[1].rect.center().toPoint()
    QTest.mouseClick(card.legend, Qt.MouseButton.LeftButton, pos=place)
    assert said == [("toggled", "1")]
    panel = lines_panel()
    card.show_panel(replace(panel, legend=tuple(replace(e, key=f"layer {e.key}") for e in panel.legend)))
    QTest.mouseClick(card.legend, Qt.MouseButton.LeftButton, pos=place)
    assert len(said) == 1
    assert "Losses" not in [action.text() for action in card.menu().actions()]
    card.show_panel(bars_panel())
    assert not card.legend.isVisible()


def test_a_surface_turns_by_hand_and_by_key(card: ChartCard) -> None:
    card.show_panel(relief_panel())
    said = record(card)
    before = card.view.grab().toImage()
    start = QPoint(150, 120)
    QTest.mousePress(card.view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(card.view, start + QPoint(60, 10))
    QTest.mouseRelease(card.view, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 10))
    turned = card.view.turn
    assert turned.azimuth == pytest.approx((38 - 30) % 360) and turned.elevation == pytest.approx(33)
    assert card.view.grab().toImage() != before
    card.view.setFocus()
    QTest.keyClick(card.view, Qt.Key.Key_Right)
    QTest.keyClick(card.view, Qt.Key.Key_Up)
    assert card.view.turn.azimuth == pytest.approx(turned.azimuth + 6)
    for _ in range(30):
        QTest.keyClick(card.view, Qt.Key.Key_Up)
    assert card.view.turn.elevation == 80
    assert said == []


def test_a_placeholder_is_shown_whole_or_shortened(card: ChartCard) -> None:
    card.show_panel(empty_chart())
    assert card.view.chart_layout().facets == ()
    assert card.view.describe(100, 100) == ""
    assert walk(card.view.chart_layout(), None, 1, 0) is None


def test_a_dense_chart_is_painted_in_time(card: ChartCard) -> None:
    """15 ms is the aim on a machine at rest; a busy one is given some times as much."""
    grid = landscape_panel(1, cells=96).facets[0]
    points = points_panel(2000).facets[0].layers[0]
    assert isinstance(points, ChartPoints)
    moved = replace(points, x=points.x / 5 - 1, picked=None)
    panel = ChartPanel("toy", "Dense", "", (replace(grid, layers=(*grid.layers[:1], moved)),))
    card.resize(1600, 1000)
    best = np.inf
    for _ in range(6):
        card.show_panel(replace(panel))
        card.grab()
        best = min(best, card.view.paint_seconds)
    assert best < 0.06


def test_a_grid_of_any_shape_is_taken(card: ChartCard) -> None:
    panel = grid_panel()
    layer = panel.facets[0].layers[0]
    assert isinstance(layer, ChartGrid)
    for values in (np.zeros((0, 0)), np.full((3, 12), np.nan), np.zeros((2, 2))):
        card.show_panel(
            replace(panel, facets=(replace(panel.facets[0], layers=(replace(layer, values=values),)),))
        )
        assert not card.grab().isNull()
