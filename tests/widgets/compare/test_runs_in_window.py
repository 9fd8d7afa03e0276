"""The run browser in the window: undo, the form, what is followed while it is seen and what is remembered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from lab.store.store import Store
from tests.lab.store.kept import Kept
from tests.widgets.compare.runs_window import page_of, showing_runs
from tests.widgets.fake_session import FakeSession
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT


class AdoptingSession(FakeSession):
    """Takes another experiment over as an edit."""

    def adopt(self, config) -> None:
        self._undo.append(self.config)
        self._set(config)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    kept = Kept(store)
    kept.finished()
    kept.close()
    yield store
    store.close()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, store: Store) -> Iterator[MainWindow]:
    made = MainWindow(AdoptingSession(), settings, LIGHT)  # type: ignore[arg-type]
    with showing_runs(qtbot, made) as window:
        yield window


def test_deleted_runs_come_back_by_the_windows_undo_and_go_by_redo(window, store) -> None:
    page = page_of(window)
    assert page.table.runs.rowCount() == 6
    page.table.selectRow(0)
    page.acts.act("delete")
    assert page.table.runs.rowCount() == 5 == len(store.runs())
    window.commands.trigger("undo")
    assert page.table.runs.rowCount() == 6 == len(store.runs())
    window.commands.trigger("redo")
    assert page.table.runs.rowCount() == 5


def test_parameters_of_a_run_are_put_into_the_form_of_train(window, store) -> None:
    page = page_of(window)
    before = window.session.config
    page.table.selectRow(3)
    page.acts.act("use")
    assert window.workspaces.name == "train"
    (row,) = page.table.selected_runs()
    config = window.session.config
    whole = store.experiment(row.experiment.id).run_config
    assert [loss.name for loss in config.losses] == [whole.losses[row.loss_index].name]
    assert config.optimizer.learning_rate == row.learning_rate
    assert config.data == whole.data and config.seeds == whole.seeds
    window.commands.trigger("undo")
    assert window.session.config == before


def test_runs_that_come_are_followed_while_they_are_seen(window, store) -> None:
    page = page_of(window)
    kept = Kept(store)
    kept.finished()
    kept.close()
    window.bridge.moment_passed.emit()
    assert page.table.runs.rowCount() == 12
    window.workspaces.choose("train")
    store.delete([row.key for row in store.runs()[:6]])
    window.bridge.moment_passed.emit()
    assert page.table.runs.rowCount() == 12, "nothing is read for a page that is out of sight"
    window.workspaces.choose("compare")
    assert page.table.runs.rowCount() == 6


def test_what_was_chosen_is_found_again_in_the_next_window(qtbot, window, settings) -> None:
    page = page_of(window)
    page.filter.setText("seed > 0")
    window.save_state()
    other = MainWindow(AdoptingSession(), settings, LIGHT)  # type: ignore[arg-type]
    qtbot.addWidget(other)
    other.show()
    assert other.workspaces.name == "compare"
    assert page_of(other).filter.text() == "seed > 0"
    assert page_of(other).table.runs.rowCount() == page.table.runs.rowCount() == 4
    other.close_unasked()
    other.end()


def test_what_the_store_refuses_is_said_above_the_page(window, store) -> None:
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.renamed.emit(page.table.selected_runs(), "x" * 1000)
    messages = window.workspaces.compare.messages
    assert messages.isVisible() and messages.keys == ("compare",)


def test_keys_of_the_table_are_not_taken_by_commands_of_the_window(qtbot, window, store) -> None:
    page = page_of(window)
    page.table.setFocus()
    page.table.selectRow(0)
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("Starred\tLoss")
    for key in (Qt.Key.Key_S, Qt.Key.Key_3):
        qtbot.keyClick(page.table, key)
    assert store.runs()[0].starred and store.runs()[0].colour == 3
    qtbot.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert store.runs()[0].colour is None and store.runs()[0].starred
