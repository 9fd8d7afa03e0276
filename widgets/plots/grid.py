"""The grid of plot cards: equal cells, added, removed, rearranged, one at full size, all found as they were left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QWidget

from lab.panel_views import PANEL_KINDS, readout
from lab.panels import ConfusionPanel, CurvePanel, FieldPanel, LegendEntry, Panel
from widgets.plots.card import Card
from widgets.plots.confusion_card import ConfusionCard
from widgets.plots.curve_card import CurveCard
from widgets.plots.field_card import FieldCard
from widgets.plots.grid_cells import AddCell, DropMark, cell_rects, drop_place
from widgets.plots.grid_state import PanelRequest, Slot, slots_from_state, slots_to_state
from widgets.theme import Theme

_log = logging.getLogger(__name__)

Readout = Callable[[CurvePanel, float], Sequence[LegendEntry]]
_CARD_OF_KIND: dict[str, type[CurveCard | ConfusionCard | FieldCard]] = {
    "confusion": ConfusionCard,
    "field": FieldCard,
}


class PlotGrid(QScrollArea):
    """Cards of plots side by side.

    Ask `requests` which panels are wanted and hand each to `show_panel`. Cards that cannot be seen ask for nothing.

    Parameters
    ----------
    theme
        How it looks.
    kinds
        Kinds of plot that can be added: key -> title.
    read
        What a legend reads at the crosshair.
    """

    kinds_changed = Signal(tuple)
    """The kinds of plot shown, in order, after a person added, removed, changed or moved one."""
    panels_wanted = Signal()
    """Cards came into view or want another panel: ask `requests`."""
    loss_toggled = Signal(str)
    loss_soloed = Signal(str)
    comparison_chosen = Signal(str)
    view_changed = Signal(object)
    """The x range (low, high) that all curve plots were zoomed to, or None for the whole."""
    crosshair_moved = Signal(object)
    copy_asked = Signal(int)
    export_asked = Signal(int)
    """The number of the card whose figure is wanted."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        kinds: Mapping[str, str] | None = None,
        read: Readout = readout,
    ) -> None:
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
        self._kinds = dict(PANEL_KINDS if kinds is None else kinds)
        self._read = read
        self._cards: dict[int, CurveCard | ConfusionCard | FieldCard] = {}
        self._slots: dict[int, Slot] = {}
        self._order: list[int] = []
        self._next = 0
        self._full: int | None = None
        self._view: tuple[float, float] | None = None
        self._comparison = "relative"
        self._losses: tuple[str, ...] = ()
        self._fast = False
        self._dragged: int | None = None
        self._mark = DropMark(theme, self._inside)
        self._add_cell = AddCell(theme, self._inside)
        self._add_cell.clicked.connect(self._open_add_menu)

    # --- state in, silent ---------------------------------------------------------------------------
    def set_kinds(self, kinds: Sequence[str]) -> None:
        """Show these plots, in this order, forgetting those there were."""
        self._replace([Slot(kind) for kind in kinds if kind in self._kinds], None)

    def set_available(self, kinds: Mapping[str, str]) -> None:
        """Say which kinds can be added: key -> title. Plots that are there stay."""
        self._kinds = dict(kinds)
        for card in self._cards.values():
            card.set_kinds(self._kinds)

    def set_losses(self, names: Sequence[str]) -> None:
        """Name the losses of the experiment, in order, for plots that show one at a time."""
        self._losses = tuple(names)
        for card in self._cards.values():
            if isinstance(card, ConfusionCard):
                card.set_losses(self._losses)

    def show_panel(self, card: int, panel: Panel) -> None:
        """Show a panel in a card; a card that is gone is passed over. The card changes with the type of panel."""
        if card not in self._cards:
            return
        wanted = _card_type(panel)
        if type(self._cards[card]) is not wanted:
            self._remake(card, wanted)
        shown = self._cards[card]
        if isinstance(shown, CurveCard) and isinstance(panel, CurvePanel):
            shown.show_panel(panel)
            crosshair = shown.canvas.crosshair
            if crosshair is not None:
                shown.show_crosshair(crosshair, self._read(panel, crosshair))
        elif isinstance(shown, ConfusionCard) and isinstance(panel, ConfusionPanel):
            shown.show_panel(panel)
        elif isinstance(shown, FieldCard) and isinstance(panel, FieldPanel):
            shown.show_panel(panel)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for card in self._cards.values():
            card.set_theme(theme)
        self._mark.set_theme(theme)
        self._add_cell.set_theme(theme)

    def set_comparison(self, comparison: str) -> None:
        """Show which comparison of objectives is chosen."""
        self._comparison = comparison
        for card in self._cards.values():
            if isinstance(card, CurveCard):
                card.set_comparison(comparison)

    def set_view(self, view: tuple[float, float] | None) -> None:
        """Zoom x of all curve plots to (low, high) in data units, or show the whole."""
        self._view = view
        for card in self._curve_cards():
            card.set_view(view)

    def set_fast(self, fast: bool) -> None:
        """Draw all lines thin while training runs flat out with many of them."""
        self._fast = fast
        for card in self._curve_cards():
            card.set_fast(fast)

    def show_crosshair(self, x: float | None) -> None:
        """Show the crosshair at x in all curve plots that can be seen."""
        for card in self._curve_cards():
            panel = card.panel
            if x is None or panel is None:
                card.show_crosshair(None)
            elif not card.isHidden():
                card.show_crosshair(x, self._read(panel, x))

    # --- asking -----------------------------------------------------------------------------------
    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds shown, in order."""
        return tuple(self._slots[number].kind for number in self._order)

    @property
    def view(self) -> tuple[float, float] | None:
        """The zoomed x range, None for the whole."""
        return self._view

    @property
    def full(self) -> int | None:
        """The number of the card at full size."""
        return self._full

    @property
    def paint_seconds(self) -> float:
        """How long the last paint of all curve cards that can be seen took: what a frame costs."""
        return sum(card.canvas.paint_seconds for card in self._curve_cards() if card.isVisible())

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the cards, in order."""
        return tuple(self._order)

    def card(self, number: int) -> CurveCard | ConfusionCard | FieldCard:
        """Return a card. An unknown number raises KeyError."""
        return self._cards[number]

    def requests(self) -> tuple[PanelRequest, ...]:
        """Return what is wanted for the cards that can be seen."""
        wanted = []
        window = self.viewport().rect().translated(-self._inside.pos())
        for number in self._order:
            card, slot = self._cards[number], self._slots[number]
            if card.isHidden() or not card.geometry().intersects(window):
                continue
            columns = max(64, round((card.width() - 80) * self.devicePixelRatioF()))
            wanted.append(PanelRequest(number, slot.kind, slot.log_x, slot.log_y, slot.loss, columns))
        return tuple(wanted)

    def panels(self) -> tuple[Panel, ...]:
        """Return what the cards show, in order, for a figure of the whole grid."""
        found = (self._cards[number].panel for number in self._order)
        return tuple(panel for panel in found if panel is not None)

    def focused(self) -> int | None:
        """Return the number of the card that has the keyboard, else the one at full size, else the first."""
        for number, card in self._cards.items():
            focus = card.focusWidget()
            if card.hasFocus() or (focus is not None and focus.hasFocus()):
                return number
        return self._full if self._full is not None else (self._order[0] if self._order else None)

    def state(self) -> dict[str, Any]:
        """Return what to remember, as JSON-able data."""
        full = self._order.index(self._full) if self._full is not None else None
        return slots_to_state([self._slots[number] for number in self._order], full)

    def restore(self, state: object) -> bool:
        """Show what `state` returned; something else is logged, changes nothing and returns False."""
        try:
            slots, full = slots_from_state(state, self._kinds)
        except ValueError as error:
            _log.warning("plots were not restored: %s", error)
            return False
        if not slots:
            return False
        self._replace(slots, full)
        return True

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

    def remove(self, number: int) -> None:
        """Take a plot away."""
        if number not in self._cards:
            return
        if self._full == number:
            self._set_full(None)
        self._drop(number)
        self._arrange()
        self._after_change()

    def move(self, number: int, place: int) -> None:
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
        self._remake(number, _CARD_OF_KIND.get(kind, CurveCard))
        self._after_change()

    def toggle_full(self, number: int | None = None) -> None:
        """Show a card (the focused one by default) at full size, or all again."""
        if self._full is not None:
            self._set_full(None)
        else:
            self._set_full(self.focused() if number is None else number)
        self.panels_wanted.emit()

    def toggle_log_y(self, number: int | None = None) -> None:
        """Switch the y axis of a curve card (the focused one by default) between linear and logarithmic."""
        number = self.focused() if number is None else number
        if number is None:
            return
        card = self._cards[number]
        if isinstance(card, CurveCard) and card.panel is not None:
            self._on_log(number, log_y=not card.panel.log_y)

    def reset_view(self) -> None:
        """Show the whole range in all plots; says so once if anything was zoomed."""
        zoomed = self._view is not None
        for card in self._curve_cards():
            zoomed = zoomed or card.canvas.y_view is not None
            card.set_view(None)
        self._view = None
        if zoomed:
            self.view_changed.emit(None)

    def add_menu(self, parent: QWidget | None = None) -> QMenu:
        """Make the menu of plots that can be added; it deletes itself when closed."""
        menu = QMenu(parent or self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind, title in self._kinds.items():
            menu.addAction(title).triggered.connect(lambda _=False, kind=kind: self.add(kind))
        return menu

    # --- keys, size -------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F full size, Esc back, 0 whole range, L log y, Alt+arrows move the focused card."""
        number = self.focused()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._dragged is not None:
            self._cancel_drag()
        elif event.key() == Qt.Key.Key_Escape and self._full is not None:
            self.toggle_full()
        elif plain and event.key() == Qt.Key.Key_F and number is not None:
            self.toggle_full(number)
        elif plain and event.key() == Qt.Key.Key_0:
            self.reset_view()
        elif plain and event.key() == Qt.Key.Key_L:
            self.toggle_log_y(number)
        elif alt and step is not None and number is not None and self._full is None:
            self.move(number, self._order.index(number) + step)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the cells out anew."""
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what was not made while hidden."""
        super().showEvent(event)
        self.panels_wanted.emit()

    def sizeHint(self) -> QSize:
        """Four cells."""
        return QSize(860, 740)

    # --- inside -----------------------------------------------------------------------------------
    def _curve_cards(self) -> list[CurveCard]:
        return [card for card in self._cards.values() if isinstance(card, CurveCard)]

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
        self._cards[number] = self._new_card(number, _CARD_OF_KIND.get(slot.kind, CurveCard))

    def _remake(self, number: int, wanted: type[CurveCard | ConfusionCard | FieldCard]) -> None:
        old = self._cards[number]
        self._cards[number] = self._new_card(number, wanted)
        _discard(old)
        if self._full == number:
            self._cards[number].set_full(True)
        self._arrange()

    def _drop(self, number: int) -> None:
        self._order.remove(number)
        del self._slots[number]
        _discard(self._cards.pop(number))

    def _new_card(
        self, number: int, wanted: type[CurveCard | ConfusionCard | FieldCard]
    ) -> CurveCard | ConfusionCard | FieldCard:
        slot = self._slots[number]
        card = wanted(self._theme, slot.kind, self._inside)
        card.set_kinds(self._kinds)
        card.show_titles(self._kinds.get(slot.kind, slot.kind), "")
        card.full_asked.connect(lambda: self.toggle_full(number))
        card.removed.connect(lambda: self.remove(number))
        card.moved.connect(lambda step: self.move(number, self._order.index(number) + step))
        card.kind_chosen.connect(lambda kind: self.change_kind(number, kind))
        card.copy_asked.connect(lambda: self.copy_asked.emit(number))
        card.export_asked.connect(lambda: self.export_asked.emit(number))
        card.drag_begun.connect(lambda _: self._begin_drag(number))
        card.drag_moved.connect(self._drag_to)
        card.drag_ended.connect(self._drop_at)
        if isinstance(card, CurveCard):
            card.log_y_chosen.connect(lambda on: self._on_log(number, log_y=on))
            card.log_x_chosen.connect(lambda on: self._on_log(number, log_x=on))
            card.entry_toggled.connect(self.loss_toggled)
            card.entry_soloed.connect(self.loss_soloed)
            card.comparison_chosen.connect(self._on_comparison)
            card.crosshair_moved.connect(self._on_crosshair)
            card.view_changed.connect(self._on_view)
            card.set_comparison(self._comparison)
            card.set_view(self._view)
            card.set_fast(self._fast)
        elif isinstance(card, ConfusionCard):
            card.set_losses(self._losses)
            card.loss_chosen.connect(lambda loss: self._on_loss(number, loss))
        card.show()
        return card

    def _on_log(self, number: int, *, log_x: bool | None = None, log_y: bool | None = None) -> None:
        slot = self._slots[number]
        slot.log_x = slot.log_x if log_x is None else log_x
        slot.log_y = slot.log_y if log_y is None else log_y
        self.panels_wanted.emit()

    def _on_loss(self, number: int, loss: int) -> None:
        self._slots[number].loss = loss
        self.panels_wanted.emit()

    def _on_comparison(self, comparison: str) -> None:
        self.set_comparison(comparison)
        self.comparison_chosen.emit(comparison)

    def _on_crosshair(self, x: float | None) -> None:
        self.show_crosshair(x)
        self.crosshair_moved.emit(x)

    def _on_view(self, view: tuple[float, float] | None) -> None:
        self.set_view(view)
        self.view_changed.emit(view)

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
        rects: list[QRect] = [self._cards[other].geometry() for other in self._order]
        before, _ = drop_place(rects, self._inside.mapFromGlobal(place))
        self._cancel_drag()
        if before > self._order.index(number):
            before -= 1
        self.move(number, before)

    def _cancel_drag(self) -> None:
        self._mark.hide()
        if self._dragged is not None and self._dragged in self._cards:
            self._cards[self._dragged].unsetCursor()
            self._cards[self._dragged].cancel_drag()
        self._dragged = None


def _card_type(panel: Panel) -> type[CurveCard | ConfusionCard | FieldCard]:
    if isinstance(panel, ConfusionPanel):
        return ConfusionCard
    return FieldCard if isinstance(panel, FieldPanel) else CurveCard


def _discard(card: Card) -> None:
    """Take a card out of sight now and let Qt delete it when its signals are through."""
    card.hide()
    if isinstance(card, CurveCard):
        card.canvas.close()
    card.setParent(None)
    card.deleteLater()
