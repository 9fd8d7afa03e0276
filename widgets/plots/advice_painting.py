"""Paint advice into figures: text in lines, findings until the room is full."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.advice.finding import Finding
from lab.advice.panel import AdvicePanel, AdviceRow
from widgets.icons import paint_icon
from widgets.plots.annotations import paint_placeholder
from widgets.theme import Theme

SIGN = 14.0
INDENT = 22.0
GAP = 10.0


def sign_of(finding: Finding) -> tuple[str, str]:
    """Return the icon of a finding and the token of its colour."""
    return ("warning", "warn") if finding.severity == "problem" else ("info", "text2")


def paint_advice(painter: QPainter, theme: Theme, panel: AdvicePanel, room: QSizeF) -> None:
    """Paint findings one below the other; those that do not fit are counted in the last line."""
    if panel.placeholder:
        paint_placeholder(painter, theme, panel.placeholder, QRectF(QPointF(0, 0), room))
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    text = _Lines(painter, theme, room.width())
    if not panel.rows:
        text.write(panel.calm, "value", "text", 0.0)
        text.write(panel.looked_at, "subtitle", "text2", 0.0)
        return
    line = QFontMetricsF(theme.font("subtitle")).height()
    for number, row in enumerate(panel.rows):
        left = len(panel.rows) - number
        needed = _height(theme, row, room.width())
        if number and text.y + needed > room.height() - (line if left > 1 else 0.0):
            more = "1 more finding" if left == 1 else f"{left} more findings"
            text.write(f"and {more}", "subtitle", "text2", INDENT)
            return
        name, token = sign_of(row.finding)
        top = text.y + (QFontMetricsF(theme.font("value")).height() - SIGN) / 2
        paint_icon(painter, name, theme.color(token), QRectF(0.0, top, SIGN, SIGN))
        for words, font, color in _parts(row):
            text.write(words, font, color, INDENT)
        text.y += GAP


def _parts(row: AdviceRow) -> Iterator[tuple[str, str, str]]:
    yield row.finding.title, "value", "text"
    yield row.body, "subtitle", "text2"
    remedies = " · ".join(remedy.label for remedy in row.finding.remedies)
    if remedies:
        yield f"To try: {remedies}", "subtitle", "text"


def _height(theme: Theme, row: AdviceRow, width: float) -> float:
    height = 0.0
    for words, font, _ in _parts(row):
        metrics = QFontMetricsF(theme.font(font))
        height += metrics.height() * len(wrapped(words, metrics, width - INDENT))
    return height


class _Lines:
    """Writes words line by line down a column."""

    def __init__(self, painter: QPainter, theme: Theme, width: float) -> None:
        self._painter, self._theme, self._width = painter, theme, width
        self.y = 0.0

    def write(self, words: str, font: str, color: str, indent: float) -> None:
        """Write words in lines that fit the column."""
        metrics = QFontMetricsF(self._theme.font(font))
        self._painter.setFont(self._theme.font(font))
        self._painter.setPen(self._theme.color(color))
        for line in wrapped(words, metrics, self._width - indent):
            self._painter.drawText(QPointF(indent, self.y + metrics.ascent()), line)
            self.y += metrics.height()


def wrapped(words: str, metrics: QFontMetricsF, width: float) -> list[str]:
    """Return words in lines of at most a width; a word that is wider is shortened."""
    lines: list[str] = []
    for paragraph in words.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and metrics.horizontalAdvance(longer) > width:
                lines.append(line)
                longer = word
            line = metrics.elidedText(longer, Qt.TextElideMode.ElideRight, max(20.0, width))
        lines.append(line)
    return lines
