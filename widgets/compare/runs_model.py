"""Stored runs as an item model: a row a run, or a row a group with its runs unfolded below it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from lab.comparing.table import TableView
from lab.comparing.table_columns import TableColumn
from lab.comparing.table_text import group_text, run_text
from lab.store.rows import RunKey, RunRow

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class GroupEntry:
    """A row that stands for a group.

    Attributes
    ----------
    group
        Its number in `lab.comparing.table_groups.Groups`.
    identity
        What its runs have in common, as text: the same group after the store has changed.
    rows
        Its runs.
    is_open
        Whether they stand below it.
    """

    group: int
    identity: tuple[str, ...]
    rows: tuple[RunRow, ...]
    is_open: bool


class RunsModel(QAbstractTableModel):
    """What a `TableView` shows. Texts are made when a cell is first looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = TableView()
        self._statistic = "mean"
        self._sort: tuple[tuple[str, bool], ...] = ()
        self._open: set[tuple[str, ...]] = set()
        self._entries: list[int] = []
        self._identities: list[Hashable] = []
        self._texts: dict[tuple[int, int], str] = {}

    # --- what is shown ------------------------------------------------------------------------------
    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """The columns from left to right."""
        return self._view.columns

    @property
    def grouped(self) -> bool:
        """Whether rows are grouped."""
        return self._view.groups is not None

    @property
    def identities(self) -> list[Hashable]:
        """Of each row what it stays known by: a run's key, or what a group has in common."""
        return self._identities

    def show_view(
        self, view: TableView, statistic: str = "mean", sort: tuple[tuple[str, bool], ...] = ()
    ) -> bool:
        """Show a view; return whether rows or columns moved (a reset) rather than only their texts."""
        before = self._identities
        entries, identities = self._rows_of(view)
        moved = identities != before or view.columns != self._view.columns
        if moved:
            self.beginResetModel()
        self._view, self._statistic, self._sort = view, statistic, sort
        self._entries, self._identities = entries, identities
        self._texts.clear()
        if moved:
            self.endResetModel()
        elif entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(entries) - 1, self.columnCount() - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, self.columnCount() - 1))
        return moved

    def _rows_of(self, view: TableView) -> tuple[list[int], list[Hashable]]:
        """Return entries (a run's place, or −1 − a group's number) and their identities."""
        rows = view.rows
        if view.groups is None:
            every = view.order.tolist()
            return every, [rows[place].key for place in every]
        entries: list[int] = []
        identities: list[Hashable] = []
        for group in view.group_order.tolist():
            identity = self._identity(view, group)
            entries.append(-1 - group)
            identities.append(identity)
            if identity in self._open:
                members = view.groups.members[group].tolist()
                entries += members
                identities += [rows[place].key for place in members]
        return entries, identities

    @staticmethod
    def _identity(view: TableView, group: int) -> tuple[str, ...]:
        assert view.groups is not None
        first = view.rows[view.groups.members[group][0]]
        titles = {column.key: column for column in view.columns}
        return tuple(run_text(first, titles[key]) for key in view.groups.keys)

    def toggle(self, rows: Iterable[int], is_open: bool | None = None) -> None:
        """Unfold or fold the groups of some rows; each the other way by default."""
        for row in rows:
            entry = self.entry(row)
            if isinstance(entry, GroupEntry):
                wanted = not entry.is_open if is_open is None else is_open
                (self._open.add if wanted else self._open.discard)(entry.identity)
        self.show_view(self._view, self._statistic, self._sort)

    def entry(self, row: int) -> RunRow | GroupEntry:
        """Return what a row stands for."""
        place = self._entries[row]
        if place >= 0:
            return self._view.rows[place]
        groups = self._view.groups
        assert groups is not None
        members = tuple(self._view.rows[member] for member in groups.members[-1 - place])
        identity = self._identity(self._view, -1 - place)
        return GroupEntry(-1 - place, identity, members, identity in self._open)

    def is_group(self, row: int) -> bool:
        """Say whether a row stands for a group."""
        return self._entries[row] < 0

    def is_open(self, row: int) -> bool:
        """Say whether a row's group is unfolded."""
        return self._identities[row] in self._open

    def count(self, row: int) -> int:
        """Return how many runs a row stands for."""
        place = self._entries[row]
        groups = self._view.groups
        return 1 if place >= 0 or groups is None else len(groups.members[-1 - place])

    def runs_of(self, rows: Iterable[int]) -> tuple[RunRow, ...]:
        """Return the runs that some rows stand for, each once."""
        found: dict[RunKey, RunRow] = {}
        for row in rows:
            entry = self.entry(row)
            members = entry.rows if isinstance(entry, GroupEntry) else (entry,)
            found.update((member.key, member) for member in members)
        return tuple(found.values())

    def first(self, row: int) -> RunRow:
        """Return the run of a row, or the first one of its group."""
        place = self._entries[row]
        groups = self._view.groups
        if place < 0 and groups is not None:
            place = int(groups.members[-1 - place][0])
        return self._view.rows[place]

    def text(self, row: int, column: int) -> str:
        """Return what stands in a cell."""
        place, shown = self._entries[row], self._view.columns[column]
        cell = (place, column)
        if cell not in self._texts:
            groups = self._view.groups
            if place >= 0 or groups is None:
                self._texts[cell] = run_text(self._view.rows[place], shown)
            else:
                self._texts[cell] = group_text(groups, -1 - place, shown, self._view.rows, self._statistic)
        return self._texts[cell]

    def title(self, column: int) -> str:
        """Return what stands above a column, with an arrow where it is sorted by."""
        shown = self._view.columns[column]
        title = "" if shown.key == "starred" else shown.title
        for number, (key, descending) in enumerate(self._sort, 1):
            if key == shown.key:
                arrow = "↓" if descending else "↑"
                return f"{title} {arrow}{number if len(self._sort) > 1 else ''}".strip()
        return title

    def is_number(self, column: int) -> bool:
        """Say whether a column is aligned at the right."""
        return self._view.columns[column].is_number

    # --- QAbstractTableModel --------------------------------------------------------------------------
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count the rows that are not folded away."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count the columns."""
        return 0 if parent.isValid() else len(self._view.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation != Qt.Orientation.Horizontal or section >= self.columnCount():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.is_number(section) else _LEFT
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            column = self._view.columns[section]
            return f"{column.title}\n{column.key}" if role == Qt.ItemDataRole.ToolTipRole else column.title
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text; a delegate paints the rest."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.is_number(column) else _LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title, text = self._view.columns[column].title, self.text(row, column)
            group = f", group of {self.count(row)} runs" if self.is_group(row) and column == 0 else ""
            return f"{title}: {text or 'nothing'}{group}"
        return None
