"""The page of all stored runs: a table with filter, groups and columns, and the selected runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from lab.comparing.table import TableView, count_words
from lab.comparing.table_choices import TableChoices
from lab.problems import Problem
from widgets.compare.columns_popover import ColumnsPopover
from widgets.compare.entry_card import EntryCard
from widgets.compare.plots_panel import ComparePlots
from widgets.compare.run_inspector import RunInspector
from widgets.compare.runs_acting import RunsActing
from widgets.compare.runs_filter import FilterField, FilterMessage
from widgets.compare.runs_menu import add_column_acts, column_menu, group_menu, group_words, runs_menu
from widgets.compare.runs_notice import NoteBar, RunsNotice
from widgets.compare.runs_plotted import PlottedRuns
from widgets.compare.runs_table import RunsTable
from widgets.controls import IconButton
from widgets.explore.view_card import ViewCard
from widgets.theme import Theme

INSPECTOR = 320
"""Its width at first."""
ROOMY = 1400
"""From this width on the inspector is open at first."""


class RunsPage(QWidget):
    """Shows what `show_table` is given; what a person did comes out as signals."""

    choices_changed = Signal(object)
    """A person chose to see something else: `TableChoices`."""
    undo_pressed = Signal()
    seen = Signal()
    """It came into sight."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._placed = False
        self._choices = TableChoices()
        self._view = TableView()
        self._keys: tuple[str, ...] = ()
        self.setAccessibleName("Stored runs")
        self.clear = IconButton("close", "Show all runs", shortcut="Esc")
        self.filter = FilterField()
        self.message = FilterMessage()
        self.group_button = QPushButton("Group by")
        self.group_button.setToolTip("Put runs with equal values together")
        self.columns_button = QPushButton("Columns")
        self.columns_button.setToolTip("Choose the columns of the table")
        self.plots_button = IconButton("plot", "Show or hide the plots")
        self.side_button = IconButton("panel_right", "Show or hide what is known of the selected runs")
        self.table = RunsTable(theme)
        self.notice = RunsNotice()
        self.note = NoteBar()
        self.inspector = RunInspector(theme)
        self.plots = ComparePlots(theme)
        self.columns = ColumnsPopover(self, theme)
        self.entry = EntryCard(self, theme)
        self.card = ViewCard("Runs")
        self._stack = QStackedWidget()
        self.upright = QSplitter(Qt.Orientation.Vertical)
        self.sides = QSplitter(Qt.Orientation.Horizontal)
        self.acts = RunsActing(self.table, self.inspector, self.entry, self)
        self._plotted = PlottedRuns(self.plots, self.table)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.show_table(self._view, self._choices, ())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for control in (
            self.filter, self.clear, self.group_button, self.columns_button, self.plots_button,
            self.side_button,
        ):  # fmt: skip
            head.addWidget(control)
        self.filter.setFixedWidth(320)
        tools = QWidget()
        tools.setLayout(head)
        head.setContentsMargins(0, 0, 0, 0)
        self.card.add_control(tools)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.notice)
        self.card.body.addWidget(self.message)
        self.card.body.addSpacing(4)
        self.card.body.addWidget(self._stack, 1)
        self.card.body.addWidget(self.note)
        self.upright.addWidget(self.plots)
        self.upright.addWidget(self.card)
        self.upright.setSizes([580, 420])
        self.upright.setChildrenCollapsible(False)
        self.upright.setHandleWidth(12)
        left = QWidget()
        around = QVBoxLayout(left)
        around.setContentsMargins(12, 12, 12, 12)
        around.addWidget(self.upright)
        self.sides.addWidget(left)
        self.sides.addWidget(self.inspector)
        self.sides.setStretchFactor(0, 1)
        self.sides.setStretchFactor(1, 0)
        self.sides.setChildrenCollapsible(False)
        self.sides.setHandleWidth(1)
        self.sides.setSizes([10_000, INSPECTOR])
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.sides)

    def _connect(self) -> None:
        self.filter.textChanged.connect(lambda text: self._choose(filter=text))
        self.filter.left.connect(self._enter_table)
        self.group_button.clicked.connect(self._open_groups)
        self.columns_button.clicked.connect(self.open_columns)
        self.plots_button.clicked.connect(lambda: self._plotted.show_plots(self.plots.isHidden()))
        self.plots.full_asked.connect(self._show_full)
        self.side_button.clicked.connect(lambda: self.inspector.setVisible(self.inspector.isHidden()))
        self.columns.chosen.connect(lambda keys: self._choose(columns=keys))
        self.table.selection_changed.connect(self._selected)
        self.table.act_wanted.connect(self.act)
        self.table.sort_pressed.connect(self._sort)
        self.table.columns_moved.connect(self._columns_moved)
        self.table.width_changed.connect(
            lambda key, width: self._choose(widths={**self._choices.widths, key: width})
        )
        self.table.menu_wanted.connect(self._open_menu)
        self.clear.clicked.connect(self.filter.clear)
        self.notice.pressed.connect(self.filter.clear)
        self.note.undo_pressed.connect(self.undo_pressed)

    def showEvent(self, event: QShowEvent) -> None:
        """Say so; leave the room to plots and table at first where there is little."""
        super().showEvent(event)
        if not self._placed:
            self._placed = True
            self.inspector.setVisible(self.width() >= ROOMY)
        self.seen.emit()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for part in (
            self.clear, self.plots, self.plots_button, self.side_button, self.table, self.inspector,
            self.columns, self.entry,
        ):  # fmt: skip
            part.set_theme(theme)

    # --- state in -----------------------------------------------------------------------------------
    def show_table(self, view: TableView, choices: TableChoices, keys: Sequence[str]) -> None:
        """Show runs as a person chose to see them; ``keys`` are all columns that there are."""
        self._view, self._choices, self._keys = view, choices, tuple(keys)
        self.filter.show_text(choices.filter)
        self.message.show_problem(self.filter, view.problem)
        self.clear.setVisible(bool(choices.filter))
        self.table.show_view(view, choices.statistic, choices.sort, choices.widths)
        self.card.show_titles("Runs", count_words(view))
        self.group_button.setText(group_words(choices.group_by))
        shown = [column.key for column in view.columns]
        automatic = choices.columns is None
        self.columns.show_columns(self._keys, shown, view.differing, automatic=automatic)
        if not len(view.rows):
            self.notice.show_empty()
        elif not view.shown:
            self.notice.show_no_match(len(view.rows))
        self._stack.setCurrentWidget(self.table if view.shown else self.notice)
        self.setFocusProxy(self.table if view.shown else self.filter)
        self.inspector.show_rows(self.table.selected_runs())
        self._plotted.show_view(view)

    def show_problem(self, problem: Problem) -> None:
        """Say why the store cannot be read, in place of the runs, until `show_table` is called."""
        self.notice.show_problem(problem)
        self._stack.setCurrentWidget(self.notice)

    def show_done(self, words: str, *, undoable: bool) -> None:
        """Say what was done, with a way to take it back."""
        self.note.show_note(words, undoable=undoable)

    def _selected(self) -> None:
        rows = self.table.selected_runs()
        self.inspector.show_rows(rows)
        self._plotted.select(rows)

    def _show_full(self) -> None:
        """Let the plot fill the page, or the table come back."""
        full = not self.card.isHidden()
        self.card.setVisible(not full)
        self.plots.set_full(full)

    # --- what is remembered -----------------------------------------------------------------------
    def saved(self) -> dict[str, Any]:
        """Return how the page is divided, as JSON-able data."""
        # a page that was never shown has not decided yet whether there is room for the inspector
        inspector = {"inspector": not self.inspector.isHidden()} if self._placed else {}
        return {
            **inspector,
            "sides": self.sides.sizes(),
            "plots_shown": not self.plots.isHidden(),
            "heights": self.upright.sizes(),
            "plots": self.plots.saved(),
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take over how the page was divided; what does not fit is left out."""
        if isinstance(stored.get("inspector"), bool):
            self._placed = True
            self.inspector.setVisible(stored["inspector"])
        if isinstance(stored.get("plots_shown"), bool):
            self._plotted.show_plots(stored["plots_shown"])
        for name, splitter in (("sides", self.sides), ("heights", self.upright)):
            sizes = stored.get(name)
            if _are_sizes(sizes):
                splitter.setSizes(sizes)
        plots = stored.get("plots")
        self.plots.restore(plots if isinstance(plots, Mapping) else {})

    # --- a person's acts ------------------------------------------------------------------------------
    def _choose(self, **changes: Any) -> None:
        self.choices_changed.emit(replace(self._choices, **changes))

    def _enter_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.table.currentIndex().isValid() and self.table.runs.rowCount():
            self.table.setCurrentIndex(self.table.runs.index(0, 0))

    def _sort(self, key: str, adding: bool) -> None:
        column = next(number for number, part in enumerate(self.table.runs.columns) if part.key == key)
        largest_first = self.table.runs.is_number(column) or key in ("created", "starred", "reached")
        self.choices_changed.emit(self._choices.sorted_by(key, adding=adding, largest_first=largest_first))

    def _columns_moved(self, keys: tuple[str, ...]) -> None:
        shown = tuple(column.key for column in self._view.columns)
        self.choices_changed.emit(self._choices.with_columns(keys, shown))

    def _open_groups(self) -> None:
        menu = group_menu(
            self, self._choices, self._keys, self._view.differing, self.choices_changed.emit,
            self.table.toggle_all,
        )  # fmt: skip
        menu.popup(self.group_button.mapToGlobal(QPoint(0, self.group_button.height() + 2)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+F goes to the filter; Esc gives the room of a full plot back to the table."""
        if event.matches(QKeySequence.StandardKey.Find):
            self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.filter.selectAll()
        elif event.key() == Qt.Key.Key_Escape and self.card.isHidden():
            self._show_full()
        else:
            super().keyPressEvent(event)

    def open_columns(self) -> None:
        """Open the chooser of columns."""
        self.columns.open_with_search(self.columns_button)

    def _open_menu(self, key: str, place: QPoint) -> None:
        head, _, column = key.partition(":")
        if head == "header":
            column_menu(self, column, self.act).popup(place)
            return
        rows = self.table.selected_runs()
        menu = runs_menu(self, self._theme, rows, self.act)
        add_column_acts(menu, key, self.act)
        menu.popup(place)

    def act(self, what: str) -> None:
        """Do something with the selected runs or with a column, as menus and keys name it."""
        verb, _, about = what.partition(":")
        if verb in ("ascending", "descending"):
            self._choose(sort=((about, verb == "descending"),))
        elif verb == "group":
            if about not in self._choices.group_by:
                self._choose(group_by=(*self._choices.group_by, about))
        elif verb == "hide":
            columns = (column.key for column in self._view.columns)
            self._choose(columns=tuple(key for key in columns if key != about))
        elif verb == "columns":
            self.open_columns()
        else:
            self.acts.act(what)


def _are_sizes(stored: object) -> TypeGuard[list[int]]:
    return (
        isinstance(stored, list)
        and len(stored) == 2
        and all(type(size) is int and size > 0 for size in stored)
    )
