"""A view of the explorer on screen, alone, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.explore.view import ExploreView
from widgets.theme import LIGHT, Theme, apply_theme

View = TypeVar("View", bound=ExploreView)


def on_screen(qtbot: QtBot, make: Callable[[Theme], View]) -> Iterator[View]:
    """Give a view that is shown in the active window, and close it."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    made = make(LIGHT)
    qtbot.addWidget(made)
    made.resize(1280, 700)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    yield made
    made.close()


def heard(view: ExploreView) -> list[Any]:
    """Return the states that a view gives out from now on, as they come."""
    states: list[Any] = []
    view.state_changed.connect(states.append)
    return states
