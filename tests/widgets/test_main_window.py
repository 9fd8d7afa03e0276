"""The window runs experiments and looks right at every size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QFrame, QPushButton
from pytestqt.qtbot import QtBot

from tests.widgets.fake_session import FakeSession
from tests.widgets.window_driving import spin
from widgets.main_window import MainWindow
from widgets.theme import DARK, LIGHT
from widgets.top_bar import PRIMARY, TopBar


# --- running ----------------------------------------------------------------------------------------
def test_the_first_start_asks_a_question_and_run_is_one_click(
    window: MainWindow, session: FakeSession
) -> None:
    assert window.workspace.question.isVisible()
    assert window.workspace.question.title == session.config.question
    assert "three seeds each, on 1\u202f797 handwritten digits" in window.workspace.question.text
    window.workspace.question.run_button.click()
    spin(window, 60)
    assert session.state == "finished"
    assert not window.workspace.question.isVisible()
    assert window.top.run.text() == "Run again"
    assert window.status.words.startswith("Finished in")


def test_the_primary_button_says_what_it_will_do(window: MainWindow, session: FakeSession) -> None:
    assert window.top.run.text() == "Run"
    window.top.run.click()
    spin(window)
    assert window.top.run.text() == "Pause"
    assert not window.top.step.isEnabled()
    assert window.top.stop.isEnabled()
    window.top.run.click()
    spin(window)
    assert (session.state, window.top.run.text()) == ("paused", "Resume")
    assert window.top.step.isEnabled()
    window.top.step.click()
    before = session.step
    spin(window)
    window.top.stop.click()
    spin(window)
    assert (session.state, window.top.run.text()) == ("stopped", "Run again")
    assert window.top.again.isVisible()
    window.top.again.click()
    spin(window)
    assert session.state == "running"
    window.top.run.click()
    spin(window)
    window.top.reset.click()
    spin(window)
    assert session.runs == ()
    assert before > 0
    assert not window.top.reset.isEnabled()
    assert session.log == ["start", "pause", "step", "stop", "resume", "pause", "reset"]


def test_shift_on_step_means_an_epoch(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    qtbot.mouseClick(window.top.step, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    assert session.log[-1] == "start" or session.log[-1] == "epoch"
    assert "epoch" in session.log
    assert session.step == session.steps_per_epoch


def test_the_speed_is_chosen_and_shown(window: MainWindow, session: FakeSession) -> None:
    window.top.speed.activated.emit(1)
    assert session.speed == 10.0
    spin(window)
    assert window.top.speed.currentText() == "10 steps/s"
    window.session.set_speed(37.0)
    spin(window)
    assert "37" in window.top.speed.currentText()
    window.session.set_speed(None)
    spin(window)
    assert window.top.speed.currentText() == "Full speed"


def test_the_status_line_counts_steps_and_says_the_device(window: MainWindow, session: FakeSession) -> None:
    assert window.status.words == "Ready · 6 runs × 1\u2009600 steps"
    session.toggle()
    spin(window, 3)
    assert window.status.words == "Running"
    assert "of 1\u2009600" in window.status.progress
    assert "steps/s" in window.status.speed
    assert window.status.device == ("CPU · NumPy", "no GPU: CuPy is not installed")
    window.status.device_anchor.click()  # type: ignore[attr-defined]
    assert "CuPy is not installed" in window.cards.device.text


# --- room, themes -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("width", "form", "runs"), [(1440, True, True), (1200, True, False), (900, False, False)]
)
def test_side_panels_fold_where_there_is_no_room(
    window: MainWindow, width: int, form: bool, runs: bool
) -> None:
    window.resize(width, 800)
    QApplication.processEvents()
    assert (window.form.isVisible(), window.runs.isVisible()) == (form, runs)
    if not runs:
        window.workspace.strip.runs_button.click()
        assert window.runs.isVisible()


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_nothing_in_the_bars_is_cut_off(window: MainWindow, width: int) -> None:
    window.resize(width, 800)
    QApplication.processEvents()
    for bar in (window.top, window.workspace.strip, window.status):
        for button in bar.findChildren(QPushButton):
            if button.isVisible() and button.text():
                needed = button.fontMetrics().horizontalAdvance(button.text())
                assert button.width() >= needed, button.text()
                right = button.mapTo(bar, QPoint(button.width(), 0)).x()
                assert right <= bar.width(), button.text()


def test_the_theme_changes_live_and_back(window: MainWindow) -> None:
    light = window.grab().toImage().pixelColor(5, 5).lightness()
    window.appearance.choose("dark")
    spin(window)
    dark = window.grab().toImage().pixelColor(5, 5).lightness()
    window.appearance.choose("light")
    assert window.theme is LIGHT
    assert light > 200 > 60 > dark
    window.appearance.show(DARK)
    assert window.theme is DARK
    lines = [line.grab().toImage() for line in window.top.findChildren(QFrame, "bar_line")]
    colours = {image.pixelColor(0, y).name() for image in lines for y in range(image.height())}
    assert colours == {DARK.color("line").name()}
    assert all(image.height() == 20 for image in lines)


@pytest.mark.parametrize("family", ["Inter", "DejaVu Sans"])
def test_words_of_the_top_bar_fit_in_any_font(qtbot: QtBot, family: str) -> None:
    theme = replace(LIGHT, families=(family,))
    bar = TopBar(theme, (("train", "Train"), ("explore", "Explore")))
    qtbot.addWidget(bar)
    strong = QFontMetrics(theme.font("primary"))
    for words, _icon in PRIMARY.values():
        assert bar.run.width() >= strong.horizontalAdvance(words) + 14 + 20
    for tab in bar.findChildren(QPushButton):
        if tab.property("k") == "tab":
            assert tab.minimumWidth() > strong.horizontalAdvance(tab.text()) + 20


def test_a_step_never_drops_a_finished_run(window: MainWindow, session: FakeSession) -> None:
    session.state = "finished"
    window.experiment.show_state()
    assert not window.top.step.isEnabled()
    session.log.clear()
    window.experiment.step(False)
    window.experiment.step(True)
    assert session.log == []
