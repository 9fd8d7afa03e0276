"""The grid of the prediction table: cells to type in, to select, to copy and to paste into."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from widgets.explore.table_columns import column_widths
from widgets.explore.table_header import GroupHeader, RowHeader
from widgets.explore.table_model import BEST_ROLE, PROBLEM_ROLE, PredictionModel
from widgets.icons import icon_pixmap
from widgets.theme import Theme

ROW_HEIGHT = 30
_BEST = "best"


class PredictionDelegate(QStyledItemDelegate):
    """Paints the mark of the best row and, across the losses, what is wrong with a row."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the cell, then its mark."""
        super().paint(painter, option, index)
        options: Any = option
        rect: QRect = options.rect
        model = index.model()
        if not isinstance(model, PredictionModel):
            return
        column = model.columns[index.column()]
        if column.kind == "value" and index.data(PROBLEM_ROLE):
            self._paint_problem(painter, rect, str(index.data(PROBLEM_ROLE)))
        elif index.data(BEST_ROLE):
            self._paint_best(painter, rect)
        if column.typed and not model.is_mean(index.row()):
            self._paint_border(painter, rect, model, index)

    def _paint_best(self, painter: QPainter, rect: QRect) -> None:
        painter.save()
        dpr = painter.device().devicePixelRatioF()
        painter.drawPixmap(
            rect.left() + 6, rect.center().y() - 5, icon_pixmap("check", self.theme, 12, "ok", dpr)
        )
        painter.setFont(self.theme.font("tag"))
        painter.setPen(self.theme.color("ok"))
        words = QRect(rect.left() + 21, rect.top(), 40, rect.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), _BEST)
        painter.restore()

    def _paint_problem(self, painter: QPainter, rect: QRect, sentence: str) -> None:
        painter.save()
        painter.setFont(self.theme.font("subtitle"))
        painter.setPen(self.theme.color("error"))
        dpr = painter.device().devicePixelRatioF()
        painter.drawPixmap(
            rect.left() + 8, rect.center().y() - 6, icon_pixmap("error", self.theme, 14, "error", dpr)
        )
        words = rect.adjusted(28, 0, -8, 0)
        text = QFontMetrics(painter.font()).elidedText(sentence, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.restore()

    def _paint_border(
        self,
        painter: QPainter,
        rect: QRect,
        model: PredictionModel,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Show that a cell can be typed in; red where its text is no number."""
        column = model.columns[index.column()]
        wrong = (index.row(), column.kind, column.index) in model.unread
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.color("error" if wrong else "line"), 2 if wrong else 1))
        painter.drawRoundedRect(QRectF(rect).adjusted(2.5, 2.5, -2.5, -2.5), 4, 4)
        painter.restore()


class PredictionGrid(QTableView):
    """The view on a `PredictionModel`."""

    pasted = Signal(str)
    """A text was pasted with more than one cell in it, or into no cell."""
    rows_removed = Signal(object)
    """Delete was pressed with whole rows selected; their numbers."""

    def __init__(self, theme: Theme, model: PredictionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._spans: list[tuple[int, int, int]] = []
        self.header = GroupHeader(theme, self)
        self.delegate = PredictionDelegate(theme, self)
        self.side = RowHeader(theme, ROW_HEIGHT, self)
        self.setHorizontalHeader(self.header)
        self.setVerticalHeader(self.side)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName("Predictions and their losses")
        model.modelReset.connect(self.arrange)
        model.dataChanged.connect(self._arrange_rows)
        self.arrange()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.delegate.theme = theme
        self.header.set_theme(theme)
        self.side.set_theme(theme)
        self.viewport().update()

    def arrange(self) -> None:
        """Give columns their widths."""
        columns = self._model.columns
        self.header.show_columns(columns)
        self.header.setStretchLastSection(bool(columns) and columns[-1].kind == "note")
        heads = QFontMetrics(self.delegate.theme.font("value"))
        for number, width in enumerate(column_widths(columns, heads)):
            self.setColumnWidth(number, width)
        self._spans = []
        self.clearSpans()
        self._arrange_rows()

    def selected_rows(self) -> tuple[int, ...]:
        """Return the numbers of the samples in which something is selected."""
        rows = {index.row() for index in self.selectionModel().selectedIndexes()}
        return tuple(sorted(row for row in rows if not self._model.is_mean(row)))

    def copied_text(self) -> str:
        """Return the selected cells as lines with tabs between, as spreadsheets take them."""
        chosen = sorted({(index.row(), index.column()) for index in self.selectionModel().selectedIndexes()})
        if not chosen:
            return ""
        columns = sorted({column for _, column in chosen})
        lines = []
        for row in sorted({row for row, _ in chosen}):
            cells = (self._model.index(row, column) for column in columns)
            lines.append("\t".join(str(cell.data() or "").replace("−", "-") for cell in cells))
        return "\n".join(lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, paste and remove rows by key."""
        clipboard = QGuiApplication.clipboard()
        if event.matches(QKeySequence.StandardKey.Copy):
            clipboard.setText(self.copied_text())
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste(clipboard.text())
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            whole = {index.row() for index in self.selectionModel().selectedRows()}
            rows = tuple(sorted(row for row in whole if not self._model.is_mean(row)))
            if rows:
                self.rows_removed.emit(rows)
        else:
            super().keyPressEvent(event)

    def paste(self, text: str) -> None:
        """Put one number into the current cell; more than one become rows."""
        current = self.currentIndex()
        single = len(text.split()) == 1 and not any(sign in text.strip() for sign in "\t;\n")
        if single and current.isValid() and self._model.flags(current) & Qt.ItemFlag.ItemIsEditable:
            self._model.setData(current, text.strip())
        else:
            self.pasted.emit(text)

    def _arrange_rows(self) -> None:
        """Let the sentence of a wrong row and the words of the means go across their columns."""
        columns = self._model.columns
        losses = [number for number, column in enumerate(columns) if column.series]
        wanted: list[tuple[int, int, int]] = []
        for row in range(self._model.rowCount()):
            if self._model.is_mean(row) and losses and losses[0] > 1:
                wanted.append((row, 0, losses[0]))
            elif not self._model.is_mean(row) and self._model.problem_of(row) and len(losses) > 1:
                wanted.append((row, losses[0], losses[-1] - losses[0] + 1))
        if wanted != self._spans:
            self.clearSpans()
            for row, first, count in wanted:
                self.setSpan(row, first, 1, count)
            self._spans = wanted
