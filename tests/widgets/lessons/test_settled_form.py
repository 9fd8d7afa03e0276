"""A lesson's experiment in the form: what the lesson settles rests or is not there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lab.config_changes import apply_changes
from lab.form_limits import WORDS
from lab.lesson_paths import LESSON
from lab.lessons.reading import TEXT, built_in
from lab.lessons.settled import restored_limits
from lab.session import Session
from tests.lab.lessons.test_attempt import TINY, TINY_LESSON
from tests.lab.recorded_runs import ScriptedTrainer
from widgets.main_window import MainWindow
from widgets.message_card import Message
from widgets.settings import Settings
from widgets.theme import LIGHT


@pytest.fixture
def opened() -> Iterator[list[MainWindow]]:
    """Windows one after the other, of which the last is open."""
    made: list[MainWindow] = []
    yield made
    close(made[-1])


@pytest.fixture
def settled(qtbot: QtBot, settings: Settings, tmp_path: Path, opened: list[MainWindow]) -> MainWindow:
    folder = tmp_path / "settled"
    folder.mkdir()
    limits = 'locked = ["data", "optimizer.learning_rate"]\nhidden = ["seeds", "model.hidden"]\n'
    (folder / LESSON).write_text(limits + TINY_LESSON, encoding="utf-8")
    (folder / TEXT).write_text("Look.", encoding="utf-8")
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    window = made_window(settings)
    opened.append(window)
    window.workspaces.choose("lessons")
    window.workspaces.lessons.open_lesson(folder)
    return window


@pytest.fixture
def again(settings: Settings, opened: list[MainWindow]) -> Callable[[], MainWindow]:
    """Close the window and open it again, with another session, as often as it is wanted."""

    def open_again() -> MainWindow:
        close(opened[-1])
        opened.append(made_window(settings))
        follow(opened[-1])
        return opened[-1]

    return open_again


def made_window(settings: Settings) -> MainWindow:
    window = MainWindow(Session("cpu", trainer=ScriptedTrainer()), settings, LIGHT)
    window.resize(1280, 800)
    window.show()
    return window


def close(window: MainWindow) -> None:
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


def is_free(window: MainWindow, path: str) -> bool:
    """Whether a setting is in the form and can be changed."""
    row = window.form.row(path)
    return row is not None and all(widget.isEnabled() for widget in row.field.stops())


@pytest.mark.parametrize("file", [False, True])
def test_the_window_comes_back_into_the_lesson(
    settled: MainWindow, again: Callable[[], MainWindow], tmp_path: Path, file: bool
) -> None:
    if file:
        assert settled.session.save(tmp_path / "own.toml") is None
    own, key = settled.session.config, settled.workspaces.lessons.key
    settled.workspaces.lessons.text.answered.emit(2)
    settled.workspaces.lessons.text.open_button.click()
    follow(settled)
    assert settled.experiment.edit({"optimizer.name": "momentum"}) is None
    config, limits = settled.session.config, settled.session.limits
    assert limits is not None
    for _ in range(2):  # the second start has nothing but what the first one has kept
        window = again()
        assert window.workspaces.name == "train"
        assert window.session.config == config
        assert window.session.limits == limits
        assert shown_messages(window) == []
        assert not is_free(window, "optimizer.learning_rate")
        assert not is_free(window, "data.name")
        assert is_free(window, "optimizer.name")
        assert "model.hidden" not in {row.spec.path for row in window.form.rows()}
        problem = window.session.edit({"optimizer.learning_rate": 3.0})
        assert problem is not None
        assert "set by the lesson" in problem.title
        assert window.workspaces.lessons.key == key
        assert window.workspaces.lessons.attempt.answer == 2
    window.session.undo()  # brings the person's own experiment back
    follow(window)
    assert window.session.config == own
    assert window.session.path == (tmp_path / "own.toml" if file else None)
    assert is_free(window, "optimizer.learning_rate")
    assert again().session.limits is None


def test_a_prediction_that_was_not_wanted_is_not_asked_for_again(
    settled: MainWindow, again: Callable[[], MainWindow]
) -> None:
    settled.workspaces.lessons.text.skipped.emit()
    assert settled.workspaces.lessons.attempt.committed
    lessons = again().workspaces.lessons
    assert lessons.attempt.skipped
    assert lessons.attempt.committed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: shutil.rmtree(folder), "The lesson settled is gone"),
        (lambda folder: rewrite(folder, '["seeds", ', "["), "has changed what it settles"),
        (lambda folder: rewrite(folder, 'locked = ["data", ', 'locked = ["dota", '), "can no longer be read"),
        (lambda folder: rewrite(folder, "right = 2", "right = 7"), "can no longer be read"),
    ],
)
def test_a_lesson_that_is_gone_or_changed_is_said_and_settles_nothing(
    settled: MainWindow, again: Callable[[], MainWindow], change: Callable[[Path], None], words: str
) -> None:
    settled.workspaces.lessons.text.open_button.click()
    follow(settled)
    config = apply_changes(settled.session.config, {})  # with its numbers written out, as edits leave it
    change(Path(settled.workspaces.lessons.key))
    window = again()
    (message,) = shown_messages(window)
    assert words in message.title
    assert "without the lesson's limits" in message.body
    assert window.session.config == config
    assert window.session.limits is None
    assert is_free(window, "optimizer.learning_rate")
    window = again()  # said once
    assert shown_messages(window) == []
    assert window.session.config == config


def test_a_lesson_with_another_text_still_settles_what_it_did(
    settled: MainWindow, again: Callable[[], MainWindow]
) -> None:
    settled.workspaces.lessons.text.open_button.click()
    follow(settled)
    (Path(settled.workspaces.lessons.key) / TEXT).write_text("Look again.", encoding="utf-8")
    assert again().session.limits is not None


def test_the_page_says_that_the_open_lesson_is_gone(
    settled: MainWindow, again: Callable[[], MainWindow]
) -> None:
    shutil.rmtree(settled.workspaces.lessons.key)
    lessons = again().workspaces.lessons
    (key,) = lessons.messages.keys
    assert lessons.messages.card(key).message.title == "The lesson settled is gone"
    assert lessons.key == built_in()[0]


@pytest.mark.parametrize(
    "stored", [{"locked": ["data"]}, {"lesson": 3}, {"lesson": ""}, {}, {"lesson": None, "hidden": 4}]
)
def test_remembered_nonsense_settles_nothing(stored: dict[str, object]) -> None:
    assert restored_limits(stored) is None


def rewrite(folder: Path, before: str, after: str) -> None:
    text = (folder / LESSON).read_text(encoding="utf-8")
    assert before in text
    (folder / LESSON).write_text(text.replace(before, after), encoding="utf-8")


def shown_messages(window: MainWindow) -> list[Message]:
    """Return the messages over the page."""
    area = window.workspace.messages
    return [area.card(key).message for key in area.keys]
