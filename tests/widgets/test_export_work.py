from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lab.problems import Problem, ProblemError
from widgets.export_work import ExportWork


def outcome(work: ExportWork, act: object) -> tuple[list[object], list[object]]:
    done: list[object] = []
    failed: list[object] = []
    work.done.connect(done.append)
    work.failed.connect(failed.append)
    work.start(act)  # type: ignore[arg-type]
    work.wait()
    QApplication.processEvents()
    return done, failed


def test_what_an_act_returns_is_said_in_the_windows_thread(qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []
    work = ExportWork()
    work.done.connect(lambda _: threads.append(threading.current_thread()))
    assert outcome(work, lambda: 3) == ([3], [])
    assert threads == [threading.main_thread()]
    assert not work.busy


def refuse() -> int:
    raise ProblemError(Problem("The disk is full"))


def break_off() -> int:
    raise KeyError("unforeseen")


def test_a_problem_is_handed_on_and_what_was_not_foreseen_is_logged(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    assert outcome(ExportWork(), refuse) == ([], [Problem("The disk is full")])
    _, (problem,) = outcome(ExportWork(), break_off)
    assert isinstance(problem, Problem) and problem.title == "The export failed"
    assert "unforeseen" in caplog.text


def test_one_thing_at_a_time(qtbot: QtBot) -> None:
    work, go_on = ExportWork(), threading.Event()
    work.start(go_on.wait)
    with pytest.raises(RuntimeError, match="already"):
        work.start(refuse)
    go_on.set()
    work.wait()


def test_a_window_that_is_gone_is_not_told(qtbot: QtBot) -> None:
    work, go_on = ExportWork(), threading.Event()
    work.start(go_on.wait)
    thread = work._thread
    assert thread is not None
    work.deleteLater()
    del work
    QApplication.processEvents()
    go_on.set()
    thread.join(10)
    assert not thread.is_alive()


def test_who_hears_that_it_is_done_can_begin_the_next(qtbot: QtBot) -> None:
    work, busy = ExportWork(), []
    # in the thread that writes, before it has ended
    work.done.connect(lambda _: busy.append(work.busy), Qt.ConnectionType.DirectConnection)
    work.start(lambda: 3)
    work.wait()
    assert busy == [False]
