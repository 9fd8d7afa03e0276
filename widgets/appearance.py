"""Which theme the window wears: the one chosen, or the system's as it changes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from widgets.remembering import Remembering
from widgets.theme import Theme, apply_theme, theme_named


class Appearance(QObject):
    """The window's theme, live.

    Parameters
    ----------
    memory
        Where the choice is remembered.
    dress
        Gives a theme to the window's parts.
    theme
        The theme at first, whatever was chosen; by default what was.
    parent
        The window.

    Attributes
    ----------
    theme
        The theme now.
    """

    def __init__(
        self, memory: Remembering, dress: Callable[[Theme], None], theme: Theme | None, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._memory, self._dress = memory, dress
        self._fixed = theme is not None
        self.theme = theme if theme is not None else theme_named(memory.theme)
        self._apply()

    @property
    def choice(self) -> str:
        """What was chosen: ``"system"``, ``"light"`` or ``"dark"``."""
        return self._memory.theme

    def begin(self) -> None:
        """Dress the parts, which are there now, and follow the system from now on."""
        self._dress(self.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    def show(self, theme: Theme) -> None:
        """Take on a theme."""
        if theme is not self.theme:
            self.theme = theme
            self._apply()
            self._dress(theme)

    def choose(self, name: str) -> None:
        """Follow the system, or be ``"light"`` or ``"dark"``."""
        self._memory.choose_theme(name)
        self._fixed = False
        self.show(theme_named(name))

    def end(self) -> None:
        """Follow the system no longer."""
        with contextlib.suppress(RuntimeError):
            QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._system_changed)

    def _apply(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, self.theme)

    def _system_changed(self) -> None:
        if self.choice == "system" and not self._fixed:
            self.show(theme_named("system"))
