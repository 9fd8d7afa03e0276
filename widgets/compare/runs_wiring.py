"""The run browser's wiring: from the store to the page, and from a person's acts to the store."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from lab.comparing.curves_source import StoredCurves
from lab.comparing.run_acts import RunActs, RunStore, runs_words
from lab.comparing.run_config import config_of_runs
from lab.comparing.table import RunTable
from lab.comparing.table_choices import TableChoices
from lab.config import ExperimentConfig
from lab.problems import Problem, ProblemError
from lab.store.rows import RunRow
from widgets.compare.runs_page import RunsPage


class BrowsedExperiment(StoredCurves, Protocol):
    """The part of `lab.store.experiment.StoredExperiment` that the browser uses."""

    @property
    def run_config(self) -> ExperimentConfig:
        """Its configuration; raises ProblemError where this version does not know something in it."""


class BrowsedStore(RunStore, Protocol):
    """The part of `lab.store.store.Store` that the browser uses."""

    @property
    def version(self) -> Hashable:
        """Something that changes with every change."""

    def runs(self) -> Sequence[RunRow]:
        """Return all runs."""

    def experiment(self, identity: str) -> BrowsedExperiment:
        """Return an experiment."""


class RunsWiring(QObject):
    """Joins a store and a `RunsPage`.

    Parameters
    ----------
    store
        What is browsed.
    page
        Where it is shown.
    """

    show_wanted = Signal(object)
    """The stored experiment that is to be shown in Train."""
    config_wanted = Signal(object)
    """The configuration that is to be put into the form."""
    refused = Signal(object)
    """A `Problem` that a person should read."""

    def __init__(self, store: BrowsedStore, page: RunsPage) -> None:
        super().__init__(page)
        self._store, self._page = store, page
        self._problem: Problem | None = None
        self.table = RunTable(store)
        self.acts = RunActs(store)
        page.plots.set_source(store.experiment)
        page.seen.connect(self._refresh)
        page.choices_changed.connect(self.choose)
        page.acts.open_wanted.connect(self._open)
        page.acts.use_wanted.connect(self._use)
        page.undo_pressed.connect(self.undo)
        page.acts.deleted.connect(self._delete)
        page.acts.starred.connect(self._star)
        page.acts.renamed.connect(self._rename)
        page.acts.noted.connect(self._write_note)
        page.acts.tagged.connect(self._tag)
        page.acts.recoloured.connect(self._recolour)

    # --- showing ----------------------------------------------------------------------------------
    def follow(self) -> None:
        """Show what changed in the store since the last call; about once a second while it is seen."""
        self._page.note.age()
        self._refresh()

    def _refresh(self) -> None:
        """Read the store if it changed."""
        try:
            changed = self.table.refresh()
        except ProblemError as error:
            if error.problem != self._problem:
                self._problem = error.problem
                self._page.show_problem(error.problem)
            return
        if changed or self._problem is not None:
            self._problem = None
            self._show()

    def _show(self) -> None:
        self._page.show_table(self.table.view, self.table.choices, self.table.columns.keys)
        if self._problem is not None:
            self._page.show_problem(self._problem)

    def choose(self, choices: TableChoices) -> None:
        """See the runs another way."""
        if choices != self.table.choices:
            self.table.choose(choices)
            self._show()

    def show_filtered(self, text: str) -> None:
        """Show the runs that a filter lets through: ``group == "…"`` those of a sweep or race."""
        self.choose(replace(self.table.choices, filter=text))

    # --- what is remembered -----------------------------------------------------------------------
    def saved(self) -> dict[str, Any]:
        """Return what the browser shows, as JSON-able data."""
        return {**self.table.choices.saved(), "page": self._page.saved()}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Show again what was shown; what does not fit is left out."""
        page = stored.get("page")
        self._page.restore(page if isinstance(page, Mapping) else {})
        self.choose(TableChoices.restored(stored))

    # --- a person's acts ------------------------------------------------------------------------------
    def _attempt(self, act: Callable[[], object], words: str = "", *, undoable: bool = True) -> bool:
        """Do something to the store and show it; a refusal is said."""
        try:
            act()
        except ProblemError as error:
            self.refused.emit(error.problem)
            self._refresh()
            return False
        self._refresh()
        if words:
            self._page.show_done(words, undoable=undoable)
        return True

    def _star(self, rows: Sequence[RunRow], starred: bool) -> None:
        words = f"{runs_words(len(rows))} {'starred' if starred else 'no longer starred'}"
        self._attempt(lambda: self.acts.annotate(rows, words, starred=starred))

    def _rename(self, rows: Sequence[RunRow], name: str) -> None:
        if any(row.name != name.strip() for row in rows):
            words = f"{runs_words(len(rows))} renamed"
            self._attempt(lambda: self.acts.annotate(rows, words, name=name), words)

    def _write_note(self, rows: Sequence[RunRow], note: str) -> None:
        words = f"Note of {runs_words(len(rows))} changed"
        self._attempt(lambda: self.acts.annotate(rows, words, note=note), words if len(rows) > 1 else "")

    def _tag(self, rows: Sequence[RunRow], text: str) -> None:
        """Give runs tags, and take those away that all of them had and that are not named any more."""
        wanted = tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))
        common = [tag for tag in rows[0].tags if all(tag in row.tags for row in rows)]
        gone = tuple(tag for tag in common if tag not in wanted)
        added = tuple(tag for tag in wanted if tag not in common)
        if gone or added:
            words = f"Tags of {runs_words(len(rows))} changed"
            self._attempt(
                lambda: self.acts.annotate(rows, words, add_tags=added, remove_tags=gone),
                words if len(rows) > 1 else "",
            )

    def _recolour(self, rows: Sequence[RunRow], colour: int | None) -> None:
        words = f"{runs_words(len(rows))} recoloured"
        self._attempt(lambda: self.acts.annotate(rows, words, colour=colour))

    def _delete(self, rows: Sequence[RunRow]) -> None:
        words = f"{runs_words(len(rows))} deleted"
        self._attempt(lambda: self.acts.delete(rows, words), words)

    def undo(self) -> None:
        """Take the last change of runs back."""
        self._move(self.acts.undo, "Undone: ")

    def redo(self) -> None:
        """Do it again."""
        self._move(self.acts.redo, "Done again: ")

    def _move(self, move: Callable[[], str], said: str) -> None:
        done: list[str] = []
        if self._attempt(lambda: done.append(move())) and done[0]:
            words = done[0][:1].lower() + done[0][1:]
            self._page.show_done(said + words, undoable=False)

    def _open(self, row: RunRow) -> None:
        """Want the experiment of a run in Train."""
        found: list[BrowsedExperiment] = []
        if self._attempt(lambda: found.append(self._store.experiment(row.experiment.id))):
            self.show_wanted.emit(found[0])

    def _use(self, rows: Sequence[RunRow]) -> None:
        """Want the losses of the selected runs, of the first one's experiment, at their rates."""
        experiment = rows[0].experiment.id
        own = [row for row in rows if row.experiment.id == experiment]
        found: list[ExperimentConfig] = []
        if self._attempt(lambda: found.append(self._store.experiment(experiment).run_config)):
            self.config_wanted.emit(config_of_runs(found[0], own))
