"""A loss's line, short: its colour and its dash, wherever its name stands."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import LIGHT, Theme

#: Dashes in swatches are shorter than in plots, so that two periods fit.
DASH_SCALE = 0.6


def paint_swatch(
    painter: QPainter, theme: Theme, series: int, rect: QRectF, *, dpr: float = 1.0, faded: bool = False
) -> None:
    """Paint the line of a series across the middle of a rectangle, 2 px thick."""
    painter.save()
    pen = theme.pen(series, 2, dpr, DASH_SCALE)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if faded:
        painter.setOpacity(0.4)
    painter.setPen(pen)
    y = rect.center().y()
    painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    painter.restore()


def swatch_icon(theme: Theme, series: int, width: int = 26, height: int = 16) -> QIcon:
    """Return a swatch as an icon, for menus."""
    result = QIcon()
    for dpr in (1.0, 2.0):
        pixmap = QPixmap(round(width * dpr), round(height * dpr))
        pixmap.setDevicePixelRatio(dpr)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_swatch(painter, theme, series, QRectF(0, 0, width, height), dpr=dpr)
        painter.end()
        result.addPixmap(pixmap)
    return result


class Swatch(QWidget):
    """The line of one series; a click on it is its parent's business."""

    def __init__(self, series: int = 1, parent: QWidget | None = None, *, width: int = 24) -> None:
        super().__init__(parent)
        self._series = series
        self._faded = False
        self._theme = LIGHT
        self.setFixedSize(width, 16)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def series(self) -> int:
        """The series shown."""
        return self._series

    def set_series(self, series: int) -> None:
        """Show another series."""
        if series != self._series:
            self._series = series
            self.update()

    def set_faded(self, faded: bool) -> None:
        """Show it as hidden, or not."""
        if faded != self._faded:
            self._faded = faded
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint_swatch(
            painter, self._theme, self._series, rect, dpr=self.devicePixelRatioF(), faded=self._faded
        )
        painter.end()
