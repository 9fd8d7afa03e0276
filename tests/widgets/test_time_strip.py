"""The strip of time: where training is, which step is looked at, and the ways to another one."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.theme import DARK, LIGHT
from widgets.time_strip import FIRST_REPEAT, REPEAT, TimeState, TimeStrip, epoch_words

RUNNING = TimeState(None, 1360, 1600, 40, np.arange(0, 1361, 20), live=True)
THIN = "\u2009"


@pytest.fixture
def strip(qtbot: QtBot) -> TimeStrip:
    made = TimeStrip(LIGHT)
    qtbot.addWidget(made)
    made.resize(900, made.height())
    made.show_time(RUNNING)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def chosen(strip: TimeStrip) -> list[int | None]:
    found: list[int | None] = []
    strip.step_chosen.connect(found.append)
    return found


def test_it_shows_the_latest_step_silently(strip: TimeStrip, chosen: list[int | None]) -> None:
    assert strip.slider.value() == 1360 and strip.slider.maximum() == 1600
    assert strip.field.edit.text() == "1360"
    assert strip.words.full_text() == f"of 1{THIN}600 · epoch 34"
    assert strip.live.text() == "Live" and strip.live.isChecked()
    assert strip.label.full_text() == "Step"
    strip.show_time(replace(RUNNING, recorded=1400))
    assert strip.slider.value() == 1400 and strip.field.edit.text() == "1400"
    strip.show_time(replace(RUNNING, live=False, recorded=1600))
    assert strip.live.text() == "Latest"
    assert chosen == []


def test_a_past_step_stands_while_training_goes_on(strip: TimeStrip, chosen: list[int | None]) -> None:
    strip.show_time(replace(RUNNING, at=340))
    strip.show_time(replace(RUNNING, at=340, recorded=1500))
    assert strip.slider.value() == 340 and strip.field.edit.text() == "340"
    assert strip.label.full_text() == "Looking at step"
    assert strip.words.full_text() == f"of 1{THIN}600 · epoch 8.5"
    assert strip.live.text() == "Back to live" and not strip.live.isChecked()
    assert chosen == []


def test_arrows_go_one_step_and_with_shift_one_evaluation(
    qtbot: QtBot, strip: TimeStrip, chosen: list[int | None]
) -> None:
    left, shift = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    qtbot.mouseClick(strip.back, left)
    qtbot.mouseClick(strip.back, left)
    qtbot.mouseClick(strip.back, left, shift)
    qtbot.mouseClick(strip.back, left, shift)
    qtbot.mouseClick(strip.forward, left)
    qtbot.mouseClick(strip.forward, left, shift)
    qtbot.mouseClick(strip.forward, left, shift)
    assert chosen == [1359, 1358, 1340, 1320, 1321, 1340, None]
    assert not strip.forward.isEnabled()


def test_an_arrow_repeats_while_it_is_held(qtbot: QtBot, strip: TimeStrip, chosen: list[int | None]) -> None:
    qtbot.mousePress(strip.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(chosen) >= 4, timeout=FIRST_REPEAT + 1000 * REPEAT)
    qtbot.mouseRelease(strip.back, Qt.MouseButton.LeftButton)
    assert chosen == [1359 - i for i in range(len(chosen))]


def test_without_snapshots_shift_goes_by_epochs(
    qtbot: QtBot, strip: TimeStrip, chosen: list[int | None]
) -> None:
    strip.show_time(replace(RUNNING, kept=np.empty(0, np.int64), at=100))
    qtbot.mouseClick(strip.back, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    assert chosen == [60]


def test_a_step_can_be_typed(qtbot: QtBot, strip: TimeStrip, chosen: list[int | None]) -> None:
    edit = strip.field.edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "340")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert chosen == [340]
    edit.selectAll()
    qtbot.keyClicks(edit, "5000")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert chosen == [340]
    assert strip.words.full_text() == f"Takes a whole number from 0 to 1{THIN}360. It stays at 340."
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert strip.words.full_text().startswith("of 1")
    edit.selectAll()
    qtbot.keyClicks(edit, "1360")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert chosen == [340, None]


def test_the_slider_is_dragged_up_to_what_was_recorded(
    qtbot: QtBot, strip: TimeStrip, chosen: list[int | None]
) -> None:
    slider = strip.slider
    middle = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 4, middle))
    assert len(chosen) == 1 and chosen[0] is not None and 300 < chosen[0] < 500
    QTest.mouseMove(slider, QPoint(slider.width() // 2, middle))
    assert len(chosen) == 2 and chosen[1] is not None and 700 < chosen[1] < 900
    strip.show_time(replace(strip.state, recorded=1400))  # training goes on under the pointer
    assert slider.value() == chosen[1]
    QTest.mouseMove(slider, QPoint(slider.width() - 1, middle))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 1, middle))
    assert chosen[2:] == [None]
    assert slider.value() == 1400


def test_the_slider_has_keys(qtbot: QtBot, strip: TimeStrip, chosen: list[int | None]) -> None:
    slider = strip.slider
    slider.setFocus()
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    qtbot.keyClick(slider, Qt.Key.Key_Left, shift)
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_Right, shift)
    qtbot.keyClick(slider, Qt.Key.Key_End)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert chosen == [1359, 1340, 1320, 1340, 0, 1, 20, None]


def test_live_stays_and_follows_again(qtbot: QtBot, strip: TimeStrip, chosen: list[int | None]) -> None:
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(strip.live, left)
    assert chosen == [1360] and strip.state.at == 1360  # stays there, though it is the latest
    strip.show_time(replace(strip.state, recorded=1400))
    assert strip.slider.value() == 1360
    qtbot.mouseClick(strip.live, left)
    assert chosen == [1360, None] and strip.live.isChecked()
    strip.show_time(replace(RUNNING, live=False))
    qtbot.mouseClick(strip.live, left)  # nothing moves on: there is nothing to stay at
    assert chosen == [1360, None] and strip.live.isChecked()


def test_branching_says_why_it_cannot_be(qtbot: QtBot, strip: TimeStrip) -> None:
    pressed: list[bool] = []
    strip.branch_pressed.connect(lambda: pressed.append(True))
    strip.show_time(replace(RUNNING, at=340, no_branch="Runs of a race cannot branch"))
    qtbot.mouseClick(strip.branch, Qt.MouseButton.LeftButton)
    assert not pressed and strip.branch.toolTip() == "Runs of a race cannot branch"
    strip.show_time(replace(RUNNING, at=340))
    assert strip.branch.toolTip() == "Train again from step 340 with something changed"
    qtbot.mouseClick(strip.branch, Qt.MouseButton.LeftButton)
    assert pressed == [True]


@pytest.mark.parametrize("width", [420, 560, 764, 1200])
@pytest.mark.parametrize("at", [None, 340])
def test_nothing_is_clipped_or_overlaps(strip: TimeStrip, width: int, at: int | None) -> None:
    strip.show_time(replace(RUNNING, at=at))
    strip.resize(width, strip.height())
    QApplication.processEvents()
    parts: list[QWidget] = [
        part
        for part in (
            strip.back, strip.slider, strip.forward, strip.label, strip.field, strip.words, strip.live,
            strip.branch,
        )
        if not part.isHidden()
    ]  # fmt: skip
    for one, two in pairwise(parts):
        assert one.geometry().right() < two.geometry().left()
    assert parts[-1].geometry().right() < width
    assert strip.slider.width() >= 80
    if width >= 764:
        for label in (strip.label, strip.words):
            assert label.text() == label.full_text()


def test_everything_has_a_name_and_a_theme(strip: TimeStrip) -> None:
    for part in (strip.back, strip.forward, strip.slider, strip.field.edit, strip.branch):
        assert part.accessibleName()
    before = strip.grab().toImage()
    strip.set_theme(DARK)
    assert strip.grab().toImage() != before


def test_epochs_in_words() -> None:
    assert epoch_words(0, 40) == "epoch 0"
    assert epoch_words(41_000_000, 40) == f"epoch 1{THIN}025{THIN}000"
    assert epoch_words(41_000_001, 40) == f"epoch 1{THIN}025{THIN}000"


def test_ticks_are_left_out_where_there_is_no_room(strip: TimeStrip) -> None:
    strip.show_time(replace(RUNNING, kept=np.arange(1361)))
    strip.slider.grab()
    assert len(strip.slider.kept) == 1361
