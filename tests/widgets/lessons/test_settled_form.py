"""A lesson's experiment in the form: what the lesson settles rests or is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lab.form_limits import WORDS
from lab.lessons.reading import LESSON, TEXT
from lab.session import Session
from tests.lab.lessons.test_attempt import TINY, TINY_LESSON
from tests.lab.recorded_runs import ScriptedTrainer
from widgets.main_window import MainWindow
from widgets.message_card import Message
from widgets.settings import Settings
from widgets.theme import LIGHT


@pytest.fixture
def settled(qtbot: QtBot, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    folder = tmp_path / "settled"
    folder.mkdir()
    limits = 'locked = ["data", "optimizer.learning_rate"]\nhidden = ["seeds", "model.hidden"]\n'
    (folder / LESSON).write_text(limits + TINY_LESSON, encoding="utf-8")
    (folder / TEXT).write_text("Look.", encoding="utf-8")
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    window = MainWindow(Session("cpu", trainer=ScriptedTrainer()), settings, LIGHT)
    window.resize(1280, 800)
    window.show()
    window.workspaces.choose("lessons")
    window.workspaces.lessons.open_lesson(folder)
    yield window
    window.close_unasked()
    window.end()


def follow(window: MainWindow) -> None:
    """Take in what the session changed, as the window's timer does."""
    window.session.advance()
    window.experiment.show_form()


def test_what_the_lesson_settles_rests_in_the_form_or_is_not_there(settled: MainWindow) -> None:
    settled.workspaces.lessons.text.open_button.click()
    follow(settled)
    assert settled.workspaces.name == "train"
    assert settled.session.config.data.name == "moons"
    rows = {row.spec.path: row for row in settled.form.rows()}
    assert rows["data.name"].field.stops()
    assert not any(widget.isEnabled() for widget in rows["data.name"].field.stops())
    assert WORDS in settled.form.section("data").header.accessibleDescription()
    rate = rows["optimizer.learning_rate"]
    assert not any(widget.isEnabled() for widget in rate.field.stops())
    assert rate.note.full_text() == f"{WORDS}."
    assert all(widget.isEnabled() for widget in rows["optimizer.name"].field.stops())
    assert "model.hidden" not in rows
    assert "seeds" not in settled.form.open_sections()


def test_an_edit_that_comes_by_another_way_is_refused_in_words(settled: MainWindow) -> None:
    settled.workspaces.lessons.text.open_button.click()
    follow(settled)
    before = settled.session.config
    problem = settled.experiment.edit({"optimizer.learning_rate": 3.0})
    assert problem is not None
    assert settled.session.config == before
    row = settled.form.row("optimizer.learning_rate")
    assert row is not None
    assert "is set by the lesson" in row.problem
    settled.files.load_data(Path("/nowhere/table.csv"))
    assert any("is set by the lesson" in message.title for message in shown_messages(settled))


def test_undo_and_a_new_experiment_lift_it(settled: MainWindow) -> None:
    before = settled.session.config
    settled.workspaces.lessons.text.open_button.click()
    follow(settled)
    assert "seeds" not in settled.form.open_sections()
    settled.session.undo()
    follow(settled)
    assert settled.session.config == before
    assert "seeds" in settled.form.open_sections()
    assert settled.form.row("data.name").field.stops()[0].isEnabled()  # type: ignore[union-attr]
    settled.workspaces.lessons.text.presets.opened.emit(0)
    follow(settled)
    assert settled.session.config.optimizer.learning_rate == 5.0  # a preset may change what is locked
    assert "seeds" not in settled.form.open_sections()
    settled.session.new()
    follow(settled)
    assert "seeds" in settled.form.open_sections()
    assert settled.session.limits is None


def shown_messages(window: MainWindow) -> list[Message]:
    """Return the messages over the page."""
    area = window.workspace.messages
    return [area.card(key).message for key in area.keys]
