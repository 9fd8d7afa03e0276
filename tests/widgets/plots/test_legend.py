from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lab.panels import LegendEntry
from widgets.plots.legend import Legend
from widgets.theme import LIGHT

ENTRIES = (
    LegendEntry("0", "Cross-entropy", "CE", 1, "0.961"),
    LegendEntry("1", "Brier · MSE on softmax", "Brier", 2, "0.962"),
    LegendEntry("2", "MAE on softmax", "MAE", 3, "diverged"),
)


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    made = Legend(LIGHT)
    qtbot.addWidget(made)
    made.resize(600, 24)
    made.show_entries(ENTRIES)
    made.show()
    return made


def record(legend: Legend) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    legend.entry_toggled.connect(lambda key: said.append(("toggled", key)))
    legend.entry_soloed.connect(lambda key: said.append(("soloed", key)))
    return said


def middle(legend: Legend, index: int) -> QPoint:
    return legend.placed()[index].rect.center().toPoint()


def test_names_go_short_where_room_is_short(legend: Legend) -> None:
    assert [item.name for item in legend.placed()] == [
        "Cross-entropy",
        "Brier · MSE on softmax",
        "MAE on softmax",
    ]
    legend.resize(330, 24)
    assert [item.name for item in legend.placed()] == ["CE", "Brier", "MAE"]
    assert [item.value for item in legend.placed()] == ["0.961", "0.962", "diverged"]


@pytest.mark.parametrize("width", [80, 150, 340, 410, 900])
@pytest.mark.parametrize("count", [1, 3, 8])
def test_nothing_is_cut_off_at_any_width(legend: Legend, width: int, count: int) -> None:
    entries = [
        LegendEntry(str(i), f"A loss with a long name {i}", f"loss {i}", i + 1, "−0.123")
        for i in range(count)
    ]
    legend.show_entries(entries)
    legend.resize(width, 24)
    names, values = QFontMetricsF(LIGHT.font("subtitle")), QFontMetricsF(LIGHT.font("value"))
    placed = legend.placed()
    for item in placed:
        used = item.swatch + (6 + names.horizontalAdvance(item.name) if item.name else 0)
        used += 6 + values.horizontalAdvance(item.value) if item.value else 0
        assert used <= item.rect.width() + 1
        assert item.rect.right() <= max(width, 40) + 1
        assert item.rect.bottom() <= legend.height()
    assert not any(a.rect.intersects(b.rect) for a, b in itertools.combinations(placed, 2))


def test_changing_digits_do_not_move_anything(legend: Legend) -> None:
    before = [item.rect for item in legend.placed()]
    legend.show_entries(
        [LegendEntry(e.key, e.name, e.short, e.series, e.value.replace("6", "1")) for e in ENTRIES]
    )
    assert [item.rect for item in legend.placed()] == before


def test_the_crosshair_replaces_values_and_gives_them_back(legend: Legend) -> None:
    legend.show_values({"0": "0.5", "1": "–"})
    assert [item.value for item in legend.placed()] == ["0.5", "–", "diverged"]
    legend.show_values(None)
    assert [item.value for item in legend.placed()] == ["0.961", "0.962", "diverged"]


def test_a_click_toggles_and_alt_click_solos_once(legend: Legend) -> None:
    said = record(legend)
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=middle(legend, 1))
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, middle(legend, 2))
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=QPoint(595, 12))
    assert said == [("toggled", "1"), ("soloed", "2")]


def test_a_double_click_takes_back_its_first_click_and_solos(legend: Legend) -> None:
    said = record(legend)
    place = middle(legend, 1)
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(legend, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseRelease(legend, Qt.MouseButton.LeftButton, pos=place)
    toggles = [key for act, key in said if act == "toggled"]
    assert len(toggles) % 2 == 0
    assert said[-1] == ("soloed", "1")


def test_a_double_click_on_the_one_that_is_alone_shows_all(legend: Legend) -> None:
    alone = [LegendEntry(e.key, e.name, e.short, e.series, e.value, e.key == "1") for e in ENTRIES]
    legend.show_entries(alone)
    said = record(legend)
    place = middle(legend, 1)
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(legend, Qt.MouseButton.LeftButton, pos=place)
    assert all(act == "toggled" for act, _ in said)


def test_keys_do_what_clicks_do(legend: Legend) -> None:
    said = record(legend)
    legend.setFocus()
    QTest.keyClick(legend, Qt.Key.Key_Right)
    QTest.keyClick(legend, Qt.Key.Key_Space)
    QTest.keyClick(legend, Qt.Key.Key_Left)
    QTest.keyClick(legend, Qt.Key.Key_Space, Qt.KeyboardModifier.AltModifier)
    assert said == [("toggled", "1"), ("soloed", "0")]


def test_setting_is_silent(legend: Legend) -> None:
    said = record(legend)
    legend.show_entries(ENTRIES[:2])
    legend.show_values({"0": "1"})
    legend.set_anchors([(0.0, 100.0), (120.0, 100.0)])
    legend.grab()
    assert said == []


def test_anchored_entries_stand_over_their_facets(legend: Legend) -> None:
    legend.set_anchors([(40.0, 60.0), (150.0, 60.0), (260.0, 60.0)])
    assert [item.rect.left() for item in legend.placed()] == [40.0, 150.0, 260.0]
    assert [item.name for item in legend.placed()] == ["CE", "Brier", "MAE"]


def test_five_losses_keep_their_values_in_a_small_card(legend: Legend) -> None:
    shorts = ("CE", "Brier", "MAE", "Hinge K", "MSE raw")
    legend.show_entries(
        [LegendEntry(str(i), f"{name} in full", name, i + 1, "97.5 %") for i, name in enumerate(shorts)]
    )
    legend.resize(345, 24)
    placed = legend.placed()
    assert [item.value for item in placed] == ["97.5 %"] * 5
    assert [item.name for item in placed] == list(shorts)
    assert len({item.rect.top() for item in placed}) == 2
    for before, after in itertools.pairwise(placed):
        assert after.rect.top() > before.rect.top() or after.rect.left() > before.rect.right()


def test_values_stay_in_two_lines_before_they_go(legend: Legend) -> None:
    legend.resize(250, 24)
    placed = legend.placed()
    assert [item.value for item in placed] == ["0.961", "0.962", "diverged"]
    assert len({item.rect.top() for item in placed}) == 2
    assert legend.height() > 24
    legend.resize(600, legend.height())
    assert legend.height() == 24
