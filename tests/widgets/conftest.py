"""Fixtures of the window's tests: a settings folder, a window around a session that trains nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.fake_session import FakeSession
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT, apply_theme


@pytest.fixture(autouse=True)
def released() -> Iterator[None]:
    """Release the button that a synthetic double click leaves pressed: the application remembers it."""
    yield
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)
    assert QApplication.mouseButtons() == Qt.MouseButton.NoButton


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings apart from a test's own folder: the window writes them when it comes to it."""
    return Settings(tmp_path_factory.mktemp("window") / "settings")


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def window(qtbot: QtBot, session: FakeSession, settings: Settings) -> Iterator[MainWindow]:
    made = MainWindow(session, settings, LIGHT)  # type: ignore[arg-type]
    made.resize(1440, 900)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()  # keys go to what has the focus only in an active window
    qtbot.waitUntil(made.isActiveWindow)
    made.bridge.flush()
    made.bridge.flush()
    yield made
    made.close_unasked()
    made.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def place(qtbot: QtBot, qapp: QApplication) -> Iterator[QVBoxLayout]:
    """A small window for a few controls, one below the other."""
    apply_theme(qapp, LIGHT)
    window = QWidget()
    window.resize(160, 120)
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    yield layout
    window.close()
