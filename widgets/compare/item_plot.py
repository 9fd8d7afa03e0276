"""A painted plot whose parts (cells, rows) are walked through with the arrow keys and described in words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from lab.panels import Panel
from widgets.compare.painted_plot import PaintedPlot
from widgets.theme import Theme

STEPS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip
EMPTY_ROOM = 16.0
MARGIN = 12.0
"""Around an exported picture."""
FIGURE = QSize(720, 320)


class ItemPlot(PaintedPlot):
    """Parts have an index; a subclass says where each is, what it means, and which is next to it.

    It also is a figure: `paint_figure` paints the same picture, `export_csv` writes its numbers.
    """

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, name, parent)
        self._at = -1

    # --- what a subclass implements ---------------------------------------------------------------
    def item_rect(self, index: int) -> QRectF:
        """Return where a part is."""
        raise NotImplementedError

    def neighbour(self, index: int, down: int, right: int) -> int:
        """Return the part beside another; the first one for −1."""
        raise NotImplementedError

    def export_csv(self) -> str:
        """Return the numbers shown as CSV."""
        raise NotImplementedError

    def paint_empty(self, painter: QPainter, rect: QRectF, theme: Theme, words: str) -> None:
        """Say in one faint sentence what will be here."""
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text3"))
        room = rect.adjusted(EMPTY_ROOM, EMPTY_ROOM, -EMPTY_ROOM, -EMPTY_ROOM)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)

    # --- figure -------------------------------------------------------------------------------------
    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: the picture is painted."""
        return ()

    def figure_size(self) -> QSize:
        """Return the size of the exported picture in logical pixels."""
        return FIGURE

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint the picture for a file."""
        room = QRectF(QPointF(0, 0), size).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self.paint_plot(painter, room, theme)

    # --- the part in focus --------------------------------------------------------------------------
    @property
    def current(self) -> int:
        """Index of the part that has the keyboard, −1 for none."""
        return self._at

    def walk_to(self, index: int) -> None:
        """Give the keyboard to a part and say what it is."""
        self._at = index
        words = self.words_of(index) if index >= 0 else ""
        self.setAccessibleDescription(words.replace("\n", ", "))
        if index >= 0 and self.isVisible():
            corner = self.item_rect(index).bottomLeft().toPoint()
            QToolTip.showText(self.mapToGlobal(corner), words, self)
        self.update()

    def paint_over(self, painter: QPainter) -> None:
        """Ring the part that has the keyboard."""
        if self._at >= 0 and self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.item_rect(self._at).adjusted(-2, -2, 2, 2), 5, 5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go from part to part; Esc leaves them."""
        step = STEPS.get(Qt.Key(event.key()))
        if step is not None:
            index = self.neighbour(self._at, *step)
            if index >= 0:
                self.walk_to(index)
            return
        if event.key() == Qt.Key.Key_Escape and self._at >= 0:
            self.walk_to(-1)
            QToolTip.hideText()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Give the keyboard to the part that is clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            index = self.run_at(event.position())
            if index >= 0:
                self.walk_to(index)

    def hover_at(self, place: QPointF) -> None:
        """Keep the arrow: parts are not buttons."""

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let the part go."""
        self._at = -1
        super().focusOutEvent(event)


def pixels_of(painter: QPainter) -> float:
    """Return how many pixels of the device a logical one is, also where a picture is painted enlarged."""
    return painter.device().devicePixelRatioF() * painter.worldTransform().m11()
