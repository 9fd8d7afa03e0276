"""The window before there is anything in it: its place, its ground and the look of its bars."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import QCloseEvent, QFontMetricsF, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.icons import paint_icon
from widgets.theme import Theme
from widgets.tokens import SIZES

SMALLEST = (720, 520)
_LOGO = 20


def place_window(window: QWidget, geometry: str) -> None:
    """Put a window where it was.

    Parameters
    ----------
    window
        A top-level widget.
    geometry
        ``QWidget.saveGeometry`` as hexadecimal text; where it is empty or unusable, the window stands in the
        middle of the screen.
    """
    stored = QByteArray.fromHex(geometry.encode("ascii", "ignore"))
    if not stored.isEmpty() and window.restoreGeometry(stored):
        return
    room = QGuiApplication.primaryScreen().availableGeometry()
    width, height = min(1440, room.width()), min(900, room.height())
    window.resize(width, height)
    window.move(room.x() + (room.width() - width) // 2, room.y() + (room.height() - height) // 2)


class Shell(QWidget):
    """A window that shows at once and is filled when its content has been loaded.

    Nothing here may import what is slow: no NumPy, no pyqtgraph, nothing of the lab.

    Parameters
    ----------
    theme
        How it looks while it is empty.
    geometry
        Where it stood; see `place_window`.
    """

    painted = Signal()
    """It has been seen for the first time."""

    def __init__(self, theme: Theme, geometry: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._content: QWidget | None = None
        self._seen = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setMinimumSize(*SMALLEST)
        self.setWindowTitle("Loss Lab")
        place_window(self, geometry)

    @property
    def content(self) -> QWidget | None:
        """What fills it."""
        return self._content

    def fill(self, content: QWidget) -> None:
        """Show a widget all over the window, which takes its title and closes when it does."""
        self._content = content
        self._column.addWidget(content)
        self.setWindowTitle(content.windowTitle())
        content.windowTitleChanged.connect(self.setWindowTitle)
        content.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the top bar with the program's name, and the status line."""
        if self._content is None:
            painter = QPainter(self)
            self._paint(painter)
            painter.end()
        if not self._seen:
            self._seen = True
            self.painted.emit()

    def _paint(self, painter: QPainter) -> None:
        theme, width, height = self._theme, self.width(), self.height()
        bar, status = SIZES["top_bar"], SIZES["status_bar"]
        painter.fillRect(self.rect(), theme.color("win"))
        painter.fillRect(0, 0, width, bar, theme.color("panel"))
        painter.fillRect(0, bar - 1, width, 1, theme.color("line"))
        painter.fillRect(0, height - status, width, status, theme.color("panel"))
        painter.fillRect(0, height - status, width, 1, theme.color("line"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = (bar - 1) / 2
        paint_icon(painter, "logo", theme.color("text"), QRectF(14, middle - _LOGO / 2, _LOGO, _LOGO))
        font = theme.font("name")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(14 + _LOGO + 16, baseline), "Loss Lab")

    def changeEvent(self, event: QEvent) -> None:
        """Tell the content when the window is minimised: only windows hear of it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._content is not None:
            QCoreApplication.sendEvent(self._content, QEvent(QEvent.Type.WindowStateChange))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close if the content does."""
        if self._content is not None and not self._content.close():
            event.ignore()
        else:
            event.accept()
