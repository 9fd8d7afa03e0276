"""A bundle in the window: the experiment in the form, its runs in the store, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lab.bundle.writing import write_bundle
from lab.session import Session
from lab.store.store import Store
from tests.lab.bundle.bundled import bundle_with_data, stored_experiment
from tests.lab.recorded_runs import ScriptedTrainer
from widgets.files import Files
from widgets.message_card import Message
from widgets.settings import Settings


class Opening:
    """Files of a session without a window, and what they say."""

    def __init__(self, qtbot: QtBot, folder: Path, store: Store | None) -> None:
        self.session = Session(trainer=ScriptedTrainer())
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.files = Files(self.session, Settings(folder / "settings"), self.window, store)
        self.messages: list[Message] = []
        self.problems: list[str] = []
        self.files.message_wanted.connect(self.messages.append)
        self.files.refused.connect(lambda problem: self.problems.append(str(problem)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_bundle(stored_experiment(tmp_path), tmp_path / "two.losslab")
    return tmp_path / "two.losslab"


def test_experiment_and_runs_are_taken_in(qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "here")
    opening = Opening(qtbot, tmp_path, store)
    opening.files.drop(path)
    assert opening.session.config.name == "Two losses"
    assert opening.session.path is None
    assert not opening.session.edited
    assert opening.files.recent == (str(path),)
    qtbot.waitUntil(lambda: len(opening.messages) == 2)
    first, second = opening.messages
    assert first.title == "two.losslab holds results, too"
    assert first.body.startswith("6 runs of 20")
    assert (second.key, second.level) == (first.key, "info")
    assert second.body.endswith("They are now among the runs in Compare.")
    assert len(store.runs()) == 6
    assert not opening.problems


def test_without_a_store_the_experiment_is_opened(qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    opening = Opening(qtbot, tmp_path, None)
    opening.files.open(path)
    assert opening.session.config.name == "Two losses"
    assert len(opening.messages) == 1


def test_its_data_are_those_of_the_bundle(qtbot: QtBot, tmp_path: Path) -> None:
    opening = Opening(qtbot, tmp_path, None)
    opening.files.open(bundle_with_data(tmp_path))
    assert Path(opening.session.config.data.parameters["path"]).is_file()


def test_a_damaged_bundle_changes_nothing(qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])
    opening = Opening(qtbot, tmp_path, Store(tmp_path / "here"))
    before = opening.session.config
    opening.files.open(path)
    assert opening.problems == [
        "two.losslab is not a bundle, or was cut short. A bundle is a zip that losslab bundle wrote. Copy or "
        "download it once more."
    ]
    assert opening.session.config is before
    assert not opening.messages


def test_runs_that_cannot_be_kept_are_said(qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "curves").write_text("a file")
    opening = Opening(qtbot, tmp_path, Store(tmp_path / "here"))
    opening.files.open(path)
    qtbot.waitUntil(lambda: bool(opening.problems))
    assert opening.problems[0].startswith("The runs of the bundle were not kept: ")
    assert opening.session.config.name == "Two losses"
