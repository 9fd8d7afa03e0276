"""Keys that act on the selected runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

ACTS = {
    Qt.Key.Key_S: "star", Qt.Key.Key_T: "tag", Qt.Key.Key_N: "note", Qt.Key.Key_F2: "rename",
    Qt.Key.Key_O: "open", Qt.Key.Key_U: "use", Qt.Key.Key_Delete: "delete", Qt.Key.Key_Backspace: "delete",
    Qt.Key.Key_0: "colour:0", **{Qt.Key(Qt.Key.Key_0.value + n): f"colour:{n}" for n in range(1, 9)},
}  # fmt: skip
"""Key → what it does, as `widgets.compare.runs_acting` names it."""


def act_of(event: QKeyEvent) -> str | None:
    """Return what a pressed key does to the selected runs, ``None`` where it does nothing."""
    plain = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
    return None if event.modifiers() & ~plain else ACTS.get(Qt.Key(event.key()))
