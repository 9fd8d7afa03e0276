"""The prediction table as a figure: painted from the same columns as on screen."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter

from lab.explore.table import TableState, TableView, view
from widgets.explore.table_columns import Column, column_widths, columns_of
from widgets.explore.table_edits import sentence_of, subtitle_of
from widgets.explore.table_model import BEST_ROLE, PredictionModel
from widgets.icons import paint_icon
from widgets.plots.annotations import paint_line_sample
from widgets.plots.axis import thin_pen
from widgets.theme import LIGHT, Theme

ROW = 26.0
_LEFT = 12.0
_NUMBER = 30.0
_HEAD = 124.0
_PADDING = 8.0
MOST_ROWS = 60
"""Rows a figure has at most; the rest is said in its last line, and all are in the CSV."""


def table_size(state: TableState) -> QSize:
    """Return the size in logical pixels at which nothing is cut."""
    shown = view(state)
    columns = columns_of(state, shown, names=False)
    width = 2 * _LEFT + _NUMBER + sum(_widths(LIGHT, columns))
    rows = min(len(state.rows), MOST_ROWS) + 3
    return QSize(round(max(360.0, width)), round(_HEAD + ROW * rows))


def paint_table(painter: QPainter, theme: Theme, state: TableState, size: QSizeF) -> None:
    """Paint title, sentence, header and rows; scaled down where the size is too small."""
    wanted = QSizeF(table_size(state))
    share = min(1.0, size.width() / wanted.width(), size.height() / wanted.height())
    painter.save()
    painter.scale(share, share)
    shown = view(state)
    columns = columns_of(state, shown, names=False)
    width = max(wanted.width(), size.width() / share)
    _text(painter, theme, "title", "text", QRectF(_LEFT, 8, width, 20), "Prediction table")
    _text(painter, theme, "subtitle", "text2", QRectF(_LEFT + 110, 8, width, 20), subtitle_of(state))
    metrics = QFontMetricsF(theme.font("subtitle"))
    for place, line in enumerate(sentence_of(state, shown).split("\n")):
        room = QRectF(_LEFT, 32 + 18 * place, width - 2 * _LEFT, 18)
        words = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width())
        _text(painter, theme, "subtitle", "text2", room, words)
    _paint_header(painter, theme, columns)
    _paint_rows(painter, theme, state, shown, columns)
    painter.restore()


def _widths(theme: Theme, columns: tuple[Column, ...]) -> list[int]:
    return column_widths(columns, QFontMetrics(theme.font("value")))


def _paint_header(painter: QPainter, theme: Theme, columns: tuple[Column, ...]) -> None:
    left, start, before = _LEFT + _NUMBER, _LEFT + _NUMBER, ("", -1)
    widths = _widths(theme, columns)
    for number, column in enumerate(columns):
        width = widths[number]
        if (column.group, column.series) != before:
            before, start = (column.group, column.series), left
        last = number + 1 == len(columns) or (columns[number + 1].group, columns[number + 1].series) != before
        left += width
        if last:
            box = QRectF(start + _PADDING, 76, left - start - 2 * _PADDING, 20)
            flush = column.kind in ("name", "note")
            font = QFontMetricsF(theme.font("value"))
            sample = 24.0 if column.series else 0.0
            words = font.elidedText(
                column.group, Qt.TextElideMode.ElideRight, max(10.0, box.width() - sample - 6)
            )
            _text(painter, theme, "value", "text", box, words, right=not flush)
            if column.series:
                end = box.right() - font.horizontalAdvance(words) - 6
                paint_line_sample(painter, theme, column.series, QRectF(end - sample, 76, sample, 20))
        title = QRectF(left - width, 98, width - _PADDING, 18)
        _text(painter, theme, "tick", "text2", title, column.title, right=True)
    painter.setPen(thin_pen(theme, "axis"))
    painter.drawLine(QLineF(_LEFT, _HEAD - 3, left, _HEAD - 3))


def _paint_rows(
    painter: QPainter, theme: Theme, state: TableState, shown: TableView, columns: tuple[Column, ...]
) -> None:
    model = PredictionModel(theme)
    model.show_table(state, shown, {}, names=False)
    count = len(state.rows)
    widths = _widths(theme, columns)
    rows = [*range(min(count, MOST_ROWS)), *range(count, model.rowCount())]
    for place, row in enumerate(rows):
        top = _HEAD + ROW * place
        if row < count:
            number = QRectF(_LEFT, top, _NUMBER - _PADDING, ROW)
            _text(painter, theme, "tick", "text2", number, str(row + 1), right=True)
        elif columns:
            mean = QRectF(_LEFT + _NUMBER, top, 240, ROW)
            _text(painter, theme, "value", "text2", mean, str(model.index(row, 0).data()))
        problem = model.problem_of(row)
        left = _LEFT + _NUMBER
        for column_number, column in enumerate(columns):
            index = model.index(row, column_number)
            box = QRectF(left + _PADDING, top, widths[column_number] - 2 * _PADDING, ROW)
            left += widths[column_number]
            if row >= count and not column.series:
                continue
            if index.data(BEST_ROLE):
                paint_icon(painter, "check", theme.color("ok"), QRectF(box.left(), top + ROW / 2 - 6, 12, 12))
                best = QRectF(box.left() + 15, top, 30, ROW)
                _text(painter, theme, "tag", "ok", best, "best")
            words = str(index.data() or "")
            font = "value" if column.kind == "value" else "subtitle"
            right = column.kind not in ("name", "note")
            if problem and column.series and column.index == 0 and column.kind == "value":
                wide = QRectF(box.left(), top, 600, ROW)
                _text(painter, theme, "subtitle", "error", wide, problem)
            else:
                _text(painter, theme, font, "text", box, words, right=right)
    if count > MOST_ROWS:
        left_out = QRectF(_LEFT, _HEAD + ROW * len(rows), 400, ROW)
        words = f"{count - MOST_ROWS} more rows are in the table"
        _text(painter, theme, "subtitle", "text2", left_out, words)


def _text(
    painter: QPainter, theme: Theme, role: str, token: str, box: QRectF, words: str, *, right: bool = False
) -> None:
    painter.setFont(theme.font(role))
    painter.setPen(theme.color(token))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), words)
