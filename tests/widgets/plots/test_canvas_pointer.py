"""Pointer, wheel and keys over a canvas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.plots.canvas_looks import picture, wheel
from tests.widgets.plots.made_panels import curve_panel
from widgets.plots.canvas import Canvas
from widgets.theme import DARK, LIGHT


def test_nothing_is_emitted_while_being_set(canvas: Canvas, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(canvas.crosshair_moved), qtbot.assertNotEmitted(canvas.view_changed):
        canvas.show_panel(curve_panel())
        canvas.set_view((100.0, 500.0))
        canvas.set_crosshair(300.0)
        canvas.set_theme(DARK)
        canvas.set_fast(True)
        canvas.show_panel(curve_panel(log_y=True, log_x=True))
        picture(canvas)
        canvas.set_view(None)
        canvas.set_crosshair(None)
        picture(canvas)


def test_moving_the_pointer_reads_a_point_that_exists_and_leaving_ends_it(
    canvas: Canvas, qtbot: QtBot
) -> None:
    canvas.show_panel(curve_panel())
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    with qtbot.waitSignal(canvas.crosshair_moved) as signal:
        QTest.mouseMove(canvas.viewport(), QPoint(round(frame.px(402.0)), 100))
    assert signal.args == [400.0]
    with qtbot.waitSignal(canvas.crosshair_moved) as signal:
        QTest.mouseMove(canvas.viewport(), QPoint(round(frame.px(1200.4)), 100))
    assert signal.args is not None
    assert float(signal.args[0]).is_integer()
    with qtbot.waitSignal(canvas.crosshair_moved) as signal:
        QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert signal.args == [None]


def test_arrow_keys_move_the_crosshair_by_points(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(curve_panel())
    moved: list[object] = []
    canvas.crosshair_moved.connect(moved.append)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert moved == [0.0, 10.0, 110.0, 100.0, None]


def test_the_wheel_zooms_around_the_pointer_and_survives_new_data(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(curve_panel())
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    views: list[object] = []
    canvas.view_changed.connect(views.append)
    wheel(canvas, QPointF(frame.px(400.0), 100.0), 2)
    assert len(views) == 1
    low, high = views[0]  # type: ignore[misc]
    assert high - low == pytest.approx(1600 / 1.25**2)
    assert (400.0 - low) / (high - low) == pytest.approx(0.25)
    canvas.show_panel(curve_panel(end=900, shift=0.1))
    picture(canvas)
    assert canvas.x_view == (low, high)
    assert canvas.curve_layout().facets[0].frame.x.low == low  # type: ignore[union-attr]
    wheel(canvas, QPointF(frame.px(400.0), 100.0), -9)
    assert views[-1] is None
    assert len(views) == 2


def test_the_wheel_zooms_a_log_axis_in_decades(canvas: Canvas) -> None:
    canvas.show_panel(replace(curve_panel(log_x=True), x_range=(1.0, 10000.0)))
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    wheel(canvas, QPointF(frame.px(100.0), 100.0), 3)
    assert canvas.x_view is not None
    low, high = canvas.x_view
    assert np.log10(high / low) == pytest.approx(4 / 1.25**3)
    assert np.log10(100.0 / low) == pytest.approx(np.log10(high / 100.0))


def test_ctrl_and_wheel_zoom_y_alone(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(curve_panel())
    with qtbot.assertNotEmitted(canvas.view_changed):
        wheel(canvas, QPointF(200.0, 100.0), 1, Qt.KeyboardModifier.ControlModifier)
    assert canvas.y_view is not None
    assert canvas.x_view is None


def test_dragging_zooms_x_and_a_double_click_shows_the_whole(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(curve_panel())
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    start, end = QPoint(round(frame.px(200.0)), 100), QPoint(round(frame.px(600.0)), 108)
    with qtbot.waitSignal(canvas.view_changed) as signal:
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(canvas.viewport(), (start + end) / 2)
        QTest.mouseMove(canvas.viewport(), end)
        QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert signal.args is not None
    assert signal.args[0] == pytest.approx((200.0, 600.0), abs=5)
    assert canvas.y_view is None
    views: list[object] = []
    canvas.view_changed.connect(views.append)
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert views == [None]
    assert canvas.x_view is None


def test_a_drag_in_both_directions_zooms_y_too_and_0_resets(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(curve_panel())
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    start = QPoint(round(frame.px(200.0)), round(frame.py(0.8)))
    end = QPoint(round(frame.px(600.0)), round(frame.py(0.2)))
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas.viewport(), end)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert canvas.y_view == pytest.approx((0.2, 0.8), abs=0.01)
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.y_view is None and canvas.x_view is None


def test_a_click_without_a_drag_changes_nothing(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(curve_panel())
    with qtbot.assertNotEmitted(canvas.view_changed):
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert canvas.x_view is None


def test_a_ring_shows_the_focus_that_came_by_key(canvas: Canvas) -> None:
    canvas.show_panel(curve_panel())

    def ringed() -> bool:
        image = picture(canvas)
        return image.pixelColor(image.width() // 2, 1) == LIGHT.color("accent")

    for reason, expected in ((Qt.FocusReason.TabFocusReason, True), (Qt.FocusReason.MouseFocusReason, False)):
        QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusIn, reason))
        assert ringed() == expected
        QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut, reason))
        assert not ringed()


def test_sideways_the_wheel_moves_a_zoomed_view_and_stops_at_the_ends(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(curve_panel())

    def sideways(notches: int) -> None:
        place = QPointF(200.0, 100.0)
        event = QWheelEvent(
            place, canvas.viewport().mapToGlobal(place), QPoint(), QPoint(-120 * notches, 0),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas.viewport(), event)

    with qtbot.assertNotEmitted(canvas.view_changed):
        sideways(1)
    canvas.set_view((400.0, 800.0))
    sideways(1)
    assert canvas.x_view == pytest.approx((440.0, 840.0))
    sideways(-100)
    assert canvas.x_view == pytest.approx((0.0, 400.0))
    sideways(100)
    assert canvas.x_view == pytest.approx((1200.0, 1600.0))
