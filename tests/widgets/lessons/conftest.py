"""A tiny lesson, and the Lessons workspace on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lab.lesson_paths import LESSON
from lab.lessons.attempt import Attempt
from lab.lessons.reading import TEXT
from lab.pool import TrainerPool
from tests.lab.lessons.test_attempt import TINY, TINY_LESSON
from tests.widgets.lessons.driving import Make
from widgets.lessons.workspace import LessonsWorkspace
from widgets.theme import LIGHT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    made.mkdir()
    (made / LESSON).write_text(TINY_LESSON, encoding="utf-8")
    (made / TEXT).write_text("Look at **both** <b>here</b>.", encoding="utf-8")
    (made / "tiny.toml").write_text(TINY, encoding="utf-8")
    return made


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Make]:
    made: list[LessonsWorkspace] = []

    def making() -> LessonsWorkspace:
        workspace = LessonsWorkspace(LIGHT, lambda lesson: Attempt(lesson, "cpu", lambda: TrainerPool(1)))
        qtbot.addWidget(workspace)
        workspace.resize(1280, 720)
        workspace.show()
        made.append(workspace)
        return workspace

    yield making
    for workspace in made:
        workspace.close_attempts()


@pytest.fixture
def workspace(make: Make, folder: Path) -> LessonsWorkspace:
    made = make()
    made.open_lesson(folder)
    return made
