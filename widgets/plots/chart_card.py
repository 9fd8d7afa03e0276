"""A card with an instrument's plot, and its choices in the head."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from lab.chart import ChartPanel
from widgets.plots.card import Card
from widgets.plots.chart_choices import ChartChoices, usual_combo
from widgets.plots.chart_view import ChartView
from widgets.plots.legend import Legend
from widgets.theme import Theme

SHORTEST_SUBTITLE = 84
"""Pixels that the subtitle keeps beside controls that have room for their words."""
LEAST_SUBTITLE = 64
"""With less than that nothing of it is shown: its first letters say nothing."""


class ChartCard(Card):
    """Shows a `ChartPanel`."""

    sort = "chart"

    choice_made = Signal(str, str)
    """Key and value of a `ChartChoice` that a person made."""
    sample_picked = Signal(int)
    """The row in the data set of a sample that a person picked; −1 for none."""
    entry_toggled = Signal(str)
    entry_soloed = Signal(str)
    """The key of a legend entry that was clicked: a loss's."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, kind, parent)
        self.legend = Legend(theme, self)
        self.view = ChartView(theme, self)
        self.body.addWidget(self.legend)
        self.body.addWidget(self.view, 1)
        self.legend.hide()
        self.choices = ChartChoices(self.head)
        self.add_control(self.choices)
        self._panel: ChartPanel | None = None
        self.choices.chosen.connect(self.choice_made)
        self.view.sample_picked.connect(self.sample_picked)
        self.legend.entry_toggled.connect(lambda key: self._on_entry(self.entry_toggled, key))
        self.legend.entry_soloed.connect(lambda key: self._on_entry(self.entry_soloed, key))

    # --- state in, silent ---------------------------------------------------------------------------
    def show_panel(self, panel: ChartPanel) -> None:
        """Show this panel."""
        self._panel = panel
        self.choices.show_choices(panel.choices)
        self.legend.show_entries(panel.legend)
        self.legend.setVisible(bool(panel.legend))
        self.view.show_panel(panel)
        self.show_titles(panel.title, panel.subtitle)

    @property
    def panel(self) -> ChartPanel | None:
        """What is shown."""
        return self._panel

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.choices.set_theme(theme)
        self.legend.set_theme(theme)
        self.view.set_theme(theme)

    # --- inside -----------------------------------------------------------------------------------
    def _on_entry(self, signal: SignalInstance, key: str) -> None:
        """Say that an entry was clicked, if it is a loss's: others only name what is drawn."""
        if key.isdecimal():
            signal.emit(key)

    def _make_room(self) -> None:
        """Give the head's controls what title and the beginning of the subtitle leave.

        Where that is too little for them the subtitle goes: what is chosen says more than a word cut off.
        """
        subtitle = self.subtitle.sizeHint().width()
        beginning = min(subtitle, SHORTEST_SUBTITLE)
        room = self.width() - 19 - self.title.sizeHint().width() - 8 - 4 - self.more.width()
        if not self.choices.fit(max(0, room - beginning), usual_combo(self.width())):
            self.choices.fit(max(0, room))
        left = room - (self.choices.sizeHint().width() if not self.choices.isHidden() else 0)
        self.subtitle.setVisible(left >= min(subtitle, LEAST_SUBTITLE))
        self.title.set_help("" if self.subtitle.isVisibleTo(self) else self.subtitle.full_text())
        super()._make_room()

    def _add_own(self, menu: QMenu) -> bool:
        """Offer every choice, whether its control had room in the head or not, and every loss."""
        panel = self._panel
        if panel is None:
            return False
        for choice in panel.choices:
            if len(choice.options) < 2:
                continue
            part = menu.addMenu(choice.label)
            group = QActionGroup(part)
            for value, words in choice.options:
                action = part.addAction(words)
                action.setCheckable(True)
                action.setChecked(value == choice.current)
                group.addAction(action)
                action.triggered.connect(
                    lambda _=False, key=choice.key, value=value, now=choice.current: (
                        self.choice_made.emit(key, value) if value != now else None
                    )
                )
        losses = [entry for entry in panel.legend if entry.key.isdecimal()]
        if losses:
            shown = menu.addMenu("Losses")
            for entry in losses:
                action = shown.addAction(entry.name)
                action.setCheckable(True)
                action.setChecked(entry.visible)
                action.triggered.connect(lambda _=False, key=entry.key: self.entry_toggled.emit(key))
        return not menu.isEmpty()
