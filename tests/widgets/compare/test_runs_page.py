"""The page of stored runs shows what the store has, and is found again as it was left."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import Qt

from lab.comparing.table_choices import TableChoices
from lab.problems import Problem
from lab.store.store import Store
from tests.lab.comparing.stored_rows import experiment, many, run
from tests.lab.store.kept import Kept
from tests.widgets.compare.runs_browser import ROWS, Browser, press
from widgets.compare.runs_page import RunsPage
from widgets.compare.runs_wiring import RunsWiring
from widgets.theme import DARK, LIGHT


# --- showing ----------------------------------------------------------------------------------------
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


# --- the panel at the right -------------------------------------------------------------------------
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


# --- what is remembered, appearance -----------------------------------------------------------------
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
