from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lab.panels import Band, CurvePanel, Envelopes, Facet, Line, Mark
from tests.widgets.plots.made_panels import curve_panel, empty_panel, gradient_panel
from widgets.plots.canvas import Canvas
from widgets.plots.curve_items import band_path
from widgets.theme import DARK, LIGHT


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    made = Canvas(LIGHT)
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def picture(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def near(image: QImage, x: float, y: float, color: QColor, reach: int = 2) -> bool:
    """Whether a pixel of about this colour is within reach of a place."""
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            found = image.pixelColor(round(x) + dx, round(y) + dy)
            if sum(abs(a - b) for a, b in zip(found.getRgb()[:3], color.getRgb()[:3], strict=True)) < 60:  # type: ignore[index]
                return True
    return False


def wheel(
    canvas: Canvas,
    place: QPointF,
    notches: int,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    event = QWheelEvent(
        place, canvas.viewport().mapToGlobal(place), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)


def flat_panel(value: float, *, log_y: bool, series: int = 1) -> CurvePanel:
    line = Line(np.array([0.0, 1600.0]), np.array([value, value]), series, "mean", "a", key="0")
    mark = Mark(800.0, value, 2, "reached")
    return CurvePanel(
        "objective",
        "t",
        "",
        (Facet("", (line,), (), (mark,)),),
        (),
        "step",
        (0.0, 1600.0),
        (0.01, 1.0),
        log_y=log_y,
    )


@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("value", [0.1, 0.5])
def test_lines_and_marks_stand_at_their_value_on_both_scales(
    canvas: Canvas, log_y: bool, value: float
) -> None:
    canvas.show_panel(flat_panel(value, log_y=log_y))
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    share = (np.log10(value) + 2) / 2 if log_y else (value - 0.01) / 0.99
    y = frame.rect.bottom() - share * frame.rect.height()
    assert frame.py(value) == pytest.approx(y)
    assert near(image, frame.px(400.0), y, LIGHT.series(1).color)
    assert not near(image, frame.px(400.0), y - 15, LIGHT.series(1).color)
    assert near(image, frame.px(800.0) - 4, y - 4, LIGHT.series(2).color)
    assert image.pixelColor(round(frame.px(800.0)), round(y)) == LIGHT.color("card")


def test_the_target_line_follows_the_log_axis(canvas: Canvas) -> None:
    for log_y in (False, True):
        canvas.show_panel(curve_panel(target=0.3, log_y=log_y, losses=1))
        image = picture(canvas)
        frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
        y = round(frame.py(0.3))
        row = [image.pixelColor(x, y) for x in range(int(frame.px(900)), int(frame.px(1500)))]
        assert sum(color == LIGHT.color("axis") for color in row) > len(row) * 0.4


@pytest.mark.parametrize("log_y", [False, True])
def test_bands_stand_between_their_edges_on_both_scales(canvas: Canvas, log_y: bool) -> None:
    x = np.array([0.0, 1600.0])
    band = Band(x, np.array([0.1, 0.1]), np.array([0.5, 0.5]), 1)
    panel = replace(flat_panel(0.9, log_y=log_y), facets=(Facet("", (), (band,)),))
    canvas.show_panel(panel)
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    card = LIGHT.color("card")
    middle = (frame.py(0.1) + frame.py(0.5)) / 2
    place = round(frame.px(805.0))
    assert image.pixelColor(place, round(middle)) != card
    above = [image.pixelColor(place, round(frame.py(0.5)) - d) for d in (4, 6, 8)]
    assert card in above
    assert image.pixelColor(place, round(frame.py(0.1)) + 4) in (card, LIGHT.color("grid"))


def test_a_band_that_reaches_zero_goes_to_the_bottom_of_a_log_plot_and_breaks_at_nan() -> None:
    x = np.arange(6.0)
    low = np.log10(np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.1]))
    low[1] = np.nan
    high = np.log10(np.array([0.5, 0.5, 0.5, np.nan, 0.5, 0.5]))
    band = Band(x, np.array([0.1, 0.0, 0.1, 0.1, 0.1, 0.1]), 10**high, 1)
    path = band_path(band, x, low, high, (-2.0, 0.0))
    assert path.boundingRect().top() < -2.0
    pieces = path.toSubpathPolygons()
    assert len(pieces) == 2
    assert [round(pieces[0].boundingRect().right()), round(pieces[1].boundingRect().left())] == [2, 4]


def test_a_gap_is_not_bridged(canvas: Canvas) -> None:
    x = np.arange(0.0, 1601.0, 10.0)
    y = np.where((x > 600) & (x < 1000), np.nan, 0.5)
    panel = replace(flat_panel(0.5, log_y=False), facets=(Facet("", (Line(x, y, 1, "mean", "a"),)),))
    canvas.show_panel(panel)
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    assert near(image, frame.px(300.0), frame.py(0.5), LIGHT.series(1).color)
    assert not near(image, frame.px(800.0), frame.py(0.5), LIGHT.series(1).color, 4)


def test_a_mean_is_two_pixels_and_everything_else_one(canvas: Canvas) -> None:
    def thickness(role: str, fast: bool) -> int:
        line = Line(np.array([0.0, 1600.0]), np.array([0.5, 0.5]), 1, role, "a")  # type: ignore[arg-type]
        canvas.set_fast(fast)
        canvas.show_panel(replace(flat_panel(0.5, log_y=False), facets=(Facet("", (line,)),)))
        image = picture(canvas)
        frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
        x, y = round(frame.px(555.0)), round(frame.py(0.5))
        ink = 0.0
        for d in range(-4, 5):
            ink += 255 - image.pixelColor(x, y + d).red()
        return round(ink / (255 - LIGHT.series(1).color.red()))

    assert thickness("mean", False) == 2
    assert thickness("mean", True) == 1
    assert thickness("layer", False) == 2
    assert thickness("raw", False) == 0  # one pixel at a sixth of its strength


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


def test_a_hidden_canvas_is_not_painted_and_a_steady_one_only_once(qtbot: QtBot) -> None:
    canvas = Canvas(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(420, 300)
    canvas.show_panel(curve_panel())
    assert canvas.paint_seconds == 0.0
    canvas.show()
    qtbot.waitExposed(canvas)
    picture(canvas)
    spent = canvas.paint_seconds
    assert spent > 0.0
    canvas.set_crosshair(300.0)
    picture(canvas)
    assert canvas.paint_seconds == spent


def test_diverged_runs_far_out_are_said_at_the_edge(canvas: Canvas) -> None:
    mark = Mark(214.0, 1e9, 1, "diverged", "stopped at step 214")
    canvas.show_panel(curve_panel(marks=(mark,), log_y=True, losses=1))
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    assert near(image, frame.px(214.0), frame.rect.top() + 8, LIGHT.color("error"))


def test_hopeless_numbers_are_drawn_without_a_word(canvas: Canvas) -> None:
    x = np.arange(5.0)
    hopeless = (
        Line(x, np.full(5, np.nan), 1, "mean", "a"),
        Line(np.empty(0), np.empty(0), 2, "mean", "b"),
        Line(x, np.array([1e300, -1e300, np.inf, 0.0, 1.0]), 3, "mean", "c"),
        Line(np.array([1.0]), np.array([0.5]), 4, "raw", "d"),
    )
    bands = (Band(x, np.full(5, -1.0), np.full(5, np.inf), 1), Band(np.empty(0), np.empty(0), np.empty(0), 2))
    for log in (False, True):
        canvas.show_panel(
            replace(flat_panel(0.5, log_y=log), log_x=log, facets=(Facet("", hopeless, bands),))
        )
        assert not picture(canvas).isNull()
    canvas.show_panel(empty_panel())
    assert not picture(canvas).isNull()


def test_facets_come_and_go(canvas: Canvas) -> None:
    for losses in (3, 8, 1, 3):
        canvas.show_panel(gradient_panel(losses))
        picture(canvas)
        layout = canvas.curve_layout()
        assert layout is not None
        assert len(layout.facets) == losses
    canvas.set_crosshair(100.0)
    image = picture(canvas)
    assert layout is not None
    for facet in layout.facets:
        x = round(facet.frame.px(100.0))
        column = [
            image.pixelColor(x, y)
            for y in range(int(facet.frame.rect.top()) + 2, int(facet.frame.rect.bottom()) - 2)
        ]
        assert sum(color == LIGHT.color("axis") for color in column) > len(column) / 2


def test_the_other_theme_repaints_everything(canvas: Canvas) -> None:
    canvas.show_panel(curve_panel())
    light = picture(canvas)
    canvas.set_theme(DARK)
    dark = picture(canvas)
    assert light.pixelColor(2, 2) == LIGHT.color("card")
    assert dark.pixelColor(2, 2) == DARK.color("card")


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


def test_a_first_value_is_a_dot(canvas: Canvas) -> None:
    mean = Line(np.array([400.0]), np.array([0.5]), 1, "mean", "First")
    member = Line(np.array([800.0]), np.array([0.5]), 2, "member", "Second")
    canvas.show_panel(replace(flat_panel(0.5, log_y=False), facets=(Facet("", (mean, member)),)))
    image = picture(canvas)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    assert near(image, frame.px(400.0), frame.py(0.5), LIGHT.series(1).color)
    assert not near(image, frame.px(800.0), frame.py(0.5), LIGHT.series(2).color)


def test_the_data_are_seen_through_the_band_of_a_zoom(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_panel(flat_panel(0.5, log_y=False))
    canvas.set_crosshair(300.0)
    frame = canvas.curve_layout().facets[0].frame  # type: ignore[union-attr]
    start = QPoint(round(frame.px(200.0)), round(frame.rect.center().y()))
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas.viewport(), start + QPoint(round(frame.px(700.0) - frame.px(200.0)), 2))
    qtbot.wait(30)
    canvas.set_crosshair(300.0)
    image = picture(canvas)
    assert near(image, frame.px(500.0), frame.py(0.5), LIGHT.series(1).color)
    assert image.pixelColor(round(frame.px(500.0)), round(frame.py(0.7))) != LIGHT.color("card")


def test_new_data_are_painted_as_in_a_fresh_canvas(canvas: Canvas, qtbot: QtBot) -> None:
    x = np.arange(2000.0)
    waves = np.sin(x / 100)[None, :] * np.linspace(0.1, 0.4, 30)[:, None] + 0.5

    def panel(count: int, losses: int) -> CurvePanel:
        made = curve_panel(losses=losses, end=count // 2, planned=2000.0)
        (facet,) = made.facets
        part = Envelopes(x[:count], waves[:, :count] - 0.01, waves[:, :count], 1, origin="waves")
        return replace(made, facets=(replace(facet, envelopes=(part,)),))

    for count, losses in ((300, 2), (340, 2), (1200, 2), (1300, 1), (1900, 1)):
        canvas.show_panel(panel(count, losses))
        carried = picture(canvas)
        fresh = Canvas(LIGHT)
        qtbot.addWidget(fresh)
        fresh.resize(420, 300)
        fresh.show_panel(panel(count, losses))
        fresh.show()
        assert picture(fresh) == carried, count
