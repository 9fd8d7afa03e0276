"""What is edited in the form and in the list of runs reaches the session."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.widgets.fake_session import FakeSession
from tests.widgets.window_driving import focus_plots, spin
from widgets.main_window import MainWindow


def test_an_edit_reaches_the_session_and_undo_brings_it_back(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    window.form.edited.emit("optimizer.learning_rate", 0.3)
    spin(window)
    assert session.config.optimizer.learning_rate == 0.3
    assert "•" in window.windowTitle()
    focus_plots(window)
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.config.optimizer.learning_rate == 0.1
    qtbot.keyClick(
        window.workspace.centre, Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )  # fmt: skip
    assert session.config.optimizer.learning_rate == 0.3


def test_a_refused_value_is_said_at_its_field(window: MainWindow, session: FakeSession) -> None:
    window.form.edited.emit("optimizer.learning_rate", -1.0)
    row = window.form.row("optimizer.learning_rate")
    assert row is not None
    assert "-1" in row.problem.replace("−", "-")
    assert session.config.optimizer.learning_rate == 0.1


def test_losses_are_added_removed_doubled_and_moved(window: MainWindow, session: FakeSession) -> None:
    names = [loss.name for loss in session.config.losses]
    window.form.loss_added.emit("absolute_error_softmax")
    assert [loss.name for loss in session.config.losses] == [*names, "absolute_error_softmax"]
    window.form.loss_moved.emit(2, 0)
    assert [loss.name for loss in session.config.losses] == ["absolute_error_softmax", *names]
    window.form.loss_duplicated.emit(0)
    assert len(session.config.losses) == 4
    assert len({loss.series for loss in session.config.losses}) == 4
    window.form.loss_removed.emit(0)
    assert [loss.name for loss in session.config.losses] == ["absolute_error_softmax", *names]


def test_the_run_list_hides_and_solos(window: MainWindow, session: FakeSession) -> None:
    session.toggle()
    spin(window, 3)
    window.runs.visibility_changed.emit((0, 1), False)
    spin(window)
    group = window.runs.groups[0]
    assert group.count == "1 of 3"
    assert [row.visible for row in group.rows] == [False, False, True]
    window.runs.solo_wanted.emit((4,))
    spin(window)
    assert [run.info.index for run in session.runs if run.visible] == [4]


def test_used_parameters_come_back(window: MainWindow, session: FakeSession) -> None:
    session.toggle()
    spin(window, 2)
    window.form.edited.emit("optimizer.learning_rate", 0.7)
    window.form.loss_removed.emit(0)
    window.experiment.use_parameters()
    assert session.config.model_dump() == session.run_config.model_dump()
