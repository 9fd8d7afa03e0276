"""The losses of a view as chips: line, name, formula, an eye, a menu, and parameters as sliders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from lab.explore.choice import LossChoice, add_loss
from lab.explore.loss_fields import ADDABLE, fields_of
from lab.form_data import brief_formula
from lab.problems import ProblemError
from widgets.controls import ElidedLabel, IconButton, IconTextButton, below
from widgets.explore.parameter_rows import ParameterRows
from widgets.formula import FormulaView
from widgets.loss_popover import LossPopover
from widgets.swatch import Swatch, swatch_icon
from widgets.theme import LIGHT, Theme
from widgets.tokens import SERIES, SIZES

_INDENT = 32


class LossChip(QFrame):
    """One loss. It reports acts; the list around it makes new losses of them."""

    parameter_moved = Signal(str, object)
    parameter_edited = Signal(str, object)
    released = Signal()
    eye_pressed = Signal()
    menu_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self._shown: object = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.swatch = Swatch(1, self)
        self.name = ElidedLabel("", self, kind="title")
        self.eye = IconButton("eye", "Hide", self)
        self.more = IconButton("more", "Duplicate, colour, order, remove", self)
        self.formula = FormulaView("", 15, self)
        self.rows = ParameterRows(self)
        self.note = ElidedLabel("", self, kind="text3")
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(self.swatch)
        head.addSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(self.eye)
        head.addWidget(self.more)
        indented = QVBoxLayout()
        indented.setContentsMargins(_INDENT, 0, 6, 0)
        indented.setSpacing(2)
        indented.addWidget(self.formula)
        indented.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 3, 6, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(indented)
        column.addWidget(self.rows)
        self.eye.clicked.connect(self.eye_pressed)
        self.more.clicked.connect(self.menu_asked)
        self.rows.moved.connect(self.parameter_moved)
        self.rows.edited.connect(self.parameter_edited)
        self.rows.released.connect(self.released)

    def show_choice(self, choice: LossChoice, label: str, problem: str) -> None:
        """Show a loss, silently; ``problem`` says why it has no curve."""
        shown = (choice, dict(choice.parameters), label, problem)
        if shown == self._shown:
            return
        self._shown = shown
        card = choice.card
        self.swatch.set_series(choice.series)
        self.swatch.set_faded(not choice.visible)
        self.name.setText(label)
        self.name.set_help(card.help)
        self.eye.set_icon_name("eye" if choice.visible else "eye_off")
        self.eye.set_tip(f"{'Hide' if choice.visible else 'Show'} {label}")
        self.more.setAccessibleName(f"{label}: duplicate, colour, order, remove")
        latex = brief_formula(card.formula_at(dict(choice.parameters)))
        if self.formula.latex != latex:
            self.formula.set_formula(latex, card.plain)
        self.note.setText(problem)
        self.note.setVisible(bool(problem))
        self.rows.show_fields(fields_of(choice))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for part in (self.swatch, self.eye, self.more, self.formula, self.rows):
            part.set_theme(theme)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu at the pointer, too."""
        self.menu_asked.emit()
        event.accept()


class LossChips(QWidget):
    """A column of chips and the button that adds one; every act gives out the losses as they should be."""

    edited = Signal(object, str)
    """The losses wanted, and the name of the gesture (empty for an act of its own)."""
    released = Signal()
    """A slider was let go: the gesture ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._losses: tuple[LossChoice, ...] = ()
        self._chips: list[LossChip] = []
        self._addable: tuple[str, ...] = ()
        self._typed = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SIZES["label_left"], 1, 0, 0)
        self._column.setSpacing(6)
        self.add_button = IconTextButton("add", "Add", kind="flush")
        self.add_button.setToolTip("Add a loss")
        self.add_button.clicked.connect(self._open_popover)
        self.popover = LossPopover(self)
        self.popover.chosen.connect(self._add)

    @property
    def chips(self) -> tuple[LossChip, ...]:
        """The chips from top to bottom."""
        return tuple(self._chips)

    def show_losses(self, losses: tuple[LossChoice, ...], problems: Sequence[str] = ()) -> None:
        """Show these losses, silently."""
        self._losses = losses
        while len(self._chips) > len(losses):
            chip = self._chips.pop()
            self._column.removeWidget(chip)
            chip.setVisible(False)
            chip.deleteLater()
        while len(self._chips) < len(losses):
            self._make(len(self._chips))
        for index, (chip, choice) in enumerate(zip(self._chips, losses, strict=True)):
            problem = problems[index] if index < len(problems) else ""
            chip.show_choice(choice, choice.label(losses), problem)

    def set_addable(self, names: tuple[str, ...], *, typed: bool = False) -> None:
        """Take the registry names of what can be added; ``typed`` adds a formula to type."""
        self._addable, self._typed = names, typed

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.add_button.set_theme(theme)
        self.popover.set_theme(theme)
        for chip in self._chips:
            chip.set_theme(theme)

    def menu(self, index: int) -> QMenu:
        """Return the menu of what can be done with a loss."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        losses, choice = self._losses, self._losses[index]
        last = len(losses) - 1

        def put(text: str, wanted: tuple[LossChoice, ...], *, enabled: bool = True) -> None:
            action = menu.addAction(text)
            action.setEnabled(enabled)
            action.triggered.connect(lambda _=False: self.edited.emit(wanted, ""))

        put("Duplicate", add_loss(losses, choice.name, **dict(choice.parameters)))
        colours = menu.addMenu("Colour and dash")
        for series in range(1, len(SERIES) + 1):
            action = colours.addAction(swatch_icon(self._theme, series), self._theme.series(series).name)
            action.setCheckable(True)
            action.setChecked(series == choice.series)
            wanted = self._with(index, replace(choice, series=series))
            action.triggered.connect(lambda _=False, wanted=wanted: self.edited.emit(wanted, ""))
        put("Only this one", tuple(replace(c, visible=i == index) for i, c in enumerate(losses)))
        put("Usual parameters", self._with(index, replace(choice, parameters={})),
            enabled=bool(choice.parameters) and "formula" not in choice.parameters)  # fmt: skip
        menu.addSeparator()
        put("Move up", _swapped(losses, index, index - 1), enabled=index > 0)
        put("Move down", _swapped(losses, index, index + 1), enabled=index < last)
        menu.addSeparator()
        put("Remove", losses[:index] + losses[index + 1 :], enabled=len(losses) > 1)
        return menu

    def _make(self, index: int) -> None:
        chip = LossChip(self)
        chip.set_theme(self._theme)
        chip.parameter_moved.connect(lambda name, value: self._parameter(index, name, value, drag=True))
        chip.parameter_edited.connect(lambda name, value: self._parameter(index, name, value, drag=False))
        chip.released.connect(self.released)
        chip.eye_pressed.connect(lambda: self._toggle(index))
        chip.menu_asked.connect(lambda: self.menu(index).popup(below(chip.more)))
        self._chips.append(chip)
        self._column.addWidget(chip)

    def _with(self, index: int, choice: LossChoice) -> tuple[LossChoice, ...]:
        return (*self._losses[:index], choice, *self._losses[index + 1 :])

    def _parameter(self, index: int, name: str, value: object, *, drag: bool) -> None:
        try:
            choice = self._losses[index].with_parameter(name, value)
        except ProblemError as error:
            self._chips[index].rows.show_problem(name, str(error.problem))
            return
        self.edited.emit(self._with(index, choice), f"{index}.{name}" if drag else "")

    def _toggle(self, index: int) -> None:
        choice = self._losses[index]
        self.edited.emit(self._with(index, replace(choice, visible=not choice.visible)), "")

    def _open_popover(self) -> None:
        cards = {name: LossChoice(name).card for name in self._addable}
        self.popover.show_losses(
            [
                *((name, card.label, card.help) for name, card in cards.items()),
                *((ADDABLE,) if self._typed else ()),
            ],
            {name: brief_formula(card.formula) for name, card in cards.items()},
        )
        self.popover.open_at(self.add_button)

    def _add(self, name: str) -> None:
        self.edited.emit(add_loss(self._losses, name), "")


def _swapped(losses: tuple[LossChoice, ...], one: int, other: int) -> tuple[LossChoice, ...]:
    if not 0 <= other < len(losses):
        return losses
    result = list(losses)
    result[one], result[other] = result[other], result[one]
    return tuple(result)
