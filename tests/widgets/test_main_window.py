from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFontMetrics
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from lab.curves import Curves
from lab.experiment_file import apply_changes, default_experiment, write_experiment
from lab.instruments.kinds import INSTRUMENT_HELP
from lab.problems import Excerpt, Problem, Remedy
from lab.spill import SpillSpace
from lab.store.store import Store
from tests.widgets.fake_session import FakeSession
from widgets.files import UNSAVED
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import DARK, LIGHT
from widgets.top_bar import PRIMARY, TopBar


def spin(window: MainWindow, times: int = 1) -> None:
    for _ in range(times):
        window.bridge.flush()
        QApplication.processEvents()


def focus_plots(window: MainWindow) -> None:
    window.activateWindow()
    window.workspace.centre.setFocus(Qt.FocusReason.OtherFocusReason)
    QApplication.processEvents()


# --- running ------------------------------------------------------------------------------------------
def test_the_first_start_asks_a_question_and_run_is_one_click(
    window: MainWindow, session: FakeSession
) -> None:
    assert window.workspace.question.isVisible()
    assert window.workspace.question.title == session.config.question
    assert "three seeds each, on 1\u2009797 handwritten digits" in window.workspace.question.text
    window.workspace.question.run_button.click()
    spin(window, 60)
    assert session.state == "finished"
    assert not window.workspace.question.isVisible()
    assert window.top.run.text() == "Run again"
    assert window.status.words.startswith("Finished in")


def test_the_primary_button_says_what_it_will_do(window: MainWindow, session: FakeSession) -> None:
    assert window.top.run.text() == "Run"
    window.top.run.click()
    spin(window)
    assert window.top.run.text() == "Pause"
    assert not window.top.step.isEnabled()
    assert window.top.stop.isEnabled()
    window.top.run.click()
    spin(window)
    assert (session.state, window.top.run.text()) == ("paused", "Resume")
    assert window.top.step.isEnabled()
    window.top.step.click()
    before = session.step
    spin(window)
    window.top.stop.click()
    spin(window)
    assert (session.state, window.top.run.text()) == ("stopped", "Run again")
    assert window.top.again.isVisible()
    window.top.again.click()
    spin(window)
    assert session.state == "running"
    window.top.run.click()
    spin(window)
    window.top.reset.click()
    spin(window)
    assert session.runs == ()
    assert before > 0
    assert not window.top.reset.isEnabled()
    assert session.log == ["start", "pause", "step", "stop", "resume", "pause", "reset"]


def test_shift_on_step_means_an_epoch(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    qtbot.mouseClick(window.top.step, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    assert session.log[-1] == "start" or session.log[-1] == "epoch"
    assert "epoch" in session.log
    assert session.step == session.steps_per_epoch


def test_the_speed_is_chosen_and_shown(window: MainWindow, session: FakeSession) -> None:
    window.top.speed.activated.emit(1)
    assert session.speed == 10.0
    spin(window)
    assert window.top.speed.currentText() == "10 steps/s"
    window.session.set_speed(37.0)
    spin(window)
    assert "37" in window.top.speed.currentText()
    window.session.set_speed(None)
    spin(window)
    assert window.top.speed.currentText() == "Full speed"


def test_the_status_line_counts_steps_and_says_the_device(window: MainWindow, session: FakeSession) -> None:
    assert window.status.words == "Ready · 6 runs × 1\u2009600 steps"
    session.toggle()
    spin(window, 3)
    assert window.status.words == "Running"
    assert "of 1\u2009600" in window.status.progress
    assert "steps/s" in window.status.speed
    assert window.status.device == ("CPU · NumPy", "no GPU: CuPy is not installed")
    window.status.device_anchor.click()  # type: ignore[attr-defined]
    assert "CuPy is not installed" in window.cards.device.text


# --- keys ---------------------------------------------------------------------------------------------
def test_single_letters_act_on_the_plots(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    focus_plots(window)
    strip = window.workspace.strip
    for key, name, expected in (
        (Qt.Key.Key_X, "x_axis", "epoch"), (Qt.Key.Key_B, "band", "none"),
        (Qt.Key.Key_M, "members", True), (Qt.Key.Key_S, "smooth", False),
    ):  # fmt: skip
        qtbot.keyClick(window.workspace.centre, key)
        assert getattr(strip.choices, name) == expected, name
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_Space)
    assert session.state == "running"
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_Space)
    assert session.state == "paused"
    step = session.step
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_Period)
    assert session.step == step + 1


def test_single_letters_are_typed_in_text_fields(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    row = window.form.row("optimizer.learning_rate")
    assert row is not None
    line = row.field.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    QApplication.processEvents()
    before = window.workspace.strip.choices
    for key in (Qt.Key.Key_X, Qt.Key.Key_B, Qt.Key.Key_M, Qt.Key.Key_S, Qt.Key.Key_Space, Qt.Key.Key_Period):
        qtbot.keyClick(line, key)
    assert window.workspace.strip.choices == before
    assert session.log == []
    assert session.state == "ready"


def test_space_presses_a_button_that_was_reached_by_tab(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    window.workspace.strip.reset.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    qtbot.keyClick(window.workspace.strip.reset, Qt.Key.Key_Space)
    assert session.log == []


def test_numbers_hide_losses_and_alt_shows_one_alone(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    session.toggle()
    spin(window, 3)
    focus_plots(window)
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_1)
    assert [run.visible for run in session.runs] == [False] * 3 + [True] * 3
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_1)
    assert all(run.visible for run in session.runs)
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert [run.visible for run in session.runs] == [False] * 3 + [True] * 3


def test_the_palette_finds_and_does_a_command(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    focus_plots(window)
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.cards.palette
    assert palette.isVisible()
    qtbot.keyClicks(palette.line, "run or")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert session.state == "running"


def test_the_palette_adds_a_plot(qtbot: QtBot, window: MainWindow) -> None:
    focus_plots(window)
    window.cards.show_palette()
    qtbot.keyClicks(window.cards.palette.line, "add plot: parameter")
    qtbot.keyClick(window.cards.palette.line, Qt.Key.Key_Return)
    assert window.grid.kinds[-1] == "parameter_norm"


def test_the_palette_finds_an_instrument_by_what_it_answers(qtbot: QtBot, window: MainWindow) -> None:
    focus_plots(window)
    window.cards.show_palette()
    qtbot.keyClicks(window.cards.palette.line, "pull hardest")
    index = window.cards.palette.view.currentIndex()
    assert index.data() == "Add plot: Influence"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == INSTRUMENT_HELP["influence"]
    qtbot.keyClick(window.cards.palette.line, Qt.Key.Key_Return)
    assert window.grid.kinds[-1] == "influence"


def test_f6_goes_round_the_panels(window: MainWindow) -> None:
    focus_plots(window)
    seen = []
    for _ in range(6):
        window.next_panel()
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(
            next(
                name
                for name, part in (("form", window.form), ("runs", window.runs), ("top", window.top),
                                   ("centre", window.workspace.centre), ("status", window.status))
                if part.isAncestorOf(focus)
            )
        )  # fmt: skip
    assert set(seen) >= {"form", "top", "centre"}


# --- form, runs ---------------------------------------------------------------------------------------
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


# --- messages -----------------------------------------------------------------------------------------
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


# --- files --------------------------------------------------------------------------------------------
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


# --- what is remembered -------------------------------------------------------------------------------
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
    window.choose_theme("dark")
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


# --- room, themes -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("width", "form", "runs"), [(1440, True, True), (1200, True, False), (900, False, False)]
)
def test_side_panels_fold_where_there_is_no_room(
    window: MainWindow, width: int, form: bool, runs: bool
) -> None:
    window.resize(width, 800)
    QApplication.processEvents()
    assert (window.form.isVisible(), window.runs.isVisible()) == (form, runs)
    if not runs:
        window.workspace.strip.runs_button.click()
        assert window.runs.isVisible()


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_nothing_in_the_bars_is_cut_off(window: MainWindow, width: int) -> None:
    window.resize(width, 800)
    QApplication.processEvents()
    for bar in (window.top, window.workspace.strip, window.status):
        for button in bar.findChildren(QPushButton):
            if button.isVisible() and button.text():
                needed = button.fontMetrics().horizontalAdvance(button.text())
                assert button.width() >= needed, button.text()
                right = button.mapTo(bar, QPoint(button.width(), 0)).x()
                assert right <= bar.width(), button.text()


def test_the_theme_changes_live_and_back(window: MainWindow) -> None:
    light = window.grab().toImage().pixelColor(5, 5).lightness()
    window.choose_theme("dark")
    spin(window)
    dark = window.grab().toImage().pixelColor(5, 5).lightness()
    window.choose_theme("light")
    assert window.theme is LIGHT
    assert light > 200 > 60 > dark
    window.show_theme(DARK)
    assert window.theme is DARK


@pytest.mark.parametrize("family", ["Inter", "DejaVu Sans"])
def test_words_of_the_top_bar_fit_in_any_font(qtbot: QtBot, family: str) -> None:
    theme = replace(LIGHT, families=(family,))
    bar = TopBar(theme, (("train", "Train"), ("explore", "Explore")))
    qtbot.addWidget(bar)
    strong = QFontMetrics(theme.font("primary"))
    for words, _icon in PRIMARY.values():
        assert bar.run.width() >= strong.horizontalAdvance(words) + 14 + 20
    for tab in bar.findChildren(QPushButton):
        if tab.property("k") == "tab":
            assert tab.minimumWidth() > strong.horizontalAdvance(tab.text()) + 20


def test_a_step_never_drops_a_finished_run(window: MainWindow, session: FakeSession) -> None:
    session.state = "finished"
    window.experiment.show_state()
    assert not window.top.step.isEnabled()
    session.log.clear()
    window.experiment.step(False)
    window.experiment.step(True)
    assert session.log == []
