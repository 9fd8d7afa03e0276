"""A card with the confusion matrix of one loss, chosen in its head."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, QSizeF, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lab.panels import ConfusionPanel
from widgets.controls import Combo
from widgets.numbers import format_percent
from widgets.plots.annotations import paint_placeholder
from widgets.plots.card import Card
from widgets.plots.confusion_painting import is_empty, lay_out_confusion, paint_confusion
from widgets.theme import Theme


class ConfusionView(QWidget):
    """The matrix itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: ConfusionPanel | None = None
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("confusion matrix")

    def show_panel(self, panel: ConfusionPanel) -> None:
        """Show this matrix."""
        self._panel = panel
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a quarter of the window."""
        return QSize(400, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the matrix, or the sentence on what will be here."""
        painter = QPainter(self)
        if self._panel is not None:
            if is_empty(self._panel):
                words = self._panel.placeholder or "which class is taken for which"
                paint_placeholder(painter, self._theme, words, QRectF(self.rect()))
            else:
                layout = lay_out_confusion(self._panel, QSizeF(self.size()), self._theme)
                paint_confusion(painter, self._theme, self._panel, layout)
        painter.end()

    def describe(self, x: float, y: float) -> str:
        """Return in words what the cell under a point says; empty beside the matrix."""
        if self._panel is None or is_empty(self._panel):
            return ""
        found = lay_out_confusion(self._panel, QSizeF(self.size()), self._theme).at(x, y)
        if found is None:
            return ""
        names = [*self._panel.names, *map(str, range(len(self._panel.names), len(self._panel.percent)))]
        share = format_percent(float(self._panel.percent[found]) / 100.0, 1)
        row, column = names[found[0]], names[found[1]]
        return f"{share} of true {row} " + (
            "are recognised" if found[0] == found[1] else f"are taken for {column}"
        )

    def event(self, event: QEvent) -> bool:
        """Say the cell under the pointer in a sentence."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.describe(event.pos().x(), event.pos().y()), self)
            return True
        return super().event(event)


class ConfusionCard(Card):
    """Shows a `ConfusionPanel`."""

    sort = "confusion"

    loss_chosen = Signal(int)
    """Index of the loss whose matrix is wanted."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, kind, parent)
        self.view = ConfusionView(theme, self)
        self.body.addSpacing(4)
        self.body.addWidget(self.view, 1)
        self.combo = Combo(self.head)
        self.combo.setAccessibleName("Loss shown")
        self.combo.activated.connect(self.loss_chosen)
        self.combo.hide()
        self._losses: tuple[str, ...] = ()
        self.add_control(self.combo)
        self._panel: ConfusionPanel | None = None

    def show_panel(self, panel: ConfusionPanel) -> None:
        """Show this matrix."""
        self._panel = panel
        self.view.show_panel(panel)
        self.show_titles(panel.title, panel.subtitle)
        index = self._losses.index(panel.loss_name) if panel.loss_name in self._losses else -1
        if index >= 0 and index != self.combo.currentIndex():
            self.combo.setCurrentIndex(index)

    def set_losses(self, names: Sequence[str], current: int | None = None) -> None:
        """Offer these losses, in their order; ``current`` is shown as chosen, else the one of the panel."""
        if tuple(names) != self._losses:
            self._losses = tuple(names)
            self.combo.clear()
            self.combo.addItems(list(names))
            self.combo.setVisible(len(names) > 1)
            if self._panel is not None:
                self.show_panel(self._panel)
            self._make_room()
        if current is not None and 0 <= current < len(names) and current != self.combo.currentIndex():
            self.combo.setCurrentIndex(current)

    @property
    def panel(self) -> ConfusionPanel | None:
        """What is shown."""
        return self._panel

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.view.set_theme(theme)

    def _make_room(self) -> None:
        """Give the choice of loss what its longest name needs, but not the room of title and subtitle."""
        self.combo.fit_contents(160)
        words = self.title.sizeHint().width() + self.subtitle.sizeHint().width() + 12 + self.more.width()
        self.combo.setFixedWidth(max(92, min(self.combo.width(), self.width() - 19 - words)))
        super()._make_room()
