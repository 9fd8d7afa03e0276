"""The losses of the comparison as a list of cards that is added to."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from lab.field_spec import SectionSpec
from widgets.controls import IconTextButton
from widgets.form_row import FormRow
from widgets.loss_card import LossCard
from widgets.loss_popover import LossPopover
from widgets.theme import LIGHT, Theme
from widgets.tokens import SIZES


class LossList(QWidget):
    """Cards of the losses. ``add_button`` belongs into the section's head.

    Parameters
    ----------
    formulas
        Registry name -> LaTeX, for the popover that offers losses.
    """

    edited = Signal(str, object)
    refused = Signal(QWidget)
    loss_added = Signal(str)
    loss_removed = Signal(int)
    loss_duplicated = Signal(int)
    loss_moved = Signal(int, int)

    def __init__(self, formulas: Mapping[str, str] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._formulas = dict(formulas or {})
        self._addable: tuple[tuple[str, str, str], ...] = ()
        self._cards: list[LossCard] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SIZES["label_left"], 1, 0, 0)
        self._layout.setSpacing(6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.add_button = IconTextButton("add", "Add", kind="flush")
        self.add_button.setToolTip("Add a loss to the comparison")
        self.add_button.clicked.connect(self.open_popover)
        self.popover = LossPopover(self)
        self.popover.chosen.connect(self.loss_added)

    def cards(self) -> list[LossCard]:
        """Return the cards from top to bottom."""
        return list(self._cards)

    def rows(self) -> list[FormRow]:
        """Return the parameter rows of all cards."""
        return [row for card in self._cards for row in card.rows.rows()]

    def set_formulas(self, formulas: Mapping[str, str]) -> None:
        """Take the formulas of the losses that can be added."""
        self._formulas = dict(formulas)

    def show_section(self, spec: SectionSpec) -> bool:
        """Show these losses silently; say whether cards or rows came or went."""
        self._addable = spec.addable
        self.add_button.setEnabled(bool(spec.addable))
        self.add_button.setToolTip(spec.locked or "Add a loss to the comparison")
        changed = False
        while len(self._cards) > len(spec.losses):
            card = self._cards.pop()
            self._layout.removeWidget(card)
            card.setVisible(False)
            card.deleteLater()
            changed = True
        for number, loss in enumerate(spec.losses):
            if number < len(self._cards):
                changed = self._cards[number].show_loss(loss, len(spec.losses)) or changed
                continue
            card = LossCard(loss, self)
            card.set_theme(self._theme)
            card.show_loss(loss, len(spec.losses))
            card.edited.connect(self.edited)
            card.refused.connect(self.refused)
            card.removed.connect(self.loss_removed)
            card.duplicated.connect(self.loss_duplicated)
            card.moved.connect(self.loss_moved)
            self._cards.append(card)
            self._layout.addWidget(card)
            changed = True
        return changed

    def open_popover(self) -> None:
        """Offer the losses that can be added."""
        self.popover.show_losses(self._addable, self._formulas)
        self.popover.open_at(self.add_button)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.add_button.set_theme(theme)
        self.popover.set_theme(theme)
        for card in self._cards:
            card.set_theme(theme)
