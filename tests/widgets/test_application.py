from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lab.session import Session
from widgets.application import ErrorReport, reported_errors
from widgets.main_window import MainWindow
from widgets.message_card import Message
from widgets.settings import Settings
from widgets.theme import LIGHT

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    "data.name": "moons", "data.samples": 60, "model.hidden": [4], "training.epochs": 20, "seeds.count": 2,
    "training.show_target": None,
}  # fmt: skip


@pytest.fixture
def lab(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    """A window around a real session on tiny moons."""
    session = Session("cpu")
    window = MainWindow(session, settings, LIGHT)
    window.resize(1440, 900)
    window.show()
    assert session.edit(TINY) is None
    wait(window, lambda: session.data_summary is not None and session.data_summary.name == "moons")
    yield window
    window.close_unasked()
    window.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def wait(window: MainWindow, done: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, (window.session.state, window.session.step, window.session.problem)
        window.bridge.tick()
        QApplication.processEvents()
        time.sleep(0.003)
    window.bridge.flush()
    QApplication.processEvents()


def test_run_to_the_end_with_real_training(lab: MainWindow) -> None:
    lab.top.run.click()
    wait(lab, lambda: lab.session.state == "finished")
    assert len(lab.session.runs) == 4
    assert lab.status.words.startswith("Finished")
    assert {row.status for group in lab.runs.groups for row in group.rows} == {"finished"}
    assert all(0 <= float(row.value) <= 1 for group in lab.runs.groups for row in group.rows)
    assert "field" in lab.grid.kinds
    assert all(panel.title for panel in lab.plots.panels())


def test_pause_step_and_stop_with_real_training(lab: MainWindow) -> None:
    assert lab.session.edit({"training.epochs": 5000}) is None
    wait(lab, lambda: lab.session.state == "ready")
    lab.session.set_speed(20.0)
    lab.top.run.click()
    wait(lab, lambda: lab.session.state == "running" and lab.session.step > 0)
    lab.top.run.click()
    wait(lab, lambda: lab.session.state == "paused")
    step = lab.session.step
    lab.top.step.click()
    wait(lab, lambda: lab.session.step == step + 1 and lab.session.state == "paused")
    lab.top.stop.click()
    wait(lab, lambda: lab.session.state == "stopped")
    lab.top.again.click()
    wait(lab, lambda: lab.session.state == "running")
    lab.top.stop.click()
    wait(lab, lambda: lab.session.state == "stopped")
    lab.top.reset.click()
    wait(lab, lambda: not lab.session.runs)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_trainer_is_said_and_the_next_run_works(lab: MainWindow) -> None:
    import multiprocessing

    assert lab.session.edit({"training.epochs": 5000}) is None
    wait(lab, lambda: lab.session.state == "ready")
    lab.session.set_speed(20.0)
    lab.top.run.click()
    wait(lab, lambda: lab.session.step > 3)
    for child in multiprocessing.active_children():
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
    wait(lab, lambda: lab.session.state == "interrupted")
    step = lab.session.step
    assert step > 0
    assert len(lab.workspace.messages.keys) == 1
    assert lab.status.words.startswith("Interrupted at step")
    assert lab.runs.groups[0].rows[0].note == "interrupted"
    assert len(lab.session.curves.series("objective", 0)[0]) >= step
    lab.session.set_speed(None)
    assert lab.session.edit({"training.epochs": 20}) is None
    lab.top.run.click()
    wait(lab, lambda: lab.session.state == "finished")
    assert lab.workspace.messages.keys == ()


def test_a_broken_table_is_refused_and_undo_brings_the_data_back(lab: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b,target\n1,2,3\n4,5\n6,7,8\n")
    lab.files.load_data(path)
    wait(lab, lambda: lab.session.data_problem is not None)
    assert "data" in lab.workspace.messages.keys
    assert lab.workspace.messages.card("data").message.excerpt is not None
    assert not lab.top.run.isEnabled()
    lab.session.undo()
    wait(lab, lambda: lab.session.data_problem is None and lab.top.run.isEnabled())
    assert lab.workspace.messages.keys == ()


def test_an_unexpected_error_becomes_a_message_and_the_program_goes_on(
    qtbot: QtBot, window: MainWindow, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    report = ErrorReport(settings, window.say)

    def broken() -> None:
        raise ValueError("the flux is reversed")

    try:
        broken()
    except ValueError as error:
        report(type(error), error, error.__traceback__)
        report(type(error), error, error.__traceback__)
    card = window.workspace.messages.card("unexpected")
    assert "flux is reversed" in card.message.body
    assert str(settings.log_path) in card.message.body
    assert settings.log_path.read_text().count("ValueError: the flux is reversed") == 1
    assert "Traceback" not in card.message.details
    assert "Traceback" in capsys.readouterr().err
    window.top.run.click()
    assert window.session.state == "running"


def test_an_error_in_a_message_does_not_loop(settings: Settings) -> None:
    calls = []

    def say(message: Message) -> None:
        calls.append(message)
        raise RuntimeError("cannot be shown")

    with reported_errors(ErrorReport(settings, say)):
        try:
            raise KeyError("x")
        except KeyError as error:
            sys.excepthook(KeyError, error, error.__traceback__)
    assert len(calls) == 1
    assert sys.excepthook is not None


def test_a_closed_window_leaves_no_timer_running(qtbot: QtBot, window: MainWindow) -> None:
    window.close_unasked()
    timers = [timer for timer in window.findChildren(QTimer) if timer.isActive()]
    assert timers == []


SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from widgets.application import make_application, run
from widgets.settings import Settings

if __name__ == "__main__":
    application = make_application([])
    def act():
        shown = [w for w in application.allWidgets() if w.objectName() == "win" and w.isVisible()]
        if not shown:
            QTimer.singleShot(20, act)
            return
        window = shown[0]
        state = {"step": 0}
        timer = QTimer(application)
        def tick():
            session = window.session
            if state["step"] == 0 and session.state == "ready":
                window.top.run.click(); state["step"] = 1
            elif state["step"] == 1 and session.state == "finished":
                state["step"] = 2
                QTimer.singleShot(0, lambda: 1 / 0)
            elif state["step"] == 2 and "unexpected" in window.workspace.messages.keys:
                print("runs", len(session.runs), window.window().windowTitle())
                timer.stop(); window.window().close()
        timer.timeout.connect(tick); timer.start(20)
    QTimer.singleShot(0, act)
    status = run(Path(sys.argv[1]), "cpu", Settings(Path(sys.argv[2])))
    import multiprocessing
    print("children", len(multiprocessing.active_children()))
    sys.exit(status)
"""


def test_the_whole_program_runs_trains_survives_an_error_and_ends_in_order(tmp_path: Path) -> None:
    experiment = tmp_path / "tiny.toml"
    experiment.write_text(
        'name = "Tiny"\n[data]\nname = "moons"\nsamples = 60\n[model]\nhidden = [4]\n'
        '[[losses]]\nname = "cross_entropy"\n[training]\nepochs = 10\n[seeds]\ncount = 2\n'
    )
    script = tmp_path / "program.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script), str(experiment), str(tmp_path / "settings")],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=90,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "runs 2 Tiny" in done.stdout
    assert "children 0" in done.stdout
    assert "ZeroDivisionError" in (tmp_path / "settings" / "losslab.log").read_text()
    state = json.loads((tmp_path / "settings" / "window.json").read_text())
    assert state["experiment_path"] == str(experiment)
