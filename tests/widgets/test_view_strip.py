from __future__ import annotations

from dataclasses import asdict

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.smoothing import position_of, weight_of
from widgets.theme import LIGHT, apply_theme
from widgets.view_strip import ViewChoices, ViewStrip


@pytest.fixture
def strip(qtbot: QtBot, qapp: QApplication) -> ViewStrip:
    apply_theme(qapp, LIGHT)
    made = ViewStrip(LIGHT)
    qtbot.addWidget(made)
    made.resize(1200, 40)
    made.show()
    return made


@pytest.mark.parametrize("position", range(0, 101, 10))
def test_weight_and_position_agree(position: int) -> None:
    assert position_of(weight_of(position)) == position
    assert 0 <= weight_of(position) < 1


def test_each_act_is_said_once_and_showing_is_silent(strip: ViewStrip) -> None:
    said: list[ViewChoices] = []
    strip.choices_changed.connect(said.append)
    strip.show_choices(ViewChoices("epoch", True, False, 0.5, False, "std", True))
    assert said == []
    strip.log_x.click()
    strip.smooth_value.click()
    strip.smooth.setValue(50)
    strip.members.click()
    strip.band.activated.emit(0)
    strip.next_axis()
    assert len(said) == 6
    assert said[-1] == ViewChoices("seconds", False, False, weight_of(50), True, "none", False)


def test_log_y_goes_round_three_states(strip: ViewStrip) -> None:
    seen = []
    for _ in range(3):
        strip.log_y.click()
        seen.append((strip.choices.log_y, strip.log_y.text(), strip.log_y.isChecked()))
    assert seen == [(True, "log y", True), (False, "lin y", True), (None, "log y", False)]


def test_off_is_said_and_the_weight_is_kept(strip: ViewStrip) -> None:
    strip.toggle("smooth")
    assert strip.smooth_value.text() == "off"
    strip.toggle("smooth")
    assert strip.smooth_value.text() == "0.90"


@pytest.mark.parametrize("width", [560, 600, 764, 880, 1000, 1300])
def test_everything_fits_and_members_are_never_lost(strip: ViewStrip, width: int) -> None:
    strip.resize(width, 40)
    QApplication.processEvents()
    for child in strip.findChildren(QWidget):
        if child.isVisible() and child.parentWidget() is strip:
            assert child.mapTo(strip, QPoint(child.width(), 0)).x() <= width
            assert child.x() >= 0
    assert strip.members.isVisible() or strip.band.findData("members") >= 0
    if strip.band.findData("members") >= 0:
        strip.band.activated.emit(strip.band.findData("members"))
        assert strip.choices.members
        assert strip.band.currentData() == "ci95"


@pytest.mark.parametrize(
    "stored", [{}, {"x_axis": 3, "smoothing": 1.0, "band": [], "members": "yes", "log_y": "x"}]
)
def test_stored_choices_that_do_not_fit_are_left_out(stored: dict[str, object]) -> None:
    assert ViewChoices.restored(stored) in (ViewChoices(), ViewChoices(smooth=False))
    every = ViewChoices("seconds", True, False, 0.3, False, "minmax", True)
    assert ViewChoices.restored(asdict(every)) == every
