"""The workspaces of the window side by side: tabs, keys, whose commands work, and what is remembered."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from lab.store.store import Store
from tests.lab.store.kept import Kept
from tests.widgets.fake_session import FakeSession
from widgets.compare.runs_page import RunsPage
from widgets.explore.curves_view import LossCurves
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT


def tabs(window: MainWindow) -> list[QPushButton]:
    return [b for b in window.top.findChildren(QPushButton) if b.property("k") == "tab"]


def test_tabs_and_keys_open_workspaces(qtbot: QtBot, window: MainWindow) -> None:
    assert [tab.text() for tab in tabs(window)] == ["Train", "Explore", "Compare", "Lessons"]
    assert window.workspace.isVisible() and not window.workspaces.explore.isVisible()
    tabs(window)[1].click()
    assert window.workspaces.explore.isVisible() and not window.workspace.isVisible()
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.workspace.isVisible() and tabs(window)[0].isChecked()
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.workspaces.name == "explore" and tabs(window)[1].isChecked()
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert window.workspaces.name == "lessons" and tabs(window)[3].isChecked()


def test_what_steers_training_rests_in_explore(window: MainWindow, session: FakeSession) -> None:
    assert window.top.run.isVisible()
    window.workspaces.choose("explore")
    assert not window.top.run.isVisible() and not window.top.speed.isVisible()
    before = session.state
    for name in ("run", "step", "reset", "log_y", "smooth"):
        window.commands.trigger(name)
    assert session.state == before != "running"
    window.workspaces.choose("train")
    assert window.top.run.isVisible()
    window.commands.trigger("run")
    assert session.state == "running"


def test_undo_goes_to_who_is_on_screen(window: MainWindow, session: FakeSession) -> None:
    window.workspaces.choose("explore")
    view = window.workspaces.explore.view
    assert isinstance(view, LossCurves)
    view.change(point=1.0)
    session.edit({"optimizer.learning_rate": 0.5})
    window.commands.trigger("undo")
    assert view.state().point == -3.2 and session.config.optimizer.learning_rate == 0.5
    window.commands.trigger("redo")
    assert view.state().point == 1.0
    window.commands.trigger("copy_state")
    assert 'view = "curves"' in QGuiApplication.clipboard().text()


def test_a_view_is_two_clicks_from_train(window: MainWindow) -> None:
    for number, name in enumerate(window.workspaces.explore.views):
        window.workspaces.choose("train")
        tabs(window)[1].click()
        window.workspaces.explore.strip.views.buttons()[number].click()
        assert window.workspaces.explore.view_name == name
        assert window.workspaces.explore.view.isVisible()


def test_workspace_view_and_state_are_remembered(
    qtbot: QtBot, window: MainWindow, settings: Settings
) -> None:
    window.workspaces.choose("explore")
    window.workspaces.explore.view.change(point=2.5)
    window.save_state()
    other = MainWindow(FakeSession(), settings, LIGHT)  # type: ignore[arg-type]
    other.show()
    qtbot.waitExposed(other)
    assert other.workspaces.name == "explore" and tabs(other)[1].isChecked()
    assert other.workspaces.explore.view.state().point == 2.5
    assert not other.top.run.isVisible()
    other.close_unasked()
    other.end()


def test_themes_reach_both(window: MainWindow) -> None:
    window.workspaces.choose("explore")
    window.appearance.choose("dark")
    image = window.grab().toImage()
    strip = window.workspaces.explore.strip
    below = strip.mapTo(window, strip.rect().bottomLeft()).y() + 6
    assert image.pixelColor(image.width() // 2, below) == window.theme.color("win")
    window.appearance.choose("light")


def test_the_next_panel_is_on_screen(window: MainWindow) -> None:
    window.workspaces.choose("explore")
    for _ in range(4):
        window.next_panel()
        focus = QGuiApplication.focusObject()
        assert focus is None or not window.workspace.isAncestorOf(focus)  # type: ignore[arg-type]


def test_compare_lists_what_the_store_holds_and_hands_parameters_to_the_form(
    qtbot: QtBot, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    kept = Kept(store)
    kept.finished()
    kept.close()
    window = MainWindow(FakeSession(), Settings(tmp_path / "state"), LIGHT, store=store)
    qtbot.addWidget(window)
    window.show()
    window.workspaces.choose("compare")
    compare = window.workspaces.compare
    assert compare.isVisible() and tabs(window)[2].isChecked()
    assert compare.name == "race", "a race is the first page"
    compare.show_page("runs")
    page = compare.findChild(RunsPage)
    assert page is not None
    assert page.table.runs.rowCount() == len(store.runs())
    assert not window.top.run.isVisible()
    before = window.session.config
    page.table.selectRow(0)
    page.act("use")
    assert window.workspaces.name == "train"
    assert window.session.config != before
    window.session.undo()
    assert window.session.config == before
