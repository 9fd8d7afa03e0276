"""A race on its page: what is shown is what was given, and acts are told once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from compute.problems import Problem, Remedy
from lab.comparing.race_view import race_view
from tests.lab.comparing.made_races import RATES, drawn_grid, drawn_race
from widgets.compare.race_page import RacePage
from widgets.explore.figure_files import figure_image, write_bytes, write_figure
from widgets.theme import DARK, LIGHT

VIEW = race_view(drawn_race(), "epochs", 2.0)


@pytest.fixture
def page(qtbot: QtBot) -> RacePage:
    made = RacePage(LIGHT)
    qtbot.addWidget(made)
    made.resize(1280, 680)
    made.show()
    qtbot.waitExposed(made)
    return made


def told(signal):
    found = []
    signal.connect(lambda *values: found.append(values))
    return found


def test_before_a_race_the_page_says_what_it_would_train(qtbot, page):
    pressed = told(page.race_pressed)
    page.show_plan(("Tuning: 80 runs", "Final: 80 runs"))
    assert page.question.isVisible() and page.view is None
    assert page.question.plan.full_text() == "Tuning: 80 runs\nFinal: 80 runs"
    assert page.export_menu() is None
    qtbot.mouseClick(page.question.button, Qt.MouseButton.LeftButton)
    assert pressed == [()]


def test_a_refused_race_says_why_and_offers_what_helps(qtbot, page):
    chosen = told(page.remedy_chosen)
    problem = Problem(
        "There is no target", "Judge by a metric.", remedies=(Remedy("Judge by NLL", {"a": 1}),)
    )
    page.show_problem(problem)
    page.show_problem(problem)
    assert page.question.problem.full_text() == "There is no target. Judge by a metric."
    assert not page.question.button.isEnabled()
    (remedy,) = page.question.remedies
    qtbot.mouseClick(remedy, Qt.MouseButton.LeftButton)
    assert chosen == [({"a": 1},)]
    page.show_plan(("x",))
    assert page.question.button.isEnabled() and page.question.remedies == []


def test_numbers_shown_are_the_numbers_given(page):
    page.show_race(VIEW)
    same, own = VIEW.verdicts()
    assert page.verdicts.same.headline.full_text() == same.headline
    assert page.verdicts.same.tag.text == "Better" and page.verdicts.own.tag.text == "Practically equal"
    assert page.verdicts.own.detail.full_text() == own.detail
    assert page.heat.plot.grid == VIEW.result.grid
    assert page.evidence.paired.differences is VIEW.differences
    assert page.table.shown == VIEW.rows
    assert page.table.copy_text().splitlines()[1].split("\t")[:3] == ["Cross-entropy", "same for all", "0.1"]
    assert page.finalists.subtitle.full_text() == "160 runs, 8 groups of 20 seeds"


def test_showing_is_silent(page):
    found = [
        told(signal) for signal in (page.race_pressed, page.grid_extended, page.copied, page.remedy_chosen)
    ]
    chosen = told(page.verdicts.pair_chosen)
    segments = told(page.evidence.segments.chosen)
    page.show_race(VIEW)
    page.show_race(race_view(drawn_race(2), "validation_nll", 0.01))
    page.show_progress(0.5, "80 of 160 runs")
    page.show_race(VIEW)
    assert found == [[], [], [], []] and chosen == [] and segments == []


def test_another_pair_is_quoted_on_demand_and_copied(qtbot, page):
    page.show_race(VIEW)
    copied = told(page.copied)
    page.verdicts.pairs.picked.emit("CE − MAE")
    same, own = VIEW.verdicts("CE − MAE")
    assert page.verdicts.same.headline.full_text() == same.headline
    qtbot.mouseClick(page.verdicts.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == f"{same.quotable}\n{own.quotable}"
    assert len(copied) == 1
    page.show_race(VIEW)
    assert page.verdicts.same.headline.full_text() == same.headline, (
        "the pair stays while the race is read on"
    )


def test_the_edge_of_the_grid_is_warned_of_with_its_remedy(qtbot, page):
    page.show_race(VIEW)
    extended = told(page.grid_extended)
    assert page.heat.warning.full_text() == "Brier ÷ K is best at the edge of the grid: add 30."
    qtbot.mouseClick(page.heat.extend, Qt.MouseButton.LeftButton)
    assert extended == [((30.0,),)]
    page.heat.set_can_extend(False)
    assert not page.heat.extend.isEnabled()
    page.show_race(race_view(drawn_race(2), "epochs", 2.0))
    assert not page.heat.extend.isVisible()


def test_a_time_can_be_seen_as_curves_of_arrival(qtbot, page):
    page.show_race(VIEW)
    buttons = page.evidence.segments.buttons()
    assert [button.text() for button in buttons] == ["Differences", "Same rate", "Own rate"]
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert page.evidence.survival.arrivals is VIEW.arrivals[0] and page.evidence.survival.isVisible()
    page.show_race(race_view(drawn_race(), "validation_nll", 0.01))
    assert page.evidence.current == "differences" and not page.evidence.segments.isVisible()
    page.show_race(VIEW)
    assert page.evidence.current == "same", "what was chosen comes back"
    assert page.saved() == {"evidence": "same"}


def test_what_was_looked_at_is_restored_and_nonsense_is_not(page):
    page.restore({"evidence": "own"})
    page.show_race(VIEW)
    assert page.evidence.current == "own"
    page.restore({"evidence": "nonsense"})
    assert page.evidence.current == "own"


def test_cells_are_walked_through_with_the_arrow_keys(qtbot, page):
    page.show_race(VIEW)
    plot = page.heat.plot
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(plot, key)
    assert divmod(plot.current, len(RATES)) == (1, 1)
    assert plot.accessibleDescription().startswith("Brier, sum at 0.01")
    for _ in range(20):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert divmod(plot.current, len(RATES)) == (1, 7)
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.current == -1


def test_rows_of_differences_and_curves_are_walked_through_too(qtbot, page):
    page.show_race(VIEW)
    plot = page.evidence.paired
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        qtbot.keyClick(plot, Qt.Key.Key_Down)
    assert plot.current == 2 and "CE − Brier ÷ K" in VIEW.differences.rows[2].words
    assert VIEW.differences.rows[2].comparison.sentence in plot.accessibleDescription()
    page.evidence.choose("same")
    page.evidence.survival.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(page.evidence.survival, Qt.Key.Key_Right)
    qtbot.keyClick(page.evidence.survival, Qt.Key.Key_Right)
    assert page.evidence.survival.accessibleDescription().startswith("Brier, sum: half arrived")


def test_a_click_finds_the_cell_and_the_row_under_it(qtbot, page):
    page.show_race(VIEW)
    for plot, index in ((page.heat.plot, 13), (page.evidence.paired, 7)):
        spot = plot.item_rect(index).center()
        assert plot.run_at(spot) == index
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=spot.toPoint())
        assert plot.current == index
    assert page.heat.plot.run_at(QPoint(1, 1).toPointF()) == -1


def test_an_unfinished_race_says_what_is_going_on_once(page):
    running = replace(drawn_race(state="tuning"), grid=drawn_grid(tried=3), entrants=())
    page.show_race(race_view(running, "epochs"))
    page.show_progress(0.25, "30 of 160 runs")
    assert page.progress.state.full_text() == "Tuning the learning rate of each loss"
    assert page.progress.bar.value() == 250 and page.progress.words.full_text() == "30 of 160 runs"
    assert page.verdicts.same.isVisible() and not page.verdicts.own.isVisible()
    assert not page.verdicts.copy.isVisible() and not page.finalists.isVisible()
    assert not page.evidence.filled
    page.show_race(VIEW)
    page.show_progress(None, "")
    assert not page.progress.isVisible() and page.finalists.isVisible()


@pytest.mark.parametrize("losses", [2, 4])
@pytest.mark.parametrize("size", [(1260, 640), (1900, 900), (900, 700)])
def test_nothing_is_wider_than_the_page(qtbot, page, losses, size):
    page.resize(*size)
    page.show_race(race_view(drawn_race(losses), "epochs", 2.0))
    qtbot.wait(1)
    for part in (page.verdicts, page.heat, page.evidence, page.finalists):
        corner = part.mapTo(page, QPoint(part.width(), 0))
        assert corner.x() <= page.width() and part.width() > 300
    for label in page.verdicts.findChildren(QLabel):
        assert label.mapTo(page.verdicts, QPoint(label.width(), 0)).x() <= page.verdicts.width()
    stacked = page.heat.y() != page.evidence.y()
    assert stacked == (size[0] < 980)


def test_both_themes_paint_the_same_places_in_other_colours(qtbot, page):
    page.show_race(VIEW)
    qtbot.wait(1)
    light = page.heat.plot.grab().toImage()
    page.set_theme(DARK)
    dark = page.heat.plot.grab().toImage()
    assert light.pixelColor(2, 2) == LIGHT.color("card") and dark.pixelColor(2, 2) == DARK.color("card")
    best = page.heat.plot.item_rect(5)
    inside = (round(best.left() + 6), round(best.bottom() - 6))
    assert light.pixelColor(*inside) == LIGHT.color("heat") and dark.pixelColor(*inside) == DARK.color("heat")


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_every_plot_is_a_figure_with_its_numbers(page, tmp_path: Path, kind):
    page.show_race(VIEW)
    page.evidence.choose("same")
    for plot in (page.heat.plot, page.evidence.paired, page.evidence.survival):
        path = tmp_path / f"{type(plot).__name__}.{kind}"
        write_figure(plot, path)
        assert path.stat().st_size > 1000
        write_bytes(path.with_suffix(".csv"), plot.export_csv().encode())
        assert len(path.with_suffix(".csv").read_text().splitlines()) > 4


def test_empty_plots_paint_and_write_nothing_wrong(qtbot):
    made = RacePage(LIGHT)
    qtbot.addWidget(made)
    for plot in (made.heat.plot, made.evidence.paired, made.evidence.survival):
        plot.resize(300, 200)
        assert not plot.grab().isNull()
        assert plot.export_csv() == "" and plot.neighbour(-1, 0, 1) == -1
        assert plot.run_at(QPoint(50, 50).toPointF()) == -1


def test_lines_of_an_enlarged_figure_are_as_thick_as_on_screen(qtbot, page):
    page.show_race(VIEW)
    image = figure_image(page.heat.plot)
    scale = image.width() / page.heat.plot.figure_size().width()
    column = round((12 + 4) * scale)
    ink = [y for y in range(image.height()) if image.pixelColor(column, y) == LIGHT.series(1).color]
    assert len(ink) >= 2 * scale - 1, "the swatch of the first loss"


def test_tables_are_written_whole_or_refused_in_words(qtbot, page, tmp_path: Path):
    page.show_race(VIEW)
    written, refused = told(page.written), told(page.refused)
    page.tables.write_tables(VIEW, tmp_path)
    assert written == [(f"9 tables are in {tmp_path.name}",)] and refused == []
    assert len(list(tmp_path.glob("*-finalists.*"))) == 3
    page.tables.write_tables(VIEW, tmp_path)
    assert len(written) == 1 and "exist already" in refused[0][0].title
    (tmp_path / "file").touch()
    page.tables.write_tables(VIEW, tmp_path / "file" / "away")
    assert len(written) == 1 and len(refused) == 2


def test_the_menu_offers_pictures_numbers_and_tables(page):
    page.show_race(race_view(drawn_race(state="tuning"), "epochs"))
    assert [action.text() for action in page.export_menu().actions()] == [
        "Grid of rates: figure …", "Grid of rates: numbers as CSV …", "Tables as CSV, LaTeX and Markdown …",
    ]  # fmt: skip
    page.show_race(VIEW)
    words = [action.text() for action in page.export_menu().actions()]
    assert "Paired differences: figure …" in words and len(words) == 5


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_races_figure_carries_the_command_that_judges_it_again(page, tmp_path: Path, ending: str) -> None:
    page.show_race(VIEW)
    made_by = page.files.made_by
    assert made_by is not None
    assert made_by.command == f"losslab race --resume {VIEW.result.id}"
    path = tmp_path / f"grid.{ending}"
    write_figure(page.heat.plot, path, None, made_by)
    content = path.read_bytes()
    words = made_by.command.encode()
    assert words in content or words.decode().encode("utf-16-be") in content
