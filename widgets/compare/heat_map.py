"""Loss × learning rate, as tuned: a painted map whose cells are walked through with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from lab.comparing.race_heat import cell_words, grid_csv
from lab.racing.results import RateGrid
from widgets.compare.heat_painting import HeatLayout, lay_out_heat, paint_heat
from widgets.compare.item_plot import ItemPlot
from widgets.theme import Theme


class HeatMap(ItemPlot):
    """Shows a `RateGrid`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Loss × learning rate", parent)
        self._grid: RateGrid | None = None

    def show_grid(self, grid: RateGrid | None) -> None:
        """Show a grid, silently; none leaves the map empty."""
        if grid != self._grid:
            same = grid is not None and self._grid is not None and grid.rates == self._grid.rates
            self._grid = grid
            if not same:
                self._at = -1
            self.renew()

    @property
    def grid(self) -> RateGrid | None:
        """The grid shown."""
        return self._grid

    def paint_plot(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint the map."""
        if self._grid is not None:
            paint_heat(painter, theme, self._grid, lay_out_heat(theme, self._grid, rect), rect)

    def run_at(self, place: QPointF) -> int:
        """Return the cell under a place."""
        layout = self._layout()
        found = None if layout is None else layout.at(place)
        return -1 if found is None or layout is None else found[0] * layout.columns + found[1]

    def words_of(self, index: int) -> str:
        """Return what a cell says."""
        assert self._grid is not None
        return cell_words(self._grid, *divmod(index, len(self._grid.rates)))

    def item_rect(self, index: int) -> QRectF:
        """Return where a cell is."""
        layout = self._layout()
        return QRectF() if layout is None else layout.cell(*divmod(index, layout.columns))

    def neighbour(self, index: int, down: int, right: int) -> int:
        """Return the cell beside another, inside the grid."""
        if self._grid is None or not self._grid.labels or not self._grid.rates:
            return -1
        if index < 0:
            return 0
        rows, columns = len(self._grid.labels), len(self._grid.rates)
        row, column = divmod(index, columns)
        row, column = min(max(row + down, 0), rows - 1), min(max(column + right, 0), columns - 1)
        return row * columns + column

    def export_csv(self) -> str:
        """Return the cells as CSV."""
        return "" if self._grid is None else grid_csv(self._grid)

    def _layout(self) -> HeatLayout | None:
        return None if self._grid is None else lay_out_heat(self._theme, self._grid, QRectF(self.rect()))
