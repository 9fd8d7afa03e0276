"""The losses that can be added, with their formulas, searched as one types. A popover, not a dialog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from widgets.formula import formula_size, paint_formula
from widgets.list_keys import obey_list_key
from widgets.theme import LIGHT, Theme

_NAME = Qt.ItemDataRole.UserRole
_LABEL = Qt.ItemDataRole.UserRole + 1
_FORMULA = Qt.ItemDataRole.UserRole + 2
_HELP = Qt.ItemDataRole.UserRole + 3

_Index = QModelIndex | QPersistentModelIndex


class _Delegate(QStyledItemDelegate):
    """Paints a loss: its name, under it the formula, or where there is none its help."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = LIGHT

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Give tall formulas more height."""
        latex = str(index.data(_FORMULA) or "")
        height = formula_size(latex, 14, "", self.theme).height() if latex else 18.0
        return QSize(200, 34 + min(int(height), 44))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one row."""
        theme = self.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        rect: QRect = option.rect
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("press" if chosen else "hover"))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 4, 4)
        inner = rect.adjusted(10, 6, -10, -6)
        font = theme.font("button")
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        label = metrics.elidedText(str(index.data(_LABEL)), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), label)
        lower = inner.adjusted(0, metrics.height() + 2, 0, 0)
        latex = str(index.data(_FORMULA) or "")
        if latex:
            paint_formula(
                painter, latex, QRectF(lower), 14, theme.color("text2"), theme, str(index.data(_HELP))
            )
        else:
            small = theme.font("subtitle")
            painter.setFont(small)
            painter.setPen(theme.color("text2"))
            words = QFontMetrics(small).elidedText(
                str(index.data(_HELP)), Qt.TextElideMode.ElideRight, lower.width()
            )
            painter.drawText(lower, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)
        painter.restore()


class LossPopover(QFrame):
    """A list of losses under a search line; ``chosen`` says which one was taken, and it closes."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("raised")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search losses")
        self.search.setAccessibleName("Search losses")
        self.search.setClearButtonEnabled(False)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._model)
        self._proxy.setFilterRole(Qt.ItemDataRole.UserRole + 4)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._delegate = _Delegate(self)
        self.view = QListView(self)
        self.view.setModel(self._proxy)
        self.view.setItemDelegate(self._delegate)
        self.view.setMouseTracking(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.clicked.connect(self._take)
        self.nothing = QLabel("No loss has this name", self)
        self.nothing.setProperty("k", "text3")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        column.addWidget(self.nothing, 1)

    def show_losses(self, losses: Sequence[tuple[str, str, str]], formulas: Mapping[str, str]) -> None:
        """Show (name, label, help) of each, with its formula where one is given."""
        self._model.clear()
        for name, label, text in losses:
            item = QStandardItem(label)
            item.setData(name, _NAME)
            item.setData(label, _LABEL)
            item.setData(formulas.get(name, ""), _FORMULA)
            item.setData(text, _HELP)
            item.setData(f"{label} {name} {text}", Qt.ItemDataRole.UserRole + 4)
            item.setToolTip(text)
            self._model.appendRow(item)
        self.search.clear()
        self._filter("")

    def open_at(self, anchor: QWidget) -> None:
        """Open under a widget, right edges aligned, inside its screen."""
        width = 340
        rows = sum(self.view.sizeHintForRow(row) for row in range(self._proxy.rowCount()))
        height = min(58 + rows, 460)
        corner = anchor.mapToGlobal(anchor.rect().bottomLeft())
        screen = anchor.screen().availableGeometry()
        x = min(max(corner.x(), screen.left() + 4), screen.right() - width - 4)
        y = corner.y() + 4
        if y + height > screen.bottom():
            y = max(screen.top() + 4, screen.bottom() - height - 4)
        self.setGeometry(x, y, width, height)
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._delegate.theme = theme
        self.view.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list, Enter takes, Esc closes."""
        if watched is self.search and obey_list_key(
            event, self._step, lambda: self._take(self.view.currentIndex()), self.close, page=5
        ):
            return True
        return super().eventFilter(watched, event)

    def _step(self, rows: int) -> None:
        row = self.view.currentIndex().row() + rows
        self.view.setCurrentIndex(self._proxy.index(min(max(row, 0), self._proxy.rowCount() - 1), 0))

    def _filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text.strip())
        empty = self._proxy.rowCount() == 0
        self.view.setVisible(not empty)
        self.nothing.setVisible(empty)
        if not empty:
            self.view.setCurrentIndex(self._proxy.index(0, 0))

    def _take(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        name = str(index.data(_NAME))
        self.close()
        self.chosen.emit(name)
