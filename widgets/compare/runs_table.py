"""The table of the run browser: selection that survives changes, keys, folding, sorting by its header."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QHelpEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QTableView, QToolTip, QWidget

from lab.comparing.table import TableView
from lab.store.rows import RunKey, RunRow
from widgets.compare.runs_delegate import ROW_HEIGHT, RunsDelegate
from widgets.compare.runs_keys import act_of
from widgets.compare.runs_model import RunsModel
from widgets.compare.runs_widths import natural_width
from widgets.theme import Theme

HEADER = 28


class RunsTable(QTableView):
    """The view on a `RunsModel`."""

    selection_changed = Signal()
    act_wanted = Signal(str)
    """A key was pressed for the selected runs: ``star``, ``tag``, ``note``, ``rename``, ``use``, ``delete``,
    ``colour:3``."""
    star_pressed = Signal(object)
    """The run whose star was clicked."""
    sort_pressed = Signal(str, bool)
    """Column, and whether it is added to those that are sorted by already."""
    columns_moved = Signal(tuple)
    width_changed = Signal(str, int)
    menu_wanted = Signal(str, QPoint)
    """Key of the column, and the place on the screen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = RunsModel(self)
        self._delegate = RunsDelegate(theme, self.runs, self)
        self._theme = theme
        self._arranging = False
        self._widths: Mapping[str, int] = {}
        self.setModel(self.runs)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Runs")
        side = self.verticalHeader()
        side.hide()
        side.setMinimumSectionSize(ROW_HEIGHT)
        side.setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setFixedHeight(HEADER)
        head.setSectionsMovable(True)
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        head.setMinimumSectionSize(28)
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.sectionClicked.connect(self._header_clicked)
        head.sectionMoved.connect(self._section_moved)
        head.sectionResized.connect(self._section_resized)
        head.customContextMenuRequested.connect(self._header_menu)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._cell_menu)
        self.selectionModel().selectionChanged.connect(self._selection_told)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._delegate.set_theme(theme)
        self.viewport().update()

    # --- state in -----------------------------------------------------------------------------------
    def show_view(
        self,
        view: TableView,
        statistic: str = "mean",
        sort: tuple[tuple[str, bool], ...] = (),
        widths: Mapping[str, int] | None = None,
    ) -> None:
        """Show a view; what is selected stays so as far as it is still there."""
        self._keep(lambda: self.runs.show_view(view, statistic, sort))
        self._widths = widths or {}
        self._arrange()

    def _keep(self, change: Callable[[], bool]) -> None:
        """Change the model and find selection and scrolling again by what rows stand for."""
        selected = [self.runs.identities[row] for row in self.selected_rows()]
        current = self.currentIndex()
        held = self.runs.identities[current.row()] if current.isValid() else None
        column = current.column()
        scrolled = self.horizontalScrollBar().value()
        self._arranging = True
        try:
            moved = change()
        finally:
            self._arranging = False
        if moved:
            self._select(selected, held, column)
            self.horizontalScrollBar().setValue(scrolled)

    def _select(self, identities: Iterable[Hashable], current: Hashable | None, column: int) -> None:
        places = {identity: row for row, identity in enumerate(self.runs.identities)}
        rows = sorted(places[identity] for identity in identities if identity in places)
        chosen, last = QItemSelection(), self.runs.columnCount() - 1
        start = 0
        for place, row in enumerate(rows):  # neighbours in one range: ten thousand ranges would be slow
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                first, end = self.runs.index(rows[start], 0), self.runs.index(row, last)
                chosen.append(QItemSelectionRange(first, end))
                start = place + 1
        self._arranging = True
        try:
            model = self.selectionModel()
            if current in places:
                index = self.runs.index(places[current], min(max(column, 0), last))
                model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        finally:
            self._arranging = False

    def _arrange(self) -> None:
        """Give columns their widths."""
        self._arranging = True
        try:
            metrics = QFontMetrics(self._theme.font("value"))
            for number, column in enumerate(self.runs.columns):
                title = metrics.horizontalAdvance(self.runs.title(number))
                natural = natural_width(column, title, grouped=self.runs.grouped, first=number == 0)
                self.setColumnWidth(number, self._widths.get(column.key) or natural)
        finally:
            self._arranging = False

    # --- what is selected ---------------------------------------------------------------------------
    def selected_rows(self) -> list[int]:
        """Return the numbers of the selected rows, in order."""
        parts = self.selectionModel().selection().toList()
        rows = {row for part in parts for row in range(part.top(), part.bottom() + 1)}
        return sorted(row for row in rows if row < self.runs.rowCount())

    def selected_runs(self) -> tuple[RunRow, ...]:
        """Return the selected runs; a group stands for all of its runs."""
        return self.runs.runs_of(self.selected_rows())

    def select_keys(self, keys: Iterable[RunKey]) -> None:
        """Select runs that are shown and not folded away."""
        self._select(keys, None, 0)
        self.selection_changed.emit()

    def _selection_told(self) -> None:
        if not self._arranging:
            self.selection_changed.emit()

    # --- keys and pointer ---------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        """Keep keys that mean something else in the window for what is selected here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            act = act_of(event)
            if act is not None or event.matches(QKeySequence.StandardKey.Copy):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on the selected runs by a key, fold and unfold groups, open a run, copy rows."""
        act = act_of(event)
        if act is not None:
            self.act_wanted.emit(act)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
        elif self._fold_by_key(event.key()):
            return
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.act_wanted.emit("open")
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Jump nowhere: letters act on runs."""

    def _fold_by_key(self, key: int) -> bool:
        folding = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        row = self.currentIndex().row()
        if key not in folding or row < 0 or not self.runs.is_group(row) or self.currentIndex().column() > 0:
            return False
        is_open = self.runs.is_open(row)
        if (key == Qt.Key.Key_Left and not is_open) or (key == Qt.Key.Key_Right and is_open):
            return False
        self.toggle([row])
        return True

    def toggle(self, rows: Iterable[int], is_open: bool | None = None) -> None:
        """Fold or unfold the groups of some rows."""
        chosen = list(rows)

        def change() -> bool:
            self.runs.toggle(chosen, is_open)
            return True

        before = self.selected_rows()
        self._keep(change)
        self._arrange()
        if before:  # runs that were folded away are not selected any more
            self.selection_changed.emit()

    def toggle_all(self, is_open: bool) -> None:
        """Fold or unfold all groups."""
        self.toggle([row for row in range(self.runs.rowCount()) if self.runs.is_group(row)], is_open)

    def copied_text(self) -> str:
        """Return the selected rows as lines with tabs between, as spreadsheets take them."""
        columns = range(self.runs.columnCount())
        lines = ["\t".join(column.title for column in self.runs.columns)]
        lines += [
            "\t".join(self.runs.text(row, column) for column in columns) for row in self.selected_rows()
        ]
        return "\n".join(lines).replace("\u2212", "-")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Answer a press on a star or a chevron; leave the rest to the view."""
        place = event.position().toPoint()
        index = self.indexAt(place)
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            if self._on_chevron(index, place):
                self.toggle([index.row()])
                return
            group = self.runs.is_group(index.row())
            if self.runs.columns[index.column()].key == "starred" and not group:
                self.star_pressed.emit(self.runs.first(index.row()))
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold a group, open a run; two quick presses on a star or chevron are two presses."""
        place = event.position().toPoint()
        index = self.indexAt(place)
        if not index.isValid():
            return
        starred = self.runs.columns[index.column()].key == "starred"
        if self._on_chevron(index, place) or starred:
            self.mousePressEvent(event)
        elif self.runs.is_group(index.row()):
            self.toggle([index.row()])
        elif event.button() == Qt.MouseButton.LeftButton:
            self.act_wanted.emit("open")

    def _on_chevron(self, index: QModelIndex, place: QPoint) -> bool:
        return (
            index.column() == 0
            and self.runs.is_group(index.row())
            and RunsDelegate.chevron_rect(self.visualRect(index)).contains(place)
        )

    def viewportEvent(self, event: QEvent) -> bool:
        """Follow the row under the pointer; say in full what is cut off."""
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.HoverMove) and isinstance(event, QMouseEvent):
            self._hover(self.indexAt(event.position().toPoint()).row())
        elif event.type() == QEvent.Type.Leave:
            self._hover(-1)
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(self.indexAt(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row != self._delegate.hovered:
            self._delegate.hovered = row
            self.viewport().update()

    def _tip(self, index: QModelIndex) -> str:
        if not index.isValid():
            return ""
        key, row = self.runs.columns[index.column()].key, self.runs.first(index.row())
        if key == "starred" and not self.runs.is_group(index.row()):
            return "Take the star away  (S)" if row.starred else "Star this run  (S)"
        if key == "note" and not self.runs.is_group(index.row()):
            return row.note
        return self.runs.text(index.row(), index.column())

    # --- header ---------------------------------------------------------------------------------------
    def _header_clicked(self, section: int) -> None:
        adding = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.sort_pressed.emit(self.runs.columns[section].key, adding)

    def _section_moved(self, _logical: int, _old: int, _new: int) -> None:
        if self._arranging:
            return
        head = self.horizontalHeader()
        order = [head.logicalIndex(place) for place in range(self.runs.columnCount())]
        keys = tuple(self.runs.columns[number].key for number in order)
        self._arranging = True
        try:  # the model takes the new order over, so the header goes back to its own
            for number in range(self.runs.columnCount()):
                head.moveSection(head.visualIndex(number), number)
        finally:
            self._arranging = False
        self.columns_moved.emit(keys)

    def _section_resized(self, section: int, _old: int, new: int) -> None:
        last = section == self.runs.columnCount() - 1  # it fills what is left, whatever its width
        if not self._arranging and not last and section < self.runs.columnCount() and new > 0:
            self.width_changed.emit(self.runs.columns[section].key, new)

    def _header_menu(self, place: QPoint) -> None:
        section = self.horizontalHeader().logicalIndexAt(place)
        if 0 <= section < self.runs.columnCount():
            key = self.runs.columns[section].key
            self.menu_wanted.emit(f"header:{key}", self.horizontalHeader().mapToGlobal(place))

    def _cell_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        current = index if index.isValid() else self.currentIndex()
        if current.isValid():
            self.menu_wanted.emit(self.runs.columns[current.column()].key, self.viewport().mapToGlobal(place))
