"""Stored runs in plots: which are plotted, and which are picked there."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.lab.comparing.stored_rows import run
from tests.widgets.compare.runs_browser import ROWS, Browser
from widgets.compare.runs_plotted import MOST


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
