"""The Lessons workspace: an answer first, then the run, claims as measured, and what is kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from lab.chart import ChartPanel
from lab.lessons.attempt import Attempt
from lab.lessons.reading import LESSON, TEXT, built_in, load_lesson, pack_lesson
from lab.panels import CurvePanel
from lab.pool import TrainerPool
from lab.session import Session
from lab.store.store import Store
from tests.lab.lessons.test_attempt import TINY, TINY_LESSON
from tests.widgets.fake_session import FakeSession
from widgets.formula import formula_svg
from widgets.lessons.lesson_list import NARROW, WIDE
from widgets.lessons.lesson_text import formula_lines
from widgets.lessons.workspace import PROBLEM, LessonsWorkspace
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import DARK, LIGHT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    made.mkdir()
    (made / LESSON).write_text(TINY_LESSON, encoding="utf-8")
    (made / TEXT).write_text("Look at **both** <b>here</b>.", encoding="utf-8")
    (made / "tiny.toml").write_text(TINY, encoding="utf-8")
    return made


Make = Callable[[], LessonsWorkspace]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Make]:
    made: list[LessonsWorkspace] = []

    def making() -> LessonsWorkspace:
        workspace = LessonsWorkspace(LIGHT, lambda lesson: Attempt(lesson, "cpu", lambda: TrainerPool(1)))
        qtbot.addWidget(workspace)
        workspace.resize(1280, 720)
        workspace.show()
        made.append(workspace)
        return workspace

    yield making
    for workspace in made:
        workspace.close_attempts()


@pytest.fixture
def workspace(make: Make, folder: Path) -> LessonsWorkspace:
    made = make()
    made.open_lesson(folder)
    return made


def go_on(qtbot: QtBot, workspace: LessonsWorkspace) -> None:
    """Advance as the window's timer does, until nothing trains."""

    def through() -> bool:
        workspace.advance()
        workspace.follow()
        return not workspace.busy

    qtbot.waitUntil(through, timeout=60_000)


def drop(target: LessonsWorkspace | MainWindow, path: Path) -> None:
    """Drop a file; the event does not own what it carries, which therefore lives as long as the call."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place, action = QPointF(9, 9), Qt.DropAction.CopyAction
    target.dropEvent(
        QDropEvent(place, action, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )


def choose(workspace: LessonsWorkspace, answer: int) -> None:
    assert workspace.text.prediction is not None
    workspace.text.prediction.rows[answer - 1].button.click()


def test_nothing_runs_and_nothing_is_given_away_before_the_prediction(workspace: LessonsWorkspace) -> None:
    text = workspace.text
    assert not text.run_button.isEnabled()
    assert text.words == "Choose an answer above first"
    for part in (text.text, text.claims, text.finding, text.presets):
        assert part.isHidden()
    assert text.prediction is not None
    assert all(not row.tag.text() for row in text.prediction.rows)
    choose(workspace, 1)
    assert text.run_button.isEnabled()
    assert workspace.attempt.answer == 1


def test_the_prediction_can_be_skipped_on_purpose(workspace: LessonsWorkspace) -> None:
    assert workspace.text.prediction is not None
    workspace.text.prediction.skip_button.click()
    assert workspace.text.run_button.isEnabled()
    assert workspace.attempt.answer == 0


def test_a_run_ends_with_claims_finding_and_the_prediction_beside_what_was_measured(
    qtbot: QtBot, workspace: LessonsWorkspace
) -> None:
    choose(workspace, 1)
    workspace.text.run_button.click()
    assert workspace.busy
    assert not workspace.text.stop_button.isHidden()
    go_on(qtbot, workspace)
    text, found = workspace.text, workspace.attempt.findings
    numbers = [finding.number for finding in found if finding is not None]
    assert len(numbers) == 2
    assert [line.holds for line in text.claims.lines] == [True, False]
    for line, number in zip(text.claims.lines, numbers, strict=True):
        assert line.sentence.endswith(number)
    assert text.finding_text.markdown.strip() == f"First {numbers[0]}, then {numbers[1]}."
    assert text.finding.tag.text() == "not every claim holds here"
    assert text.prediction is not None
    assert [row.tag.text() for row in text.prediction.rows] == ["your answer", "expected"]
    choose(workspace, 2)
    assert workspace.attempt.answer == 1  # too late to change it
    assert not text.presets.isHidden()
    assert workspace.saved()["done"] == [workspace.key]


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


def test_a_lesson_that_is_stopped_before_its_next_run_began_shows_the_one_before(
    qtbot: QtBot, workspace: LessonsWorkspace
) -> None:
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    plots, short = workspace.plots, workspace.attempt.sessions["short"]
    fresh = Session("cpu", trainer=TrainerPool(1))  # its data are not there yet
    try:
        sources = {"First": short, "Second": fresh}
        plots.show_sources(sources, "Second", live=True)
        assert plots.source is fresh
        plots.show_sources(sources, "Second", live=False)
        assert plots.source is short and plots.stack.currentWidget() is plots.grid
    finally:
        fresh.close()


def test_a_preset_is_run_beside_and_says_what_it_shows(qtbot: QtBot, workspace: LessonsWorkspace) -> None:
    choose(workspace, 2)
    workspace.run()
    workspace.stop()
    assert workspace.attempt.state == "stopped"
    workspace.text.presets.buttons[0].click()
    go_on(qtbot, workspace)
    assert workspace.plots.choice.currentText() == "Changed: Far too fast"
    assert workspace.text.presets.buttons[0].text() == "Run again"
    configs: list[Any] = []
    workspace.config_wanted.connect(lambda config, limits: configs.append(config))
    workspace.text.preset_opened.emit(0)
    assert configs[0].optimizer.learning_rate == 5
    workspace.text.open_wanted.emit()
    assert configs[1].optimizer.learning_rate == 5


def test_the_lab_sheet_has_the_numbers_the_prediction_and_the_curves_beside_it(
    qtbot: QtBot, workspace: LessonsWorkspace, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "sheet.html"
    workspace.sheets.write(workspace.attempt, target)
    assert workspace.messages.keys == (PROBLEM,)
    assert not target.exists()
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    workspace.sheets.write(workspace.attempt, target)
    page = target.read_text(encoding="utf-8")
    for finding in workspace.attempt.findings:
        assert finding is not None
        assert finding.sentence in page
    assert "Predicted before the run: The first (not the lesson&#x27;s answer)." in page
    assert page.count("<svg") == len(workspace.plots.grid.kinds)
    assert "seeds 0, 1" in page
    assert re.search(r"losslab \d", page)
    assert "<b>" not in page
    names = sorted(path.name for path in target.parent.iterdir())
    assert names == ["sheet-curves.csv", "sheet-last-values.csv", "sheet.html"]


def test_a_bad_lesson_is_said_in_the_page_and_the_open_one_stays(
    make: Make, folder: Path, tmp_path: Path
) -> None:
    workspace = make()
    (folder / LESSON).write_text(TINY_LESSON.replace("right = 2", "right = 7"), encoding="utf-8")
    workspace.open_lesson(folder)
    assert workspace.messages.keys == (PROBLEM,)
    assert "right" in workspace.messages.card(PROBLEM).message.details
    assert workspace.key == built_in()[0]
    (folder / LESSON).write_text(TINY_LESSON, encoding="utf-8")
    packed = tmp_path / "tiny.losslesson"
    pack_lesson(folder, packed)
    workspace.open_lesson(packed)
    assert workspace.messages.keys == ()
    assert workspace.attempt.lesson.config.title == "Tiny"


def test_a_lesson_that_is_dropped_is_opened(make: Make, folder: Path) -> None:
    workspace = make()
    drop(workspace, folder)
    assert workspace.key == str(folder)


def test_progress_is_remembered_and_what_does_not_fit_is_left_out(
    make: Make, workspace: LessonsWorkspace, folder: Path
) -> None:
    choose(workspace, 2)
    stored = workspace.saved()
    assert stored["answers"] == {str(folder): 2}
    stored["done"] = [str(folder), "gone"]
    stored["own"].append("/nowhere/at/all")
    stored["answers"]["slow_learner"] = 99
    other = make()
    other.restore(stored)
    assert other.key == str(folder)
    assert other.attempt.answer == 2
    assert other.saved()["done"] == [str(folder)]
    assert other.saved()["own"] == [str(folder)]
    assert "slow_learner" not in other.saved()["answers"]
    other.restore({"own": 3, "done": "x", "answers": [1]})
    assert other.key == str(folder)


def test_a_narrow_window_folds_the_list_and_nothing_runs_over(
    qtbot: QtBot, workspace: LessonsWorkspace
) -> None:
    assert workspace.list.width() == NARROW
    inside = workspace.text.widget()
    assert inside.width() <= workspace.text.viewport().width()
    workspace.resize(1440, 900)
    qtbot.waitUntil(lambda: workspace.text.width() == 560)
    assert workspace.list.width() == NARROW
    assert workspace.plots.width() > 744
    workspace.resize(1920, 1000)
    qtbot.waitUntil(lambda: workspace.list.width() == WIDE)
    assert workspace.text.width() == 560
    assert workspace.list.current == workspace.key


def test_a_theme_is_taken_while_it_is_open(workspace: LessonsWorkspace) -> None:
    before = workspace.text.run_button.icon().cacheKey()
    workspace.set_theme(DARK)
    assert workspace.text.run_button.icon().cacheKey() != before
    assert workspace.list.current == workspace.key


def test_formulas_beside_each_other_stand_one_a_line() -> None:
    assert formula_lines(r"a = b,\qquad c\quad d \qquad") == ("a = b", r"c\quad d")
    assert formula_lines("") == ()


@pytest.mark.parametrize("key", built_in())
def test_formulas_of_the_built_in_lessons_can_be_set(key: str) -> None:
    # one that cannot be is shown as LaTeX, which is no formula to a learner
    lines = formula_lines(load_lesson(key).config.formula)
    assert lines
    for line in lines:
        assert formula_svg(line, 17.0) is not None, line


def test_html_in_a_lesson_is_text_and_markdown_is_read(workspace: LessonsWorkspace) -> None:
    shown = workspace.text.text.text()
    assert "&lt;b&gt;here" in shown
    assert re.search(r"font-weight:\s*(600|700)[^>]*>both", shown)


def test_the_plots_are_copied(qtbot: QtBot, workspace: LessonsWorkspace) -> None:
    QGuiApplication.clipboard().clear()
    workspace.copy_figure()
    assert QGuiApplication.clipboard().image().isNull()
    choose(workspace, 1)
    workspace.run()
    go_on(qtbot, workspace)
    workspace.copy_figure()
    assert not QGuiApplication.clipboard().image().isNull()


def test_the_window_opens_lessons_and_brings_an_experiment_into_the_form(window: MainWindow) -> None:
    window.workspaces.choose("lessons")
    lessons = window.workspaces.lessons
    assert window.workspaces.stack.currentWidget() is lessons
    lessons.text.open_wanted.emit()
    assert window.workspaces.name == "train"
    first = next(iter(lessons.attempt.lesson.experiments.values()))
    assert window.session.config.name == first.name
    assert window.current_state().lessons["open"] == lessons.key


def test_a_window_s_timer_trains_a_dropped_lesson_and_its_store_keeps_the_runs(
    qtbot: QtBot, settings: Settings, folder: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    session = FakeSession()
    session.device_request = "cpu"
    window = MainWindow(session, settings, LIGHT, store=store)  # type: ignore[arg-type]
    window.resize(1280, 800)
    window.show()
    packed = tmp_path / "tiny.losslesson"
    pack_lesson(folder, packed)
    drop(window, packed)
    lessons = window.workspaces.lessons
    assert window.workspaces.name == "lessons"
    assert lessons.key == str(packed)
    choose(lessons, 2)
    lessons.text.run_button.click()
    window.workspaces.choose("train")
    window.bridge.start()
    qtbot.waitUntil(lambda: not lessons.busy, timeout=60_000)
    qtbot.waitUntil(lambda: not lessons.text.finding.isHidden(), timeout=5_000)
    assert lessons.attempt.state == "finished"
    assert lessons.plots.stack.currentWidget() is lessons.plots.empty
    window.workspaces.choose("lessons")
    assert lessons.plots.stack.currentWidget() is lessons.plots.grid
    qtbot.waitUntil(lambda: len(store.runs()) == 4, timeout=20_000)
    assert {row.name for row in store.experiments()} == {lessons.attempt.lesson.experiments["long"].name}
    window.close_unasked()
    window.end()


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

    qtbot.waitUntil(answered, timeout=30_000)
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
