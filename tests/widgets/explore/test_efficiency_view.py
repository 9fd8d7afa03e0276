"""Efficiency and breakdown: the simulation between events, known limits, edits, figures."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from lab.explore.efficiency import EfficiencyState, run
from widgets.explore.efficiency_view import EfficiencyExploreView
from widgets.explore.figure_files import figure_image, write_figure
from widgets.explore.interval_plot import IntervalRow
from widgets.theme import DARK, LIGHT


@pytest.fixture
def view(qtbot: QtBot) -> EfficiencyExploreView:
    made = EfficiencyExploreView(LIGHT)
    qtbot.addWidget(made)
    made.resize(1280, 700)
    return made


@pytest.fixture
def done(view: EfficiencyExploreView, qtbot: QtBot) -> EfficiencyExploreView:
    with qtbot.waitSignal(view.simulated, timeout=120_000):
        view.show()
    return view


def test_intervals_hold_the_known_limits(done: EfficiencyExploreView) -> None:
    median, huber = done.intervals.rows
    assert median.exact == pytest.approx(2 / math.pi)
    assert huber.exact == pytest.approx(0.95, abs=1e-4)
    assert huber.low < 0.95 < huber.high
    # with 101 points the median is a little better than its limit
    assert median.low < 2 / math.pi + 0.01 < median.high
    assert done.progress.full_text() == "20\u2009000 samples of 101 drawn"


def test_the_simulation_comes_in_chunks(view: EfficiencyExploreView, qtbot: QtBot) -> None:
    counts: list[int] = []
    show = view.intervals.show_rows

    def counted(rows: object) -> None:
        counts.append(view.progress_now.done if view.progress_now else 0)
        show(rows)  # type: ignore[arg-type]

    view.intervals.show_rows = counted  # type: ignore[method-assign]
    view.restore(EfficiencyState(samples=11, replications=2200))
    with qtbot.waitSignal(view.simulated, timeout=120_000):
        view.show()
    assert counts == [0, 500, 1000, 1500, 2000, 2200]
    *_, whole = run(EfficiencyState(samples=11, replications=2200))
    assert view.progress_now == whole


def test_nothing_is_simulated_unseen(view: EfficiencyExploreView, qtbot: QtBot) -> None:
    qtbot.wait(30)
    assert view.progress_now is None
    view.show()
    qtbot.waitUntil(lambda: view.progress_now is not None, timeout=60_000)
    view.hide()
    held = view.progress_now
    qtbot.wait(30)
    assert view.progress_now is held
    with qtbot.waitSignal(view.simulated, timeout=120_000):
        view.show()


def test_an_edit_begins_anew(done: EfficiencyExploreView, qtbot: QtBot) -> None:
    spy = QSignalSpy(done.state_changed)
    with qtbot.waitSignal(done.simulated, timeout=120_000):
        done.column.edited.emit("noise", "laplace")
    assert spy.count() == 1
    median, huber = done.intervals.rows
    assert median.exact == pytest.approx(2.0)
    assert median.value > 1.5 > huber.value > 1.0
    with qtbot.waitSignal(done.simulated, timeout=120_000):
        done.undo()
    assert done.state() == EfficiencyState()


def test_student_t_has_no_curve_and_says_so(view: EfficiencyExploreView, qtbot: QtBot) -> None:
    view.show()
    view.column.edited.emit("noise", "student_t3")
    assert view.limit.isHidden()
    assert view.no_limit.isVisible()
    assert not figure_image(view).isNull()


def test_k_is_dragged_along_the_curve(view: EfficiencyExploreView, qtbot: QtBot) -> None:
    view.show()
    facet = view.limit.facet()
    assert facet is not None
    place = QPointF(facet.frame.px(0.5), facet.frame.rect.center().y()).toPoint()
    qtbot.mousePress(view.limit, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    qtbot.mouseRelease(view.limit, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    assert view.state().delta == pytest.approx(0.5, rel=0.02)
    assert view.limit.marks[0][1] == pytest.approx(0.792, abs=0.01)
    view.undo()
    assert view.state() == EfficiencyState()


def test_breakdown_is_read_without_an_edit(view: EfficiencyExploreView, qtbot: QtBot) -> None:
    view.show()
    with qtbot.assertNotEmitted(view.state_changed):
        view.breakdown.point_moved.emit(0.51)
    mean, median, _ = view.breakdown.marks
    assert mean[1] == pytest.approx(0.51e6, rel=0.02)
    assert median[1] == 1e6
    assert "mean breaks at 1, median at 51, Huber at 51" in view.breakdown_card.subtitle.full_text()
    view.legend.entry_toggled.emit("mean")
    assert [series for series, _ in view.breakdown.marks] == [2, 3]


def test_showing_is_silent_and_bad_numbers_are_refused(view: EfficiencyExploreView, qtbot: QtBot) -> None:
    view.show()
    with qtbot.assertNotEmitted(view.state_changed), qtbot.assertNotEmitted(view.refused):
        view.restore(EfficiencyState(delta=0.5, samples=11))
        view.set_theme(DARK)
    problem = view.change(samples=1)
    assert problem is not None and "sample size" in problem.title
    assert view.open_state_text(view.copy_state_text()) is None


def test_figures_and_csv(done: EfficiencyExploreView, tmp_path: Path) -> None:
    for kind in ("png", "svg", "pdf"):
        write_figure(done, tmp_path / f"efficiency.{kind}")
        assert (tmp_path / f"efficiency.{kind}").stat().st_size > 4000
    lines = done.export_csv().splitlines()
    assert lines[-8].startswith("Efficiency,median ratio,20000,0.6")
    assert {line.count(",") for line in lines} == {3}


def test_numbers_of_an_interval() -> None:
    assert IntervalRow("a", 1, 0.5, 0.4, 0.6).words() == "0.500 [0.400, 0.600]"
    assert IntervalRow("a", 1, 0.5, 0.4, 0.6, 0.52).words() == "0.500 [0.400, 0.600], limit 0.520"
