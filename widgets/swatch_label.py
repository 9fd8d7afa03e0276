"""A line of text with a loss's swatch before it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.swatch import paint_swatch
from widgets.theme import Theme

WIDTH = 26
SPACE = 8


class SwatchLabel(QWidget):
    """Swatch and title, elided where there is no room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._series = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours and fonts."""
        self._theme = theme
        self.update()

    def show_text(self, text: str, series: int) -> None:
        """Show a text beside the swatch of a series."""
        if (text, series) != (self._text, self._series):
            self._text, self._series = text, series
            self.setAccessibleName(text)
            self.setToolTip(text)
            self.update()

    def sizeHint(self) -> QSize:
        """Return the room that nothing elided needs."""
        metrics = QFontMetrics(self._theme.font("title"))
        return QSize(WIDTH + SPACE + metrics.horizontalAdvance(self._text), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint swatch and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(0, 0, WIDTH, self.height())
        paint_swatch(painter, self._theme, self._series, place, dpr=self.devicePixelRatioF())
        painter.setFont(self._theme.font("title"))
        painter.setPen(self._theme.color("text"))
        left = WIDTH + SPACE
        room = self.width() - left
        shown = QFontMetrics(painter.font()).elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, 0, room, self.height()), int(Qt.AlignmentFlag.AlignVCenter), shown)
