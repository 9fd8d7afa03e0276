"""Which losses a view of the explorer shows: a chip each with its parameters, and a menu to add one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from lab.catalogue import entries
from lab.explore.choice import LossChoice, add_loss
from lab.field_spec import FieldSpec
from lab.problems import ProblemError
from widgets.controls import ElidedLabel, IconButton, IconTextButton, below
from widgets.forms import FieldRows
from widgets.swatch import Swatch
from widgets.theme import Theme
from widgets.tokens import SIZES


def parameter_fields(choice: LossChoice) -> tuple[FieldSpec, ...]:
    """Return the number fields of a loss's parameters."""
    return tuple(
        FieldSpec(
            item.name, item.label, "int" if item.kind == "int" else "float", choice.value(item.name), item.default,
            low=item.low, high=item.high, low_open=item.low_open, high_open=item.high_open, unit=item.unit,
            help=item.help, slider=item.slider, allowed=item.allowed(),
        )
        for item in choice.card.parameters
        if item.kind in ("float", "int")
    )  # fmt: skip


class LossChip(QFrame):
    """One loss: swatch, name, parameters, and a button that takes it away."""

    parameter_edited = Signal(str, object)
    removed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.swatch = Swatch(1, self, width=26)
        self.title = ElidedLabel("", self, kind="title")
        self.remove = IconButton("close", "Remove this loss", self)
        self.remove.clicked.connect(self.removed)
        self.rows = FieldRows(self, mode="card")
        self.rows.edited.connect(self.parameter_edited)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.swatch)
        head.addWidget(self.title, 1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 3, 5, 3)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.rows)
        self.set_theme(theme)

    def show_choice(self, choice: LossChoice, label: str, *, removable: bool, note: str) -> None:
        """Show a loss, silently; a note says why it is not seen."""
        self.swatch.set_series(choice.series)
        self.swatch.set_faded(bool(note))
        self.title.setText(label)
        self.title.set_help(note or choice.card.help)
        self.title.setEnabled(not note)
        self.remove.setVisible(removable)
        fields = parameter_fields(choice)
        self.rows.show_fields(fields)
        self.rows.setVisible(bool(fields))
        self.setAccessibleName(label)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.swatch.set_theme(theme)
        self.remove.set_theme(theme)
        self.rows.set_theme(theme)


class LossPicker(QWidget):
    """The losses of a view.

    Parameters
    ----------
    most
        How many there can be.
    """

    losses_chosen = Signal(object)
    """A person added, removed or changed a loss; the new tuple of `LossChoice`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, most: int = 8) -> None:
        super().__init__(parent)
        self._theme = theme
        self._most = most
        self._losses: tuple[LossChoice, ...] = ()
        self._offered: tuple[tuple[str, str, str], ...] = ()
        self._chips: list[LossChip] = []
        self.add = IconTextButton("add", "Add", kind="flush")
        self.add.set_theme(theme)
        self.add.setToolTip("Add a loss")
        self.add.clicked.connect(self._open_menu)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SIZES["label_left"], 0, 0, 0)
        self._column.setSpacing(6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_losses(
        self, losses: tuple[LossChoice, ...], offered: tuple[tuple[str, str, str], ...], note: Callable[[LossChoice], str]
    ) -> None:
        """Show these losses, silently.

        Parameters
        ----------
        losses
            What is chosen.
        offered
            (name, label, help) of what can be added.
        note
            Why a loss is not seen, or an empty text.
        """
        self._losses, self._offered = losses, offered
        while len(self._chips) > len(losses):
            chip = self._chips.pop()
            self._column.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        while len(self._chips) < len(losses):
            self._chips.append(self._new_chip(len(self._chips)))
        for chip, choice in zip(self._chips, losses, strict=True):
            chip.show_choice(
                choice, choice.label(losses), removable=len(losses) > 1, note=note(choice)
            )
        self.add.setEnabled(len(losses) < self._most and bool(offered))

    def chips(self) -> list[LossChip]:
        """Return the chips from top to bottom."""
        return list(self._chips)

    def menu(self) -> QMenu:
        """Return the menu of losses that can be added."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name, label, help_text in self._offered:
            action = menu.addAction(label)
            action.setToolTip(help_text)
            action.triggered.connect(lambda _=False, name=name: self._add(name))
        return menu

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.add.set_theme(theme)
        for chip in self._chips:
            chip.set_theme(theme)

    def _new_chip(self, number: int) -> LossChip:
        chip = LossChip(self._theme, self)
        chip.parameter_edited.connect(lambda name, value: self._change(number, name, value))
        chip.removed.connect(lambda: self._remove(number))
        self._column.addWidget(chip)
        return chip

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(below(self.add))

    def _add(self, name: str) -> None:
        self.losses_chosen.emit(add_loss(self._losses, name))

    def _remove(self, number: int) -> None:
        self.losses_chosen.emit(self._losses[:number] + self._losses[number + 1 :])

    def _change(self, number: int, name: str, value: object) -> None:
        losses = list(self._losses)
        try:
            losses[number] = losses[number].with_parameter(name, value)
        except ProblemError as error:
            row = self._chips[number].rows.row(name)
            if row is not None:
                row.show_problem(str(error.problem))
            return
        self.losses_chosen.emit(tuple(losses))


def offered_losses(fits: Callable[[LossChoice], bool]) -> tuple[tuple[str, str, str], ...]:
    """Return (name, label, help) of the catalogue's losses that fit a view."""
    return tuple(
        (entry.name, entry.label, entry.help) for entry in entries("losses") if fits(LossChoice(entry.name))
    )

