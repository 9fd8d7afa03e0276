"""The run browser without a window: which runs and columns are shown, in which order and groups."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np

from compute.problems import Problem, ProblemError
from lab.comparing.table_choices import TableChoices
from lab.comparing.table_columns import TableColumn, automatic_columns, column_of
from lab.comparing.table_filter import Expression, Filter, Words, read_filter
from lab.comparing.table_groups import Groups
from lab.comparing.table_values import Places, RunColumns, sorted_places
from lab.number_text import thousands
from lab.store.rows import RunKey, RunRow

FilterKind = Literal["", "words", "expression"]


class RunSource(Protocol):
    """The part of `lab.store.store.Store` that lists runs."""

    @property
    def version(self) -> Hashable:
        """Something that changes with every change."""

    def runs(self) -> Sequence[RunRow]:
        """Return all runs, those of the newest experiment first; raise ProblemError where that fails."""


@dataclass(frozen=True)
class TableView:
    """What the browser shows now.

    Attributes
    ----------
    rows
        All runs.
    columns
        Columns from left to right; where runs are grouped, those that they are grouped by come first.
    order
        Places of the runs shown, in their order.
    groups
        The groups, or ``None``.
    group_order
        Groups in their order; empty without groups.
    differing
        Fields of the configuration in which the runs shown differ.
    filter_kind
        How the filter was read; empty without one.
    problem
        What is wrong with the filter; the last one that could be read holds then.
    """

    rows: Sequence[RunRow] = ()
    columns: tuple[TableColumn, ...] = ()
    order: Places = field(default_factory=lambda: np.empty(0, np.intp))
    groups: Groups | None = None
    group_order: Places = field(default_factory=lambda: np.empty(0, np.intp))
    differing: tuple[str, ...] = ()
    filter_kind: FilterKind = ""
    problem: Problem | None = None

    @property
    def shown(self) -> int:
        """How many runs are shown."""
        return len(self.order)


class RunTable:
    """Runs of a store as a person wants to see them.

    Parameters
    ----------
    source
        Where they come from.
    choices
        What is seen at first.
    """

    def __init__(self, source: RunSource, choices: TableChoices | None = None) -> None:
        self._source = source
        self._choices = choices or TableChoices()
        self._version: Hashable = object()
        self.columns = RunColumns(())
        self._filter: Filter | None = None
        self._view: TableView | None = None

    @property
    def choices(self) -> TableChoices:
        """What a person chose to see."""
        return self._choices

    @property
    def rows(self) -> Sequence[RunRow]:
        """All runs as of the last `refresh`."""
        return self.columns.rows

    def refresh(self) -> bool:
        """Look whether the store changed; return whether it did.

        Raises
        ------
        ProblemError
            Where it cannot be read; the table stays as it was.
        """
        version = self._source.version
        if version == self._version:
            return False
        self.columns = RunColumns(self._source.runs())
        self._version, self._view = version, None
        return True

    def choose(self, choices: TableChoices) -> None:
        """See something else."""
        if choices.filter != self._choices.filter and not choices.filter.strip():
            self._filter = None
        self._choices, self._view = choices, None

    def rows_of(self, keys: Collection[RunKey]) -> tuple[RunRow, ...]:
        """Return the runs of some identities that there still are, in the store's order."""
        wanted = set(keys)
        return tuple(row for row in self.rows if row.key in wanted)

    @property
    def view(self) -> TableView:
        """What is shown now."""
        if self._view is None:
            self._view = self._look()
        return self._view

    def _look(self) -> TableView:
        choices, columns = self._choices, self.columns
        found, problem = self._read_filter()
        shown, problem = self._let_through(found, problem)
        order = sorted_places(columns, shown, choices.sort)
        keys = set(columns.keys)
        group_by = tuple(key for key in choices.group_by if key in keys)
        groups = Groups(columns, order, group_by) if group_by and len(order) else None
        differing = columns.differing(order)
        kind: FilterKind = ""
        if isinstance(found, Words | Expression):
            kind = "words" if isinstance(found, Words) else "expression"
        return TableView(
            columns.rows,
            self._shown_columns(order, differing, group_by),
            order,
            groups,
            np.empty(0, np.intp) if groups is None else groups.ordered(choices.sort, choices.statistic),
            differing,
            kind,
            problem,
        )

    def _read_filter(self) -> tuple[Filter | None, Problem | None]:
        try:
            return read_filter(self._choices.filter, self.columns.keys), None
        except ProblemError as error:
            return self._filter, error.problem

    def _let_through(self, found: Filter | None, problem: Problem | None) -> tuple[Places, Problem | None]:
        """Return the places of runs that the filter lets through; while it fails, the last one holds."""
        every = np.arange(len(self.columns), dtype=np.intp)
        if found is None:
            return every, problem
        try:
            held = np.flatnonzero(found.holds(self.columns))
        except ProblemError as error:
            if found is self._filter:
                return every, error.problem
            return self._let_through(self._filter, error.problem)
        self._filter = found
        return held, problem

    def _shown_columns(
        self, order: Places, differing: Sequence[str], group_by: Sequence[str]
    ) -> tuple[TableColumn, ...]:
        keys = self._choices.columns
        if keys is None:
            rows = self.columns.rows
            keys = automatic_columns(
                differing,
                self.columns.metrics,
                experiments=len({rows[place].experiment.id for place in order}),
                targets=bool(group_by) and bool(self.columns.column("reached").known()[order].any()),
            )
        return tuple(self._column(key) for key in dict.fromkeys((*group_by, *keys)))

    def _column(self, key: str) -> TableColumn:
        """Return a column; how a setting is written follows from its values."""
        column = column_of(key)
        if column.family != "setting":
            return column
        kind = self.columns.column(key).kind
        return replace(column, kind="typed" if kind == "number" else kind)


def count_words(view: TableView) -> str:
    """Say how many runs and groups are shown: "96 of 240 runs by this expression, 12 groups"."""
    total, shown = len(view.rows), view.shown
    words = f"{thousands(total)} {'run' if total == 1 else 'runs'}"
    if shown != total:
        words = f"{thousands(shown)} of {words}"
    if view.filter_kind:
        words += f" by {'these words' if view.filter_kind == 'words' else 'this expression'}"
    if view.groups is not None:
        count = len(view.groups)
        words += f", {thousands(count)} {'group' if count == 1 else 'groups'}"
    return words
