from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from widgets.run_delegate import RunDelegate
from widgets.run_facts import RunFacts
from widgets.run_list import FOLD_ABOVE, RunList
from widgets.run_model import RunGroup, RunModel, RunRow
from widgets.theme import DARK, LIGHT


def group(loss: int, count: int, value: str = "0.9", visible: bool = True) -> RunGroup:
    rows = tuple(RunRow(loss * 100 + i, f"seed {i}", loss + 1, value, visible=visible) for i in range(count))
    return RunGroup(loss, f"Loss {loss}", f"L{loss}", loss + 1, value, rows)


@pytest.fixture
def runs(qtbot: QtBot) -> RunList:
    made = RunList(LIGHT)
    qtbot.addWidget(made)
    made.resize(256, 700)
    made.show()
    return made


def test_the_model_is_a_proper_tree(qtbot: QtBot) -> None:
    model = RunModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert model.show_groups((group(0, 3), group(1, 2)))
    assert model.rowCount() == 2
    assert model.rowCount(model.index(1, 0)) == 2
    assert model.index_of_run(101).parent() == model.index(1, 0)
    assert not model.index_of_run(7).isValid()
    assert not model.show_groups((group(0, 3, "0.8"), group(1, 2)))
    assert model.show_groups(())
    del tester


def test_only_what_changed_is_said(qtbot: QtBot) -> None:
    model = RunModel()
    model.show_groups((group(0, 3), group(1, 3)))
    changed = []
    model.dataChanged.connect(lambda first, last, _roles: changed.append((first.data(), last.data())))
    model.show_groups((group(0, 3), group(1, 3)))
    assert changed == []
    model.show_groups((group(0, 3), group(1, 3, "0.5")))
    assert len(changed) == 2


def test_large_groups_start_folded_and_stay_as_they_were_left(runs: RunList) -> None:
    runs.show_groups((group(0, FOLD_ABOVE), group(1, FOLD_ABOVE + 1)))
    model = runs.tree.model()
    assert runs.tree.isExpanded(model.index(0, 0))
    assert not runs.tree.isExpanded(model.index(1, 0))
    runs.tree.setExpanded(model.index(1, 0), True)
    runs.tree.setExpanded(model.index(0, 0), False)
    runs.show_groups((group(0, FOLD_ABOVE + 2), group(1, FOLD_ABOVE + 3)))
    assert not runs.tree.isExpanded(model.index(0, 0))
    assert runs.tree.isExpanded(model.index(1, 0))


def test_the_eye_hides_and_alt_shows_alone(qtbot: QtBot, runs: RunList) -> None:
    runs.show_groups((group(0, 2), group(1, 2)))
    said: list[tuple[object, ...]] = []
    runs.visibility_changed.connect(lambda indices, on: said.append(("show", indices, on)))
    runs.solo_wanted.connect(lambda indices: said.append(("solo", indices)))
    runs.run_selected.connect(lambda run: said.append(("selected", run)))
    index = runs.index_of_run(1)
    eye = RunDelegate.eye_rect(runs.tree.visualRect(index)).center()
    qtbot.mouseClick(runs.tree.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    qtbot.mouseClick(runs.tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, eye)
    top = runs.tree.visualRect(runs.tree.model().index(1, 0))
    qtbot.mouseClick(runs.tree.viewport(), Qt.MouseButton.LeftButton, pos=RunDelegate.eye_rect(top).center())
    assert said == [("show", (1,), False), ("solo", (1,)), ("show", (100, 101), False)]


def test_selecting_shows_facts_and_survives_new_values(qtbot: QtBot, runs: RunList) -> None:
    runs.show_groups((group(0, 2),))
    chosen: list[object] = []
    runs.run_selected.connect(chosen.append)
    place = runs.tree.visualRect(runs.index_of_run(1)).center() - QPoint(60, 0)
    qtbot.mouseClick(runs.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [1]
    runs.facts.show_facts(RunFacts(1, "Loss 0 · seed 1", 1, (("final objective", "0.04"),)))
    runs.show_groups((group(0, 2, "0.95"),))
    assert runs.selected_run == 1
    wanted: list[int] = []
    runs.parameters_wanted.connect(wanted.append)
    runs.facts.set_usable(False, "why")
    runs.facts.use_button.click()
    assert wanted == []
    runs.facts.set_usable(True)
    runs.facts.use_button.click()
    assert wanted == [1]


def test_being_shown_something_is_silent(qtbot: QtBot, runs: RunList) -> None:
    said: list[object] = []
    for signal in (runs.visibility_changed, runs.solo_wanted, runs.metric_chosen, runs.run_selected):
        signal.connect(lambda *values: said.append(values))
    runs.show_metrics((("a", "A"), ("b", "B")), "b")
    runs.show_groups((group(0, 2),))
    runs.set_theme(DARK)
    runs.show_groups(())
    assert said == []


def test_thousands_of_runs_are_updated_in_place(qtbot: QtBot, runs: RunList) -> None:
    runs.show_groups((group(0, 2048), group(1, 2048)))
    model = runs.tree.model()
    resets: list[str] = []
    model.modelReset.connect(lambda: resets.append("reset"))
    model.layoutChanged.connect(lambda: resets.append("layout"))
    model.rowsInserted.connect(lambda: resets.append("rows"))
    runs.show_groups((group(0, 2048, "0.5"), group(1, 2048, "0.6")))
    assert resets == []
    assert model.rowCount(model.index(1, 0)) == 2048


def test_a_right_click_on_a_run_offers_its_best_step_and_on_a_loss_it_does_not(runs: RunList) -> None:
    runs.show_groups((group(0, 3), group(1, 3)))
    wanted: list[int] = []
    runs.best_wanted.connect(wanted.append)

    def actions(index: QModelIndex) -> dict[str, QAction]:
        runs.tree.customContextMenuRequested.emit(runs.tree.visualRect(index).center())
        (menu,) = [menu for menu in runs.findChildren(QMenu) if menu.isVisible()]
        menu.close()
        return {action.text(): action for action in menu.actions()}

    best = actions(runs.index_of_run(101))["Look at its best step"]
    best.trigger()
    assert wanted == [101]
    assert "Look at its best step" not in actions(runs.index_of_run(101).parent())
    assert wanted == [101]
