from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lab.explore import simplex
from lab.explore.choice import add_loss, chosen
from lab.explore.simplex import SimplexState
from lab.problems import Problem
from tests.widgets.explore.on_screen import heard, on_screen
from widgets.explore.figure_files import write_figure
from widgets.explore.simplex_ground import band_colours, band_image
from widgets.explore.simplex_view import EXAMPLES, SimplexExploreView
from widgets.theme import DARK, LIGHT


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SimplexExploreView]:
    yield from on_screen(qtbot, SimplexExploreView)


def place(view: SimplexExploreView, p: tuple[float, float, float]) -> QPoint:
    x, y = simplex.to_xy(np.array(p)).tolist()
    return view.cards[0].picture.frame().pixel(x, y).toPoint()


def test_a_drag_moves_the_point_in_both_and_is_one_undo(view: SimplexExploreView) -> None:
    states = heard(view)
    picture = view.cards[0].picture
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=place(view, (0.2, 0.5, 0.3)))
    QTest.mouseMove(picture, place(view, (0.4, 0.4, 0.2)))
    QTest.mouseMove(picture, place(view, (0.6, 0.3, 0.1)))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=place(view, (0.6, 0.3, 0.1)))
    assert states[-1].point == pytest.approx((0.6, 0.3, 0.1), abs=0.01)
    for card in view.cards:
        assert "p₁ 0.6" in card.picture.accessibleDescription()
    view.undo()
    assert view.state() == SimplexState() and not view.can_undo


def test_outside_the_triangle_the_nearest_point_is_taken(view: SimplexExploreView) -> None:
    picture = view.cards[0].picture
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=place(view, (0.2, 0.5, 0.3)))
    QTest.mouseMove(picture, QPoint(picture.width() - 1, picture.height() - 1))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton)
    assert view.state().point == pytest.approx((0.0, 1.0, 0.0), abs=1e-6)
    assert "∞" in view.cards[0].picture.accessibleDescription()


def test_a_press_far_from_the_triangle_moves_nothing(view: SimplexExploreView) -> None:
    states = heard(view)
    QTest.mouseClick(view.cards[0].picture, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert states == []


def test_arrow_keys_move_the_point(view: SimplexExploreView) -> None:
    states = heard(view)
    picture = view.cards[1].picture
    picture.setFocus()
    before = simplex.to_xy(np.array(view.state().point))
    QTest.keyClick(picture, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(picture, Qt.Key.Key_Down)
    moved = simplex.to_xy(np.array(states[-1].point)) - before
    assert moved == pytest.approx((0.1, -0.01), abs=2e-4)
    view.undo()
    view.undo()
    assert view.state() == SimplexState()


def test_probabilities_are_typed(view: SimplexExploreView) -> None:
    states = heard(view)
    row = view.column.fields("Point").rows.row("p.0")
    assert row is not None
    edit = row.field.edit  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "0.6")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert len(states) == 1 and states[0].point == pytest.approx((0.6, 0.25, 0.15))


def test_the_numbers_are_those_of_the_softmax_gradients(view: SimplexExploreView) -> None:
    words = view.cards[0].picture.accessibleDescription()
    assert f"L {-math.log(0.2):.4f}" in words and "∂L/∂z₁ −0.8000" in words and "∂L/∂z₃ 0.3000" in words
    p, y = np.array([0.2, 0.5, 0.3]), np.array([1.0, 0.0, 0.0])
    slope = 2 * p * ((p - y) - ((p - y) * p).sum())
    brier = view.cards[1].picture.accessibleDescription()
    assert f"∂L/∂z₁ {slope[0]:.4f}".replace("-", "−") in brier and "L 0.9800" in brier


def test_showing_a_state_is_silent(view: SimplexExploreView) -> None:
    states = heard(view)
    view.restore(SimplexState(chosen("absolute_error_softmax"), label=2))
    assert states == []
    QApplication.processEvents()
    assert not view.cards[1].isVisible() and view.cards[0].picture.width() > 700
    assert len(view.losses.chips) == 1


def test_a_third_loss_is_refused_in_words(view: SimplexExploreView) -> None:
    problems: list[Problem | None] = []
    view.refused.connect(problems.append)
    view.losses.edited.emit(add_loss(view.state().losses, "focal"), "")
    assert "one loss or two" in str(problems[-1])
    assert len(view.state().losses) == 2 and not view.losses.add_button.isEnabled()


def test_the_ground_is_kept_while_the_point_moves(view: SimplexExploreView) -> None:
    picture = view.cards[0].picture
    picture.repaint()
    first = picture._ground
    view._drag(0.4, 0.3)
    picture.repaint()
    assert picture._ground is first
    view.change(label=1)
    picture.repaint()
    assert picture._ground is not first


def test_a_drag_shows_what_a_fresh_view_shows() -> None:
    first = SimplexState()
    for point in ((0.6, 0.3, 0.1), (0.0, 0.7, 0.3), (0.0, 0.0, 1.0)):
        state = replace(first, point=point)
        fast, slow = simplex.view(state, (first, simplex.view(first))), simplex.view(state)
        assert fast.sentence == slow.sentence
        for ours, theirs in zip(fast.plots, slow.plots, strict=True):
            assert (ours.value, ours.steps_to_half) == (theirs.value, theirs.steps_to_half)
            np.testing.assert_array_equal(ours.path, theirs.path)
            np.testing.assert_array_equal(ours.values, theirs.values)
    other = replace(first, label=1)
    assert simplex.view(other, (first, simplex.view(first))).plots[0].value == pytest.approx(-math.log(0.5))


def test_bands_have_the_colour_of_their_level() -> None:
    state = SimplexState(chosen("brier"))
    plot = simplex.view(state).plots[0]
    width, height = 400, 346
    image = band_image(LIGHT, plot, width, height)
    colours = band_colours(LIGHT, len(plot.levels) + 1)
    checked = 0
    for p in ((0.9, 0.05, 0.05), (0.3, 0.4, 0.3), (0.1, 0.1, 0.8), (0.05, 0.9, 0.05), (0.5, 0.1, 0.4)):
        value = float(simplex.value_at(state.losses[0], np.array([p]), 0)[0])
        if min(abs(value - level) for level in plot.levels) < 0.01:
            continue
        x, y = simplex.to_xy(np.array(p)).tolist()
        pixel = image.pixelColor(int(x * width), int((1 - y / math.sqrt(0.75)) * height))
        wanted = colours[int(np.searchsorted(plot.levels, value))]
        assert (pixel.red(), pixel.green(), pixel.blue()) == tuple(round(float(part)) for part in wanted)
        checked += 1
    assert checked >= 3
    assert image.pixelColor(2, 2).alpha() == 0


@pytest.mark.parametrize("key", list(EXAMPLES))
def test_every_example_is_painted(view: SimplexExploreView, key: str) -> None:
    view.column.examples[key].trigger()
    assert view.state() == EXAMPLES[key][1] and not view.grab().isNull()


def test_state_goes_through_toml_and_files(view: SimplexExploreView, tmp_path: Path) -> None:
    view.column.examples["lost"].trigger()
    wanted, copied = view.state(), view.copy_state_text()
    view.reset()
    assert view.open_state_text(copied) is None and view.state() == wanted
    write_figure(view, tmp_path / "simplex.svg")
    assert "class 1, label" in (tmp_path / "simplex.svg").read_text(encoding="utf-8")
    lines = view.export_csv().splitlines()
    assert float(lines[1].split(",")[5]) == pytest.approx(-math.log(0.01))
    assert sum(line.startswith("grid") for line in lines) == 61 * 62 // 2


def test_the_theme_changes_live(view: SimplexExploreView) -> None:
    light = view.grab().toImage()
    view.set_theme(DARK)
    assert view.grab().toImage() != light
