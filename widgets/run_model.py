"""The run list as an item model: losses with their member runs, updated in place so that nothing flickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The `RunRow` or `RunGroup` behind an index."""


@dataclass(frozen=True)
class RunRow:
    """One run: ``value`` is its live number as text, ``note`` where it ended ("step 214")."""

    run: int
    name: str
    series: int
    value: str
    status: str = "running"
    note: str = ""
    visible: bool = True


@dataclass(frozen=True)
class RunGroup:
    """The runs of one loss: ``value`` is their mean or a word ("diverged"), ``count`` reads "4 of 5"."""

    loss: int
    name: str
    short: str
    series: int
    value: str
    rows: tuple[RunRow, ...]
    status: str = "running"
    count: str = ""

    @property
    def runs(self) -> tuple[int, ...]:
        """Runs of the group."""
        return tuple(row.run for row in self.rows)

    @property
    def visible(self) -> bool:
        """Whether any of its runs is shown."""
        return any(row.visible for row in self.rows)


class RunModel(QAbstractItemModel):
    """Two levels: a group a loss, a row a run. One column; a delegate paints it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: list[RunGroup] = []

    @property
    def groups(self) -> tuple[RunGroup, ...]:
        """What is shown."""
        return tuple(self._groups)

    def show_groups(self, groups: tuple[RunGroup, ...]) -> bool:
        """Show groups; return whether the tree's shape changed (a reset) rather than its texts."""
        shape = [group.runs for group in groups]
        if shape != [group.runs for group in self._groups]:
            self.beginResetModel()
            self._groups = list(groups)
            self.endResetModel()
            return True
        for number, (old, new) in enumerate(zip(self._groups, groups, strict=True)):
            if old == new:
                continue
            self._groups[number] = new
            parent = self.index(number, 0)
            self.dataChanged.emit(parent, parent)
            changed = [i for i, (a, b) in enumerate(zip(old.rows, new.rows, strict=True)) if a != b]
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0, parent), self.index(changed[-1], 0, parent))
        return False

    def index_of_run(self, run: int) -> QModelIndex:
        """Return the index of a run, invalid where there is none."""
        for number, group in enumerate(self._groups):
            if run in group.runs:
                return self.index(group.runs.index(run), 0, self.index(number, 0))
        return QModelIndex()

    # --- QAbstractItemModel: a group has internal id 0, a row the number of its group + 1 ---------
    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Return the index of a child."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Index = QModelIndex()) -> Any:  # noqa: B008
        """Return the group of a row, or an invalid index."""
        number = child.internalId() if child.isValid() else 0
        return self.createIndex(number - 1, 0, 0) if number else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count groups, rows of a group, or nothing below a row."""
        if not parent.isValid():
            return len(self._groups)
        return 0 if parent.internalId() else len(self._groups[parent.row()].rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One."""
        return 1

    def item(self, index: Index) -> RunGroup | RunRow | None:
        """Return what stands behind an index."""
        if not index.isValid():
            return None
        number = index.internalId()
        if number == 0:
            return self._groups[index.row()] if index.row() < len(self._groups) else None
        rows = self._groups[number - 1].rows if number <= len(self._groups) else ()
        return rows[index.row()] if index.row() < len(rows) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the item, or a line of text for screen readers."""
        item = self.item(index)
        if item is None:
            return None
        if role == ROW_ROLE:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            hidden = "" if item.visible else ", hidden"
            note = f", {item.status} at {item.note}" if isinstance(item, RunRow) and item.note else ""
            return f"{item.name} {item.value}{note}{hidden}".strip()
        return None
