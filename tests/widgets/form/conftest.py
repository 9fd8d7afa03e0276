from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.form.made_form import make_panel
from widgets.form_panel import ExperimentForm
from widgets.theme import LIGHT


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> Iterator[ExperimentForm]:
    made = make_panel(qtbot, qapp, LIGHT)
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
