"""Lessons in the whole window."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lab.lesson_paths import LESSON
from lab.lessons.reading import pack_lesson
from lab.store.store import Store
from tests.widgets.fake_session import FakeSession
from tests.widgets.lessons.driving import choose, drop
from widgets.lessons.workspace import PROBLEM
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.taking_in import take_at_start
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


@pytest.mark.parametrize("named", ["", LESSON])
def test_a_lesson_s_folder_is_opened_by_dropping_it_or_starting_with_it(
    window: MainWindow, folder: Path, named: str
) -> None:
    lessons = window.workspaces.lessons
    drop(window, folder / named)
    assert window.workspaces.name == "lessons"
    assert lessons.attempt.lesson.config.title == "Tiny"
    window.workspaces.choose("train")
    lessons.show_lesson("slow_learner")
    take_at_start(window, folder / named)
    assert window.workspaces.name == "lessons"
    assert lessons.key == str(folder / named)
    (folder / LESSON).write_text("number = ", encoding="utf-8")
    take_at_start(window, folder / named)
    assert lessons.messages.keys == (PROBLEM,)


def test_what_is_no_lesson_is_opened_as_before(window: MainWindow, folder: Path) -> None:
    take_at_start(window, folder / "tiny.toml")
    assert window.workspaces.name == "train"
    assert window.session.path == folder / "tiny.toml"
