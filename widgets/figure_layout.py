"""How a figure is divided: one panel, or a whole grid of them in equal cells."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSizeF

MARGIN = 16.0
GUTTER = 24.0
PRINT_MARGIN = 3.0
"""On paper the text around keeps the distance."""
PRINT_GUTTER = 16.0
CELL = QSizeF(480.0, 372.0)
"""Room of one panel of a default figure, in logical pixels of 1/96 inch."""


def columns_of(count: int) -> int:
    """Return how many panels stand side by side."""
    return 1 if count <= 1 else 2 if count <= 6 else 3


def default_size(count: int) -> QSizeF:
    """Return the size of a figure of ``count`` panels in logical pixels."""
    columns = columns_of(count)
    rows = max(1, math.ceil(count / columns))
    if count <= 1:
        return QSizeF(720.0, 480.0)
    return QSizeF(
        2 * MARGIN + columns * CELL.width() + (columns - 1) * GUTTER,
        2 * MARGIN + rows * CELL.height() + (rows - 1) * GUTTER,
    )


def cells(
    count: int,
    size: QSizeF,
    columns: int | None = None,
    *,
    margin: float = MARGIN,
    gutter: float = GUTTER,
    foot: float = 0.0,
) -> list[QRectF]:
    """Return the rectangles of ``count`` panels in a figure of a size, above a foot of its own height."""
    columns = columns or columns_of(count)
    rows = max(1, math.ceil(count / columns))
    width = (size.width() - 2 * margin - (columns - 1) * gutter) / columns
    height = (size.height() - foot - 2 * margin - (rows - 1) * gutter) / rows
    across, down = width + gutter, height + gutter
    return [
        QRectF(margin + (i % columns) * across, margin + (i // columns) * down, width, height)
        for i in range(count)
    ]
