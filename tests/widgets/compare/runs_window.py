"""A window that shows the runs of a store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from widgets.compare.runs_page import RunsPage
from widgets.main_window import MainWindow


@contextlib.contextmanager
def showing_runs(qtbot: QtBot, window: MainWindow) -> Iterator[MainWindow]:
    """Have a new window at the page of stored runs; it is closed afterwards."""
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    window.workspaces.choose("compare")
    window.workspaces.compare.show_page("runs")
    yield window
    window.close_unasked()
    window.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def page_of(window: MainWindow) -> RunsPage:
    page = window.workspaces.compare.part.page
    assert isinstance(page, RunsPage)
    return page
