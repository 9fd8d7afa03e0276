"""A lesson's views of Explore: after the prediction, live, and back to how the lesson has them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from lab.explore.efficiency import EfficiencyState
from lab.explore.numerics import NumericsState
from lab.lesson_paths import LESSON
from lab.lessons.attempt import Attempt
from lab.lessons.reading import TEXT, read_lesson
from lab.lessons.running import run_lesson
from lab.lessons.sheet_figures import sheet_panels
from tests.lab.lessons.test_attempt import TINY, TINY_LESSON
from tests.lab.lessons.test_views_of_lessons import views_folder
from tests.widgets.pdf_text import pdf_pages
from widgets.explore.efficiency_view import EfficiencyExploreView
from widgets.explore.numerics_view import NumericsExploreView
from widgets.explore.side_panel import SidePanel
from widgets.lessons.sheet_pdf import panels_pdf, sheet_pdf
from widgets.lessons.workspace import PROBLEM, LessonsWorkspace
from widgets.main_window import MainWindow
from widgets.theme import DARK, LIGHT

__all__ = ["views_folder"]

NOW = datetime.datetime(2026, 1, 2, 3, 4)


@pytest.fixture
def lessons(qtbot: QtBot, views_folder: Path) -> Iterator[LessonsWorkspace]:
    made = LessonsWorkspace(LIGHT, lambda lesson: Attempt(lesson, "cpu"))
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    made.open_lesson(views_folder)
    yield made
    made.close_attempts()


def go_through(qtbot: QtBot, lessons: LessonsWorkspace) -> None:
    """Skip the prediction and run the lesson to its end."""
    lessons.attempt.skip()
    lessons.run()

    def through() -> bool:
        lessons.advance()
        lessons.follow()
        return not lessons.busy

    qtbot.waitUntil(through, timeout=120_000)


def test_what_has_the_keyboard_is_ringed(qtbot: QtBot, lessons: LessonsWorkspace) -> None:
    lessons.activateWindow()
    qtbot.waitUntil(lessons.isActiveWindow)
    text, rows = lessons.text, lessons.list.rows
    lessons.resize(1280, 300)
    qtbot.waitUntil(lambda: text.verticalScrollBar().maximum() > 0)
    text.setFocus(Qt.FocusReason.TabFocusReason)
    assert text.property("ring") is True
    plain = rows.grab().toImage()
    rows.setFocus(Qt.FocusReason.TabFocusReason)
    assert text.property("ring") is False
    assert rows.grab().toImage() != plain
    rows.setFocus(Qt.FocusReason.OtherFocusReason)
    lessons.resize(1280, 3000)  # nothing to scroll is nothing to stop at
    qtbot.waitUntil(lambda: text.verticalScrollBar().maximum() == 0)
    assert text.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_a_view_comes_after_the_prediction_and_shows_what_was_measured(
    qtbot: QtBot, lessons: LessonsWorkspace
) -> None:
    plots = lessons.plots
    assert plots.stack.currentWidget() is plots.empty
    assert plots.empty.text() == "The view appears here when the lesson runs"
    assert lessons.text.open_button.text() == "Open in Explore"
    go_through(qtbot, lessons)
    assert plots.stack.currentWidget() is plots.views
    assert isinstance(plots.views.view, NumericsExploreView)
    assert plots.state == NumericsState((120.0, 0.0), 1)
    assert lessons.text.claims.lines[0].sentence == "The loss is ∞"
    assert lessons.text.claims.lines[0].expected == "measured ∞, expected ∞"
    plots.choice.setCurrentText("noise")
    plots.choice.activated.emit(1)
    view = plots.views.view
    assert isinstance(view, EfficiencyExploreView)
    seen = lessons.attempt.results.views["noise"]
    assert view.progress_now is seen.simulated  # it was simulated once


def test_what_a_person_changes_stays_until_it_is_taken_back(qtbot: QtBot, lessons: LessonsWorkspace) -> None:
    go_through(qtbot, lessons)
    views = lessons.plots.views
    assert views.view is not None
    assert not views.reset_button.isEnabled()
    views.view.change(logits=(3.0, 0.0))
    lessons.follow()
    assert lessons.plots.state == NumericsState((3.0, 0.0), 1)
    lessons.undo()
    assert lessons.plots.state == NumericsState((120.0, 0.0), 1)
    lessons.redo()
    assert views.reset_button.isEnabled()
    views.reset_button.click()
    assert lessons.plots.state == NumericsState((120.0, 0.0), 1)
    views.view.change(logits=(1e9, 0.0))
    assert lessons.messages.keys == (PROBLEM,)
    views.view.change(logits=(1.0, 0.0))
    assert lessons.messages.keys == ()


def test_a_preset_shows_the_changed_view_and_opens_in_explore(
    qtbot: QtBot, lessons: LessonsWorkspace
) -> None:
    go_through(qtbot, lessons)
    presets = lessons.text.presets
    assert [button.text() for button in presets.buttons] == ["Show", "Show"]
    presets.buttons[0].click()
    assert lessons.plots.choice.currentText() == "Changed: Smaller"
    assert lessons.plots.state == NumericsState((40.0, 0.0), 1)
    assert presets.buttons[0].text() == "Show again"
    wanted: list[object] = []
    lessons.state_wanted.connect(wanted.append)
    presets.opened.emit(1)
    assert isinstance(wanted[0], EfficiencyState)
    assert wanted[0].noise == "laplace"
    lessons.text.open_button.click()
    assert wanted[1] == NumericsState((40.0, 0.0), 1)


def test_a_preset_of_a_simulation_simulates_itself(qtbot: QtBot, lessons: LessonsWorkspace) -> None:
    go_through(qtbot, lessons)
    lessons.text.presets.buttons[1].click()
    view = lessons.plots.views.view
    assert isinstance(view, EfficiencyExploreView)
    qtbot.waitUntil(lambda: view.progress_now is not None and view.progress_now.done == 1000, timeout=120_000)
    assert view.progress_now is not None
    assert view.progress_now.results[0].ratio > 1  # the median is the better one under Laplace noise


def test_controls_are_folded_where_there_is_little_room(qtbot: QtBot, lessons: LessonsWorkspace) -> None:
    go_through(qtbot, lessons)
    views = lessons.plots.views
    assert views.view is not None
    (panel,) = views.view.findChildren(SidePanel)
    assert not panel.isVisible()
    assert lessons.plots.width() + lessons.text.width() + lessons.list.width() == lessons.width()
    views.controls_button.click()
    assert panel.isVisible()
    assert views.controls_button.text() == "Hide controls"
    views.controls_button.click()
    lessons.resize(1920, 1000)
    assert not panel.isVisible()  # as it was chosen


def test_controls_are_open_where_there_is_room(qtbot: QtBot, lessons: LessonsWorkspace) -> None:
    lessons.resize(1920, 1000)
    go_through(qtbot, lessons)
    assert lessons.plots.views.view is not None
    (panel,) = lessons.plots.views.view.findChildren(SidePanel)
    assert panel.isVisible()
    lessons.set_theme(DARK)
    assert lessons.plots.views.view.theme is DARK


def test_the_lab_sheet_has_every_view_as_the_lesson_has_it(
    qtbot: QtBot, lessons: LessonsWorkspace, tmp_path: Path
) -> None:
    go_through(qtbot, lessons)
    assert lessons.plots.views.view is not None
    lessons.plots.views.view.change(logits=(3.0, 0.0))
    target = tmp_path / "out" / "sheet.html"
    lessons.sheets.write(lessons.attempt, target)
    names = sorted(path.name for path in target.parent.iterdir())
    assert names == ["sheet-gap.csv", "sheet-noise.csv", "sheet.html"]
    page = target.read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "logits = [120.0, 0.0], label = 1" in page
    assert "seed = 3" in page
    assert "clipped,float64,16.11809" in (target.parent / "sheet-gap.csv").read_text()
    simulated = lessons.attempt.results.views["noise"].simulated
    assert simulated is not None
    expected = f"Efficiency,median ratio,1000,{simulated.results[0].ratio!r}"
    assert expected in (target.parent / "sheet-noise.csv").read_text()
    QGuiApplication.clipboard().clear()
    lessons.copy_figure()
    assert not QGuiApplication.clipboard().image().isNull()


def test_the_window_opens_a_lesson_s_view_in_explore(window: MainWindow) -> None:
    window.workspaces.choose("lessons")
    lessons = window.workspaces.lessons
    lessons.show_lesson("numbers_break")
    lessons.text.presets.opened.emit(0)
    assert window.workspaces.name == "explore"
    assert window.workspaces.explore.view_name == "numerics"
    assert window.workspaces.explore.view.state() == lessons.attempt.lesson.changed(0)


def test_the_lab_sheet_is_written_as_pdf_with_the_same_words(
    qtbot: QtBot, lessons: LessonsWorkspace, tmp_path: Path
) -> None:
    go_through(qtbot, lessons)
    target = tmp_path / "sheet.pdf"
    noted: list[str] = []
    lessons.noted.connect(noted.append)
    lessons.sheets.write(lessons.attempt, target)
    assert noted == [f"sheet.pdf and 2 tables are in {tmp_path}"]
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    pages = [" ".join(text.split()) for text in pdf_pages(content)]
    assert len(pages) >= 2
    for finding in lessons.attempt.findings:
        assert finding is not None
        assert finding.sentence in pages[0]
        assert finding.number in pages[0]
    for words in (
        "Views",
        "What is shown?",
        "No prediction was made.",
        "The lesson's answer: A.",
    ):
        assert words in pages[0]
    rest = " ".join(pages[1:])
    for words in ("Plots", "A gap", "Log-sum-exp", "seed = 3", "sheet-gap.csv", "losslab", "How it was made"):
        assert words in rest
    assert f"2 of {len(pages)}" in pages[1]
    assert sorted(path.name for path in tmp_path.glob("sheet*")) == [
        "sheet-gap.csv", "sheet-noise.csv", "sheet.pdf",
    ]  # fmt: skip


def test_html_in_a_lesson_stays_text_in_its_pdf(views_folder: Path, qtbot: QtBot) -> None:
    text = (views_folder / LESSON).read_text(encoding="utf-8")
    text = text.replace('title = "Views"', 'title = "a <b>bold</b> \ue000 & more"')
    (views_folder / LESSON).write_text(text, encoding="utf-8")
    attempt = run_lesson(read_lesson(views_folder), "cpu")
    first, *_ = pdf_pages(sheet_pdf(attempt, (), ("a.csv",), NOW))
    words = " ".join(first.split())
    assert "a <b>bold</b> & more" in words
    assert "2026-01-02 03:04" in words
    assert "Plots" not in words


def test_each_plot_stands_on_one_page_of_a_pdf_with_its_title_under_it(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / LESSON).write_text(TINY_LESSON, encoding="utf-8")
    (tmp_path / TEXT).write_text("Look.", encoding="utf-8")
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    attempt = run_lesson(read_lesson(tmp_path), "cpu")
    panels = [(f"Caption {number} here", panel) for number, (_, panel) in enumerate(sheet_panels(attempt))]
    assert len(panels) > 2
    pages = [" ".join(page.split()) for page in pdf_pages(panels_pdf(attempt, panels, (), NOW))]
    for caption, panel in panels:
        (place,) = (number for number, page in enumerate(pages) if caption in page)
        assert panel.title in pages[place].partition(caption)[0]
        # nothing of it is drawn on another page, not even outside what can be seen there
        same = sum(other.title == panel.title for _, other in panels)
        assert sum(page.count(panel.title) for page in pages) == same
