"""A chart live: painted once, pointed at, walked by keys, picked from, and turned where it is a surface."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from lab.chart import ChartPanel
from widgets.focus_ring import RingWidget
from widgets.plots.chart_hits import Target, has_keys, picked_keys, same_place, target_at, walk
from widgets.plots.chart_layers import paint_ring
from widgets.plots.chart_layout import FOOT_LINE, ChartLayout, lay_out_chart
from widgets.plots.chart_painting import VIEW, paint_chart
from widgets.plots.chart_relief import Turn
from widgets.plots.chart_words import line_values, summary_words
from widgets.theme import Theme

DEGREES = 0.5
"""How far a surface turns for a pixel that is dragged."""
KEY_DEGREES = 6.0
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}  # fmt: skip


class ChartView(RingWidget):
    """The plot itself."""

    sample_picked = Signal(int)
    """The key of a bar or point that a person picked; −1 when it was let go."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: ChartPanel | None = None
        self._layout: ChartLayout | None = None
        self._picture: QPixmap | None = None
        self._hover: Target | None = None
        self._current: Target | None = None
        self._turn = VIEW
        self._drag: QPointF | None = None
        self._pressed: QPointF | None = None
        self.paint_seconds = 0.0
        """How long the picture took when it was last painted."""
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # --- state in, silent ---------------------------------------------------------------------------
    def show_panel(self, panel: ChartPanel) -> None:
        """Show this panel; the same one again costs nothing."""
        if panel is self._panel:
            return
        self._panel = panel
        self.setAccessibleName(panel.title)
        self._forget()
        self._current = same_place(self.chart_layout(), self._current) if self._current is not None else None
        self._hover = None
        self._describe()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self._forget()

    # --- asking -----------------------------------------------------------------------------------
    def chart_layout(self) -> ChartLayout:
        """Return where everything is at the present size."""
        if self._layout is None:
            panel = self._panel or ChartPanel("", "", "")
            self._layout = lay_out_chart(panel, QSizeF(self.size()), self._theme)
        return self._layout

    @property
    def current(self) -> Target | None:
        """What the keys stand at."""
        return self._current

    @property
    def turn(self) -> Turn:
        """Where a surface is looked at from."""
        return self._turn

    def describe(self, x: float, y: float) -> str:
        """Return in words what is under a point."""
        layout = self.chart_layout()
        found = target_at(layout, x, y)
        if found is not None:
            return found.words + ("\nClick: pick this sample" if found.key >= 0 else "")
        index = layout.at(x, y)
        if index is None or not layout.facets[index].frame.rect.contains(x, y):
            return self._hidden_words(x, y)
        return line_values(layout.facets[index], x) or layout.facets[index].facet.note

    def sizeHint(self) -> QSize:
        """Ask for a quarter of the window."""
        return QSize(400, 320)

    # --- painting ---------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the kept picture, and over it what is pointed at."""
        if self._panel is None:
            return
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._paint_picture(ratio)
        assert self._picture is not None
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._hover is not None and self._hover.form != "cell":
            self._mark(painter, self._hover, 1.0)
        if self._current is not None and self.hasFocus():
            self._mark(painter, self._current, 2.0)
        elif self.focused_by_key:
            self._paint_focus(painter)
        painter.end()

    def _paint_picture(self, ratio: float) -> None:
        assert self._panel is not None
        begun = time.perf_counter()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        paint_chart(painter, self._theme, self._panel, self.chart_layout(), self._turn)
        painter.end()
        self.paint_seconds = time.perf_counter() - begun

    def _mark(self, painter: QPainter, target: Target, width: float) -> None:
        if target.form == "point":
            paint_ring(painter, self._theme, target.rect.center(), target.rect.width() / 2 + 1 + width)
            return
        pen = QPen(self._theme.color("accent"))
        pen.setWidthF(width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.rect.adjusted(-width / 2, -width / 2, width / 2 - 0.5, width / 2 - 0.5))

    def _paint_focus(self, painter: QPainter) -> None:
        """Show that keys lead in here, before they have led anywhere."""
        pen = QPen(self._theme.color("accent"))
        pen.setWidthF(2.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    # --- pointer ----------------------------------------------------------------------------------
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what is pointed at; turn a surface that is dragged."""
        place = event.position()
        if self._drag is not None:
            moved = place - self._drag
            self._drag = place
            self._turn = self._turn.turned(-moved.x() * DEGREES, moved.y() * DEGREES)
            self._picture = None
            self.update()
            return
        found = target_at(self.chart_layout(), place.x(), place.y())
        if found != self._hover:
            self._hover = found
            picks = found is not None and found.key >= 0
            turns = found is None and self._relief_at(place)
            self.setCursor(
                Qt.CursorShape.PointingHandCursor
                if picks
                else Qt.CursorShape.OpenHandCursor
                if turns
                else Qt.CursorShape.ArrowCursor
            )
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        if self._hover is not None:
            self._hover = None
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or the turning of a surface."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed = event.position()
        if self._relief_at(event.position()):
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick the bar or point that was clicked; its second click, or one beside all, lets go."""
        pressed, self._pressed = self._pressed, None
        if self._drag is not None:
            self._drag = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            return
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            event.ignore()
            return
        if (event.position() - pressed).manhattanLength() >= QApplication.startDragDistance():
            return
        self._pick(target_at(self.chart_layout(), pressed.x(), pressed.y()))

    def _pick(self, target: Target | None) -> None:
        if self._panel is None or not has_keys(self._panel):
            return
        key = target.key if target is not None else -1
        if key in picked_keys(self._panel):
            key = -1
        self.sample_picked.emit(key)

    # --- keys -------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk bars, points and cells or turn a surface; Enter picks; Escape steps back."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if arrow is not None and plain:
            times = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            if self._turnable():
                self._turn = self._turn.turned(arrow[0] * KEY_DEGREES * times, arrow[1] * KEY_DEGREES)
                self._picture = None
            else:
                for _ in range(times):
                    self._current = walk(self.chart_layout(), self._current, *arrow)
                self._say_current()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self._pick(self._current)
        elif event.key() == Qt.Key.Key_Escape and self._current is not None:
            self._current = None
            QToolTip.hideText()
            self.update()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _say_current(self) -> None:
        """Say what the keys came to, beside it and to a screen reader."""
        self._describe()
        if self._current is not None:
            place = self._current.rect.center().toPoint()
            QToolTip.showText(self.mapToGlobal(place), self._current.words, self)

    def _describe(self) -> None:
        words = self._current.words if self._current is not None else ""
        self.setAccessibleDescription(
            words.replace("\n", ", ") or (summary_words(self._panel) if self._panel else "")
        )

    # --- inside -----------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        """Say what is under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.describe(event.pos().x(), event.pos().y())
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        """Lay out anew."""
        self._forget()
        if self._current is not None:
            self._current = same_place(self.chart_layout(), self._current)
        self._hover = None

    def _forget(self) -> None:
        self._layout = None
        self._picture = None
        self.update()

    def _turnable(self) -> bool:
        return any(facet.relief is not None for facet in self.chart_layout().facets)

    def _relief_at(self, place: QPointF) -> bool:
        layout = self.chart_layout()
        index = layout.at(place.x(), place.y())
        return index is not None and layout.facets[index].relief is not None

    def _hidden_words(self, x: float, y: float) -> str:
        """Return the whole of a sentence over or under the plot that may have been shortened."""
        layout, panel = self.chart_layout(), self._panel
        if panel is None:
            return ""
        if y >= (self.height() - FOOT_LINE if layout.foot is None else layout.foot.top()):
            return panel.foot
        if layout.note is not None and layout.note.contains(x, y):
            return panel.note
        return ""
