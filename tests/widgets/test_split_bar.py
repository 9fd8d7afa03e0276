from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout

from lab.field_spec import FieldSpec
from widgets.split_bar import SplitField

SPLIT = FieldSpec("data.split", "Split", "split", (0.7, 0.15, 0.15))


def test_split_by_mouse_emits_once_and_sums_to_one(place: QVBoxLayout) -> None:
    field = SplitField(SPLIT)
    place.addWidget(field)
    QApplication.processEvents()
    heard: list[tuple[float, float, float]] = []
    field.edited.connect(heard.append)
    width = field.width()
    QTest.mousePress(field, Qt.MouseButton.LeftButton, pos=QPoint(round(0.7 * width), 12))
    QTest.mouseMove(field, QPoint(round(0.6 * width), 12))
    QTest.mouseMove(field, QPoint(round(0.5 * width), 12))
    assert heard == []
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, pos=QPoint(round(0.5 * width), 12))
    assert len(heard) == 1
    assert heard[0] == pytest.approx((0.5, 0.35, 0.15), abs=0.011)
    assert sum(heard[0]) == pytest.approx(1, abs=1e-9)


def test_split_by_keys(place: QVBoxLayout) -> None:
    field = SplitField(SPLIT)
    place.addWidget(field)
    heard: list[tuple[float, float, float]] = []
    field.edited.connect(heard.append)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Right)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert heard == [pytest.approx((0.71, 0.14, 0.15)), pytest.approx((0.71, 0.04, 0.25))]


def test_split_keeps_training_above_zero_and_is_silent_while_set(place: QVBoxLayout) -> None:
    field = SplitField(SPLIT)
    place.addWidget(field)
    heard: list[tuple[float, float, float]] = []
    field.edited.connect(heard.append)
    field.show_spec(replace(SPLIT, value=(0.02, 0.0, 0.98)))
    assert heard == []
    field.setFocus()
    for _ in range(5):
        QTest.keyClick(field, Qt.Key.Key_Left)
    assert [one[0] for one in heard] == [pytest.approx(0.01)]
    assert all(min(one) >= 0 for one in heard)
