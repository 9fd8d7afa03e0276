"""The runs that Train showed, and the step looked at, are there again at the next start."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from lab.experiment_file import parse_experiment
from lab.messages import Ended
from lab.session import Session
from lab.store.records import curve_path
from lab.store.store import Store
from tests.lab.recorded_runs import ScriptedTrainer
from tests.lab.store.kept import Kept
from tests.lab.store.spoiling import spoil
from tests.lab.store.trained_experiments import CLASSES, trained
from widgets import shown_runs
from widgets.main_window import MainWindow
from widgets.message_card import Message
from widgets.settings import Settings
from widgets.stored_wiring import show_stored
from widgets.theme import LIGHT

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[[], MainWindow]


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    yield made
    made.close()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store's folder with an experiment that was trained, and its identity."""
    folder = tmp_path_factory.mktemp("kept") / "store"
    store = Store(folder)
    identity = trained(store, parse_experiment('name = "Three losses"\n' + CLASSES)).stored_as
    store.close()
    return folder, identity


@pytest.fixture
def identity(shelf: tuple[Path, str], store: Store) -> str:
    """The experiment, in the store of this test."""
    shutil.copytree(shelf[0], store.folder, dirs_exist_ok=True)
    return shelf[1]


@pytest.fixture
def start(qtbot: QtBot, settings: Settings, store: Store) -> Iterator[Start]:
    """Starts the window anew; the one before is closed as a person closes it."""
    windows: list[MainWindow] = []

    def close() -> None:
        if windows:
            windows.pop().close_unasked()

    def begin() -> MainWindow:
        close()
        window = MainWindow(Session("cpu", trainer=ScriptedTrainer()), settings, LIGHT, store=store)
        made.append(window)
        windows.append(window)
        window.show_again()
        window.show()
        qtbot.waitExposed(window)
        spin(window)
        return window

    made: list[MainWindow] = []
    yield begin
    close()
    for window in made:
        window.end()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def spin(window: MainWindow) -> None:
    for _ in range(3):
        window.bridge.flush()
        QCoreApplication.processEvents()


def said(window: MainWindow) -> Message | None:
    messages = window.workspace.messages
    return messages.card("stored").message if "stored" in messages.keys else None


def show(window: MainWindow, store: Store, identity: str) -> None:
    assert show_stored(window, store.experiment(identity)) is None
    spin(window)


def assert_as_if_none_was_shown(window: MainWindow) -> None:
    assert window.session.runs == ()
    assert window.session.stored is None
    assert window.time.at is None
    assert window.workspace.time.isHidden()
    assert window.session.problem is None
    assert window.current_state().shown == {}


def test_an_opened_experiment_and_its_step_are_there_again(start: Start, store: Store, identity: str) -> None:
    window = start()
    show(window, store, identity)
    window.workspace.time.choose(22)
    config, runs, file = window.session.config, window.session.runs, window.form.head.file.full_text()
    window = start()
    assert window.session.stored_as == identity
    assert window.session.runs == runs
    assert window.session.config == config
    assert window.form.head.file.full_text() == file == "from the store · not saved yet"
    assert window.time.at == window.workspace.time.state.at == window.experiment.at == 22
    assert window.status.progress.endswith("looking at step 22")
    assert not window.workspace.time.isHidden()
    assert not window.workspace.question.isVisible()
    assert said(window) is None
    window.workspace.time.choose(None)
    window = start()
    assert window.session.stored_as == identity
    assert window.time.at is None
    window.session.reset()
    spin(window)
    window = start()
    assert_as_if_none_was_shown(window)
    assert said(window) is None


def test_what_was_edited_meanwhile_stays_edited(start: Start, store: Store, identity: str) -> None:
    window = start()
    show(window, store, identity)
    assert window.session.edit({"optimizer.learning_rate": 0.321}) is None
    spin(window)
    window = start()
    assert window.session.config.optimizer.learning_rate == 0.321
    assert window.session.run_config.optimizer.learning_rate == 0.1
    assert window.session.stored_as == identity


def test_what_was_trained_here_is_there_again_however_it_ended(
    start: Start, store: Store, qtbot: QtBot, settings: Settings
) -> None:
    kept = Kept(store)
    window = MainWindow(kept.session, settings, LIGHT, store=store)
    kept.begin()
    kept.tell(kept.rows())
    window.bridge.note("state", "progress", "runs", "curves")  # the script was taken in past the bridge
    spin(window)
    window.workspace.time.choose(7)
    assert window.current_state().shown["experiment"] == kept.trainer.experiment_id
    window.save_state()  # what closing does before it ends the training
    kept.tell(Ended("stopped", 20, 1.0))
    kept.close()
    window.end()
    window.deleteLater()
    window = start()
    assert window.session.stored_as == kept.trainer.experiment_id
    assert (window.session.state, window.session.step, window.time.at) == ("stopped", 20, 7)


def test_an_experiment_that_is_gone_is_said(start: Start, store: Store, identity: str) -> None:
    window = start()
    show(window, store, identity)
    window.workspace.time.choose(22)
    config = window.session.config
    spin(window)
    window.save_state()
    with store.database.writing() as (connection, _):
        connection.execute("DELETE FROM runs WHERE experiment = ?", (identity,))
        connection.execute("DELETE FROM experiments WHERE id = ?", (identity,))
    window = start()
    message = said(window)
    assert message is not None
    assert message.title == "Three losses is not shown again"
    assert "was removed for good, or is in another store" in message.body
    assert window.session.config == config
    assert_as_if_none_was_shown(window)
    window = start()  # it is said once
    assert said(window) is None


@pytest.mark.parametrize("how", ["removed", "emptied", "other", "folder"])
def test_one_whose_curves_cannot_be_read_is_said(start: Start, store: Store, identity: str, how: str) -> None:
    window = start()
    show(window, store, identity)
    window.workspace.time.choose(22)
    spin(window)
    window.save_state()
    spoil(curve_path(store.folder, identity), how)
    window = start()
    message = said(window)
    assert message is not None
    assert message.title == "Three losses is not shown again"
    assert "The curves" in message.body
    assert ".." not in message.body
    assert_as_if_none_was_shown(window)


def test_of_one_whose_curves_end_in_damage_what_comes_before_is_shown(
    start: Start, store: Store, identity: str
) -> None:
    window = start()
    show(window, store, identity)
    window.workspace.time.choose(22)
    spin(window)
    window.save_state()
    spoil(curve_path(store.folder, identity), "tail")
    window = start()
    message = said(window)
    assert message is not None
    assert message.title == "The curves of Three losses are damaged"
    assert window.session.stored_as == identity
    assert window.time.at == 22


def test_a_store_that_cannot_be_read_is_said(start: Start, store: Store, identity: str) -> None:
    window = start()
    show(window, store, identity)
    spin(window)
    window.save_state()
    window.close_unasked()
    store.close()
    for path in store.folder.glob("runs.sqlite*"):
        path.unlink()
    (store.folder / "runs.sqlite").write_bytes(b"no database" * 400)
    window = start()
    message = said(window)
    assert message is not None
    assert message.title == "Three losses is not shown again"
    assert "not a file of Loss Lab" in message.body
    assert_as_if_none_was_shown(window)


def test_curves_so_long_that_the_start_would_wait_are_left_to_compare(
    start: Start, store: Store, identity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = start()
    show(window, store, identity)
    spin(window)
    window.save_state()
    monkeypatch.setattr(shown_runs, "LARGEST", 1000)
    window = start()
    message = said(window)
    assert message is not None
    assert "Compare → Runs opens it in Train" in message.body
    assert_as_if_none_was_shown(window)


@pytest.mark.parametrize(
    "shown",
    [
        {"experiment": 3, "step": 4},
        {"experiment": "", "step": 4},
        {"step": 4},
        {"experiment": None},
    ],
)
def test_nonsense_shows_nothing(start: Start, identity: str, settings: Settings, shown: object) -> None:
    settings.folder.mkdir(parents=True)
    settings.state_path.write_text(json.dumps({"shown": shown}))
    window = start()
    assert said(window) is None
    assert_as_if_none_was_shown(window)


@pytest.mark.parametrize("step", [-1, 40, 10**9, True, "7", 2.5, None, [3]])
def test_a_step_that_is_none_of_its_steps_is_the_latest(
    start: Start, identity: str, settings: Settings, step: object
) -> None:
    settings.folder.mkdir(parents=True)
    settings.state_path.write_text(json.dumps({"shown": {"experiment": identity, "step": step}}))
    window = start()
    assert window.session.stored_as == identity
    assert window.time.at is None


PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from widgets.application import make_application, run
from widgets.settings import Settings


def look():
    shown = [w for w in application.allWidgets() if w.objectName() == "win" and w.isVisible()]
    ready = shown and shown[0].session.data_summary is not None
    if not ready:
        QTimer.singleShot(20, look)
        return
    window = shown[0]
    window.bridge.flush()
    print("shows", window.session.stored_as, window.time.at, window.session.config.name)
    window.window().close()


if __name__ == "__main__":
    application = make_application([])
    QTimer.singleShot(0, look)
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    sys.exit(run(path, "cpu", Settings(Path(sys.argv[1]))))
"""


@pytest.mark.parametrize("with_file", [False, True])
def test_the_program_shows_them_unless_it_is_started_with_a_file(
    tmp_path: Path, identity: str, settings: Settings, with_file: bool
) -> None:
    settings.folder.mkdir(parents=True)
    settings.state_path.write_text(json.dumps({"shown": {"experiment": identity, "step": 12}}))
    script, file = tmp_path / "program.py", tmp_path / "other.toml"
    script.write_text(PROGRAM)
    file.write_text('name = "Other"\n' + CLASSES)
    done = subprocess.run(
        [sys.executable, str(script), str(settings.folder), *([str(file)] if with_file else [])],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=90,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ("shows  None Other" if with_file else f"shows {identity} 12 Digits race") in done.stdout
    kept = json.loads(settings.state_path.read_text())["shown"]
    assert kept.get("experiment") == (None if with_file else identity)
