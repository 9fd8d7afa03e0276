"""A card that floats over the window beside what opened it; Esc or a click elsewhere closes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from widgets.controls import IconButton
from widgets.theme import Theme

MARGIN = 8


def card_with_focus() -> Overlay | None:
    """Return the card that the keyboard is in, if it is in one."""
    widget = QApplication.focusWidget()
    while widget is not None and not isinstance(widget, Overlay):
        widget = widget.parentWidget()
    return widget


class Overlay(QFrame):
    """A titled card over a window.

    Parameters
    ----------
    window
        The widget it floats over; the overlay is its child.
    title
        Its title; without one there is no head.
    sticky
        Whether a click elsewhere leaves it open.
    """

    closed = Signal()

    def __init__(self, window: QWidget, theme: Theme, title: str = "", *, sticky: bool = False) -> None:
        super().__init__(window)
        self.setObjectName("raised")
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.host = window
        self._sticky = sticky
        self._before: QWidget | None = None
        self._close = IconButton("close", "Close", shortcut="Esc")
        self._close.clicked.connect(self.dismiss)
        self._title = QLabel(title)
        self._title.setProperty("k", "title")
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 14)
        layout.setSpacing(6)
        if title:
            head = QHBoxLayout()
            head.addWidget(self._title, 1)
            head.addWidget(self._close)
            layout.addLayout(head)
        else:
            self._close.hide()
        inside = QWidget()
        inside.setObjectName("clear")
        inside.setLayout(self.body)
        self.body.setContentsMargins(0, 0, 4, 0)
        layout.addWidget(inside)
        self.hide()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._close.set_theme(theme)

    def open_at(self, place: QPoint, *, right: bool = False, above: bool = False) -> None:
        """Open with a corner at a place of the window, moved as far inside as needed."""
        window = self.host
        self._before = QApplication.focusWidget()
        self.adjustSize()
        hint = self.sizeHint()
        width = min(max(hint.width(), self.minimumWidth()), window.width() - 2 * MARGIN)
        self.resize(width, min(self.heightForWidth(width) if self.hasHeightForWidth() else hint.height(),
                               window.height() - 2 * MARGIN))  # fmt: skip
        left = place.x() - (self.width() if right else 0)
        top = place.y() - (self.height() if above else 0)
        left = max(MARGIN, min(left, window.width() - self.width() - MARGIN))
        top = max(MARGIN, min(top, window.height() - self.height() - MARGIN))
        self.move(left, top)
        self.show()
        self.raise_()
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def open_below(self, anchor: QWidget, *, right: bool = False) -> None:
        """Open under a widget, aligned with its left or right edge."""
        corner = anchor.rect().bottomRight() if right else anchor.rect().bottomLeft()
        self.open_at(anchor.mapTo(self.host, corner) + QPoint(0, 4), right=right)

    def open_above(self, anchor: QWidget) -> None:
        """Open over a widget, aligned with its right edge."""
        corner = anchor.mapTo(self.host, anchor.rect().topRight()) - QPoint(0, 4)
        self.open_at(corner, right=True, above=True)

    def dismiss(self) -> None:
        """Close; focus goes back to where it was."""
        if self.isHidden():
            return
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        inside = QApplication.focusWidget()
        self.hide()
        if inside is not None and (inside is self or self.isAncestorOf(inside)):
            before = self._before
            if before is not None and before.isVisible():
                before.setFocus(Qt.FocusReason.PopupFocusReason)
            else:
                self.host.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close when something else in the window is pressed, and on Esc."""
        if (
            event.type() == QEvent.Type.MouseButtonPress
            and isinstance(event, QMouseEvent)
            and isinstance(watched, QWidget)
            and watched.window() is self.window()
            and watched is not self
            and not self.isAncestorOf(watched)
            and not self._sticky
        ):
            self.dismiss()
        return False
