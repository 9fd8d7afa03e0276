"""The settings of a race in a card under their button: grid of rates, seeds, target."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lab.field_spec import FieldSpec
from widgets.controls_labels import WrapLabel
from widgets.forms import FieldRows
from widgets.overlay import Overlay
from widgets.theme import Theme

WIDTH = 420
WORDS = (
    "Each loss’s learning rate is tuned over the grid with the tuning seeds. Then all losses run with fresh "
    "seeds: at one rate for all, and each at its own best. Empty fields are what the lab chooses."
)


class RaceSettings(Overlay):
    """Shows the fields; tells what a person changes."""

    edited = Signal(str, object)
    """Path and value."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "How the race is run")
        self.setFixedWidth(WIDTH)
        self.rows = FieldRows(self)
        self.rows.edited.connect(self.edited)
        self.body.addWidget(WrapLabel(WORDS, self, kind="subtitle"))
        self.body.addWidget(self.rows)
        self.set_theme(theme)

    def show_fields(self, fields: Sequence[FieldSpec]) -> None:
        """Show these fields, silently."""
        self.rows.show_fields(fields)

    def show_problem(self, path: str, sentence: str) -> None:
        """Say under a field why its value was not taken; an empty sentence takes that back."""
        row = self.rows.row(path)
        if row is not None:
            row.show_problem(sentence)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        if hasattr(self, "rows"):
            self.rows.set_theme(theme)
