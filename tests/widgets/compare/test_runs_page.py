"""The page of stored runs: what it shows, and what a person's acts come to in the store."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from lab.comparing.table_choices import TableChoices
from lab.curves import Curves
from lab.problems import Problem
from lab.store.store import Store
from tests.lab.comparing.stored_rows import FakeStore, experiment, many, run
from tests.lab.recorded_runs import tiny_config
from tests.lab.store.kept import Kept
from widgets.compare.runs_model import GroupEntry
from widgets.compare.runs_notice import LASTS
from widgets.compare.runs_page import RunsPage
from widgets.compare.runs_plotted import MOST
from widgets.compare.runs_wiring import RunsWiring
from widgets.theme import DARK, LIGHT


class Stored:
    """An experiment without curves, whose configuration is a word."""

    summary = None
    damaged = False

    def __init__(self, identity: str) -> None:
        self.run_config, self.curves = tiny_config().model_copy(update={"name": identity}), Curves()

    def catch_up(self) -> bool:
        return False


class ConfigStore(FakeStore):
    """A store whose experiments can be opened."""

    def experiment(self, identity):
        return Stored(identity)


class Browser:
    """A page with its wiring on a store in memory."""

    def __init__(self, rows) -> None:
        self.store = ConfigStore(rows)
        self.page = RunsPage(LIGHT)
        self.wiring = RunsWiring(self.store, self.page)
        self.refused: list[Problem] = []
        self.configs: list[object] = []
        self.wiring.refused.connect(self.refused.append)
        self.wiring.config_wanted.connect(self.configs.append)
        self.wiring.follow()

    @property
    def table(self):
        return self.page.table

    def seeds(self) -> list[int]:
        return [self.table.runs.first(row).seed for row in range(self.table.runs.rowCount())]

    def select(self, *seeds: int) -> None:
        self.table.select_keys([row.key for row in self.store.kept if row.seed in seeds])

    def selected(self) -> list[int]:
        return [row.seed for row in self.table.selected_runs()]

    def run_of(self, seed: int):
        return next(row for row in self.store.kept if row.seed == seed)


ROWS = [run(n, loss=n % 2, seed=n + 1, rate=0.1 * (1 + n % 2), accuracy=0.9 - 0.1 * n) for n in range(5)]


@pytest.fixture
def browser(qtbot) -> Browser:
    made = Browser(list(ROWS))
    qtbot.addWidget(made.page)
    made.page.resize(1600, 900)
    made.page.show()
    qtbot.waitExposed(made.page)
    return made


def press(qtbot, browser: Browser, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(browser.table, key, modifier)


# --- showing --------------------------------------------------------------------------------------
def test_runs_are_listed_with_what_differs_first(browser) -> None:
    keys = [column.key for column in browser.table.runs.columns]
    assert keys[:3] == ["starred", "loss", "optimizer.learning_rate"]
    assert browser.seeds() == [1, 2, 3, 4, 5]
    assert browser.page.card.subtitle.full_text() == "5 runs"
    assert browser.table.runs.text(0, keys.index("last.validation_accuracy")) == "90.0\u202f%"


def test_no_runs_yet_is_said_and_what_will_be_here(qtbot) -> None:
    browser = Browser([])
    qtbot.addWidget(browser.page)
    browser.page.show()
    assert browser.page.notice.isVisible() and "No runs yet" in browser.page.notice.words
    browser.store.show(ROWS)
    browser.wiring.follow()
    assert browser.table.isVisible()


def test_a_store_that_cannot_be_read_is_said_and_shown_again_when_it_can(browser) -> None:
    browser.store.problem = Problem("The store cannot be read", "Its folder is gone.")
    browser.store.version += 1
    browser.wiring.follow()
    assert browser.page.notice.isVisible()
    assert browser.page.notice.words == "The store cannot be read Its folder is gone."
    browser.store.problem = None
    browser.wiring.follow()
    assert browser.table.isVisible() and browser.seeds() == [1, 2, 3, 4, 5]


def test_a_run_that_trains_updates_in_place(browser) -> None:
    browser.select(2)
    resets = []
    browser.table.runs.modelReset.connect(lambda: resets.append(1))
    place = [column.key for column in browser.table.runs.columns].index("last.validation_accuracy")
    changed = replace(ROWS[1], last={**ROWS[1].last, "validation_accuracy": 0.123})
    browser.store.show([changed if row.seed == 2 else row for row in ROWS])
    browser.wiring.follow()
    assert browser.table.runs.text(1, place) == "12.3\u202f%"
    assert not resets and browser.selected() == [2]


def test_runs_that_are_removed_while_selected_leave_the_selection(browser) -> None:
    browser.select(2, 4)
    browser.store.show([row for row in ROWS if row.seed != 2])
    browser.wiring.follow()
    assert browser.selected() == [4]
    assert [row.seed for row in browser.page.inspector.rows] == [4]
    browser.store.show([row for row in ROWS if row.seed not in (2, 4)])
    browser.wiring.follow()
    assert browser.selected() == [] and not browser.page.inspector.rows


def test_ten_thousand_runs_are_shown_without_asking_for_more_than_is_seen(qtbot) -> None:
    browser = Browser(many(10_000))
    qtbot.addWidget(browser.page)
    browser.page.resize(1280, 700)
    started = time.process_time()
    browser.page.show()
    qtbot.waitExposed(browser.page)
    browser.page.grab()
    browser.page.filter.setText("seed > 2")
    browser.page.grab()
    browser.table.selectAll()
    assert len(browser.page.inspector.rows) == browser.wiring.table.view.shown == 8000
    assert time.process_time() - started < 6
    assert len(browser.table.runs._texts) < 2000


# --- filter ---------------------------------------------------------------------------------------
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


# --- sorting, columns, groups ---------------------------------------------------------------------
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


# --- acts on runs ---------------------------------------------------------------------------------
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


# --- the panel at the right -----------------------------------------------------------------------
def test_several_runs_stand_side_by_side_with_what_differs(qtbot, browser) -> None:
    browser.select(1, 2)
    inspector = browser.page.inspector
    assert inspector.title == "2 runs" and not inspector.use_button.isVisible()
    assert [line.path for line in inspector.table.diff.lines] == [
        "loss.name",
        "seed",
        "optimizer.learning_rate",
    ]
    qtbot.mouseClick(inspector.fold, Qt.MouseButton.LeftButton)
    assert len(inspector.table.diff.lines) == len(ROWS[0].fields)
    browser.select(1)
    assert inspector.title == "Cross-entropy · seed 1" and inspector.use_button.isVisible()
    assert len(inspector.table.diff.lines) == len(ROWS[0].fields)


def test_many_runs_are_compared_as_far_as_they_fit(qtbot) -> None:
    browser = Browser([run(n, seed=n + 1) for n in range(20)])
    qtbot.addWidget(browser.page)
    browser.table.selectAll()
    assert browser.page.inspector.table.diff.columnCount() == 9
    assert browser.page.inspector._diff_words.full_text() == "first 8 of 20 runs"


# --- what is remembered, appearance ---------------------------------------------------------------
def test_what_was_chosen_comes_back_and_broken_settings_do_not(qtbot, browser) -> None:
    browser.wiring.choose(
        TableChoices(("loss", "seed"), {"seed": 99}, (("seed", True),), "seed > 1", ("loss",))
    )
    browser.page.inspector.hide()
    saved = browser.wiring.saved()
    other = Browser(ROWS)
    qtbot.addWidget(other.page)
    assert "inspector" not in other.page.saved()
    other.wiring.restore(saved)
    assert other.wiring.table.choices == browser.wiring.table.choices
    assert other.page.inspector.isHidden() and other.page.filter.text() == "seed > 1"
    for broken in ({"page": 3}, {"page": {"inspector": 1, "sides": [1, "a"]}}, {"columns": 3, "sort": "x"}):
        other.wiring.restore(broken)
    assert other.wiring.table.choices == TableChoices()


def test_plots_show_what_is_selected_and_everything_where_nothing_is(browser) -> None:
    plots = browser.page.plots
    assert [row.seed for row in plots.rows] == [1, 2, 3, 4, 5]
    browser.select(1, 3)
    assert [row.seed for row in plots.rows] == [1, 3]
    browser.table.clearSelection()
    browser.page.filter.setText("seed > 3")
    assert [row.seed for row in plots.rows] == [4, 5]


def test_runs_picked_in_a_plot_are_selected_and_the_plot_keeps_the_others(browser) -> None:
    plots = browser.page.plots
    browser.select(1, 2, 3)
    plots.runs_picked.emit((ROWS[1].key,))
    assert browser.selected() == [2] and [row.seed for row in plots.rows] == [1, 2, 3]
    browser.store.show([row for row in ROWS if row.seed != 3])
    browser.wiring.follow()
    assert [row.seed for row in plots.rows] == [1, 2]


def test_too_many_runs_are_plotted_only_when_they_are_selected(qtbot) -> None:
    browser = Browser([run(n, seed=n + 1) for n in range(MOST + 1)])
    qtbot.addWidget(browser.page)
    browser.page.show()
    assert browser.page.plots.rows == ()
    browser.page.filter.setText("seed != 1")
    assert len(browser.page.plots.rows) == MOST


def test_hidden_plots_are_told_nothing_until_they_are_shown(qtbot, browser) -> None:
    qtbot.mouseClick(browser.page.plots_button, Qt.MouseButton.LeftButton)
    before = browser.page.plots.rows
    browser.select(2)
    assert browser.page.plots.isHidden() and browser.page.plots.rows == before
    qtbot.mouseClick(browser.page.plots_button, Qt.MouseButton.LeftButton)
    assert [row.seed for row in browser.page.plots.rows] == [2]


def test_a_plot_fills_the_page_and_gives_it_back(qtbot, browser) -> None:
    browser.page.plots.full_asked.emit()
    assert not browser.page.card.isVisible() and browser.page.plots.isVisible()
    qtbot.keyClick(browser.page, Qt.Key.Key_Escape)
    assert browser.page.card.isVisible()


def test_experiments_of_a_real_store_are_browsed_and_used_again(qtbot, tmp_path) -> None:
    store = Store(tmp_path / "store")
    kept = Kept(store)
    identity = kept.finished()
    kept.close()
    page = RunsPage(LIGHT)
    qtbot.addWidget(page)
    wiring = RunsWiring(store, page)
    configs = []
    wiring.config_wanted.connect(configs.append)
    page.show()
    wiring.follow()
    assert page.table.runs.rowCount() == 6 and len(page.plots.rows) == 6
    page.table.selectRow(0)
    page.acts.act("use")
    whole = store.experiment(identity).run_config
    assert [config.name for config in configs] == [whole.name]
    assert len(configs[0].losses) == 1 and configs[0].losses[0].name in {loss.name for loss in whole.losses}
    page.acts.act("star")
    assert [row.starred for row in store.runs()] == [True, *[False] * 5]
    store.close()


def test_a_narrow_page_begins_without_the_panel_and_gives_it_when_asked(qtbot) -> None:
    browser = Browser(ROWS)
    qtbot.addWidget(browser.page)
    browser.page.resize(1280, 700)
    browser.page.show()
    assert browser.page.inspector.isHidden()
    browser.select(1)
    press(qtbot, browser, Qt.Key.Key_N)
    assert browser.page.inspector.isVisible()
    qtbot.mouseClick(browser.page.side_button, Qt.MouseButton.LeftButton)
    browser.page.hide()
    browser.page.show()
    assert browser.page.inspector.isHidden()


def test_both_appearances_paint_every_kind_of_row(browser) -> None:
    statuses = ("diverged", "target", "stopped", "running", "interrupted")
    browser.store.show(
        [
            replace(row, status=word, end_step=7, starred=True)
            for row, word in zip(ROWS, statuses, strict=True)
        ]
    )
    browser.wiring.choose(TableChoices(group_by=("loss",)))
    browser.wiring.follow()
    browser.table.toggle_all(True)
    before = browser.page.grab().toImage()
    browser.page.set_theme(DARK)
    assert browser.page.grab().toImage() != before


def test_everything_a_person_acts_on_has_a_name(browser) -> None:
    page = browser.page
    inspector, popover = page.inspector, page.columns
    for widget in (
        page, page.filter, page.table, page.side_button, inspector, inspector.note, inspector.tags,
        inspector.table, popover.list, popover.search,
    ):  # fmt: skip
        assert widget.accessibleName(), widget
    assert "Cross-entropy" in page.table.runs.data(
        page.table.runs.index(0, 1), Qt.ItemDataRole.AccessibleTextRole
    )


def test_experiments_that_are_named_alike_stay_apart(qtbot) -> None:
    rows = [run(0, experiment(n, name="Digits"), seed=1) for n in range(3)]
    browser = Browser(rows)
    qtbot.addWidget(browser.page)
    browser.table.select_keys([rows[1].key])
    assert [row.key for row in browser.table.selected_runs()] == [rows[1].key]
