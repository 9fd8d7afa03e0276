"""The list of lessons at the left: what there is, what is done; numbers only where room is short."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from widgets.controls import IconTextButton
from widgets.focus_ring import came_by_key, paint_focus_ring
from widgets.icons import icon
from widgets.theme import Theme

WIDE, NARROW = 272, 56
ROW = 34


@dataclass(frozen=True)
class LessonEntry:
    """A row of the list: the lesson's key, its number and its title."""

    key: str
    number: int
    title: str


class _Rows(QListWidget):
    """Rows that keep off the panel's edges."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setViewportMargins(8, 0, 8, 0)
        self.theme = theme
        self._by_key = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring where the focus came by key, and the row that it is round."""
        self._by_key = came_by_key(event)
        if self._by_key and self.currentItem() is not None:
            self.scrollToItem(self.currentItem())
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self._by_key = False
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, and the ring round the one that the keyboard is at."""
        super().paintEvent(event)
        if self._by_key and self.currentItem() is not None:
            painter = QPainter(self.viewport())
            paint_focus_ring(painter, self.visualItemRect(self.currentItem()), self.theme)
            painter.end()


class LessonList(QFrame):
    """Shows the lessons in order; those that are done have a tick."""

    chosen = Signal(str)
    """Key of the lesson that a person chose."""
    open_wanted = Signal()
    """A lesson of one's own is to be opened."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side_left")
        self._theme = theme
        self._entries: tuple[LessonEntry, ...] = ()
        self._done: frozenset[str] = frozenset()
        self._narrow = False
        self._title = QLabel("Lessons")
        self._title.setProperty("k", "title")
        self._count = QLabel()
        self._count.setProperty("k", "subtitle")
        head = QFrame()
        head.setObjectName("panel_head")
        head.setFixedHeight(52)
        self._head = QHBoxLayout(head)
        self._head.setContentsMargins(16, 0, 16, 0)
        self._head.setSpacing(0)
        self._head.addWidget(self._title)
        self._head.addStretch(1)
        self._head.addWidget(self._count)
        self.rows = _Rows(theme)
        self.rows.setAccessibleName("Lessons")
        self.rows.setIconSize(QSize(16, 16))
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.rows.currentRowChanged.connect(self._choose)
        self.open_button = IconTextButton("file", "Open a lesson …", kind="ghost")
        self.open_button.setToolTip("A lesson's folder or a .losslesson file; it can also be dropped here")
        self.open_button.clicked.connect(self.open_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        column.addWidget(head)
        column.addWidget(self.rows, 1)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setFixedWidth(WIDE)

    @property
    def current(self) -> str:
        """Key of the lesson that is marked, empty for none."""
        place = self.rows.currentRow()
        return self._entries[place].key if 0 <= place < len(self._entries) else ""

    def show_lessons(self, entries: Sequence[LessonEntry], done: Collection[str], current: str) -> None:
        """Show these lessons, those that are done ticked and one marked."""
        self._entries, self._done = tuple(entries), frozenset(done)
        finished = sum(entry.key in self._done for entry in self._entries)
        words = f"{finished}\u2009/\u2009{len(self._entries)}"
        self._count.setText(words if self._narrow else f"{finished} of {len(self._entries)}")
        self.rows.blockSignals(True)
        self.rows.clear()
        for entry in self._entries:
            self.rows.addItem(self._row(entry))
            if entry.key == current:
                self.rows.setCurrentRow(self.rows.count() - 1)
        self.rows.blockSignals(False)

    def _row(self, entry: LessonEntry) -> QListWidgetItem:
        done = entry.key in self._done
        row = QListWidgetItem("✓" if done else str(entry.number))
        if not self._narrow:
            row.setText(entry.title if done else f"{entry.number}   {entry.title}")
        if done and not self._narrow:
            row.setIcon(icon("check", self._theme, 16, "ok"))
        if self._narrow:
            row.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        row.setToolTip(f"{entry.number}. {entry.title}" + (" (done)" if done else ""))
        row.setData(Qt.ItemDataRole.AccessibleTextRole, row.toolTip())
        row.setSizeHint(QSize(0, ROW))
        return row

    def set_narrow(self, narrow: bool) -> None:
        """Fold to numbers, or show the titles again."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.setFixedWidth(NARROW if narrow else WIDE)
            self._title.setVisible(not narrow)
            margin = 6 if narrow else 16
            self._head.setContentsMargins(margin, 0, margin, 0)
            self.open_button.setText("" if narrow else "Open a lesson …")
            self.open_button.setAccessibleName("Open a lesson")
            self.show_lessons(self._entries, self._done, self.current)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = self.rows.theme = theme
        self.open_button.set_theme(theme)
        self.show_lessons(self._entries, self._done, self.current)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._entries):
            self.chosen.emit(self._entries[place].key)
