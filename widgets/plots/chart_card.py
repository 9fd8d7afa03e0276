"""A card with an instrument's plot, and its choices in the head."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.panels import ChartPanel
from widgets.plots.annotations import paint_placeholder
from widgets.plots.card import Card
from widgets.theme import Theme


class ChartView(QWidget):
    """The plot itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: ChartPanel | None = None
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_panel(self, panel: ChartPanel) -> None:
        """Show this panel."""
        self._panel = panel
        self.setAccessibleName(panel.title)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a quarter of the window."""
        return QSize(400, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the plot, or the sentence on what will be here."""
        painter = QPainter(self)
        if self._panel is not None and self._panel.placeholder:
            paint_placeholder(painter, self._theme, self._panel.placeholder, QRectF(self.rect()))
        painter.end()


class ChartCard(Card):
    """Shows a `ChartPanel`."""

    choice_made = Signal(str, str)
    """Key and value of a `ChartChoice` that a person made."""
    sample_picked = Signal(int)
    """The row in the data set of a sample that a person picked; −1 for none."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, kind, parent)
        self.view = ChartView(theme, self)
        self.body.addSpacing(4)
        self.body.addWidget(self.view, 1)
        self._panel: ChartPanel | None = None

    def show_panel(self, panel: ChartPanel) -> None:
        """Show this panel."""
        self._panel = panel
        self.view.show_panel(panel)
        self.show_titles(panel.title, panel.subtitle)

    @property
    def panel(self) -> ChartPanel | None:
        """What is shown."""
        return self._panel

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.view.set_theme(theme)
