from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lab.explore.information import InformationState
from lab.explore.information import view as computed
from lab.problems import Problem
from tests.widgets.explore.on_screen import heard, on_screen
from widgets.explore.figure_files import write_figure
from widgets.explore.information_pictures import stack_range, stacks_of
from widgets.explore.information_view import EXAMPLES, InformationExploreView
from widgets.theme import DARK


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[InformationExploreView]:
    yield from on_screen(qtbot, InformationExploreView)


def height(view: InformationExploreView, which: str, index: int, value: float) -> QPoint:
    area = view.bars[which].area
    frame, bar = area.frame(), area.bar(index)
    return QPoint(round(bar.center().x()), round(frame.bottom() - value * frame.height()))


def test_cross_entropy_is_entropy_and_divergence(view: InformationExploreView) -> None:
    words = view.sums.accessibleDescription()
    assert "H(P, Q) 0.8711 = H(P) 0.8018 + KL(P‖Q) 0.0693" in words
    assert words.endswith("nats")


def test_a_drag_emits_each_step_and_is_undone_as_a_whole(view: InformationExploreView) -> None:
    states = heard(view)
    area = view.bars["p"].area
    QTest.mousePress(area, Qt.MouseButton.LeftButton, pos=height(view, "p", 1, 0.7))
    QTest.mouseMove(area, height(view, "p", 1, 1.0))
    QTest.mouseMove(area, height(view, "p", 1, 0.4))
    QTest.mouseRelease(area, Qt.MouseButton.LeftButton, pos=height(view, "p", 1, 0.4))
    assert states[-1].p == pytest.approx((0.2, 0.4, 0.4), abs=0.01)
    assert sum(states[-1].p) == pytest.approx(1, abs=1e-9)
    view.undo()
    assert view.state() == InformationState() and not view.can_undo


def test_a_drag_through_one_keeps_the_ratio_of_the_others(view: InformationExploreView) -> None:
    area = view.bars["p"].area
    QTest.mousePress(area, Qt.MouseButton.LeftButton, pos=height(view, "p", 1, 1.0))
    QTest.mouseMove(area, height(view, "p", 1, 0.7))
    QTest.mouseRelease(area, Qt.MouseButton.LeftButton, pos=height(view, "p", 1, 0.7))
    p = view.state().p
    assert p[2] / p[0] == pytest.approx(2, abs=1e-6)


def test_bars_are_reached_by_keyboard(view: InformationExploreView) -> None:
    states = heard(view)
    area = view.bars["q"].area
    area.setFocus()
    QTest.keyClick(area, Qt.Key.Key_Right)
    QTest.keyClick(area, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert states[-1].q == pytest.approx((0.4 * 2 / 3, 0.6, 0.4 / 3))
    QTest.keyClick(area, Qt.Key.Key_End)
    assert states[-1].q == (0.0, 1.0, 0.0)
    assert "infinite" in view.sentence.full_text()


def test_a_bar_is_typed(view: InformationExploreView) -> None:
    states = heard(view)
    problems: list[Problem | None] = []
    view.refused.connect(problems.append)
    edit = view.bars["p"].fields()[0].edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "0.5")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert len(states) == 1 and states[0].p == pytest.approx((0.5, 0.5 * 7 / 9, 0.5 * 2 / 9))
    edit.selectAll()
    QTest.keyClicks(edit, "1.5")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert len(states) == 1 and edit.property("error")
    assert "number from 0 to 1" in str(problems[-1])
    edit.selectAll()
    QTest.keyClicks(edit, "0.25")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert problems[-1] is None and states[-1].p[0] == 0.25


def test_showing_a_state_is_silent_and_fills_the_fields(view: InformationExploreView) -> None:
    states = heard(view)
    view.restore(InformationState(p=(0.25, 0.75), q=(0.5, 0.5), unit="bits"))
    assert states == []
    assert [field.value for field in view.bars["p"].fields()] == [0.25, 0.75]
    assert view.sums.accessibleDescription().endswith("bits")


def test_smoothing_by_slider_is_one_undo(view: InformationExploreView) -> None:
    view.open_example("one_hot")
    for value in (0.1, 0.2, 0.3):
        view.column.moved.emit("smoothing", value)
    view.column.edited.emit("smoothing", 0.3)
    assert view.state().smoothing == 0.3
    view.undo()
    assert view.state().smoothing == 0.0


def test_a_smoothed_bar_follows_the_pointer(view: InformationExploreView) -> None:
    view.open_example("smoothed")
    area = view.bars["p"].area
    QTest.mouseClick(area, Qt.MouseButton.LeftButton, pos=height(view, "p", 1, 0.6))
    assert computed(view.state()).p[1] == pytest.approx(0.6, abs=0.01)


def test_one_hot_gives_the_log_of_the_label(view: InformationExploreView) -> None:
    view.column.examples["one_hot"].trigger()
    assert "H(P, Q) 0.3567 = H(P) 0.0000" in view.sums.accessibleDescription()


def test_classes_can_be_added_and_taken_away(view: InformationExploreView) -> None:
    view.column.edited.emit("classes", 5)
    assert len(view.bars["p"].fields()) == 5 and view.state().p[3:] == (0.0, 0.0)
    view.column.edited.emit("classes", 2)
    assert view.state().p == pytest.approx((0.125, 0.875))


def test_many_classes_are_shown_without_fields(view: InformationExploreView) -> None:
    view.restore(InformationState(p=(0.05,) * 20, q=(0.05,) * 20))
    assert not any(field.isVisible() for field in view.bars["p"].fields())
    view.bars["p"].area.setFocus()
    QTest.keyClick(view.bars["p"].area, Qt.Key.Key_Up)
    assert view.state().p[0] == pytest.approx(0.06)
    view.restore(InformationState())
    assert all(field.isVisible() for field in view.bars["p"].fields())


@pytest.mark.parametrize("key", list(EXAMPLES))
def test_every_example_is_painted_within_its_range(view: InformationExploreView, key: str) -> None:
    view.column.examples[key].trigger()
    shown = computed(view.state())
    assert not view.grab().isNull()
    finite = [stack.total for stack in stacks_of(shown) if stack.total < float("inf")]
    assert max(finite, default=0) <= stack_range(shown)


def test_state_goes_through_toml_and_files(view: InformationExploreView, tmp_path: Path) -> None:
    view.column.examples["smoothed"].trigger()
    wanted, copied = view.state(), view.copy_state_text()
    view.reset()
    assert view.open_state_text(copied) is None and view.state() == wanted
    write_figure(view, tmp_path / "information.svg")
    assert "Entropy and divergence" in (tmp_path / "information.svg").read_text(encoding="utf-8")
    rows = {line.split(",")[0]: line for line in view.export_csv().splitlines()}
    assert float(rows["H(Q)"].split(",")[2]) == pytest.approx(0.801819, abs=1e-6)


def test_the_theme_changes_live(view: InformationExploreView) -> None:
    light = view.grab().toImage()
    view.set_theme(DARK)
    assert view.grab().toImage() != light
