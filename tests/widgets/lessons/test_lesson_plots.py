"""The plots beside a lesson."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from lab.chart import ChartPanel
from lab.lesson_paths import LESSON
from lab.panels import CurvePanel, Panel
from tests.lab.lessons.test_attempt import TINY_LESSON
from tests.widgets.lessons.driving import Make, choose, go_on
from widgets.lessons.workspace import LessonsWorkspace


def test_plots_follow_the_run_that_trains_until_one_is_chosen(
    qtbot: QtBot, workspace: LessonsWorkspace
) -> None:
    plots = workspace.plots
    assert plots.stack.currentWidget() is plots.empty
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    assert plots.stack.currentWidget() is plots.grid
    assert "field" in plots.grid.kinds
    assert plots.source is workspace.attempt.sessions["short"]
    plots.choice.setCurrentIndex(1)
    plots.choice.activated.emit(1)
    assert plots.source is workspace.attempt.sessions["long"]
    workspace.follow()
    assert plots.source is workspace.attempt.sessions["long"]
    assert len(plots.panels()) == len(plots.grid.kinds)


def test_the_plots_are_copied(qtbot: QtBot, workspace: LessonsWorkspace) -> None:
    QGuiApplication.clipboard().clear()
    workspace.copy_figure()
    assert QGuiApplication.clipboard().image().isNull()
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    workspace.copy_figure()
    assert not QGuiApplication.clipboard().image().isNull()


def test_live_redraws_rest_in_proportion_to_their_cost_and_the_last_one_does_not(
    qtbot: QtBot, workspace: LessonsWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    clock = [time.perf_counter() + 1000.0]
    monkeypatch.setattr("widgets.lessons.lesson_plots.time.perf_counter", lambda: clock[0])
    drawn: list[int] = []

    def draw(card: int, panel: object) -> None:
        clock[0] += 0.1
        drawn.append(card)

    monkeypatch.setattr(workspace.plots.grid, "show_panel", draw)
    workspace.plots.redraw(live=True)
    cards = len(drawn)
    clock[0] += 0.1 * cards
    workspace.plots.redraw(live=True)
    assert len(drawn) == cards > 0
    workspace.plots.redraw()
    assert len(drawn) == 2 * cards
    clock[0] += 1.0 * cards
    workspace.plots.redraw(live=True)
    assert len(drawn) == 3 * cards


def test_a_lesson_brings_its_own_plots_and_a_person_may_change_them(
    qtbot: QtBot, make: Make, folder: Path
) -> None:
    text = TINY_LESSON.replace(
        "number = 3",
        'number = 3\nplots = ["calibration", "residuals", "objective"]\nlog_axes = { objective = "x" }',
    )
    (folder / LESSON).write_text(text, encoding="utf-8")
    workspace = make()
    workspace.open_lesson(folder)
    choose(workspace, 2)
    workspace.run()
    go_on(qtbot, workspace)
    plots = workspace.plots
    assert plots.grid.kinds == ("calibration", "objective")  # residuals are for numbers
    assert "advice" not in plots.grid._kinds

    def answered() -> bool:
        plots.study.advance()
        plots.redraw()
        panel = plots.grid.panels()[0]
        return isinstance(panel, ChartPanel) and bool(panel.facets)

    qtbot.waitUntil(answered, timeout=240_000)
    assert all(not getattr(panel, "placeholder", "") for panel in plots.panels())
    objective = plots.panels()[1]
    assert isinstance(objective, CurvePanel) and objective.log_x
    plots.grid._on_log(plots.grid.numbers()[1], log_x=False)
    plots.grid.add("saturation")
    workspace.follow()
    assert plots.grid.kinds == ("calibration", "objective", "saturation")
    objective = plots.panels()[1]
    assert isinstance(objective, CurvePanel) and not objective.log_x
    plots.study.close()


def test_a_lesson_says_which_run_stands_beside_its_finding_and_whether_each_seed_has_a_line(
    qtbot: QtBot, make: Make, folder: Path
) -> None:
    text = TINY_LESSON.replace(
        "number = 3", 'number = 3\nshown = "long"\nplots = ["metric"]\nmetric = "brier"'
    )
    (folder / LESSON).write_text(text, encoding="utf-8")
    workspace = make()
    workspace.open_lesson(folder)
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    plots = workspace.plots
    assert plots.source is workspace.attempt.sessions["long"]
    assert _members(plots.panels()) == 0
    (folder / LESSON).write_text(
        text.replace("number = 3", 'number = 3\nmembers = ["metric"]'), encoding="utf-8"
    )
    workspace.open_lesson(folder)
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    assert _members(plots.panels()) == 2
    workspace.text.presets.buttons[0].click()
    go_on(qtbot, workspace)
    assert plots.source is workspace.attempt.trial_session  # what was changed last is looked at


def _members(panels: tuple[Panel, ...]) -> int:
    (panel,) = panels
    assert isinstance(panel, CurvePanel) and "Brier" in panel.title
    return sum(line.role == "member" for line in panel.facets[0].lines)
