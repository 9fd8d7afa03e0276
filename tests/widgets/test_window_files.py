"""Experiments are opened, saved and asked for; what was left is found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lab.experiment_file import apply_changes, default_experiment, write_experiment
from tests.widgets.fake_session import FakeSession
from tests.widgets.window_driving import spin
from widgets.files import UNSAVED
from widgets.main_window import MainWindow
from widgets.settings import Settings


# --- files ------------------------------------------------------------------------------------------
@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    changes = {"name": "Mine", "optimizer.learning_rate": 0.5}
    write_experiment(apply_changes(default_experiment(), changes), path)
    return path


def drop(window: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


def test_open_save_and_recent(window: MainWindow, session: FakeSession, experiment: Path) -> None:
    window.files.open(experiment)
    spin(window)
    assert session.config.name == "Mine"
    assert window.windowTitle().startswith("Mine")
    assert window.files.recent == (str(experiment),)
    window.form.edited.emit("optimizer.learning_rate", 0.25)
    window.files.save()
    spin(window)
    assert not session.edited
    assert "0.25" in experiment.read_text()


def test_what_a_file_lacks_is_said_of_the_file_and_not_of_the_data_on_screen(
    window: MainWindow, session: FakeSession, tmp_path: Path
) -> None:
    path = tmp_path / "short.toml"
    path.write_text("format = 1\n")
    window.files.open(path)
    spin(window)
    (key,) = window.workspace.messages.keys
    message = window.workspace.messages.card(key).message
    assert message.title == "short.toml was not opened: data is missing"
    assert (key, message.kept) == ("problem", "")
    path.write_text('name = "x')
    window.files.open(path)
    spin(window)
    assert window.workspace.messages.keys == ("problem",)


def test_a_broken_experiment_is_refused_in_the_page(
    window: MainWindow, session: FakeSession, tmp_path: Path
) -> None:
    path = tmp_path / "broken.toml"
    path.write_text('[data]\nname = "moons"\nnois = 3\n')
    window.files.open(path)
    assert session.config == default_experiment()
    assert len(window.workspace.messages.keys) == 1


def test_dropping_an_experiment_opens_it_and_a_table_becomes_the_data(
    window: MainWindow, session: FakeSession, experiment: Path, tmp_path: Path
) -> None:
    drop(window, experiment)
    assert session.config.name == "Mine"
    drop(window, tmp_path / "table.csv")
    assert session.config.data.name == "file"
    assert session.config.data.parameters["path"] == str(tmp_path / "table.csv")
    drop(window, tmp_path / "picture.jpg")
    card = window.workspace.messages.card("problem")
    assert "picture.jpg is neither" in card.message.title


@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_unsaved_changes_are_asked_for_in_the_page(
    window: MainWindow, session: FakeSession, experiment: Path, answer: str
) -> None:
    window.files.open(experiment)
    window.form.edited.emit("optimizer.learning_rate", 0.25)
    window.files.new()
    assert session.config.name == "Mine"
    window.workspace.messages.card(UNSAVED).buttons[answer].click()
    assert UNSAVED not in window.workspace.messages.keys
    assert ("0.25" in experiment.read_text()) == (answer == "save")
    assert (session.config.name == "Mine") == (answer == "cancel")


@pytest.mark.parametrize("answer", ["save", "discard", "cancel", "closed"])
def test_closing_with_changes_to_a_file_asks_first(
    window: MainWindow, session: FakeSession, experiment: Path, answer: str
) -> None:
    window.files.open(experiment)
    window.form.edited.emit("optimizer.learning_rate", 0.25)
    window.close()
    assert window.isVisible()
    card = window.workspace.messages.card(UNSAVED)
    if answer == "closed":
        card.closed.emit()
    else:
        card.buttons[answer].click()
    assert window.isVisible() == (answer in ("cancel", "closed"))
    assert session.closed == (answer in ("save", "discard"))
    assert ("0.25" in experiment.read_text()) == (answer == "save")


@pytest.mark.parametrize("how", ["save", "undo", "another"])
def test_a_question_of_changes_goes_where_there_are_none_any_more(
    window: MainWindow, session: FakeSession, experiment: Path, how: str
) -> None:
    window.files.open(experiment)
    window.form.edited.emit("optimizer.learning_rate", 0.25)
    window.files.new()
    assert window.files.asking
    if how == "save":
        window.files.save()
    elif how == "undo":
        session.undo()
        session.edited = False
    else:
        session.save()
        window.files.open(experiment)
    window.bridge.flush()
    assert not window.files.asking
    assert UNSAVED not in window.workspace.messages.keys
    assert session.config.name == "Mine"


# --- what is remembered -----------------------------------------------------------------------------
def test_everything_is_found_as_it_was_left(
    qtbot: QtBot, window: MainWindow, session: FakeSession, settings: Settings, experiment: Path
) -> None:
    window.files.open(experiment)
    window.form.edited.emit("optimizer.learning_rate", 0.25)
    window.workspace.strip.next_axis()
    window.workspace.toggle("runs")
    window.form.set_open_sections({"model": True})
    window.grid.add("learning_rate")
    window.top.speed_chosen.emit(100.0)
    window.experiment.choose_metric("train_nll")
    spin(window)
    window.appearance.choose("dark")
    window.resize(760, 640)  # the screen of the tests is 800 × 800
    window.close_unasked()
    other_session = FakeSession()
    other = MainWindow(other_session, settings)  # type: ignore[arg-type]
    qtbot.addWidget(other)
    assert other.theme.name == "dark"
    assert other_session.config.optimizer.learning_rate == 0.25
    assert other_session.path == experiment
    assert other_session.edited
    assert other_session.speed == 100.0
    assert other.workspace.strip.choices.x_axis == "epoch"
    assert not other.workspace.is_open("runs")
    assert other.form.open_sections()["model"]
    assert other.grid.kinds == window.grid.kinds
    assert other.experiment.metric == "train_nll"
    assert other.files.recent == (str(experiment),)
    assert other.size() == window.size()
    other.end()


def test_an_experiment_without_a_file_is_found_again_without_a_question(
    qtbot: QtBot, window: MainWindow, settings: Settings
) -> None:
    window.form.edited.emit("optimizer.learning_rate", 0.25)
    window.close()
    assert not window.isVisible()
    other_session = FakeSession()
    other = MainWindow(other_session, settings)  # type: ignore[arg-type]
    qtbot.addWidget(other)
    assert other_session.config.optimizer.learning_rate == 0.25
    other.end()


def test_broken_settings_do_not_keep_the_window_from_opening(
    qtbot: QtBot, settings: Settings, session: FakeSession
) -> None:
    settings.folder.mkdir(parents=True)
    settings.state_path.write_text(
        '{"geometry": "zz", "view": {"band": 3, "smoothing": "x"}, "grid": {"own": true, "cards": 7},'
        ' "export": {"size": "big"}, "experiment_path": "/nowhere.toml", "theme": 5}'
    )
    settings.experiment_path.write_text("name = [[[")
    made = MainWindow(session, settings)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show()
    spin(made, 2)
    assert session.config == default_experiment()
    assert len(made.grid.kinds) == 4
    made.end()
