"""Times to a target of one way of racing; the losses of its legend are walked through with arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from lab.comparing.race_survival import Arrivals, arrival_words, arrivals_csv
from widgets.compare.item_plot import ItemPlot
from widgets.compare.survival_painting import SurvivalLayout, lay_out_survival, paint_survival
from widgets.theme import Theme


class SurvivalPlot(ItemPlot):
    """Shows `Arrivals`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Share of runs that have not arrived yet", parent)
        self._shown: Arrivals | None = None

    def show_arrivals(self, shown: Arrivals | None) -> None:
        """Show curves, silently; none leaves the plot empty."""
        if shown is None or self._shown is None or len(shown.lines) != len(self._shown.lines):
            self._at = -1
        self._shown = shown
        self.renew()

    @property
    def arrivals(self) -> Arrivals | None:
        """What is shown."""
        return self._shown

    def paint_plot(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint the curves."""
        if self._shown is not None and self._shown.lines:
            paint_survival(painter, theme, self._shown, lay_out_survival(theme, self._shown, rect))

    def run_at(self, place: QPointF) -> int:
        """Return the loss whose part of the legend is under a place."""
        layout = self._layout()
        boxes = () if layout is None else layout.boxes
        return next((index for index, box in enumerate(boxes) if box.contains(place)), -1)

    def words_of(self, index: int) -> str:
        """Return what a curve says."""
        assert self._shown is not None
        return arrival_words(self._shown.lines[index], self._shown.unit)

    def item_rect(self, index: int) -> QRectF:
        """Return where a loss stands in the legend."""
        layout = self._layout()
        return QRectF() if layout is None else layout.boxes[index]

    def neighbour(self, index: int, down: int, right: int) -> int:
        """Return the next loss of the legend, or the one before."""
        count = 0 if self._shown is None else len(self._shown.lines)
        if not count:
            return -1
        return 0 if index < 0 else min(max(index + down + right, 0), count - 1)

    def export_csv(self) -> str:
        """Return the curves as CSV."""
        return "" if self._shown is None else arrivals_csv(self._shown)

    def _layout(self) -> SurvivalLayout | None:
        shown = self._shown
        return None if shown is None else lay_out_survival(self._theme, shown, QRectF(self.rect()))
