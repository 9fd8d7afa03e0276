"""What painted plots of runs share: a kept picture, a ring of focus, runs that are picked and pointed at."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lab.store.rows import RunKey
from widgets.focus_ring import RingWidget, paint_focus_ring
from widgets.theme import Theme


class PaintedPlot(RingWidget):
    """A plot that is painted when something changed; a subclass paints and says what is where."""

    runs_picked = Signal(object)
    """Keys of the runs that a person chose, a tuple; empty for none."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture = QPixmap()
        self._stale = True
        self._picked: frozenset[RunKey] = frozenset()
        self._hover = -1
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- what a subclass implements -------------------------------------------------------------------
    def paint_plot(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint everything but what moves with the pointer, into a rectangle."""
        raise NotImplementedError

    def paint_over(self, painter: QPainter) -> None:
        """Paint what moves with the pointer."""

    def run_at(self, place: QPointF) -> int:
        """Return the index of the run under a place, −1 for none."""
        raise NotImplementedError

    def words_of(self, index: int) -> str:
        """Return what the tooltip says of a run."""
        raise NotImplementedError

    # --- state in, silent ---------------------------------------------------------------------------
    def show_picked(self, keys: Iterable[RunKey]) -> None:
        """Let these runs stand out."""
        wanted = frozenset(keys)
        if wanted != self._picked:
            self._picked = wanted
            self.renew()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.renew()

    @property
    def picked(self) -> frozenset[RunKey]:
        """The runs that stand out."""
        return self._picked

    def renew(self) -> None:
        """Paint anew when it is next seen."""
        self._stale = True
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for half a screen."""
        return QSize(640, 360)

    # --- acts -------------------------------------------------------------------------------------
    def pick(self, keys: Iterable[RunKey]) -> None:
        """Take a person's choice and tell it."""
        chosen = tuple(keys)
        self.show_picked(chosen)
        self.runs_picked.emit(chosen)

    def hover_at(self, place: QPointF) -> None:
        """Note which run is pointed at."""
        found = self.run_at(place)
        if found != self._hover:
            self._hover = found
            self.setCursor(Qt.CursorShape.PointingHandCursor if found >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    # --- events -------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture if something changed, then what moves over it."""
        dpr = self.devicePixelRatioF()
        if self._stale or self._picture.devicePixelRatio() != dpr:
            self._picture = QPixmap(self.size() * dpr)
            self._picture.setDevicePixelRatio(dpr)
            self._picture.fill(self._theme.color("card"))
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            self.paint_plot(painter, QRectF(self.rect()), self._theme)
            painter.end()
            self._stale = False
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self.paint_over(painter)
        if self.focused_by_key:
            paint_focus_ring(painter, self.rect(), self._theme)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew at another size."""
        super().resizeEvent(event)
        self.renew()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at runs."""
        self.hover_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._hover = -1
        self.update()

    def event(self, event: QEvent) -> bool:
        """Name the run under the pointer in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.run_at(QPointF(event.pos()))
            if index >= 0:
                QToolTip.showText(event.globalPos(), self.words_of(index), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
