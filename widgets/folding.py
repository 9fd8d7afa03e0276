"""Rows that fold what is least needed, level by level, until the rest has room."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLayout


def fold_to_fit(
    row: QLayout, width: int, most: int, fold: Callable[[int], None], beside: Callable[[], int] = lambda: 0
) -> None:
    """Fold a row as little as it must be.

    Parameters
    ----------
    row
        The layout that asks for room.
    width
        The room there is, in logical pixels.
    most
        The last level, which stays where even that does not fit.
    fold
        Folds the row to a level, 0 for not at all.
    beside
        Room that is wanted beside what the row cannot do without.
    """
    for level in range(most + 1):
        fold(level)
        row.invalidate()
        if row.minimumSize().width() + beside() <= width:
            return
