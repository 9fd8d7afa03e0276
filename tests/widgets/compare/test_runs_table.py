"""Stored runs are filtered, sorted, grouped and put in columns."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from lab.comparing.table_choices import TableChoices
from tests.lab.comparing.stored_rows import experiment, run
from tests.widgets.compare.runs_browser import ROWS, press
from widgets.compare.runs_model import GroupEntry


# --- filter -----------------------------------------------------------------------------------------
def test_the_filter_works_while_it_is_typed_and_says_what_is_wrong(qtbot, browser) -> None:
    qtbot.keyClicks(browser.page.filter, "seed >= 4")
    assert browser.seeds() == [4, 5]
    assert browser.page.card.subtitle.full_text() == "2 of 5 runs by this expression"
    qtbot.keyClicks(browser.page.filter, " and")
    assert browser.seeds() == [4, 5] and browser.page.message.isVisible()
    assert "Character 14" in browser.page.message.full_text()
    assert browser.page.filter.property("error")
    browser.page.filter.setText("sed > 1")
    assert "Did you mean seed?" in browser.page.message.full_text()
    qtbot.keyClick(browser.page.filter, Qt.Key.Key_Escape)
    assert browser.seeds() == [1, 2, 3, 4, 5] and not browser.page.message.isVisible()


def test_a_filter_that_lets_nothing_through_says_so_and_offers_all_runs(qtbot, browser) -> None:
    browser.page.filter.setText("no such words")
    assert browser.page.notice.isVisible() and "None of the 5 runs" in browser.page.notice.words
    qtbot.mouseClick(browser.page.notice.button, Qt.MouseButton.LeftButton)
    assert browser.seeds() == [1, 2, 3, 4, 5] and browser.page.filter.text() == ""


def test_down_goes_from_the_filter_to_the_runs(qtbot, browser) -> None:
    browser.page.filter.setFocus()
    qtbot.keyClick(browser.page.filter, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is browser.table
    assert browser.table.currentIndex().row() == 0


def test_ctrl_f_goes_to_the_filter(qtbot, browser) -> None:
    browser.page.filter.setText("seed > 1")
    browser.table.setFocus()
    press(qtbot, browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is browser.page.filter
    assert browser.page.filter.selectedText() == "seed > 1"


def test_the_keyboard_begins_where_something_can_be_done(browser) -> None:
    browser.page.setFocus()
    assert QApplication.focusWidget() is browser.table
    browser.page.filter.setText("no such words")
    browser.page.setFocus()
    assert QApplication.focusWidget() is browser.page.filter


def test_the_runs_of_a_sweep_or_race_can_be_shown_alone(browser) -> None:
    race = experiment(7, kind="race", group="g7", role="final")
    browser.store.show([*ROWS, run(0, race, seed=9)])
    browser.wiring.follow()
    browser.wiring.show_filtered('group == "g7"')
    assert browser.seeds() == [9] and browser.page.filter.text() == 'group == "g7"'


# --- sorting, columns, groups -----------------------------------------------------------------------
def test_a_title_sorts_the_other_way_and_not_at_all(browser) -> None:
    number = [column.key for column in browser.table.runs.columns].index("seed")
    clicked = browser.table.horizontalHeader().sectionClicked
    clicked.emit(number)
    assert browser.seeds() == [5, 4, 3, 2, 1] and browser.table.runs.title(number) == "Seed ↓"
    clicked.emit(number)
    assert browser.seeds() == [1, 2, 3, 4, 5] and browser.table.runs.title(number) == "Seed ↑"
    clicked.emit(number)
    assert browser.wiring.table.choices.sort == () and browser.table.runs.title(number) == "Seed"


def test_a_second_column_can_decide_among_equals(browser) -> None:
    browser.table.sort_pressed.emit("loss", False)
    browser.table.sort_pressed.emit("seed", True)
    assert browser.wiring.table.choices.sort == (("loss", False), ("seed", True))
    assert browser.seeds() == [4, 2, 5, 3, 1]
    browser.table.sort_pressed.emit("loss", True)
    assert browser.seeds() == [5, 3, 1, 4, 2]
    browser.table.sort_pressed.emit("loss", True)
    assert browser.wiring.table.choices.sort == (("seed", True),)


def test_columns_that_are_dragged_stay_where_they_were_put(browser) -> None:
    head = browser.table.horizontalHeader()
    keys = [column.key for column in browser.table.runs.columns]
    head.moveSection(3, 1)
    moved = [column.key for column in browser.table.runs.columns]
    assert moved == [keys[0], keys[3], keys[1], keys[2], *keys[4:]]
    assert [head.logicalIndex(place) for place in range(len(keys))] == list(range(len(keys)))
    head.resizeSection(1, 222)
    assert browser.wiring.table.choices.widths == {moved[1]: 222}
    browser.wiring.choose(replace(browser.wiring.table.choices, sort=(("seed", True),)))
    assert browser.table.columnWidth(1) == 222


def test_columns_are_chosen_from_a_list_with_a_search(qtbot, browser) -> None:
    popover = browser.page.columns
    browser.page.open_columns()
    assert popover.titles[0] == "Differ between the runs shown" and popover.automatic.isChecked()
    qtbot.keyClicks(popover.search, "batch")
    assert popover.titles == ["Configuration", "Batch size"]
    popover.list.setCurrentIndex(popover.list.model().index(1, 0))
    qtbot.keyClick(popover.list, Qt.Key.Key_Space)
    assert browser.table.runs.columns[-1].key == "training.batch_size"
    assert not popover.automatic.isChecked()
    qtbot.keyClick(popover.list, Qt.Key.Key_Space)
    assert "training.batch_size" not in [column.key for column in browser.table.runs.columns]
    qtbot.mouseClick(popover.automatic, Qt.MouseButton.LeftButton, pos=QPoint(8, 12))
    assert browser.wiring.table.choices.columns is None
    popover.search.setText("no such column")
    assert popover.titles == [] and popover._nothing.isVisible()


def test_groups_stand_folded_and_unfold_by_key_and_pointer(qtbot, browser) -> None:
    browser.wiring.choose(TableChoices(group_by=("loss",)))
    runs = browser.table.runs
    assert runs.rowCount() == 2 and runs.text(1, 0) == "Cross-entropy"
    assert browser.page.card.subtitle.full_text() == "5 runs, 2 groups"
    browser.table.setCurrentIndex(runs.index(1, 0))
    press(qtbot, browser, Qt.Key.Key_Right)
    assert runs.rowCount() == 5 and browser.seeds()[2:] == [1, 3, 5]
    assert browser.table.currentIndex().row() == 1
    press(qtbot, browser, Qt.Key.Key_Left)
    assert runs.rowCount() == 2
    corner = browser.table.visualRect(runs.index(0, 0)).center()
    corner.setX(8)
    qtbot.mouseClick(browser.table.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    entry = runs.entry(0)
    assert isinstance(entry, GroupEntry) and entry.is_open and runs.rowCount() == 4


def test_a_group_stays_unfolded_and_selected_while_runs_are_added(browser) -> None:
    browser.wiring.choose(TableChoices(group_by=("loss",)))
    browser.table.toggle([1])
    browser.table.selectRow(1)
    assert len(browser.table.selected_runs()) == 3
    browser.store.show([*ROWS, run(9, loss=0, seed=9)])
    browser.wiring.follow()
    assert browser.table.runs.rowCount() == 6 and len(browser.table.selected_runs()) == 4


def test_what_runs_are_grouped_by_is_chosen_in_a_menu(browser) -> None:
    browser.page.group_button.click()
    menu = browser.page.findChild(QMenu)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words[:2] == ["No groups", "Learning rate"] and "Show median and quartiles" in words
    next(action for action in menu.actions() if action.text() == "Learning rate").trigger()
    menu.hide()
    assert browser.wiring.table.choices.group_by == ("optimizer.learning_rate",)
    assert browser.page.group_button.text() == "Group by learning rate"
