from __future__ import annotations

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QVBoxLayout

from widgets.controls import ElidedLabel, WrapLabel


def test_elided_label_shortens_and_tells_all(place: QVBoxLayout) -> None:
    label = ElidedLabel("A name that is much too long for a column of ninety pixels")
    label.setFixedWidth(90)
    place.addWidget(label)
    QApplication.processEvents()
    assert label.text().endswith("…")
    assert label.toolTip() == label.full_text()
    assert QFontMetrics(label.font()).horizontalAdvance(label.text()) <= 90
    label.setText("Short")
    assert label.text() == "Short"
    assert label.toolTip() == ""


def test_wrap_label_keeps_numbers_whole(place: QVBoxLayout) -> None:
    label = WrapLabel("Trains the same again up to step 2\u2009000")
    place.addWidget(label)
    QApplication.processEvents()
    for width in range(60, 300, 5):
        label.setFixedWidth(width)
        layout, _ = label._wrapped(width)
        lines = [layout.lineAt(number) for number in range(layout.lineCount())]
        texts = [layout.text()[line.textStart() :][: line.textLength()] for line in lines]
        assert any("2\u202f000" in text for text in texts), texts
    assert label.full_text().endswith("2\u2009000")


def test_wrap_label_keeps_a_sign_beside_what_it_belongs_to(place: QVBoxLayout) -> None:
    whole = ("p ≥ ½", "4 × 10⁻⁸", "1 − p", "N(0, 1)")
    label = WrapLabel("Of " + " and then of ".join(whole))
    place.addWidget(label)
    QApplication.processEvents()
    for width in range(70, 300, 5):
        label.setFixedWidth(width)
        layout, _ = label._wrapped(width)
        lines = [layout.lineAt(number) for number in range(layout.lineCount())]
        texts = [layout.text()[line.textStart() :][: line.textLength()] for line in lines]
        for part in whole:
            assert any(part.replace(" ", "\u00a0") in text for text in texts), (width, texts)


def test_wrap_label_breaks_a_word_that_is_too_long(place: QVBoxLayout) -> None:
    label = WrapLabel("/home/someone/without_any_blank/" * 6, kind="error")
    place.addWidget(label)
    QApplication.processEvents()
    assert label.minimumSizeHint().width() == 0
    assert label.width() <= 160
    lines = label.height() / QFontMetrics(label.font()).height()
    assert lines >= 4
    label.setText("short")
    assert label.height() < 2 * QFontMetrics(label.font()).height()
