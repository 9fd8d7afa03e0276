"""Paired differences of a race; rows are walked through with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from lab.comparing.race_differences import Differences, differences_csv, row_words
from widgets.compare.item_plot import ItemPlot
from widgets.compare.paired_painting import PairedLayout, lay_out_paired, paint_paired
from widgets.theme import Theme

EMPTY = "How much the losses differ, seed against seed, is known when the final is over."


class PairedPlot(ItemPlot):
    """Shows `Differences`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Paired differences", parent)
        self._shown: Differences | None = None

    def show_differences(self, shown: Differences | None) -> None:
        """Show differences, silently; none leaves the plot empty."""
        if shown is None or self._shown is None or len(shown.rows) != len(self._shown.rows):
            self._at = -1
        self._shown = shown
        self.renew()

    @property
    def differences(self) -> Differences | None:
        """What is shown."""
        return self._shown

    def paint_plot(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint rows and axis."""
        if self._shown is None or not self._shown.rows:
            self.paint_empty(painter, rect, theme, EMPTY)
        else:
            layout = lay_out_paired(theme, self._shown, rect)
            paint_paired(painter, theme, self._shown, layout, rect)

    def run_at(self, place: QPointF) -> int:
        """Return the row under a place."""
        layout = self._layout()
        middles = () if layout is None else layout.middles
        for index, middle in enumerate(middles):
            if layout is not None and abs(place.y() - middle) <= layout.row_height / 2:
                return index
        return -1

    def words_of(self, index: int) -> str:
        """Return what a row says."""
        assert self._shown is not None
        return row_words(self._shown.rows[index], self._shown.unit)

    def item_rect(self, index: int) -> QRectF:
        """Return where a row is."""
        layout = self._layout()
        return QRectF() if layout is None else layout.row(index, 2.0, self.width() - 2.0)

    def neighbour(self, index: int, down: int, right: int) -> int:
        """Return the row above or below."""
        count = 0 if self._shown is None else len(self._shown.rows)
        if not count:
            return -1
        return 0 if index < 0 else min(max(index + down + right, 0), count - 1)

    def export_csv(self) -> str:
        """Return the rows as CSV."""
        return "" if self._shown is None else differences_csv(self._shown)

    def _layout(self) -> PairedLayout | None:
        return None if self._shown is None else lay_out_paired(self._theme, self._shown, QRectF(self.rect()))
