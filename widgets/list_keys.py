"""Keys in the line over a list: the focus stays in the line, and the keys act on the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

_ARROWS: Mapping[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_PAGES: Mapping[int, int] = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


def obey_list_key(
    event: QEvent,
    step: Callable[[int], object],
    take: Callable[[], object],
    close: Callable[[], object],
    page: int = 0,
) -> bool:
    """Do what a key asks of the list.

    Parameters
    ----------
    event
        What came to the line; anything but a pressed key is left to it.
    step
        Goes so many rows down: arrows.
    take, close
        Take what is current: Enter. Close the list: Esc.
    page
        Rows of Page up and down, which are the line's own without it.

    Returns
    -------
    bool
        Whether the key was the list's.
    """
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
        return False
    key = event.key()
    if key in _ARROWS:
        step(_ARROWS[key])
    elif page and key in _PAGES:
        step(page * _PAGES[key])
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        take()
    elif key == Qt.Key.Key_Escape:
        close()
    else:
        return False
    return True
