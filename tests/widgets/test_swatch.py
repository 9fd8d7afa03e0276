from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.swatch import Swatch, swatch_icon
from widgets.theme import DARK, LIGHT, apply_theme


@pytest.fixture
def place(qtbot: QtBot, qapp: QApplication) -> Iterator[QVBoxLayout]:
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


def test_swatch_is_painted_in_the_series_colour_and_dashed(place: QVBoxLayout) -> None:
    images = {}
    for series in (1, 3):
        swatch = Swatch(series)
        place.addWidget(swatch)
        QApplication.processEvents()
        images[series] = swatch.grab().toImage()
    middle = images[1].height() // 2
    solid = [images[1].pixelColor(x, middle) for x in range(24)]
    assert solid[12] == LIGHT.series(1).color
    dotted = {images[3].pixelColor(x, middle).name() for x in range(24)}
    assert len(dotted) > 1
    assert not swatch_icon(DARK, 2).isNull()
