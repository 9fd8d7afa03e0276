"""What a person's acts on stored runs come to in the store."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from lab.comparing.table_choices import TableChoices
from tests.widgets.compare.runs_browser import ROWS, press
from widgets.compare.runs_notice import LASTS


def test_keys_star_recolour_and_delete_what_is_selected(qtbot, browser) -> None:
    browser.select(2, 3)
    press(qtbot, browser, Qt.Key.Key_S)
    assert [row.seed for row in browser.store.kept if row.starred] == [2, 3]
    press(qtbot, browser, Qt.Key.Key_S)
    assert not any(row.starred for row in browser.store.kept)
    press(qtbot, browser, Qt.Key.Key_5)
    assert browser.run_of(2).colour == 5 == browser.run_of(3).colour
    press(qtbot, browser, Qt.Key.Key_0)
    assert browser.run_of(2).colour is None
    press(qtbot, browser, Qt.Key.Key_Delete)
    assert browser.seeds() == [1, 4, 5] and browser.page.note.words == "2 runs deleted"
    qtbot.mouseClick(browser.page.note.undo, Qt.MouseButton.LeftButton)
    assert sorted(browser.seeds()) == [1, 2, 3, 4, 5]
    browser.wiring.redo()
    assert browser.seeds() == [1, 4, 5]
    browser.wiring.undo()
    browser.wiring.undo()
    assert browser.run_of(2).colour == 5
    assert browser.page.note.words == "Undone: 2 runs recoloured"


def test_keys_without_a_selection_do_nothing(qtbot, browser) -> None:
    for key in (Qt.Key.Key_S, Qt.Key.Key_Delete, Qt.Key.Key_3, Qt.Key.Key_U, Qt.Key.Key_T):
        press(qtbot, browser, key)
    assert browser.store.version == 0 and not browser.configs and browser.page.entry.isHidden()


def test_the_note_about_a_deletion_goes_after_a_while(browser) -> None:
    browser.select(1)
    browser.page.act("delete")
    for _ in range(LASTS):
        browser.wiring.follow()
        assert browser.page.note.isVisible()
    browser.wiring.follow()
    assert not browser.page.note.isVisible()


def test_a_star_is_set_by_a_click_without_selecting(qtbot, browser) -> None:
    place = browser.table.visualRect(browser.table.runs.index(1, 0)).center()
    qtbot.mouseClick(browser.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert browser.run_of(2).starred and browser.selected() == []


def test_tags_of_several_runs_are_given_and_taken_together(qtbot, browser) -> None:
    browser.store.annotate([ROWS[0].key], add_tags=("own",))
    browser.wiring.follow()
    browser.select(1, 2)
    press(qtbot, browser, Qt.Key.Key_T)
    assert browser.page.entry.isVisible() and browser.page.entry.field.text() == ""
    qtbot.keyClicks(browser.page.entry.field, "paper, best , paper")
    qtbot.keyClick(browser.page.entry.field, Qt.Key.Key_Return)
    assert browser.run_of(1).tags == ("own", "paper", "best") and browser.run_of(2).tags == ("paper", "best")
    assert browser.page.inspector.tags.text() == "paper, best"
    browser.page.inspector.tags.setText("best")
    browser.page.inspector.tags.editingFinished.emit()
    assert browser.run_of(1).tags == ("own", "best") and browser.run_of(2).tags == ("best",)
    browser.wiring.undo()
    assert set(browser.run_of(1).tags) == {"own", "paper", "best"}


def test_runs_are_renamed_and_esc_renames_nothing(qtbot, browser) -> None:
    browser.select(3)
    press(qtbot, browser, Qt.Key.Key_F2)
    entry = browser.page.entry
    assert next(label.text() for label in entry.findChildren(QLabel) if label.text()) == "Name of 1 run"
    qtbot.keyClicks(entry.field, "Mine")
    qtbot.keyClick(entry, Qt.Key.Key_Escape)
    assert browser.run_of(3).name == "" and entry.isHidden()
    press(qtbot, browser, Qt.Key.Key_F2)
    qtbot.keyClicks(entry.field, "Mine")
    qtbot.mouseClick(entry.button, Qt.MouseButton.LeftButton)
    assert browser.run_of(3).name == "Mine" and browser.page.inspector.title == "Mine"


def test_a_note_is_kept_when_the_keyboard_leaves_it(qtbot, browser) -> None:
    browser.select(3)
    press(qtbot, browser, Qt.Key.Key_N)
    note = browser.page.inspector.note
    assert QApplication.focusWidget() is note
    qtbot.keyClicks(note, "Too slow")
    browser.store.show(browser.store.kept)
    browser.wiring.follow()
    assert note.toPlainText() == "Too slow", "a change of the store takes nothing from what is typed"
    browser.table.setFocus()
    assert browser.run_of(3).note == "Too slow"


def test_a_note_being_written_is_kept_when_another_run_is_selected(qtbot, browser) -> None:
    browser.select(3)
    browser.page.inspector.note.setPlainText("half a thought")
    browser.select(4)
    assert browser.run_of(3).note == "half a thought" and browser.run_of(4).note == ""
    assert browser.page.inspector.note.toPlainText() == ""


def test_what_the_store_refuses_is_said_and_nothing_changes(browser) -> None:
    browser.select(1)
    browser.store.kept = [row for row in browser.store.kept if row.seed != 1]
    browser.page.act("star")
    assert [problem.title for problem in browser.refused] == ["The store has no such run"]
    assert not browser.wiring.acts.can_undo


def test_parameters_of_a_run_are_wanted_by_button_and_key(qtbot, browser) -> None:
    browser.select(2)
    qtbot.mouseClick(browser.page.inspector.use_button, Qt.MouseButton.LeftButton)
    press(qtbot, browser, Qt.Key.Key_U)
    assert [(config.name, len(config.losses)) for config in browser.configs] == [("e00000", 1)] * 2


def test_rows_are_copied_as_a_spreadsheet_takes_them(qtbot, browser) -> None:
    browser.wiring.choose(TableChoices(columns=("loss", "seed")))
    browser.select(1, 2)
    press(qtbot, browser, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Loss\tSeed\nCross-entropy\t1\nBrier, sum\t2"


def test_the_menu_of_runs_and_of_a_column_do_what_they_say(browser) -> None:
    browser.select(1, 2)
    browser.table.menu_wanted.emit("seed", QPoint(10, 10))
    menu = browser.page.findChild(QMenu)
    words = {action.text().partition("\t")[0]: action for action in menu.actions() if action.text()}
    assert "Delete 2 runs" in words and "Use these parameters" not in words
    words["Group by Seed"].trigger()
    assert browser.wiring.table.choices.group_by == ("seed",)
    words["Hide Seed"].trigger()
    assert "seed" not in (browser.wiring.table.choices.columns or ("seed",))
    words["Sort by Seed, largest first"].trigger()
    assert browser.wiring.table.choices.sort == (("seed", True),)
    menu.hide()
