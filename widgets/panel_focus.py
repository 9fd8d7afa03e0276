"""The keyboard's way from one panel of the window to the next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget


def focus_next(parts: Sequence[QWidget], step: int = 1) -> None:
    """Give the focus to the first stop of the panel after the one that has it, going round.

    Parameters
    ----------
    parts
        The panels in their order; those without anything to stop at are passed over.
    step
        1 for the next, −1 for the one before.
    """
    focus = QApplication.focusWidget()
    at = next((i for i, part in enumerate(parts) if focus is not None and part.isAncestorOf(focus)), -1)
    for offset in range(1, len(parts) + 1):
        stop = first_stop(parts[(at + step * offset) % len(parts)])
        if stop is not None:
            stop.setFocus(Qt.FocusReason.TabFocusReason)
            return


def first_stop(part: QWidget) -> QWidget | None:
    """Return what Tab would stop at first in a panel, by its place: upper rows first, then from the left."""
    usable = [
        child
        for child in part.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled()
    ]

    def place(child: QWidget) -> tuple[int, int]:
        corner = child.mapTo(part, QPoint(0, 0))
        return corner.y() // 40, corner.x()

    return min(usable, key=place, default=None)
