"""What can be chosen in a chart's card: controls in the head as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from lab.chart import ChartChoice
from widgets.controls import Combo
from widgets.segments import PADDING, Segments
from widgets.theme import Theme

MOST_SEGMENTS = 3
WIDEST_SEGMENTS = 170
WIDEST_COMBO = 170
SHARE = 0.31
"""Of the room of a card's head, what a list may take at most."""
USUAL_COMBO = 112
"""So much it may take in any card."""
NARROWEST_COMBO = 84
GAP = 4


def usual_combo(width: int) -> int:
    """Return the width that a list of choices may have beside a subtitle, in a head of a width."""
    return min(WIDEST_COMBO, max(USUAL_COMBO, round(SHARE * width)))


class ChartChoices(QWidget):
    """Controls side by side, the first ones first where not all fit."""

    chosen = Signal(str, str)
    """Key and value of what a person chose."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, GAP, 0)
        self._row.setSpacing(GAP)
        self._shown: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = ()
        self._controls: dict[str, Segments | Combo] = {}
        self.hide()

    def show_choices(self, choices: Sequence[ChartChoice]) -> None:
        """Show these choices, silently; those that stand only in the menu are left out."""
        wanted = [choice for choice in choices if choice.head and len(choice.options) > 1]
        outline = tuple((choice.key, choice.label, choice.options) for choice in wanted)
        if outline != self._shown:
            self._shown = outline
            for old in self._controls.values():
                self._row.removeWidget(old)
                old.hide()
                old.deleteLater()
            self._controls = {choice.key: self._control(choice) for choice in wanted}
        for choice in wanted:
            control = self._controls[choice.key]
            if isinstance(control, Segments):
                if control.current != choice.current:
                    control.set_current(choice.current)
            else:
                values = [value for value, _ in choice.options]
                place = values.index(choice.current) if choice.current in values else -1
                if control.currentIndex() != place:
                    control.setCurrentIndex(place)

    def control(self, key: str) -> Segments | Combo:
        """Return the control of a choice. One that is not in the head raises KeyError."""
        return self._controls[key]

    def fit(self, room: int, widest: int = WIDEST_COMBO) -> bool:
        """Show as many as fit into so many pixels, each at most ``widest``; the rest is in the menu.

        Returns whether every one is shown with all of its words.
        """
        whole = True
        left = room - GAP
        shown = False
        for control in self._controls.values():
            wide = control.sizeHint().width()
            if isinstance(control, Combo):
                control.fit_contents(WIDEST_COMBO)
                whole = whole and control.width() <= widest
                control.setFixedWidth(min(control.width(), widest))
                wide = control.width()
                if wide > left >= NARROWEST_COMBO:
                    control.setFixedWidth(left)
                    wide, whole = left, False
            visible = wide <= left
            control.setVisible(visible)
            shown, whole = shown or visible, whole and visible
            left = left - wide - GAP if visible else -1
        self.setVisible(shown)
        return whole

    def set_theme(self, theme: Theme) -> None:
        """Take another theme; the sheet does it all."""

    def _control(self, choice: ChartChoice) -> Segments | Combo:
        metrics = QFontMetrics(self.font())
        wide = sum(metrics.horizontalAdvance(words) + 2 * PADDING for _, words in choice.options)
        control: Segments | Combo
        if len(choice.options) <= MOST_SEGMENTS and wide <= WIDEST_SEGMENTS:
            control = Segments(choice.options, choice.current, self)
            control.chosen.connect(lambda value, key=choice.key: self.chosen.emit(key, value))
            control.setToolTip(choice.label)
        else:
            control = Combo(self)
            control.addItems([words for _, words in choice.options])
            values = tuple(value for value, _ in choice.options)
            control.activated.connect(
                lambda place, key=choice.key, values=values: self.chosen.emit(key, values[place])
            )
            control.set_help(choice.label)
        control.setAccessibleName(choice.label)
        self._row.addWidget(control)
        return control
