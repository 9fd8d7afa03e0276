"""The grid of plot cards as the window sees it: panels in, what a person did out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from lab.panel_views import PANEL_KINDS, readout
from lab.panels import CurvePanel, LegendEntry, Panel
from widgets.plots.card_kinds import AnyCard
from widgets.plots.card_stack import CardStack
from widgets.plots.grid_state import PanelRequest, Slot, slots_from_state, slots_to_state
from widgets.theme import Theme

if TYPE_CHECKING:
    from widgets.plots.confusion_card import ConfusionCard
    from widgets.plots.curve_card import CurveCard

_log = logging.getLogger(__name__)

Readout = Callable[[CurvePanel, float], Sequence[LegendEntry]]


class PlotGrid(CardStack):
    """Cards of plots side by side.

    Ask `requests` which panels are wanted and hand each to `show_panel`. Cards out of sight ask for nothing.

    Parameters
    ----------
    theme
        How it looks.
    kinds
        Kinds of plot that can be added: key -> title.
    read
        What a legend reads at the crosshair.
    takes_edits
        Whether somebody carries out `points_edited`; else points cannot be edited.
    """

    loss_toggled = Signal(str)
    loss_soloed = Signal(str)
    comparison_chosen = Signal(str)
    view_changed = Signal(object)
    """The x range (low, high) that all curve plots were zoomed to, or None for the whole."""
    crosshair_moved = Signal(object)
    sample_picked = Signal(int)
    """A sample was picked in an instrument, as its row in the data set; −1 for none."""
    points_edited = Signal(object)
    """What a person did to the points of the data: a `widgets.plots.field_edits.FieldEdit`."""
    remedy_chosen = Signal(object)
    """What advice offers to try and a person chose: a `lab.problems.Remedy`."""
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
        takes_edits: bool = False,
    ) -> None:
        super().__init__(theme, parent, PANEL_KINDS if kinds is None else kinds)
        self._read = read
        self._takes_edits = takes_edits
        self._view: tuple[float, float] | None = None
        self._comparison = "relative"
        self._losses: tuple[str, ...] = ()
        self._fast = False

    # --- state in, silent ---------------------------------------------------------------------------
    def set_kinds(self, kinds: Sequence[str], log_axes: Mapping[str, str] | None = None) -> None:
        """Show these plots, in this order, forgetting those there were.

        ``log_axes`` says of some which axes are logarithmic at first: "x", "y" or "xy".
        """
        axes = {} if log_axes is None else log_axes
        self._replace(
            [
                Slot(kind, "x" in axes.get(kind, "") or None, "y" in axes.get(kind, "") or None)
                for kind in kinds
                if kind in self._kinds
            ],
            None,
        )

    def set_available(self, kinds: Mapping[str, str]) -> None:
        """Say which kinds can be added: key -> title. Plots that are there stay."""
        self._kinds = dict(kinds)
        for card in self._cards.values():
            card.set_kinds(self._kinds)

    def set_losses(self, names: Sequence[str]) -> None:
        """Name the losses of the experiment, in order, for plots that show one at a time."""
        self._losses = tuple(names)
        for number, card in self._cards.items():
            if card.sort == "confusion":
                cast("ConfusionCard", card).set_losses(self._losses, self._slots[number].loss)

    def show_panel(self, card: int, panel: Panel) -> None:
        """Show a panel in a card, which changes with its type; a card that is gone is passed over."""
        if card not in self._cards:
            return
        self._fit_card(card, panel)
        shown = self._cards[card]
        cast(Any, shown).show_panel(panel)
        if isinstance(panel, CurvePanel):
            curves = cast("CurveCard", shown)
            crosshair = curves.canvas.crosshair
            if crosshair is not None:
                curves.show_crosshair(crosshair, self._read(panel, crosshair))

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
        for card in self._curve_cards():
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
    def view(self) -> tuple[float, float] | None:
        """The zoomed x range, None for the whole."""
        return self._view

    @property
    def paint_seconds(self) -> float:
        """How long the last paint of all curve cards that can be seen took: what a frame costs."""
        return sum(card.canvas.paint_seconds for card in self._curve_cards() if card.isVisible())

    def requests(self) -> tuple[PanelRequest, ...]:
        """Return what is wanted for the cards that can be seen."""
        wanted: list[PanelRequest] = []
        if self.window().isVisible() and not self.isVisible():
            return ()  # another workspace is open
        window = self.viewport().rect().translated(-self._inside.pos())
        for number in self._order:
            card, slot = self._cards[number], self._slots[number]
            if card.isHidden() or not card.geometry().intersects(window):
                continue
            columns = max(64, round((card.width() - 80) * self.devicePixelRatioF()))
            choices = tuple(slot.choices.items())
            wanted.append(
                PanelRequest(number, slot.kind, slot.log_x, slot.log_y, slot.loss, columns, choices)
            )
        return tuple(wanted)

    def panels(self) -> tuple[Panel, ...]:
        """Return what the cards show, in order, for a figure of the whole grid."""
        found = (self._cards[number].panel for number in self._order)
        return tuple(panel for panel in found if panel is not None)

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
    def toggle_log_y(self, number: int | None = None) -> None:
        """Switch the y axis of a curve card (the focused one by default) between linear and logarithmic."""
        number = self.focused() if number is None else number
        if number is None:
            return
        card = self._cards[number]
        panel = card.panel
        if isinstance(panel, CurvePanel):
            self._on_log(number, log_y=not panel.log_y)

    def reset_view(self) -> None:
        """Show the whole range in all plots; says so once if anything was zoomed."""
        zoomed = self._view is not None
        for card in self._curve_cards():
            zoomed = zoomed or card.canvas.y_view is not None
            card.set_view(None)
        self._view = None
        if zoomed:
            self.view_changed.emit(None)

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
            self.move_card(number, self._order.index(number) + step)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what was not made while hidden."""
        super().showEvent(event)
        self.panels_wanted.emit()

    # --- inside -----------------------------------------------------------------------------------
    def _curve_cards(self) -> list[CurveCard]:
        return [cast("CurveCard", card) for card in self._cards.values() if card.sort == "curves"]

    def _connect(self, number: int, card: AnyCard) -> None:
        card.copy_asked.connect(lambda: self.copy_asked.emit(number))
        card.export_asked.connect(lambda: self.export_asked.emit(number))
        part = cast(Any, card)
        if card.sort == "curves":
            part.log_y_chosen.connect(lambda on: self._on_log(number, log_y=on))
            part.log_x_chosen.connect(lambda on: self._on_log(number, log_x=on))
            part.comparison_chosen.connect(self._on_comparison)
            part.crosshair_moved.connect(self._on_crosshair)
            part.view_changed.connect(self._on_view)
            part.set_comparison(self._comparison)
            part.set_view(self._view)
            part.set_fast(self._fast)
        elif card.sort == "confusion":
            part.set_losses(self._losses, self._slots[number].loss)
            part.loss_chosen.connect(lambda loss: self._on_loss(number, loss))
        elif card.sort == "advice":
            part.remedy_chosen.connect(self.remedy_chosen)
        if card.sort in ("curves", "chart"):
            part.entry_toggled.connect(self.loss_toggled)
            part.entry_soloed.connect(self.loss_soloed)
        if card.sort in ("chart", "field"):
            part.choice_made.connect(lambda key, value: self._on_choice(number, key, value))
            part.sample_picked.connect(self.sample_picked)
        if card.sort == "field":
            part.points_edited.connect(self.points_edited)
            part.set_takes_edits(self._takes_edits)

    def _on_log(self, number: int, *, log_x: bool | None = None, log_y: bool | None = None) -> None:
        slot = self._slots[number]
        slot.log_x = slot.log_x if log_x is None else log_x
        slot.log_y = slot.log_y if log_y is None else log_y
        self.panels_wanted.emit()

    def _on_loss(self, number: int, loss: int) -> None:
        self._slots[number].loss = loss
        self.panels_wanted.emit()

    def _on_choice(self, number: int, key: str, value: str) -> None:
        if key == "loss" and value.isdigit():
            self._on_loss(number, int(value))
            return
        self._slots[number].choices[key] = value
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
