"""The protocol of a race in one line: what is raced, what it is judged by, and the one button that races."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from lab.field_spec import FieldSpec
from widgets.compare.options import NameCombo, labelled
from widgets.controls import IconButton
from widgets.controls_labels import ElidedLabel
from widgets.icons import icon
from widgets.number_field import NumberField
from widgets.theme import Theme

BUTTONS = {
    "race": ("Race", "run"),
    "again": ("Race again", "run"),
    "go_on": ("Go on", "run"),
    "pause": ("Pause", "pause"),
    "resume": ("Resume", "run"),
}
"""What the button does → its words and icon."""
EMPTY = FieldSpec("race.margin", "Margin", "float", None, low=0, optional=True)


class RaceStrip(QWidget):
    """Shows the protocol; tells what a person changes and presses."""

    pressed = Signal(str)
    """The button was pressed: what it does, a key of `BUTTONS`."""
    stop_pressed = Signal()
    settings_pressed = Signal()
    measure_chosen = Signal(str)
    margin_edited = Signal(object)
    race_chosen = Signal(str)
    refused = Signal(str)
    """The margin typed is not allowed: why; empty once it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._theme = theme
        self._act = "race"
        self.races = NameCombo("Race", "Earlier races are in the store, too", width=150)
        self.races.hide()
        self.subtitle = ElidedLabel("", self, kind="subtitle")
        self.measure = NameCombo("Judge by", "What decides who is better", width=264)
        self.margin = NumberField(EMPTY, self)
        self.margin.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.margin.setFixedWidth(118)
        self.settings = IconButton("settings", "Grid of rates, seeds and target of the race", self)
        self.stop = IconButton("stop", "Stop the race; what was recorded is kept", self)
        self.button = QPushButton("Race")
        self.button.setProperty("k", "primary")
        self.button.setMinimumWidth(104)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.races)
        row.addWidget(self.subtitle, 1)
        row.addWidget(labelled("Judge by", self.measure))
        row.addWidget(labelled("Margin", self.margin))
        row.addWidget(self.settings)
        row.addWidget(self.stop)
        row.addWidget(self.button)
        self.races.picked.connect(self.race_chosen)
        self.measure.picked.connect(self.measure_chosen)
        self.margin.edited.connect(self.margin_edited)
        self.margin.refused.connect(self.refused)
        self.settings.clicked.connect(self.settings_pressed)
        self.stop.clicked.connect(self.stop_pressed)
        self.button.clicked.connect(lambda: self.pressed.emit(self._act))
        self.set_theme(theme)

    # --- state in, silent -------------------------------------------------------------------------
    def show_protocol(self, words: str, help_text: str = "") -> None:
        """Say what is raced."""
        self.subtitle.setText(words)
        self.subtitle.set_help(help_text)

    def show_races(self, offered: Sequence[tuple[str, str]], current: str) -> None:
        """Show the races of the store, where there are several."""
        self.races.setVisible(len(offered) > 1)
        if len(offered) > 1:
            self.races.show_names(offered, current)

    def show_measures(self, offered: Sequence[tuple[str, str]], current: str, margin: FieldSpec) -> None:
        """Show what it can be judged by and the margin."""
        self.measure.setEnabled(bool(offered))
        self.measure.show_names(offered, current)
        self.margin.show_spec(margin)

    def show_act(self, act: str, *, enabled: bool = True, running: bool = False) -> None:
        """Show what the button does now, and whether there is something to stop."""
        self._act = act
        words, name = BUTTONS[act]
        self.button.setText(words)
        self.button.setIcon(icon(name, self._theme, 16, "on_accent" if enabled else "text3"))
        self.button.setEnabled(enabled)
        self.stop.setVisible(running)

    @property
    def act(self) -> str:
        """What the button does."""
        return self._act

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.settings.set_theme(theme)
        self.stop.set_theme(theme)
        self.margin.set_theme(theme)
        self.show_act(self._act, enabled=self.button.isEnabled(), running=not self.stop.isHidden())
