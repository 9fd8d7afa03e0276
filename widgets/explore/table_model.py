"""The prediction table as an item model: typed cells, computed losses, means, and unreadable texts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush

from lab.explore.table import TableState, TableView, TableViewRow
from widgets.explore.table_columns import Column, cell_text, columns_of, loss_text, ratio_text
from widgets.numbers import editable_number
from widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
BEST_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""Whether a loss is the smallest of its column."""
PROBLEM_ROLE = int(Qt.ItemDataRole.UserRole) + 2
"""What is wrong with a row, where its losses would stand."""
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class PredictionModel(QAbstractTableModel):
    """Rows of the state, then the mean over them and, where it differs, that of clipped probabilities."""

    typed = Signal(int, object, str)
    """A person typed into a cell: row, `Column`, text."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = TableState(rows=())
        self._view = TableView((), (), (), (), (), (), (), ())
        self._columns: tuple[Column, ...] = ()
        self._unread: dict[tuple[int, str, int], str] = {}
        self._means: tuple[tuple[str, str, tuple[float, ...]], ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns shown."""
        return self._columns

    @property
    def unread(self) -> dict[tuple[int, str, int], str]:
        """Texts that are no numbers: (row, kind, class) → text."""
        return self._unread

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._tell_all()

    def show_table(
        self, state: TableState, view: TableView, unread: dict[tuple[int, str, int], str], *, names: bool
    ) -> None:
        """Show a table; cells are told to have changed where its shape stays."""
        columns = columns_of(state, view, names=names)
        means = _mean_rows(view)
        shape = (len(state.rows), len(means), columns)
        before = (len(self._state.rows), len(self._means), self._columns)
        if shape != before:
            self.beginResetModel()
        self._state, self._view, self._columns, self._means = state, view, columns, means
        self._unread = dict(unread)
        if shape != before:
            self.endResetModel()
        else:
            self._tell_all()

    def is_mean(self, row: int) -> bool:
        """Say whether a row is one of the means under the samples."""
        return row >= len(self._state.rows)

    def problem_of(self, row: int) -> str:
        """Return what is wrong with a row, or an empty text."""
        if self.is_mean(row):
            return ""
        texts = [text for (number, _, _), text in self._unread.items() if number == row]
        if texts:
            return f"“{texts[0]}” is no number." if texts[0].strip() else "A cell is empty."
        return self._view.rows[row].problem

    # --- the model ---------------------------------------------------------------------------------
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count samples and means."""
        return 0 if parent.isValid() else len(self._state.rows) + len(self._means)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Count columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the words of a column, or a row's number."""
        if orientation == Qt.Orientation.Vertical:
            if role == Qt.ItemDataRole.DisplayRole:
                return "" if self.is_mean(section) else str(section + 1)
            return _RIGHT if role == Qt.ItemDataRole.TextAlignmentRole else None
        if section >= len(self._columns):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._columns[section].words
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let typed cells be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._columns[index.column()].typed and not self.is_mean(index.row()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Pass a typed text on; it shows once the state has it."""
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        if str(value) != self._text(index.row(), self._columns[index.column()]):
            self.typed.emit(index.row(), self._columns[index.column()], str(value))
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, alignment, colour and marks of a cell."""
        row, column = index.row(), self._columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if column.kind in ("name", "note") else _RIGHT
        if role == BEST_ROLE:
            return column.kind == "value" and not self.is_mean(row) and self._cell_best(row, column)
        if role == PROBLEM_ROLE:
            return self.problem_of(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QBrush(self._theme.color(self._token(row, column)))
        if role == Qt.ItemDataRole.FontRole:
            strong = column.kind == "value" or (self.is_mean(row) and column.kind == "name")
            return self._theme.font("value" if strong else "subtitle")
        return None

    # --- cells --------------------------------------------------------------------------------------
    def _text(self, row: int, column: Column) -> str:
        if self.is_mean(row):
            return self._mean_text(row - len(self._state.rows), column)
        unread = self._unread.get((row, column.kind, column.index))
        if unread is not None:
            return unread
        given, shown = self._state.rows[row], self._view.rows[row]
        match column.kind:
            case "name":
                return given.name
            case "target" | "prediction":
                numbers = given.target if column.kind == "target" else given.prediction
                return editable_number(numbers[column.index]) if column.index < len(numbers) else ""
            case "probability":
                known = column.index < len(shown.prediction) and not shown.problem
                return cell_text(shown.prediction[column.index]) if known else ""
            case "note":
                return shown.note
        if self.problem_of(row) or column.index >= len(shown.cells):
            return ""
        cell = shown.cells[column.index]
        if column.kind == "value":
            return loss_text(cell.value)
        return ratio_text(cell.ratio) if column.kind == "ratio" else loss_text(cell.diluted)

    def _mean_text(self, number: int, column: Column) -> str:
        words, _, values = self._means[number]
        if column is self._columns[0]:
            return words
        return loss_text(values[column.index]) if column.kind == "value" else ""

    def _cell_best(self, row: int, column: Column) -> bool:
        shown: TableViewRow = self._view.rows[row]
        known = not self.problem_of(row) and column.index < len(shown.cells)
        return known and shown.cells[column.index].best

    def _tip(self, row: int, column: Column) -> str:
        if self.is_mean(row):
            return self._means[row - len(self._state.rows)][1]
        problem, note = self.problem_of(row), self._view.rows[row].note
        if problem or (note and not column.typed):
            return problem or note
        if column.kind == "value" and self._view.rows[row].cells:
            return repr(self._view.rows[row].cells[column.index].value)
        return ""

    def _token(self, row: int, column: Column) -> str:
        if self.is_mean(row):
            return "text" if column.kind == "value" else "text2"
        if (row, column.kind, column.index) in self._unread:
            return "error"
        return "text" if column.typed or column.kind == "value" else "text2"

    def _tell_all(self) -> None:
        if self._columns and self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self._columns) - 1))


def _mean_rows(view: TableView) -> tuple[tuple[str, str, tuple[float, ...]], ...]:
    """Return words, help and values of the rows under the samples."""
    good = sum(not row.problem for row in view.rows)
    if good < 2 or not view.means:
        return ()
    rows = [(f"Mean of {good}", "Mean of the rows without a problem.", view.means)]
    if any(plain == float("inf") for plain in view.means):
        help_text = "The same with probabilities kept in 1e−7 … 1 − 1e−7, as Keras does."
        rows.append(("Clipped mean", help_text, view.clipped_means))
    return tuple(rows)
