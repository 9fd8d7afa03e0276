"""Fixtures of the explorer's tests: views on screen, and a workspace around them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.explore.view import ExploreView
from widgets.explore.workspace import ExploreWorkspace
from widgets.theme import LIGHT, apply_theme


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[ExploreView], ExploreView]:
    """Show a view at 1440 × 820 and wait until its sizes have settled."""

    def show(view: ExploreView) -> ExploreView:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, LIGHT)
        qtbot.addWidget(view)
        view.resize(1440, 820)
        view.show()
        qtbot.waitExposed(view)
        for _ in range(10):
            application.processEvents()
        return view

    return show


@pytest.fixture
def workspace(qtbot: QtBot) -> ExploreWorkspace:
    made = ExploreWorkspace(LIGHT)
    qtbot.addWidget(made)
    made.resize(1440, 820)
    made.show()
    qtbot.waitExposed(made)
    return made
