from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout
from pytestqt.qtbot import QtBot

from widgets.segments import Segments


def test_segments_are_silent_while_set_and_emit_once(place: QVBoxLayout) -> None:
    segments = Segments([("step", "Step"), ("epoch", "Epoch"), ("seconds", "Seconds")])
    place.addWidget(segments)
    heard: list[str] = []
    segments.chosen.connect(heard.append)
    segments.set_current("epoch")
    segments.set_options([("step", "Step"), ("epoch", "Epoch"), ("seconds", "Seconds")], "step")
    assert heard == []
    QTest.mouseClick(segments.buttons()[2], Qt.MouseButton.LeftButton)
    QTest.mouseClick(segments.buttons()[2], Qt.MouseButton.LeftButton)
    assert heard == ["seconds"]
    segments.buttons()[2].setFocus()
    QTest.keyClick(segments.buttons()[2], Qt.Key.Key_Left)
    assert heard == ["seconds", "epoch"]
    assert [button.isChecked() for button in segments.buttons()] == [False, True, False]


def test_a_chosen_label_has_room_for_its_weight(qtbot: QtBot, qapp: QApplication) -> None:
    for family in ("Inter", "DejaVu Sans"):
        segments = Segments(["Raw", "Relative", "NLL"])
        qtbot.addWidget(segments)
        segments.setFont(QFont(family, 10))
        for button in segments.buttons():
            button.setFont(QFont(family, 10))
        segments.show()
        for button in segments.buttons():
            heavy = QFont(button.font())
            heavy.setWeight(QFont.Weight.DemiBold)
            assert button.width() >= QFontMetrics(heavy).horizontalAdvance(button.text())
