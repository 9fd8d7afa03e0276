"""Looking back in the window: plots, run list and status bar follow; training is not disturbed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from lab.config_changes import apply_changes
from lab.experiment_file import default_experiment
from lab.panels import CurvePanel, FieldPanel
from lab.pool import TrainerPool
from lab.session import Session
from tests.widgets.fake_session import FakeSession
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT

THIN = "\u2009"


def train(window: MainWindow, session: FakeSession, steps: int) -> None:
    session.pace = 40
    session.start()
    while session.step < steps:
        window.bridge.tick()
    session.pause()
    window.bridge.flush()


def curve_panels(window: MainWindow) -> list[CurvePanel]:
    return [panel for panel in window.grid.panels() if isinstance(panel, CurvePanel)]


def test_the_strip_comes_with_the_runs(window: MainWindow, session: FakeSession) -> None:
    strip = window.workspace.time
    assert strip.isHidden()
    train(window, session, 400)
    assert strip.isVisible()
    assert strip.state.recorded == 400 and strip.state.planned == 1600 and strip.state.at is None
    session.reset()
    window.bridge.flush()
    assert strip.isHidden()


def test_everything_follows_the_step(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    now = [row.value for group in window.runs.groups for row in group.rows]
    window.workspace.time.choose(100)
    window.bridge.flush()
    for panel in curve_panels(window):
        assert panel.looked_at is not None and panel.looked_at.x == 100.0
    then = [row.value for group in window.runs.groups for row in group.rows]
    assert then != now
    metric = window.experiment.metric or "validation_accuracy"
    for group in window.runs.groups:
        for row in group.rows:
            assert row.value == f"{session.curves.value_at(metric, row.run, 100):.3f}"
    assert window.status.progress.endswith("looking at step 100")
    assert "Paused at step 400" in window.status.words
    window.workspace.time.choose(None)
    window.bridge.flush()
    assert all(panel.looked_at is None for panel in curve_panels(window))
    assert [row.value for group in window.runs.groups for row in group.rows] == now
    assert "looking" not in window.status.progress


def test_training_goes_on_while_one_looks_back(window: MainWindow, session: FakeSession) -> None:
    train(window, session, 200)
    session.resume()
    window.workspace.time.choose(100)
    for _ in range(5):
        window.bridge.flush()
    assert session.state == "running" and session.step > 200
    assert window.time.at == 100 and 200 < window.workspace.time.state.recorded <= session.step
    assert "stop" not in session.log and session.log.count("pause") == 1


def test_keys_look_around(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    window.activateWindow()
    window.setFocus()
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    found = []
    for key, modifier in (
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Semicolon, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Comma, control),  # no parameters are kept here: an epoch
        (Qt.Key.Key_Semicolon, control),
        (Qt.Key.Key_Home, alt),
        (Qt.Key.Key_End, alt),
    ):
        qtbot.keyClick(window, key, modifier)
        found.append(window.time.at)
    assert found == [399, 398, 399, 359, 399, 0, None]


def test_the_best_step_of_the_chosen_run_is_looked_at(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    window.commands.trigger("best")  # there is nothing yet
    assert window.time.at is None
    train(window, session, 400)
    best = {}
    for run in (0, 4):
        steps, losses = session.curves.series("validation_loss", run)
        best[run] = int(steps[np.argmin(losses)])
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_B, alt)
    assert window.time.at == window.workspace.time.state.at == best[0]
    assert window.status._note == f"Step {best[0]} has the lowest validation loss of CE · seed 0"
    window.runs.tree.setCurrentIndex(window.runs.index_of_run(4))
    window.commands.trigger("best")
    assert window.time.at == best[4]
    assert "of Brier · seed 1" in window.status._note
    facts = window.runs.facts
    assert any(f"step {best[4]}" in label.text() for label in facts.findChildren(QLabel))
    window.runs.best_wanted.emit(0)
    assert window.time.at == best[0]
    window.runs.tree.setCurrentIndex(window.runs.index_of_run(4).parent())
    window.commands.trigger("best")
    assert "of Brier · seed 0" in window.status._note
    session.solo([3])
    window.runs.tree.clearSelection()
    window.bridge.flush()
    window.commands.trigger("best")
    assert "of Brier · seed 0" in window.status._note
    session.set_visible(range(6), False)
    window.bridge.flush()
    window.commands.trigger("best")  # no run is shown
    assert "of Brier · seed 0" in window.status._note


def test_without_a_validation_part_there_is_no_best_step(window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    window.workspace.time.choose(100)
    for tracks in (session.curves._recorded, session.curves._evaluated):
        for track in tracks.values():
            track.channels = tuple(name.replace("validation_", "hidden_") for name in track.channels)
    window.time.look_at_best()
    assert window.time.at == 100
    assert window.status._note == "No validation loss was measured of CE · seed 0"


def test_keys_are_letters_in_a_text_field(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    edit = window.workspace.time.field.edit
    edit.setFocus()
    QApplication.processEvents()
    qtbot.keyClick(edit, Qt.Key.Key_Comma)
    assert window.time.at is None


def test_another_start_is_live_again(window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    window.workspace.time.choose(100)
    train(window, session, 80)
    assert window.time.at is None and window.workspace.time.state.at is None
    assert window.experiment.at is None
    assert all(panel.looked_at is None for panel in curve_panels(window))


def test_the_step_is_remembered_with_its_runs_and_not_with_the_plots(
    window: MainWindow, session: FakeSession
) -> None:
    train(window, session, 400)
    window.workspace.time.choose(100)
    state = window.current_state()
    assert "at" not in state.grid and "at" not in state.view
    window.plots.restore(state.grid, window.workspace.strip.choices)
    assert "at" not in window.plots.saved()
    assert state.shown == {}  # these runs are in no store


def test_figures_are_of_the_step(window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    window.workspace.time.choose(100)
    panels = window.plots.panels()
    assert isinstance(panels[0], CurvePanel) and panels[0].looked_at is not None
    assert {view.at for view in window.plots.views()} == {100}


def test_hidden_plots_are_not_made_for_a_step(window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    window.workspaces.choose("explore")
    before = [panel.looked_at for panel in curve_panels(window)]
    window.time.look_at(100)
    window.bridge.flush()
    assert [panel.looked_at for panel in curve_panels(window)] == before
    window.workspaces.choose("train")
    window.bridge.flush()
    assert all(panel.looked_at is not None for panel in curve_panels(window))


@pytest.fixture
def moons(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    config = apply_changes(
        default_experiment(),
        {"data.name": "moons", "training.steps": 60, "training.evaluate_every": 20, "seeds.count": 2},
    )
    session = Session("cpu", config=config, trainer=TrainerPool(1))
    made = MainWindow(session, settings, LIGHT)
    made.resize(1440, 900)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close_unasked()
    made.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def wait(window: MainWindow, done: object) -> None:
    end = time.monotonic() + 120
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        window.bridge.flush()
        QApplication.processEvents()
        time.sleep(0.005)


def test_a_real_training_is_seen_as_it_was(moons: MainWindow, tmp_path: Path) -> None:
    session = moons.session
    wait(moons, lambda: session.state == "ready")
    session.start()
    wait(moons, lambda: session.state == "finished")
    assert moons.workspace.time.state.kept.tolist() == [0, 20, 40, 60]

    def surfaces() -> FieldPanel:
        return next(panel for panel in moons.grid.panels() if isinstance(panel, FieldPanel))

    def latest_is_drawn() -> bool:
        field = session.field
        return (
            field is not None
            and field.step == 60
            and np.array_equal(surfaces().views[0].values, field.values[0])
        )

    wait(moons, latest_is_drawn)
    last = surfaces()
    moons.workspace.time.choose(45)
    wait(moons, lambda: surfaces().subtitle.endswith("step 40"))
    assert not np.array_equal(surfaces().views[0].values, last.views[0].values)
    moons.workspace.time.step_by(False, jump=True)
    moons.workspace.time.step_by(False, jump=True)
    assert moons.time.at == 20
    wait(moons, lambda: surfaces().subtitle.endswith("step 20"))
    moons.workspace.time.choose(60)
    wait(moons, lambda: "step" not in surfaces().subtitle)
    assert np.array_equal(surfaces().views[0].values, last.views[0].values)


def test_a_branch_begins_from_the_strip(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    strip, card = window.workspace.time, window.branch_card
    assert not strip.branch.isEnabled() and "Look at a step" in strip.branch.toolTip()
    strip.choose(100)
    qtbot.mouseClick(strip.branch, Qt.MouseButton.LeftButton)
    assert card.isVisible() and card.accessibleName() == "Branch at step 100"
    assert card.source.isHidden()
    row = card.rows.row("optimizer.learning_rate")
    assert row is not None
    row.field.edited.emit(0.05)
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert session.log[-2:] == ["adopt", "start"]
    assert "branch 100 optimizer.learning_rate" in session.log
    assert card.isHidden()
    session.pace = 200
    window.bridge.tick()
    window.bridge.flush()
    assert window.time.at is None
    assert window.runs.origin == "Branched at step 100"
    assert window.status.speed.endswith("branched at step 100")
    assert strip.state.branched == 100
    for panel in curve_panels(window):
        assert panel.branched is not None and panel.branched.words == "branched at step 100"
    session.reset()
    window.bridge.flush()
    assert window.runs.origin == ""


def test_a_branch_takes_over_what_was_edited(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    train(window, session, 400)
    session.edit({"training.l2": 0.01})
    window.bridge.flush()
    window.workspace.time.choose(100)
    window.commands.trigger("branch")
    card = window.branch_card
    assert card.isVisible() and not card.source.isHidden()
    qtbot.mouseClick(card.source.buttons()[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert "branch 100 training" in session.log
    assert session.run_config.training.l2 == 0.01


def test_what_runs_cannot_go_on_with_is_said_in_the_card(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    train(window, session, 400)
    session.edit({"model.hidden": [8]})
    window.bridge.flush()
    window.workspace.time.choose(100)
    window.time.open_branch()
    card = window.branch_card
    qtbot.mouseClick(card.source.buttons()[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert card.isVisible() and card.problem.full_text().startswith("Runs cannot go on with another model")
    assert session.log[-1] != "start"
    window.escape()
    assert card.isHidden()


def test_a_real_branch_is_the_same_up_to_its_step(moons: MainWindow) -> None:
    session = moons.session
    wait(moons, lambda: session.state == "ready")
    session.start()
    wait(moons, lambda: session.state == "finished")
    before = session.curves.series("objective", 0)[1]
    moons.workspace.time.choose(30)
    moons.time.open_branch()
    row = moons.branch_card.rows.row("optimizer.learning_rate")
    assert row is not None
    row.field.edited.emit(0.9)
    moons.branch_card.go.click()
    assert moons.branch_card.isHidden() and moons.branch_card.problem.full_text() == ""
    wait(moons, lambda: session.state == "finished")
    wait(moons, lambda: moons.runs.origin == "Branched at step 30")
    after = session.curves.series("objective", 0)[1]
    assert np.array_equal(before[:31], after[:31]) and not np.array_equal(before[31:], after[31:])
    wait(moons, lambda: all(p.branched is not None and p.branched.x == 30.0 for p in curve_panels(moons)))
    assert moons.workspace.time.state.branched == 30
