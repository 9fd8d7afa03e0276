from __future__ import annotations

from PySide6.QtWidgets import QApplication, QVBoxLayout

from widgets.swatch import Swatch, swatch_icon
from widgets.theme import DARK, LIGHT


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
