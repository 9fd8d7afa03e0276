"""How the facets of a chart panel stand beside and below each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QSizeF

from lab.chart import ChartFacet, ChartPanel

SMALLEST_WIDTH = 84.0
SMALLEST_HEIGHT = 50.0
AROUND = (34.0, 38.0)
"""About what labels take of a cell's width and height."""
BEST_SHAPE = 1.5


@dataclass(frozen=True)
class Arrangement:
    """A count of facets in rows and columns; ``down`` fills a column first."""

    count: int
    columns: int
    down: bool = False

    @property
    def rows(self) -> int:
        """How many stand one below the other."""
        return max(1, math.ceil(self.count / max(1, self.columns)))

    def place(self, index: int) -> tuple[int, int]:
        """Return (row, column) of a facet."""
        if self.down:
            column, row = divmod(index, self.rows)
            return row, column
        return divmod(index, self.columns)

    def in_row(self, row: int) -> list[int]:
        """Return the facets of a row."""
        return [index for index in range(self.count) if self.place(index)[0] == row]

    def in_column(self, column: int) -> list[int]:
        """Return the facets of a column, from above."""
        return [index for index in range(self.count) if self.place(index)[1] == column]


def arrange(panel: ChartPanel, room: QSizeF) -> Arrangement:
    """Return how facets stand in a room: as the panel says, else about half as wide again as high."""
    count = max(1, len(panel.facets))
    if panel.columns > 0:
        columns = min(panel.columns, count)
        # where they would be too narrow to read, fewer; pairs that belong together stay one above the other
        while not panel.down and columns > 1 and room.width() / columns < SMALLEST_WIDTH:
            columns -= 1
        return Arrangement(count, columns, panel.down)
    best = min(range(1, count + 1), key=lambda columns: _cost(panel.facets, columns, count, room))
    return Arrangement(count, best, panel.down)


def _cost(facets: tuple[ChartFacet, ...], columns: int, count: int, room: QSizeF) -> float:
    rows = math.ceil(count / columns)
    width, height = room.width() / columns - AROUND[0], room.height() / rows - AROUND[1]
    small = 1.5 * max(0.0, 1 - width / SMALLEST_WIDTH) + 1.5 * max(0.0, 1 - height / SMALLEST_HEIGHT)
    width, height = max(1.0, width), max(1.0, height)
    if facets and all(facet.equal for facet in facets):
        span = [(f.x.high - f.x.low) / (f.y.high - f.y.low or 1.0) for f in facets]
        ratio = min(6.0, max(1 / 6, sum(span) / len(span)))
        area = min(width, height * ratio) * min(height, width / ratio)
        return -area / (room.width() * room.height())
    return abs(math.log(width / height / BEST_SHAPE)) + 0.4 * (columns * rows - count) / count + small
