"""The tree of runs itself: eyes, chevrons and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QToolTip, QTreeView, QWidget

from widgets.run_delegate import RunDelegate
from widgets.run_model import ROW_ROLE, RunGroup, RunRow


class RunTree(QTreeView):
    """The tree itself: clicks on an eye or a chevron do not select."""

    eye_clicked = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setExpandsOnDoubleClick(False)
        self.setUniformRowHeights(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("Runs")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Answer a press on an eye or a chevron; leave the rest to the view."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            place = event.position().toPoint()
            rect = self.visualRect(index)
            alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            if RunDelegate.eye_rect(rect).contains(place):
                self.eye_clicked.emit(index.data(ROW_ROLE), alone)
                return
            if isinstance(index.data(ROW_ROLE), RunGroup) and (
                RunDelegate.chevron_rect(rect).contains(place)
            ):
                self.setExpanded(index, not self.isExpanded(index))
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold a group; two quick clicks on an eye are two clicks."""
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return
        rect = self.visualRect(index)
        place = event.position().toPoint()
        if RunDelegate.eye_rect(rect).contains(place):
            self.mousePressEvent(event)
        elif isinstance(index.data(ROW_ROLE), RunGroup):
            self.setExpanded(index, not self.isExpanded(index))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter or H hides and shows what is current."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_H):
            item = self.currentIndex().data(ROW_ROLE)
            if item is not None:
                self.eye_clicked.emit(item, False)
                return
        super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what an eye does, and the full name of what is elided."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            item = index.data(ROW_ROLE)
            if isinstance(item, (RunGroup, RunRow)):
                if RunDelegate.eye_rect(self.visualRect(index)).contains(event.pos()):
                    word = "Hide" if item.visible else "Show"
                    text = f"{word} {item.name} (Alt+click: only this)"
                else:
                    note = getattr(item, "note", "")
                    text = f"{item.name}: {item.status}{' at ' + note if note else ''}"
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().viewportEvent(event)
