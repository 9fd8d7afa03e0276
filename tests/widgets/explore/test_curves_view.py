"""The loss curves: state to screen, acts to state, numbers on screen against the closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lab.explore.choice import chosen
from lab.explore.curves import CurvesState
from widgets.explore.curves_view import LossCurves
from widgets.explore.point_plot import PointPlot
from widgets.explore.view import ExploreView
from widgets.theme import DARK, LIGHT

Show = Callable[[ExploreView], ExploreView]


@pytest.fixture
def view(shown: Show) -> LossCurves:
    return cast(LossCurves, shown(LossCurves(LIGHT)))


def place(plot: PointPlot, x: float) -> QPoint:
    facet = plot.facet()
    assert facet is not None
    return QPoint(round(plot.place_of(x)), round(facet.frame.rect.center().y()))


def test_the_card_reads_the_numbers_of_the_picture(view: LossCurves) -> None:
    assert view.card.columns == ("L", "∂L ⁄ ∂p", "∂L ⁄ ∂z", "∂²L ⁄ ∂z²")
    rows = {row.name: row.values for row in view.card.rows}
    p = 1 / (1 + math.exp(3.2))
    assert rows["BCE"] == ("3.2400", f"−{1 / p:.4f}", "−0.9608", f"{p * (1 - p):.4f}")
    assert rows["MSE sigm"][0] == f"{(1 - p) ** 2:.4f}" == "0.9232"
    assert rows["MSE sigm"][2] == "−0.0723"
    assert rows["MAE sigm"][:1] == ("0.9608",)
    assert view.card.head == ("z = −3.20", "p = 0.0392")


def test_markers_stand_on_their_curves(view: LossCurves) -> None:
    for card in (view.above, view.below):
        data = card.plot.data
        assert data is not None
        by_series = dict(card.plot.marks)
        for line in data.lines:
            if line.style == "loss":
                assert by_series[line.series] == pytest.approx(np.interp(-3.2, line.x, line.y), abs=2e-3)


def test_both_plots_begin_at_the_same_place(view: LossCurves) -> None:
    for state in (CurvesState(), CurvesState(axis="prediction", lower="slope_prediction", point=0.3)):
        view.restore(state)
        lefts = {card.plot.facet().frame.rect.left() for card in (view.above, view.below)}  # type: ignore[union-attr]
        assert len(lefts) == 1


def test_dragging_moves_the_point_and_is_one_step_to_undo(qtbot: QtBot, view: LossCurves) -> None:
    states = []
    view.state_changed.connect(states.append)
    plot = view.above.plot
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=place(plot, -2.0))
    for x in (-1.0, 0.5, 2.0):
        qtbot.mouseMove(plot, place(plot, x))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=place(plot, 2.0))
    assert view.state().point == pytest.approx(2.0, abs=0.03)
    assert len(states) == 4
    assert all(card.plot.point == view.state().point for card in (view.above, view.below))
    assert view.can_undo
    view.undo()
    assert view.state().point == -3.2 and not view.can_undo and view.can_redo
    view.redo()
    assert view.state().point == pytest.approx(2.0, abs=0.03)


def test_two_drags_are_two_steps(qtbot: QtBot, view: LossCurves) -> None:
    plot = view.below.plot
    for x in (1.0, 3.0):
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place(plot, x))
    view.undo()
    assert view.state().point == pytest.approx(1.0, abs=0.03)
    view.undo()
    assert view.state().point == -3.2


def test_arrow_keys_move_the_point(qtbot: QtBot, view: LossCurves) -> None:
    plot = view.above.plot
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert view.state().point == -3.1
    qtbot.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.state().point == -4.1
    qtbot.keyClick(plot, Qt.Key.Key_End)
    assert view.state().point == 8.0


def test_the_point_can_be_typed(qtbot: QtBot, view: LossCurves) -> None:
    row = view.fields.rows.row("point")
    assert row is not None
    edit = row.field.edit  # type: ignore[attr-defined]
    assert edit.text() == "−3.2"
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "1.25")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert view.state().point == 1.25
    assert view.above.plot.point == 1.25
    edit.selectAll()
    qtbot.keyClicks(edit, "one")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert view.state().point == 1.25 and row.problem


def test_restoring_is_silent(qtbot: QtBot, view: LossCurves) -> None:
    told = []
    view.state_changed.connect(told.append)
    wanted = CurvesState(
        losses=chosen("squared_error", "huber"), axis="residual", target=0.5, point=1.5, zero_one=False
    )
    view.restore(wanted)
    assert told == [] and view.state() == wanted and not view.can_undo
    assert [chip.name.full_text() for chip in view.chips.chips] == ["MSE on raw outputs", "Huber"]
    assert view.axis.rows.rows()[0].field.combo.currentText() == "residual p − y"  # type: ignore[attr-defined]


def test_a_parameter_slider_moves_its_curve_live(view: LossCurves) -> None:
    view.restore(CurvesState(losses=chosen("binary_cross_entropy", "focal_sigmoid"), zero_one=False))
    chip = view.chips.chips[1]
    before = view.above.plot.data.lines[-1].y if view.above.plot.data else None
    slider = chip.rows.rows[0].field.slider  # type: ignore[attr-defined]
    slider.setSliderDown(True)
    slider.setSliderPosition(slider.maximum() // 2)
    slider.setSliderPosition(slider.maximum())
    moved = view.state().losses[1].value("gamma")
    assert moved > 2.0
    after = view.above.plot.data.lines[-1].y if view.above.plot.data else None
    assert before is not None and after is not None and not np.array_equal(before, after)
    slider.setSliderDown(False)
    view.end_gesture()
    view.undo()
    assert view.state().losses[1].value("gamma") == 2.0 and not view.can_undo


def test_losses_come_and_go(view: LossCurves) -> None:
    view.chips.popover.chosen.emit("focal_sigmoid")
    assert [loss.name for loss in view.state().losses][-1] == "focal_sigmoid"
    assert view.state().losses[-1].series == 4 and len(view.chips.chips) == 4
    view.chips.chips[0].eye.click()
    assert not view.state().losses[0].visible
    assert {series for series, _ in view.above.plot.marks} == {2, 3, 4}
    assert "BCE" not in [row.name for row in view.card.rows]
    remove = next(a for a in view.chips.menu(1).actions() if a.text() == "Remove")
    remove.trigger()
    assert [loss.series for loss in view.state().losses] == [1, 3, 4]
    for _ in range(3):
        view.undo()
    assert view.state() == CurvesState()


def test_the_axis_keeps_what_the_point_means(view: LossCurves) -> None:
    view._field_edited("axis", "prediction")
    assert view.state().axis == "prediction"
    assert view.state().point == pytest.approx(1 / (1 + math.exp(3.2)), rel=1e-3)
    view._field_edited("axis", "error")
    assert view.state().point == pytest.approx(1 - 1 / (1 + math.exp(3.2)), rel=1e-3)
    data = view.above.plot.data
    assert data is not None and data.log_x and data.x_range == (1e-6, 1.0)


def test_the_target_can_be_any_number(qtbot: QtBot, view: LossCurves) -> None:
    view.target.segments.buttons()[0].click()
    assert view.state().target == 0.0
    view.target.segments.buttons()[2].click()
    row = view.fields.rows.row("target")
    assert row is not None and view.state().target == 0.0
    row.edited.emit("target", 0.3)
    assert view.state().target == 0.3 and view.target.current == "value"


def test_the_naive_form_is_marked_where_it_breaks(view: LossCurves) -> None:
    view.restore(CurvesState(low=-120.0, high=8.0, point=-110.0, naive=True))
    naive = [row for row in view.card.rows if row.name.startswith("naive")]
    assert naive and naive[0].broken[0] and naive[0].values[0] == "∞"
    data = view.above.plot.data
    assert data is not None
    overlay = next(line for line in data.lines if line.style == "naive")
    assert not np.isfinite(overlay.y).all()
    exact = next(row for row in view.card.rows if row.name == "BCE")
    assert exact.values[0] == "110.0000"


def test_what_lies_outside_is_said(view: LossCurves) -> None:
    view.restore(CurvesState(axis="prediction", point=0.5, lower="slope_prediction"))
    data = view.below.plot.data
    assert data is not None and data.notes
    assert all(note.text[0] in "↑↓" for note in data.notes)


def test_the_wheel_zooms_and_a_double_click_shows_all(qtbot: QtBot, view: LossCurves) -> None:
    plot = view.above.plot
    plot.range_asked.emit((-4.0, 2.0))
    assert (view.state().low, view.state().high) == (-4.0, 2.0)
    assert plot.data is not None and plot.data.x_range == (-4.0, 2.0)
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=place(plot, 0.0))
    assert (view.state().low, view.state().high) == (0.0, 0.0)


def test_the_chain_rule_follows_and_leads(view: LossCurves) -> None:
    assert view.why.isVisible()
    assert view.why.headline.full_text().startswith("At z = −3.2 the sigmoid passes on")
    view.why.point_moved.emit(-1.0)
    assert view.state().point == -1.0
    view._field_edited("axis", "prediction")
    view.why.point_moved.emit(0.0)
    assert view.state().point == 0.5
    view.restore(CurvesState(losses=chosen("squared_error"), point=0.0))
    assert view.why.isHidden()
    view.undo()
    view.change(losses=chosen("cross_entropy", "brier"))
    assert view.why.isVisible() and view.why.state is not None and view.why.state.link == "softmax"


def test_narrow_windows_leave_room_for_the_plots(qtbot: QtBot, view: LossCurves) -> None:
    view.resize(1000, 700)
    qtbot.wait(1)
    assert view.why.isHidden() and view.above.width() > 600
    view.resize(1280, 700)
    qtbot.wait(1)
    assert view.why.isVisible()
    inside = view.above.plot.rect()
    assert inside.contains(view.card.geometry())


def test_a_plot_fills_the_view_and_comes_back(view: LossCurves) -> None:
    view.above.expand.click()
    assert view.below.isHidden() and view.above.isVisible()
    view.above.expand.click()
    assert view.below.isVisible()


def test_texts_and_exports(view: LossCurves) -> None:
    text = view.copy_state_text()
    assert 'view = "curves"' in text
    view.change(point=2.0)
    assert view.open_state_text(text) is None
    assert view.state().point == -3.2
    view.undo()
    assert view.state().point == 2.0
    assert view.open_state_text('view = "curves"\npoint = "far"') is not None
    assert view.state().point == 2.0
    assert len(view.export_panels()) == 2
    lines = view.export_csv().strip().splitlines()
    assert len(lines) > 600 and "," in lines[0]


def test_themes_change_live(view: LossCurves) -> None:
    before = view.above.plot.grab().toImage().pixelColor(2, 2)
    view.set_theme(DARK)
    after = view.above.plot.grab().toImage().pixelColor(2, 2)
    assert before == LIGHT.color("card") and after == DARK.color("card")


def test_everything_dragged_is_reached_by_tab(view: LossCurves) -> None:
    stops: list[QWidget] = [view.above.plot, view.below.plot, *view.why.stack.plots]
    assert all(stop.focusPolicy() & Qt.FocusPolicy.TabFocus for stop in stops)


def test_reset_can_be_undone(view: LossCurves) -> None:
    changed = replace(CurvesState(), point=1.0, zero_one=False)
    view.edit(changed)
    view.reset()
    assert view.state() == CurvesState()
    view.undo()
    assert view.state() == changed
