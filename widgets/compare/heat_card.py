"""The card of the grid of rates: the map, what lies at its edge, and the button that extends it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from lab.racing.results import RateGrid
from widgets.compare.heat_map import HeatMap
from widgets.compare.titled_card import TitledCard
from widgets.controls_labels import WrapLabel
from widgets.theme import Theme


class HeatCard(TitledCard):
    """Shows a grid with its warning."""

    extend_pressed = Signal(object)
    """The rates to add, a tuple."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.plot = HeatMap(theme)
        super().__init__("Loss × learning rate", self.plot, parent)
        self._rates: tuple[float, ...] = ()
        self.warning = WrapLabel("", self, kind="warn")
        self.extend = QPushButton("Extend grid", self)
        self.extend.setToolTip("Train the tuning at these rates too, and what of the final follows from it")
        self.extend.clicked.connect(lambda: self.extend_pressed.emit(self._rates))
        self._foot = QWidget(self)
        self._foot.setObjectName("clear")
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(0, 0, 0, 3)
        row.setSpacing(10)
        row.addWidget(self.warning, 1)
        row.addWidget(self.extend)
        column = self.layout()
        assert column is not None
        column.addWidget(self._foot)
        self._foot.hide()

    def show_grid(self, grid: RateGrid, subtitle: str, warning: str, rates: tuple[float, ...]) -> None:
        """Show a grid; ``rates`` are those that are worth adding."""
        self._rates = rates
        self.plot.show_grid(grid)
        self.show_titles("Loss × learning rate", subtitle)
        self.warning.setText(warning)
        self._foot.setVisible(bool(warning))

    def set_can_extend(self, can: bool) -> None:
        """Let the grid be extended, or not while a race is under way."""
        self.extend.setEnabled(can)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.plot.set_theme(theme)
