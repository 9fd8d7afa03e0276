"""Lessons in the whole window."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from lab.lessons.reading import pack_lesson
from lab.store.store import Store
from tests.widgets.fake_session import FakeSession
from tests.widgets.lessons.driving import choose, drop
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT


def test_the_window_opens_lessons_and_brings_an_experiment_into_the_form(window: MainWindow) -> None:
    window.workspaces.choose("lessons")
    lessons = window.workspaces.lessons
    assert window.workspaces.stack.currentWidget() is lessons
    lessons.text.open_wanted.emit()
    assert window.workspaces.name == "train"
    first = next(iter(lessons.attempt.lesson.experiments.values()))
    assert window.session.config.name == first.name
    assert window.current_state().lessons["open"] == lessons.key


def test_a_window_s_timer_trains_a_dropped_lesson_and_its_store_keeps_the_runs(
    qtbot: QtBot, settings: Settings, folder: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    session = FakeSession()
    session.device_request = "cpu"
    window = MainWindow(session, settings, LIGHT, store=store)  # type: ignore[arg-type]
    window.resize(1280, 800)
    window.show()
    packed = tmp_path / "tiny.losslesson"
    pack_lesson(folder, packed)
    drop(window, packed)
    lessons = window.workspaces.lessons
    assert window.workspaces.name == "lessons"
    assert lessons.key == str(packed)
    choose(lessons, 2)
    lessons.text.run_button.click()
    window.workspaces.choose("train")
    window.bridge.start()
    qtbot.waitUntil(lambda: not lessons.busy, timeout=240_000)
    qtbot.waitUntil(lambda: not lessons.text.finding.isHidden(), timeout=60_000)
    assert lessons.attempt.state == "finished"
    assert lessons.plots.stack.currentWidget() is lessons.plots.empty
    window.workspaces.choose("lessons")
    assert lessons.plots.stack.currentWidget() is lessons.plots.grid
    qtbot.waitUntil(lambda: len(store.runs()) == 4, timeout=120_000)
    assert {row.name for row in store.experiments()} == {lessons.attempt.lesson.experiments["long"].name}
    window.close_unasked()
    window.end()
