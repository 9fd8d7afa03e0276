"""A stack of cards in equal cells: added, removed, rearranged by drag, key or menu, one at full size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QWidget

from lab.panels import Panel
from widgets.panel_focus import first_stop
from widgets.plots.card_kinds import AnyCard, card_class, sort_of
from widgets.plots.grid_cells import AddCell, DropMark, cell_rects, drop_place
from widgets.plots.grid_state import Slot
from widgets.plots.plot_menu import fill_plot_menu
from widgets.theme import Theme

if TYPE_CHECKING:
    from widgets.plots.curve_card import CurveCard


class CardStack(QScrollArea):
    """Holds the cards and their order; what is in them is `widgets.plots.grid.PlotGrid`'s business."""

    kinds_changed = Signal(tuple)
    """The kinds of plot shown, in order, after a person added, removed, changed or moved one."""
    panels_wanted = Signal()
    """Cards came into view or want another panel: ask `requests`."""

    def __init__(self, theme: Theme, parent: QWidget | None, kinds: Mapping[str, str]) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("clear")
        self.setWidgetResizable(False)
        self._inside = QWidget()
        self._inside.setObjectName("clear")
        self.setWidget(self._inside)
        self.viewport().setAutoFillBackground(False)
        self._theme = theme
        self._kinds = dict(kinds)
        self._cards: dict[int, AnyCard] = {}
        self._slots: dict[int, Slot] = {}
        self._order: list[int] = []
        self._next = 0
        self._full: int | None = None
        self._dragged: int | None = None
        self._mark = DropMark(theme, self._inside)
        self._add_cell = AddCell(theme, self._inside)
        self._add_cell.clicked.connect(self._open_add_menu)
        # how far a long stack is scrolled decides which cards can be seen
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # --- asking -----------------------------------------------------------------------------------
    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds shown, in order."""
        return tuple(self._slots[number].kind for number in self._order)

    @property
    def available(self) -> dict[str, str]:
        """The kinds that can be added: key -> title."""
        return dict(self._kinds)

    @property
    def full(self) -> int | None:
        """The number of the card at full size."""
        return self._full

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the cards, in order."""
        return tuple(self._order)

    def card(self, number: int) -> AnyCard:
        """Return a card. An unknown number raises KeyError."""
        return self._cards[number]

    def titles(self) -> dict[int, str]:
        """Return number and title of each card, in order."""
        return {number: self._kinds.get(self._slots[number].kind, "") for number in self._order}

    def focused(self) -> int | None:
        """Return the number of the card that has the keyboard, else the one at full size, else the first."""
        for number, card in self._cards.items():
            focus = card.focusWidget()
            if card.hasFocus() or (focus is not None and focus.hasFocus()):
                return number
        return self._full if self._full is not None else (self._order[0] if self._order else None)

    # --- a person's acts --------------------------------------------------------------------------
    def add(self, kind: str) -> None:
        """Add a plot at the end."""
        if kind not in self._kinds:
            raise KeyError(kind)
        self._set_full(None)
        self._make(Slot(kind))
        self._arrange()
        self._after_change()
        self.ensureWidgetVisible(self._cards[self._order[-1]])

    def go_to(self, number: int) -> None:
        """Bring a card into view and give it the keyboard."""
        if self._full not in (None, number):
            self._set_full(None)
            self.panels_wanted.emit()
        card = self._cards[number]
        self.ensureWidgetVisible(card)
        stop = first_stop(card)
        if stop is not None:
            stop.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def remove(self, number: int) -> None:
        """Take a plot away."""
        if number not in self._cards:
            return
        if self._full == number:
            self._set_full(None)
        self._drop(number)
        self._arrange()
        self._after_change()

    def move_card(self, number: int, place: int) -> None:
        """Put a card at another place in the order."""
        if number not in self._cards:
            return
        before = list(self._order)
        self._order.remove(number)
        self._order.insert(min(max(place, 0), len(self._order)), number)
        if self._order != before:
            self._arrange()
            self._after_change()

    def change_kind(self, number: int, kind: str) -> None:
        """Show another plot in a card."""
        slot = self._slots[number]
        if kind == slot.kind or kind not in self._kinds:
            return
        self._slots[number] = Slot(kind)
        self._remake(number, sort_of(kind))
        self._after_change()

    def toggle_full(self, number: int | None = None) -> None:
        """Show a card (the focused one by default) at full size, or all again."""
        if self._full is not None:
            self._set_full(None)
        else:
            self._set_full(self.focused() if number is None else number)
        self.panels_wanted.emit()

    def add_menu(self, parent: QWidget | None = None) -> QMenu:
        """Make the menu of plots that can be added; it deletes itself when closed."""
        menu = QMenu(parent or self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_plot_menu(menu, self._kinds, self.add)
        return menu

    # --- size -------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the cells out anew."""
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        """Four cells."""
        return QSize(860, 740)

    # --- inside -----------------------------------------------------------------------------------
    def _connect(self, number: int, card: AnyCard) -> None:
        """Connect what only some cards say; for `PlotGrid`."""

    def _fit_card(self, number: int, panel: Panel) -> None:
        """Have the card that a type of panel needs."""
        if self._cards[number].sort != panel.sort:
            self._remake(number, panel.sort)

    def _on_scrolled(self, _: int) -> None:
        self.panels_wanted.emit()

    def _after_change(self) -> None:
        self.kinds_changed.emit(self.kinds)
        self.panels_wanted.emit()

    def _replace(self, slots: Sequence[Slot], full: int | None) -> None:
        self._full = None
        for number in list(self._order):
            self._drop(number)
        for slot in slots:
            self._make(slot)
        if full is not None:
            self._set_full(self._order[full])
        self._arrange()

    def _make(self, slot: Slot) -> None:
        number, self._next = self._next, self._next + 1
        self._slots[number] = slot
        self._order.append(number)
        self._cards[number] = self._new_card(number, sort_of(slot.kind))

    def _remake(self, number: int, sort: str) -> None:
        old = self._cards[number]
        self._cards[number] = self._new_card(number, sort)
        _discard(old)
        if self._full == number:
            self._cards[number].set_full(True)
        self._arrange()

    def _drop(self, number: int) -> None:
        self._order.remove(number)
        del self._slots[number]
        _discard(self._cards.pop(number))

    def _new_card(self, number: int, sort: str) -> AnyCard:
        slot = self._slots[number]
        card = card_class(sort)(self._theme, slot.kind, self._inside)
        card.set_kinds(self._kinds)
        card.show_titles(self._kinds.get(slot.kind, slot.kind), "")
        card.full_asked.connect(lambda: self.toggle_full(number))
        card.removed.connect(lambda: self.remove(number))
        card.moved.connect(lambda step: self.move_card(number, self._order.index(number) + step))
        card.kind_chosen.connect(lambda kind: self.change_kind(number, kind))
        card.drag_begun.connect(lambda _: self._begin_drag(number))
        card.drag_moved.connect(self._drag_to)
        card.drag_ended.connect(self._drop_at)
        self._connect(number, card)
        card.show()
        return card

    def _set_full(self, number: int | None) -> None:
        if number is not None and number not in self._cards:
            return
        self._full = number
        for other, card in self._cards.items():
            card.set_full(other == number)
        self._arrange()

    def _arrange(self) -> None:
        view = self.viewport().size()
        shown = self._order if self._full is None else [self._full]
        rects, add_rect, height = cell_rects(len(shown), view)
        self._inside.resize(view.width(), height)
        for number, rect in zip(shown, rects, strict=True):
            self._cards[number].setGeometry(rect)
        for number, card in self._cards.items():
            card.setVisible(number in shown)
        free = add_rect is not None and self._full is None
        self._add_cell.setVisible(free)
        if add_rect is not None and free:
            self._add_cell.setGeometry(add_rect)

    def _open_add_menu(self) -> None:
        self.add_menu().popup(self._add_cell.mapToGlobal(self._add_cell.rect().center()))

    def _begin_drag(self, number: int) -> None:
        self._dragged = number
        self._cards[number].setCursor(Qt.CursorShape.ClosedHandCursor)

    def _drag_to(self, place: QPoint) -> None:
        if self._dragged is not None:
            rects = [self._cards[number].geometry() for number in self._order]
            _, mark = drop_place(rects, self._inside.mapFromGlobal(place))
            self._mark.show_at(mark)

    def _drop_at(self, place: QPoint) -> None:
        number = self._dragged
        if number is None:
            return
        rects = [self._cards[other].geometry() for other in self._order]
        before, _ = drop_place(rects, self._inside.mapFromGlobal(place))
        self._cancel_drag()
        if before > self._order.index(number):
            before -= 1
        self.move_card(number, before)

    def _cancel_drag(self) -> None:
        self._mark.hide()
        if self._dragged is not None and self._dragged in self._cards:
            self._cards[self._dragged].unsetCursor()
            self._cards[self._dragged].cancel_drag()
        self._dragged = None


def _discard(card: AnyCard) -> None:
    """Take a card out of sight now and let Qt delete it when its signals are through."""
    card.hide()
    if card.sort == "curves":
        cast("CurveCard", card).canvas.close()
    card.setParent(None)
    card.deleteLater()
