"""What a person and the window's timer do in the Lessons workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from widgets.lessons.workspace import LessonsWorkspace
from widgets.main_window import MainWindow

Make = Callable[[], LessonsWorkspace]


def go_on(qtbot: QtBot, workspace: LessonsWorkspace) -> None:
    """Advance as the window's timer does, until nothing trains."""

    def through() -> bool:
        workspace.advance()
        workspace.follow()
        return not workspace.busy

    qtbot.waitUntil(through, timeout=240_000)


def drop(target: LessonsWorkspace | MainWindow, path: Path) -> None:
    """Drop a file; the event does not own what it carries, which therefore lives as long as the call."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place, action = QPointF(9, 9), Qt.DropAction.CopyAction
    target.dropEvent(
        QDropEvent(place, action, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )


def choose(workspace: LessonsWorkspace, answer: int) -> None:
    assert workspace.text.prediction is not None
    workspace.text.prediction.rows[answer - 1].button.click()
