"""What is often said of these losses: a list to search, one click from the view that shows what is right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from lab.explore.claims import SOURCES
from widgets.list_keys import obey_list_key
from widgets.theme import LIGHT, Theme

WIDTH, HEIGHT = 620, 480
_ROW = Qt.ItemDataRole.UserRole + 1
_WORDS = Qt.ItemDataRole.UserRole + 2


class ClaimsPopover(QFrame):
    """Claims under the texts they come from; ``chosen`` gives out the row, and it closes."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("raised")
        self._theme = LIGHT
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search claims")
        self.search.setAccessibleName("Search claims")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._model)
        self._proxy.setFilterRole(_WORDS)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view = QListView()
        self.view.setModel(self._proxy)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view.setMouseTracking(True)
        self.view.setAccessibleName("Claims")
        self.view.clicked.connect(self._take)
        self.nothing = QLabel("No claim has these words")
        self.nothing.setProperty("k", "text3")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        column.addWidget(self.nothing, 1)
        self._fill()
        self._filter("")

    def rows(self) -> tuple[str, ...]:
        """Return the rows that are listed now."""
        indices = (self._proxy.index(i, 0) for i in range(self._proxy.rowCount()))
        return tuple(str(index.data(_ROW)) for index in indices if index.data(_ROW))

    def open_at(self, anchor: QWidget) -> None:
        """Open under a widget, right edges aligned, inside its screen."""
        corner = anchor.mapToGlobal(anchor.rect().bottomRight())
        screen = anchor.screen().availableGeometry()
        x = min(max(corner.x() - WIDTH, screen.left() + 4), screen.right() - WIDTH - 4)
        height = min(HEIGHT, max(200, screen.bottom() - corner.y() - 12))
        self.setGeometry(x, corner.y() + 6, WIDTH, height)
        self.search.clear()
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for number in range(self._model.rowCount()):
            item = self._model.item(number)
            heading = not item.data(_ROW)
            item.setFont(theme.font("title" if heading else "body"))
            item.setForeground(theme.color("text2" if heading else "text"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list, Enter takes, Esc closes."""
        if watched is self.search and obey_list_key(
            event, self._step, lambda: self._take(self.view.currentIndex()), self.close
        ):
            return True
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        for title, claims in SOURCES.values():
            heading = QStandardItem(title)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            heading.setData(title + " " + " ".join(claim.claim for claim in claims), _WORDS)
            self._model.appendRow(heading)
            for claim in claims:
                item = QStandardItem(f"{claim.row}   {claim.claim}   ({claim.verdict})")
                item.setData(claim.row, _ROW)
                item.setData(f"{claim.row} {claim.claim} {claim.statement} {claim.verdict}", _WORDS)
                item.setToolTip(f"{claim.claim}\n{claim.verdict.capitalize()}. {claim.statement}")
                self._model.appendRow(item)
        self.set_theme(self._theme)

    def _filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text.strip())
        found = bool(self.rows())
        self.view.setVisible(found)
        self.nothing.setVisible(not found)
        if found:
            self.view.setCurrentIndex(QModelIndex())
            self._step(1)

    def _step(self, step: int) -> None:
        row = self.view.currentIndex().row() + step
        while 0 <= row < self._proxy.rowCount():
            index = self._proxy.index(row, 0)
            if index.data(_ROW):
                self.view.setCurrentIndex(index)
                return
            row += step

    def _take(self, index: QModelIndex) -> None:
        row = index.data(_ROW) if index.isValid() else None
        if row:
            self.close()
            self.chosen.emit(str(row))
