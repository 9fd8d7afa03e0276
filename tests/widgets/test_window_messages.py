"""Problems are said where they are seen, once, and stay in the log."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pytestqt.qtbot import QtBot

from lab.curves import Curves
from lab.problems import Excerpt, Problem, Remedy
from lab.spill import SpillSpace
from lab.store.store import Store
from tests.widgets.fake_session import FakeSession
from tests.widgets.window_driving import spin
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT


def test_a_problem_with_data_is_shown_above_the_plots_and_marks_its_field(
    window: MainWindow, session: FakeSession
) -> None:
    session.edit({"data.name": "file", "data.path": "/nowhere/patients.csv"})
    problem = Problem(
        "patients.csv was not loaded: line 118 has 9 values, the header has 8.", "Probably a decimal comma.",
        "data.path", (Remedy("Load without line 118", {"data.bad_lines": "skip"}),),
        Excerpt(("line", "a"), (("117", "1"), ("118", "2", "3")), 1, (2,)),
    )  # fmt: skip
    session.complain(problem, data=True)
    spin(window)
    card = window.workspace.messages.card("data")
    assert card.message.title == problem.title
    assert "decimal comma" in card.message.details
    assert not window.top.run.isEnabled()
    row = window.form.row("data.path")
    assert row is not None
    assert row.problem
    card.buttons["remedy:0"].click()
    assert session.config.data.parameters["bad_lines"] == "skip"
    session.data_problem = session.problem = None
    session.load()
    spin(window)
    assert window.workspace.messages.keys == ()
    assert window.top.run.isEnabled()


def test_a_diverged_run_is_explained_and_run_again_at_a_smaller_rate(
    window: MainWindow, session: FakeSession
) -> None:
    session.diverging = {4: 60}
    session.toggle()
    spin(window, 5)
    session.complain(
        Problem("Brier diverged at step 60, on 1 of 3 seeds", "Layer 2 grew from 0.8 to 34 within 14 steps.",
                "", (Remedy("Run again at 0.03", {"optimizer.learning_rate": 0.03}),))
    )  # fmt: skip
    spin(window)
    assert window.runs.groups[1].rows[1].note == "step 60"
    assert "1 of 6 runs diverged" in window.status.words
    window.workspace.messages.card("diverged").buttons["remedy:0"].click()
    spin(window)
    assert session.config.optimizer.learning_rate == 0.03
    assert session.log[-1] == "start"
    assert "diverged" not in window.workspace.messages.keys


def test_curves_that_no_longer_fit_on_the_disk_are_said_once(
    window: MainWindow, session: FakeSession
) -> None:
    def refuse() -> BinaryIO:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    space = SpillSpace(limit=0, open_file=refuse)
    session.curves = Curves(space=space)
    window.bridge.moment_passed.emit()
    assert not window.workspace.messages.keys
    space.write(np.zeros(3))
    window.bridge.moment_passed.emit()
    assert window.workspace.messages.keys == ("storage",)
    assert "disk" in window.workspace.messages.card("storage").message.title
    window.workspace.messages.card("storage").closed.emit()
    window.bridge.moment_passed.emit()
    assert not window.workspace.messages.keys


def test_a_store_that_cannot_be_used_is_said_once(qtbot: QtBot, settings: Settings, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    window = MainWindow(FakeSession(), settings, LIGHT, store=store)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.bridge.moment_passed.emit()
    assert not window.workspace.messages.keys
    store.tell(Problem("The store of runs cannot be used", "The disk is full."))
    window.bridge.moment_passed.emit()
    assert window.workspace.messages.keys == ("store",)
    window.workspace.messages.card("store").closed.emit()
    window.bridge.moment_passed.emit()
    assert not window.workspace.messages.keys
    window.close_unasked()
    window.end()


def test_a_closed_message_stays_closed_and_is_in_the_log(window: MainWindow, session: FakeSession) -> None:
    session.complain(Problem("The trainer process ended", "Killed by signal 9."))
    spin(window)
    window.workspace.messages.card("problem").closed.emit()
    spin(window, 3)
    assert window.workspace.messages.keys == ()
    assert session.problem is None
    assert any("signal 9" in text for text in window.cards.log.texts)
