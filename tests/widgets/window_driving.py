"""What tests of the window do to it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from widgets.main_window import MainWindow


def spin(window: MainWindow, times: int = 1) -> None:
    for _ in range(times):
        window.bridge.flush()
        QApplication.processEvents()


def focus_plots(window: MainWindow) -> None:
    window.activateWindow()
    window.workspace.centre.setFocus(Qt.FocusReason.OtherFocusReason)
    QApplication.processEvents()
