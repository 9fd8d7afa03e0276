"""Ctrl+K: every command, plot and setting of the window by typing part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from widgets.list_keys import obey_list_key
from widgets.overlay import Overlay
from widgets.theme import Theme

ROW = 30
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class PaletteEntry:
    """A command as the palette lists it; ``help`` says in a few words what it is for."""

    name: str
    title: str
    keys: str = ""
    words: str = ""
    enabled: bool = True
    help: str = ""


def rank(query: str, entry: PaletteEntry) -> int | None:
    """Return how well an entry fits a query (0 is best), or ``None`` where it does not.

    >>> rank("log", PaletteEntry("x", "Logarithmic y")), rank("zz", PaletteEntry("x", "Run"))
    (0, None)
    """
    text = f"{entry.title} {entry.words} {entry.help}".lower()
    words = query.lower().split()
    if not all(word in text for word in words):
        return None
    title = entry.title.lower()
    if not words or title.startswith(words[0]):
        return 0
    return 1 if any(part.startswith(words[0]) for part in title.split()) else 2


class EntryModel(QAbstractListModel):
    """The entries that fit the query, the best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[PaletteEntry, ...] = ()
        self._shown: list[PaletteEntry] = []

    def show_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Take the entries there are."""
        self._all = tuple(entries)
        self.show_query("")

    def show_query(self, query: str) -> None:
        """Show those that fit."""
        self.beginResetModel()
        ranked = [(rank(query, entry), i, entry) for i, entry in enumerate(self._all) if entry.enabled]
        self._shown = [entry for place, _i, entry in sorted(
            ((p, i, e) for p, i, e in ranked if p is not None), key=lambda item: item[:2])]  # fmt: skip
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Count the entries shown."""
        return 0 if parent.isValid() else len(self._shown)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the entry or its title."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        entry = self._shown[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.help or None
        return entry.title if role == Qt.ItemDataRole.DisplayRole else None


class EntryDelegate(QStyledItemDelegate):
    """Title at the left, keys at the right."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of a list row."""
        return QSize(0, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one entry."""
        entry = index.data(ENTRY_ROLE)
        if not isinstance(entry, PaletteEntry):
            return
        options: Any = option
        rect = QRect(options.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if options.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = options.state & QStyle.StateFlag.State_Selected
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("sel" if chosen else "hover"))
            painter.drawRoundedRect(rect, 6, 6)
        painter.setFont(self.theme.font("body"))
        painter.setPen(self.theme.color("text"))
        inside = rect.adjusted(10, 0, -10, 0)
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), entry.title)
        painter.setFont(self.theme.font("subtitle"))
        painter.setPen(self.theme.color("text2"))
        after = QFontMetrics(self.theme.font("body")).horizontalAdvance(entry.title) + 16
        room = inside.adjusted(after, 0, 0, 0)
        said = QFontMetrics(painter.font()).elidedText(
            entry.keys or entry.help, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), said)
        painter.restore()


class CommandPalette(Overlay):
    """A line to type in and the commands that fit."""

    chosen = Signal(str)
    """Name of the command."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme)
        self.setAccessibleName("Find a command")
        self.setFixedWidth(560)
        self._model = EntryModel(self)
        self._delegate = EntryDelegate(theme, self)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Find a command, a plot or a setting")
        self.line.setAccessibleName("Find a command, a plot or a setting")
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(self._delegate)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMouseTracking(True)
        self._none = QLabel("No command, plot or setting has this name")
        self._none.setProperty("k", "text3")
        self.body.addWidget(self.line)
        self.body.addWidget(self._none)
        self.body.addWidget(self.view)
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.view.clicked.connect(self._choose)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours and fonts."""
        super().set_theme(theme)
        if hasattr(self, "_delegate"):
            self._delegate.theme = theme

    def open_with(self, entries: Sequence[PaletteEntry]) -> None:
        """Open in the upper middle of the window with these commands."""
        self._model.show_entries(entries)
        self.line.clear()
        self._search("")
        self.open_at(QPoint((self.host.width() - self.width()) // 2, 64))
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def _search(self, text: str) -> None:
        self._model.show_query(text)
        rows = self._model.rowCount()
        some = rows > 0
        self.view.setFixedHeight(ROW * min(11, max(1, rows)) + 4)
        self.view.setVisible(some)
        self._none.setVisible(not some)
        if some:
            self.view.setCurrentIndex(self._model.index(0))
        if self.isVisible():
            for layout in (self.body, self.layout()):
                if layout is not None:
                    layout.activate()  # so that it says at once how high it wants to be
            self.resize(self.width(), self.sizeHint().height())

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if isinstance(entry, PaletteEntry):
            self.dismiss()
            self.chosen.emit(entry.name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk the list while the line has the focus, Enter chooses."""
        if watched is self.line and obey_list_key(
            event, self._step, lambda: self._choose(self.view.currentIndex()), self.dismiss, page=10
        ):
            return True
        return super().eventFilter(watched, event)

    def _step(self, rows: int) -> None:
        row = max(0, min(self.view.currentIndex().row() + rows, self._model.rowCount() - 1))
        self.view.setCurrentIndex(self._model.index(row))
