"""The frame every plot stands in: title, unit, controls at the right, a menu, and the plot below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from lab.panels import Panel
from widgets.controls import ElidedLabel, IconButton
from widgets.plots.plot_menu import fill_plot_menu
from widgets.theme import Theme

HEAD = 28


class Card(QFrame):
    """One cell of the plot grid. Subclasses add the plot to ``body`` and controls with `add_control`."""

    sort: ClassVar[str] = ""
    """Sort of the panels that it shows, `lab.panels.Panel`'s."""

    full_asked = Signal()
    kind_chosen = Signal(str)
    removed = Signal()
    moved = Signal(int)
    """By menu or key: so many places on (negative: back)."""
    copy_asked = Signal()
    export_asked = Signal()
    drag_begun = Signal(QPoint)
    drag_moved = Signal(QPoint)
    drag_ended = Signal(QPoint)
    """Global positions while the head is dragged."""
    log_y_chosen = Signal(bool)
    log_x_chosen = Signal(bool)

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.theme = theme
        self.kind = kind
        self._kinds: dict[str, str] = {}
        self._full = False
        self._drag_from: QPoint | None = None
        self._dragging = False
        self._controls: list[tuple[QWidget, bool]] = []

        self.head = QWidget(self)
        self.head.setFixedHeight(HEAD)
        self.title = ElidedLabel("", self.head, kind="title")
        self.subtitle = ElidedLabel("", self.head, kind="subtitle")
        self.expand = IconButton("expand", "Full size", self.head, shortcut="F")
        self.expand.clicked.connect(self.full_asked)
        self.more = IconButton("more", "What this plot can do", self.head)
        self.more.clicked.connect(self._open_menu)
        for button in (self.expand, self.more):
            button.set_theme(theme)

        row = QHBoxLayout(self.head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.title)
        row.addSpacing(6)
        row.addWidget(self.subtitle, 1)
        row.addSpacing(2)
        self._row = row
        row.addWidget(self.expand)
        row.addWidget(self.more)

        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 7, 7, 7)
        outer.setSpacing(0)
        outer.addWidget(self.head)
        outer.addLayout(self.body, 1)

    # --- state in, silent ---------------------------------------------------------------------------
    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.theme = theme
        self.expand.set_theme(theme)
        self.more.set_theme(theme)
        self.update()

    def show_titles(self, title: str, subtitle: str) -> None:
        """Show title and unit."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.setAccessibleName(f"{title}, {subtitle}")
        self._make_room()

    def set_kinds(self, kinds: Mapping[str, str]) -> None:
        """Take the kinds of plot the menu offers: key -> title."""
        self._kinds = dict(kinds)

    def set_full(self, full: bool) -> None:
        """Say whether this card fills the grid."""
        self._full = full
        self.expand.set_icon_name("collapse" if full else "expand")
        self.expand.set_tip("Back to all plots" if full else "Full size", "F")

    def add_control(self, control: QWidget, *, optional: bool = False) -> None:
        """Put a control into the head, left of the buttons; an optional one goes where room is short."""
        control.setParent(self.head)
        self._controls.append((control, optional))
        self._row.insertWidget(self._row.indexOf(self.expand), control)

    @property
    def panel(self) -> Panel | None:
        """What is shown; None before the first."""
        return None

    # --- menu -------------------------------------------------------------------------------------
    def menu(self) -> QMenu:
        """Make the menu of this card; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._kinds:
            fill_plot_menu(menu.addMenu("Change plot to"), self._kinds, self._choose_kind, self.kind)
            menu.addSeparator()
        if self._add_own(menu):
            menu.addSeparator()
        self._add(menu, "Back to all plots" if self._full else "Full size", self.full_asked.emit, "F")
        if not self._full:
            self._add(menu, "Move back", lambda: self.moved.emit(-1), "Alt+Left")
            self._add(menu, "Move on", lambda: self.moved.emit(1), "Alt+Right")
        menu.addSeparator()
        self._add(menu, "Copy figure", self.copy_asked.emit, "Ctrl+C")
        self._add(menu, "Export …", self.export_asked.emit)
        menu.addSeparator()
        self._add(menu, "Remove plot", self.removed.emit)
        return menu

    def _add_own(self, menu: QMenu) -> bool:
        """Add what only this kind of card can do; return whether there was anything."""
        return False

    def _add(self, menu: QMenu, text: str, act: object, shortcut: str = "") -> QAction:
        action = menu.addAction(f"{text}\t{shortcut}" if shortcut else text)
        action.triggered.connect(lambda _=False: act())  # type: ignore[operator]
        return action

    def _choose_kind(self, kind: str) -> None:
        if kind != self.kind:
            self.kind_chosen.emit(kind)

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu where it was asked for."""
        self.menu().popup(event.globalPos())
        event.accept()

    # --- room -------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up optional controls and the expand button where the head is short of room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        room = self.width() - 19
        words = self.title.sizeHint().width() + 8 + self.subtitle.sizeHint().width() + 4 + self.more.width()
        fixed = sum(
            control.sizeHint().width() + 2
            for control, optional in self._controls
            if not optional and not control.isHidden()
        )
        optional_width = sum(
            control.sizeHint().width() + 2 for control, optional in self._controls if optional
        )
        left = room - words - fixed
        with_expand = self._full or left >= self.expand.width() or fixed == 0
        self.expand.setVisible(with_expand)
        left -= self.expand.width() if with_expand else 0
        for control, optional in self._controls:
            if optional:
                control.setVisible(left >= optional_width)

    def sizeHint(self) -> QSize:
        """Ask for a cell of four at 1440 × 900."""
        return QSize(420, 360)

    # --- dragging by the head ---------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        inside = event.position().y() <= HEAD + 10
        if event.button() == Qt.MouseButton.LeftButton and inside and not self._full:
            self._drag_from = event.globalPosition().toPoint()
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Report a drag once it is one."""
        place = event.globalPosition().toPoint()
        if self._drag_from is None:
            return
        if (
            not self._dragging
            and (place - self._drag_from).manhattanLength() >= QApplication.startDragDistance()
        ):
            self._dragging = True
            self.drag_begun.emit(place)
        if self._dragging:
            self.drag_moved.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        dragging, self._dragging, self._drag_from = self._dragging, False, None
        if dragging:
            self.drag_ended.emit(event.globalPosition().toPoint())
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go to full size and back at a double click on the head."""
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() <= HEAD + 10:
            self._drag_from = None
            self.full_asked.emit()
        super().mouseDoubleClickEvent(event)

    def cancel_drag(self) -> None:
        """Forget a drag that was given up."""
        self._dragging, self._drag_from = False, None
