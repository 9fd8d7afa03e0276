"""Which runs the plots above the table show."""

from __future__ import annotations

from PySide6.QtCore import QObject

from lab.comparing.table import TableView
from lab.store.rows import RunKey, RunRow
from widgets.compare.plots_panel import ComparePlots
from widgets.compare.runs_table import RunsTable

MOST = 200
"""Runs that are plotted without being asked for."""


class PlottedRuns(QObject):
    """Gives plots the runs selected in a table or, where none is and they are few, all of them.

    Runs that are picked in a plot are selected in the table, and the plot goes on to show the others, too.

    Parameters
    ----------
    plots, table
        What is joined.
    """

    def __init__(self, plots: ComparePlots, table: RunsTable) -> None:
        super().__init__(plots)
        self._plots, self._table = plots, table
        self._view = TableView()
        self._chosen: frozenset[RunKey] | None = None
        self._picking = False
        plots.runs_picked.connect(self._pick)

    def show_view(self, view: TableView) -> None:
        """Take over what the table shows now."""
        self._view = view
        if self._chosen is not None:
            self._chosen &= {row.key for row in view.rows}
        self._show()

    def select(self, rows: tuple[RunRow, ...]) -> None:
        """Take over what is selected in the table."""
        if not self._picking:
            self._chosen = frozenset(row.key for row in rows)
            self._show()
        self._plots.show_picked(row.key for row in rows)

    def _show(self) -> None:
        if self._plots.isHidden():
            return
        view = self._view
        shown: tuple[RunRow, ...] = ()
        if self._chosen:
            shown = tuple(row for row in view.rows if row.key in self._chosen)
        elif view.shown <= MOST:
            shown = tuple(view.rows[place] for place in view.order)
        self._plots.show_runs(shown)

    def show_plots(self, visible: bool) -> None:
        """Show or hide the plots; hidden ones cost nothing."""
        self._plots.setVisible(visible)
        self._show()

    def _pick(self, keys: tuple[RunKey, ...]) -> None:
        self._picking = True
        try:
            self._table.select_keys(keys)
        finally:
            self._picking = False
