"""The step looked at in plots and figures: a line, values there, a faint future; and where runs branched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lab.panels import CurvePanel, Moment
from tests.widgets.plots.made_panels import curve_panel, gradient_panel
from widgets.figure import draw
from widgets.plots.canvas import Canvas
from widgets.plots.grid import PlotGrid
from widgets.theme import DARK, LIGHT, Theme


def canvas_of(qtbot: QtBot, panel: CurvePanel, theme: Theme = LIGHT) -> Canvas:
    made = Canvas(theme)
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show_panel(panel)
    made.show()
    qtbot.waitExposed(made)
    return made


def darkness(canvas: Canvas, low: float, high: float) -> float:
    """Return how much ink there is per pixel between two x, against the card's colour."""
    image = canvas.grab().toImage()
    layout = canvas.curve_layout()
    assert layout is not None
    frame = layout.facets[0].frame
    ground = LIGHT.color("card").lightness()
    columns = range(round(frame.px(low)), round(frame.px(high)))
    rows = range(round(frame.rect.top()) + 2, round(frame.rect.bottom()) - 2)
    total = sum(abs(image.pixelColor(x, y).lightness() - ground) for x in columns for y in rows)
    return total / (len(columns) * len(rows))


def test_the_future_is_faint_and_the_past_as_it_was(qtbot: QtBot) -> None:
    plain = canvas_of(qtbot, curve_panel())
    past = canvas_of(qtbot, replace(curve_panel(), looked_at=Moment(400.0, "step 400")))
    assert darkness(past, 20, 380) == pytest.approx(darkness(plain, 20, 380), rel=0.03)
    assert darkness(past, 450, 780) < 0.6 * darkness(plain, 450, 780)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_line_stands_at_the_step(qtbot: QtBot, theme: Theme) -> None:
    for panel in (curve_panel(), gradient_panel()):
        canvas = canvas_of(qtbot, replace(panel, looked_at=Moment(600.0, "step 600")), theme)
        layout = canvas.curve_layout()
        assert layout is not None
        image = canvas.grab().toImage()
        for facet in layout.facets:
            x, rect = round(facet.frame.px(600.0)), facet.frame.rect
            wanted = theme.color("accent")
            found = [image.pixelColor(x, y) for y in range(round(rect.top()) + 1, round(rect.bottom()) - 1)]
            assert sum(color == wanted for color in found) > 0.5 * len(found)


def test_the_pointer_wins_and_the_line_stays(qtbot: QtBot) -> None:
    panel = replace(curve_panel(), looked_at=Moment(400.0, "step 400"))
    canvas = canvas_of(qtbot, panel)
    alone = canvas.grab().toImage()
    canvas.set_crosshair(700.0)
    layout = canvas.curve_layout()
    assert layout is not None
    hovered = canvas.grab().toImage()
    assert hovered != alone
    frame = layout.facets[0].frame
    x, y = round(frame.px(400.0)), round(frame.rect.top()) + 3
    assert hovered.pixelColor(x, y) == LIGHT.color("accent")
    canvas.set_crosshair(None)
    assert canvas.grab().toImage() == alone


def test_legends_read_the_pointer_and_then_the_step_again(grid_of: Callable[..., PlotGrid]) -> None:
    grid = grid_of("objective")
    (number,) = grid.numbers()
    panel = replace(curve_panel(), looked_at=Moment(400.0, "step 400"))
    grid.show_panel(number, panel)
    card = grid._cards[number]
    read = [item.value for item in card.legend.placed()]  # type: ignore[union-attr]
    assert read == [entry.value for entry in panel.legend]
    grid.show_crosshair(100.0)
    assert [item.value for item in card.legend.placed()] != read  # type: ignore[union-attr]
    grid.show_crosshair(None)
    assert [item.value for item in card.legend.placed()] == read  # type: ignore[union-attr]


def test_a_moment_out_of_the_picture_is_not_painted(qtbot: QtBot) -> None:
    canvas = canvas_of(qtbot, curve_panel())
    canvas.set_view((500.0, 800.0))
    without = canvas.grab().toImage()
    canvas.show_panel(replace(curve_panel(), looked_at=Moment(900.0, "step 900")))
    assert canvas.grab().toImage() == without
    canvas.show_panel(replace(curve_panel(), branched=Moment(100.0, "branched at step 100")))
    assert canvas.grab().toImage() == without


def test_a_figure_says_the_step(qtbot: QtBot, tmp_path: Path) -> None:
    looked = replace(curve_panel(), looked_at=Moment(400.0, "step 400"))
    branched = replace(
        looked, branched=Moment(300.0, "branched at step 300"), looked_at=Moment(780.0, "step 780")
    )
    crossed = replace(branched, looked_at=Moment(450.0, "step 450"))
    for stem, panel in (
        ("plain", curve_panel()), ("past", looked), ("branched", branched), ("crossed", crossed)
    ):  # fmt: skip
        draw([panel], tmp_path, stem, ("svg",))
    words = {
        stem: (tmp_path / f"{stem}.svg").read_text() for stem in ("plain", "past", "branched", "crossed")
    }
    assert "L(t), at step 400" in words["past"] and "at step 400" not in words["plain"]
    assert "branched at step 300" in words["branched"] and "branched" not in words["past"]
    # words that the line would strike out are short
    assert ">branched<" in words["crossed"] and "branched at" not in words["crossed"]


def test_the_branch_is_said_in_the_picture(qtbot: QtBot) -> None:
    plain = canvas_of(qtbot, curve_panel())
    marked = canvas_of(qtbot, replace(curve_panel(), branched=Moment(400.0, "branched at step 400")))
    layout = marked.curve_layout()
    assert layout is not None
    one, two = plain.grab().toImage(), marked.grab().toImage()
    x = round(layout.facets[0].frame.px(400.0))
    rect = layout.facets[0].frame.rect
    rows = range(round(rect.top()), round(rect.bottom()))
    assert sum(one.pixelColor(x, y) != two.pixelColor(x, y) for y in rows) > 0.2 * len(rows)
