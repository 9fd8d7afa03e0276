"""The plots of chosen runs: curves, scatter and parallel coordinates, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from lab.comparing.curves_source import CurveShelf, StoredCurves
from lab.problems import Problem
from lab.store.rows import RunKey, RunRow
from widgets.compare.curves_view import CurvesView
from widgets.compare.parallel_view import ParallelView
from widgets.compare.scatter_view import ScatterView
from widgets.controls import ElidedLabel, IconButton, below
from widgets.explore.figure_files import FigureFiles
from widgets.segments import Segments
from widgets.theme import Theme, set_kind

VIEWS = (
    ("curves", "Curves", "What was recorded while runs trained"),
    ("scatter", "Scatter", "Any two things known of runs against each other"),
    ("parallel", "Parallel", "Several things known of runs, an axis each"),
)


PATIENCE = 0.1
"""Seconds that the window reads curves at once."""
READ_ON = QEvent.Type(QEvent.registerEventType())


class ComparePlots(QWidget):
    """Shows the runs it is given; gives out those that a person picks in a plot.

    Parameters
    ----------
    theme
        Its appearance.
    find
        Returns a stored experiment: ``store.experiment``. Without it, `set_source` must be called.
    """

    runs_picked = Signal(object)
    """Keys of the runs that a person picked in a plot, a tuple; empty for none."""
    changed = Signal()
    """A person chose another view or other options: `saved` has changed."""
    full_asked = Signal()
    """The plot shall fill the page, or not any more."""
    written = Signal(str)
    """A figure or table was written: a sentence."""
    refused = Signal(object)
    """A `Problem` with a figure or table."""

    def __init__(
        self,
        theme: Theme,
        find: Callable[[str], StoredCurves] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._rows: tuple[RunRow, ...] = ()
        self._shelf: CurveShelf | None = None
        self._unread = 0
        self.views = Segments(VIEWS)
        self.views.setAccessibleName("Plots of runs")
        self.foot = ElidedLabel("", self, kind="subtitle")
        self.export = IconButton("export", "Export this plot", self)
        self.curves = CurvesView(theme, self)
        self.scatter = ScatterView(theme, self)
        self.parallel = ParallelView(theme, self)
        self.stack = QStackedWidget(self)
        for view in (self.curves, self.scatter, self.parallel):
            self.stack.addWidget(view)
        self.files = FigureFiles(self, "compare")
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(12)
        head.addWidget(self.views)
        head.addWidget(self.foot, 1)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.stack, 1)

        self.views.chosen.connect(self._choose_view)
        self.export.clicked.connect(lambda: self.export_menu().popup(below(self.export)))
        self.curves.drawn.connect(self._say)
        self.curves.card.full_asked.connect(self.full_asked)
        self.curves.card.copy_asked.connect(self.copy_figure)
        self.curves.card.export_asked.connect(lambda: self.files.ask_figure(self.curves, "curves"))
        for part in (self.curves, self.scatter, self.parallel):
            part.choices_changed.connect(self._say)
            part.choices_changed.connect(self.changed)
        for painted in (self.scatter, self.parallel):
            painted.runs_picked.connect(self._pick)
        self.files.written.connect(self._tell_written)
        self.files.refused.connect(self._tell_refused)
        if find is not None:
            self.set_source(find)
        self.set_theme(theme)
        self._say()

    # --- state in, silent ---------------------------------------------------------------------------
    def set_source(self, find: Callable[[str], StoredCurves]) -> None:
        """Say where the curves of an experiment are found: ``store.experiment``."""
        self._shelf = CurveShelf(find)
        self.show_runs(self._rows)

    def show_runs(self, rows: Sequence[RunRow]) -> None:
        """Show these runs; curves of experiments that went on are read on. Cheap where nothing changed."""
        self._rows = tuple(rows)
        self._show_view()

    def show_picked(self, keys: Iterable[RunKey]) -> None:
        """Let these runs stand out among the points and lines."""
        chosen = tuple(keys)
        self.scatter.show_picked(chosen)
        self.parallel.show_picked(chosen)

    def set_full(self, full: bool) -> None:
        """Say whether the plot fills the page."""
        self.curves.card.set_full(full)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.export.set_theme(theme)
        for part in (self.curves, self.scatter, self.parallel):
            part.set_theme(theme)

    def saved(self) -> dict[str, Any]:
        """Return view and options as plain values."""
        return {
            "view": self.views.current,
            "curves": self.curves.saved(),
            "scatter": self.scatter.saved(),
            "parallel": self.parallel.saved(),
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take saved view and options; what does not fit keeps its default."""
        for name, view in (("curves", self.curves), ("scatter", self.scatter), ("parallel", self.parallel)):
            part = stored.get(name)
            if isinstance(part, Mapping):
                view.restore(part)
        if stored.get("view") in {key for key, _, _ in VIEWS}:
            self.views.set_current(str(stored["view"]))
        self._show_view()

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The runs shown."""
        return self._rows

    @property
    def problem(self) -> Problem | None:
        """What is wrong with the curves, if anything: an expression, or a file that cannot be read."""
        if self.views.current != "curves" or not self._rows:
            return None
        if self.curves.problem is not None:
            return self.curves.problem
        return None if self._shelf is None else next(iter(self._shelf.problems.values()), None)

    # --- figures ------------------------------------------------------------------------------------
    def copy_figure(self) -> None:
        """Put the shown plot into the clipboard."""
        self.files.copy(self._view())

    def export_menu(self) -> QMenu:
        """Return the menu of what can be written; it deletes itself when closed."""
        menu = QMenu(self)
        name = self.views.current
        for title, act in (
            ("Figure …", lambda: self.files.ask_figure(self._view(), name)),
            ("Copy figure", self.copy_figure),
            ("Numbers as CSV …", lambda: self.files.ask_csv(self._view(), name)),
        ):
            action = menu.addAction(title)
            action.triggered.connect(lambda _=False, act=act: act())
        return menu

    # --- inside -----------------------------------------------------------------------------------
    def _view(self) -> CurvesView | ScatterView | ParallelView:
        if self.views.current == "scatter":
            return self.scatter
        return self.parallel if self.views.current == "parallel" else self.curves

    def _choose_view(self, _name: str) -> None:
        self._show_view()
        self.changed.emit()

    def _show_view(self) -> None:
        """Give the runs to the view that is seen; the others take them when they are."""
        view = self._view()
        if isinstance(view, CurvesView):
            self._read_curves()
        else:
            view.show_runs(self._rows)
        self.stack.setCurrentWidget(view)
        self.export.setEnabled(bool(self._rows))
        self._say()

    def _read_curves(self) -> None:
        """Read curves for a moment; where there are more, go on once the window has done what waits."""
        if self._shelf is None:
            return
        self._unread = self._shelf.follow(self._rows, PATIENCE)
        if self._unread:
            QCoreApplication.postEvent(self, QEvent(READ_ON), Qt.EventPriority.LowEventPriority.value)
        else:
            self.curves.show_runs(self._rows, self._shelf)

    def event(self, event: QEvent) -> bool:
        """Go on reading curves."""
        if event.type() == READ_ON:
            if self._unread and self.views.current == "curves":
                self._read_curves()
                self._say()
            return True
        return super().event(event)

    def _pick(self, keys: tuple[RunKey, ...]) -> None:
        self.show_picked(keys)
        self.runs_picked.emit(keys)

    def _tell_written(self, sentence: str) -> None:
        self._show_foot(f"{sentence}.", wrong=False)
        self.written.emit(sentence)

    def _tell_refused(self, problem: Problem) -> None:
        self._show_foot(str(problem), wrong=True)
        self.refused.emit(problem)

    def _show_foot(self, words: str, *, wrong: bool) -> None:
        self.foot.setText(words)
        set_kind(self.foot, "error" if wrong else "subtitle")

    def _say(self) -> None:
        """Say in one line what is wrong, else what is to be known of the plot."""
        problem = self.problem
        if self._unread and self.views.current == "curves":
            total = len({row.experiment.id for row in self._rows})
            self._show_foot(f"Reading curves: {total - self._unread} of {total} experiments", wrong=False)
        elif problem is not None:
            hint = self.curves.hint if problem is self.curves.problem else problem.body
            words = " ".join(part for part in (f"{problem.title}.", hint) if part)
            more = 0 if self._shelf is None else len(self._shelf.problems) - 1
            self._show_foot(words if more <= 0 else f"{words} {more} more cannot be read whole.", wrong=True)
        else:
            self._show_foot(" · ".join(self._view().sentences) if self._rows else "", wrong=False)
