"""Which columns the run browser shows: a list with a search, settings that differ before the rest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QListView, QPushButton, QWidget

from lab.comparing.table_columns import FAMILIES, column_of
from widgets.controls import ElidedLabel
from widgets.overlay import Overlay
from widgets.theme import Theme

KEY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
DIFFERING = "Differ between the runs shown"
WIDTH, HEIGHT = 320, 420


class ColumnList(QListView):
    """A list whose rows are ticked by a click anywhere and by Space or Enter."""

    ticked = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setAccessibleName("Columns")
        self.clicked.connect(self._flip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter tick the current row."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._flip(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _flip(self, index: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if key:
            self.ticked.emit(key, index.data(Qt.ItemDataRole.CheckStateRole) != Qt.CheckState.Checked.value)


class ColumnsPopover(Overlay):
    """Chooses columns; `chosen` gives the keys from left to right, or ``None`` for automatic ones."""

    chosen = Signal(object)

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "Columns")
        self._keys: tuple[str, ...] = ()
        self._shown: tuple[str, ...] = ()
        self._differing: tuple[str, ...] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a column")
        self.search.setAccessibleName("Find a column")
        self.search.textChanged.connect(self._fill)
        self.automatic = QCheckBox("Choose by what differs")
        self.automatic.setToolTip("Settings in which the runs shown differ, then seed, status and metrics")
        self.automatic.clicked.connect(self._automatic_clicked)
        self.list = ColumnList()
        self.list.setFixedSize(WIDTH, HEIGHT)
        self._model = QStandardItemModel(self)
        self.list.setModel(self._model)
        self.list.ticked.connect(self._tick)
        self._nothing = ElidedLabel("No column has this in its name.", kind="subtitle")
        self._hide_all = QPushButton("Hide all but the loss")
        self._hide_all.setProperty("k", "flush")
        self._hide_all.clicked.connect(lambda: self.chosen.emit(("loss",)))
        foot = QHBoxLayout()
        foot.addWidget(self.automatic)
        foot.addStretch(1)
        foot.addWidget(self._hide_all)
        self.body.addWidget(self.search)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self.list)
        self.body.addLayout(foot)

    @property
    def titles(self) -> list[str]:
        """What the list says, headings too."""
        return [self._model.item(row).text() for row in range(self._model.rowCount())]

    def show_columns(
        self, keys: Sequence[str], shown: Sequence[str], differing: Sequence[str], *, automatic: bool
    ) -> None:
        """Show which columns there are, which of them are shown, and in which settings runs differ."""
        before = (self._keys, self._shown, self._differing)
        self._keys, self._shown, self._differing = tuple(keys), tuple(shown), tuple(differing)
        self.automatic.setChecked(automatic)
        if before != (self._keys, self._shown, self._differing):
            self._fill()

    def open_with_search(self, anchor: QWidget) -> None:
        """Open under a button with the keyboard in the search."""
        self.search.clear()
        self.open_below(anchor, right=True)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes from the search into the list."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def _fill(self) -> None:
        held = self.list.currentIndex().data(KEY_ROLE)
        place = self.list.verticalScrollBar().value()
        self._model.clear()
        words = self.search.text().casefold().split()
        sections = [(DIFFERING, [key for key in self._keys if key in self._differing])]
        for family, title in FAMILIES.items():
            found = [key for key in self._keys if column_of(key).family == family]
            sections.append((title, [key for key in found if key not in self._differing]))
        for title, keys in sections:
            fitting = [key for key in keys if all(word in _searched(key) for word in words)]
            if fitting:
                self._model.appendRow(_heading(title))
            for key in fitting:
                self._model.appendRow(self._item(key))
                if key == held:
                    self.list.setCurrentIndex(self._model.index(self._model.rowCount() - 1, 0))
        self.list.verticalScrollBar().setValue(place)
        self._nothing.setVisible(self._model.rowCount() == 0)

    def _item(self, key: str) -> QStandardItem:
        column = column_of(key)
        twins = sum(column_of(other).title == column.title for other in self._keys)
        item = QStandardItem(f"{column.title} · {key}" if twins > 1 else column.title)
        item.setData(key, KEY_ROLE)
        item.setToolTip(key)
        item.setCheckable(True)
        item.setCheckState(Qt.CheckState.Checked if key in self._shown else Qt.CheckState.Unchecked)
        return item

    def _tick(self, key: str, on: bool) -> None:
        shown = [other for other in self._shown if other != key]
        self.chosen.emit(tuple([*shown, key] if on else shown))

    def _automatic_clicked(self, on: bool) -> None:
        self.chosen.emit(None if on else self._shown)


def _searched(key: str) -> str:
    return f"{column_of(key).title} {key}".casefold().replace("_", " ") + f" {key}"


def _heading(title: str) -> QStandardItem:
    item = QStandardItem(title)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font()
    font.setBold(True)
    item.setFont(font)
    return item
