"""The Lessons workspace: an answer first, then the run, claims as measured, and what is kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from lab.lesson_paths import LESSON
from lab.lessons.formulas import formula_lines
from lab.lessons.reading import built_in, load_lesson, pack_lesson
from lab.pool import TrainerPool
from lab.session import Session
from tests.lab.lessons.test_attempt import TINY_LESSON
from tests.widgets.lessons.driving import Make, choose, drop, go_on
from widgets.formula import formula_svg
from widgets.lessons.lesson_list import NARROW, WIDE
from widgets.lessons.workspace import PROBLEM, LessonsWorkspace
from widgets.theme import DARK


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
    assert re.search(r"ce; seeds 0, 1; \d+ steps", page)
    assert page.count("<figcaption>Ten steps: ") == len(workspace.plots.grid.kinds)  # of which run they are
    assert 'viewBox="0 0 560 400"' in page
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


@pytest.mark.parametrize("answer", [2, 0])
def test_a_prediction_that_was_acted_on_stays_after_a_restart(
    qtbot: QtBot, make: Make, workspace: LessonsWorkspace, folder: Path, answer: int
) -> None:
    assert workspace.text.prediction is not None
    if answer:
        choose(workspace, answer)
    else:
        workspace.text.prediction.skip_button.click()
    before = workspace.saved()
    assert before["begun"] == []
    workspace.text.run_button.click()
    assert workspace.saved()["begun"] == [str(folder)]  # also where it is closed while it trains
    go_on(qtbot, workspace)
    stored = workspace.saved()
    assert stored["done"] == stored["begun"] == [str(folder)]
    del stored["begun"]  # as it was kept before it was known what was begun
    other = make()
    other.restore(stored)
    text = other.text
    assert text.prediction is not None
    assert text.prediction.heading.text() == ("You predicted" if answer else "You made no prediction")
    assert text.prediction.skip_button.isHidden()
    assert text.words == "You ran this lesson before; run it again to see its plots"
    assert text.run_button.text() == "Run again" and text.run_button.isEnabled()
    assert not text.text.isHidden() and text.finding.isHidden() and text.claims.isHidden()
    assert not text.sheet_button.isEnabled()
    text.answered.emit(1)
    text.skipped.emit()
    assert (other.attempt.answer, other.attempt.skipped) == (answer, not answer)
    assert other.saved()["answers"] == ({str(folder): answer} if answer else {})
    other.run()
    go_on(qtbot, other)
    assert other.text.sheet_button.isEnabled()
    assert (other.attempt.state, other.attempt.answer) == ("finished", answer)
    fresh = make()
    fresh.restore(before)  # nothing was run yet: another answer may be chosen
    choose(fresh, 1)
    assert fresh.attempt.answer == 1


def test_of_a_lesson_whose_answers_changed_another_one_may_be_chosen(
    make: Make, workspace: LessonsWorkspace, folder: Path
) -> None:
    stored = {"own": [str(folder)], "open": str(folder), "begun": [str(folder)], "answers": {str(folder): 9}}
    other = make()
    other.restore(stored)
    assert not other.attempt.fixed and not other.attempt.committed
    choose(other, 1)
    assert other.attempt.answer == 1


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
