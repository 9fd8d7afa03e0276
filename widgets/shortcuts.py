"""Commands of the window: their name, keys and act, for shortcuts, menus and the command palette alike."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)


@dataclass(frozen=True)
class Command:
    """One thing the window can do.

    Attributes
    ----------
    name
        Key by which the program knows it (``"run"``).
    title
        What menus and the palette say ("Run or pause").
    keys
        Key sequences in Qt's portable text; the first is shown.
    act
        What it does.
    words
        Further words under which the palette finds it.
    """

    name: str
    title: str
    keys: tuple[str, ...]
    act: Callable[[], object]
    words: str = ""


def is_single_key(keys: str) -> bool:
    """Whether a key sequence would also be typed into a text field."""
    last = keys.rpartition("+")[2] or keys
    function_key = len(last) > 1 and last[0] == "F" and last[1:].isdigit()
    return "Ctrl" not in keys and "Alt" not in keys and not function_key and last != "Esc"


def key_text(keys: str) -> str:
    """Return a key sequence as people write it: "Ctrl+Shift+S", "Space"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) or keys


class Commands(QObject):
    """The window's commands as actions whose single keys rest while a text field has the focus.

    Parameters
    ----------
    window
        The widget in which the keys work.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._single: list[tuple[QAction, str, str]] = []
        self._disabled: set[str] = set()
        self._resting: frozenset[str] = frozenset()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    def end(self) -> None:
        """Stop following the focus."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            with contextlib.suppress(RuntimeError):
                application.focusChanged.disconnect(self._focus_moved)

    def add(self, command: Command) -> QAction:
        """Add a command; its keys work from now on."""
        action = QAction(command.title, self._window)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False: command.act())
        self._commands[command.name] = command
        self._actions[command.name] = action
        ordinary = [keys for keys in command.keys if not is_single_key(keys)]
        action.setShortcuts([QKeySequence(keys) for keys in ordinary])
        self._window.addAction(action)
        for keys in command.keys:
            if is_single_key(keys):
                twin = QAction(command.title, self._window)
                twin.setShortcut(QKeySequence(keys))
                twin.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
                twin.setAutoRepeat(keys in (".", "Shift+.", ",", ";"))
                twin.triggered.connect(lambda _checked=False, action=action: action.trigger())
                self._window.addAction(twin)
                self._single.append((twin, keys, command.name))
        return action

    def action(self, name: str) -> QAction:
        """Return the action of a command."""
        return self._actions[name]

    def set_enabled(self, name: str, enabled: bool) -> None:
        """Let a command work or rest."""
        (self._disabled.discard if enabled else self._disabled.add)(name)
        self._actions[name].setEnabled(enabled and name not in self._resting)

    def set_resting(self, names: Iterable[str]) -> None:
        """Let these commands rest, whatever else is said of them, and their keys go to who has the focus."""
        self._resting = frozenset(names)
        for name, action in self._actions.items():
            action.setEnabled(name not in self._disabled and name not in self._resting)
        self._focus_moved(None, QApplication.focusWidget())

    def trigger(self, name: str) -> None:
        """Do a command, if it is enabled."""
        self._actions[name].trigger()

    def keys(self, name: str) -> str:
        """Return the shown keys of a command, or empty text."""
        command = self._commands.get(name)
        return key_text(command.keys[0]) if command is not None and command.keys else ""

    def __iter__(self) -> Iterator[tuple[Command, bool]]:
        """Give every command and whether it is enabled."""
        for name, command in self._commands.items():
            yield command, self._actions[name].isEnabled()

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        typing = takes_text(new)
        by_mouse = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        pressing = isinstance(new, (QAbstractButton, QAbstractItemView, QComboBox)) and not by_mouse
        choosing = isinstance(new, (QComboBox, QAbstractItemView))
        for action, keys, name in self._single:
            blocked = typing or (pressing and keys == "Space") or (choosing and len(keys) == 1)
            if blocked and not typing and keys in "12345678":
                blocked = isinstance(new, QComboBox)
            action.setEnabled(not blocked and name not in self._resting)


def takes_text(widget: QWidget | None) -> bool:
    """Whether letters typed now belong to a text field."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox))
