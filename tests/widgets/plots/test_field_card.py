"""The data card: points are picked, dragged, added, painted and erased, each act said once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from lab.chart import ChartChoice
from lab.panels import FieldPanel
from tests.widgets.plots.made_panels import field_panel, line_panel
from widgets.plots.field_card import FieldCard
from widgets.plots.field_edits import PointAdded, PointMoved, PointsErased
from widgets.plots.field_layout import TITLE, lay_out_field
from widgets.plots.field_painting import picked_index
from widgets.plots.field_titles import APART, title_rows, title_width
from widgets.theme import LIGHT

LEFT = Qt.MouseButton.LeftButton


def with_rows(panel: FieldPanel) -> FieldPanel:
    return replace(panel, rows=100 + np.arange(len(panel.points)))


@pytest.fixture(params=["two features", "one feature"])
def panel(request: pytest.FixtureRequest) -> FieldPanel:
    return with_rows(field_panel() if request.param == "two features" else line_panel())


@pytest.fixture
def card(qtbot: QtBot, panel: FieldPanel) -> FieldCard:
    made = FieldCard(LIGHT, "field")
    qtbot.addWidget(made)
    made.resize(560, 420)
    made.show()
    made.set_takes_edits(True)
    made.show_panel(panel)
    return made


def heard(card: FieldCard) -> list[Any]:
    said: list[Any] = []
    card.sample_picked.connect(said.append)
    card.points_edited.connect(said.append)
    return said


def spot(card: FieldCard, index: int, facet: int = 0) -> QPoint:
    panel = card.panel
    assert panel is not None
    layout = lay_out_field(panel, QSizeF(card.surface.size()), LIGHT)
    frame = layout.facets[facet].frame
    up = panel.points[index, 1] if panel.points.shape[1] == 2 else panel.labels[index]
    return QPoint(round(frame.px(float(panel.points[index, 0]))), round(frame.py(float(up))))


def lonely(panel: FieldPanel) -> int:
    """The point that is farthest from any other."""
    up = panel.points[:, 1] if panel.points.shape[1] == 2 else panel.labels
    places = np.stack([panel.points[:, 0] / np.ptp(panel.points[:, 0]), up / np.ptp(up)], axis=1)
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    return int(np.argmax(away.min(axis=1)))


def drag(qtbot: QtBot, card: FieldCard, *places: QPoint) -> None:
    qtbot.mousePress(card.surface, LEFT, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(card.surface, place)
    qtbot.mouseRelease(card.surface, LEFT, pos=places[-1])


def test_a_click_on_a_point_picks_it_and_a_click_beside_lets_it_go(
    qtbot: QtBot, card: FieldCard, panel: FieldPanel
) -> None:
    said = heard(card)
    index = lonely(panel)
    qtbot.mouseClick(card.surface, LEFT, pos=spot(card, index))
    assert said == [100 + index]
    card.show_panel(replace(panel, picked=100 + index))
    assert picked_index(card.panel) == index  # type: ignore[arg-type]
    assert said == [100 + index]
    qtbot.mouseClick(card.surface, LEFT, pos=QPoint(2, card.surface.height() - 2))
    assert said == [100 + index, -1]


def test_points_stay_where_they_are_until_editing_is_asked_for(
    qtbot: QtBot, card: FieldCard, panel: FieldPanel
) -> None:
    said = heard(card)
    place = spot(card, lonely(panel))
    drag(qtbot, card, place, place + QPoint(40, -30))
    assert said == []
    assert card.tools.isHidden()


def test_a_point_that_is_dragged_says_where_it_is_in_data_units(
    qtbot: QtBot, card: FieldCard, panel: FieldPanel
) -> None:
    qtbot.mouseClick(card.pencil, LEFT)
    assert card.tools.isVisible()
    said = heard(card)
    index = lonely(panel)
    place = spot(card, index)
    target = place + QPoint(-40, 30) if place.x() > card.surface.width() / 2 else place + QPoint(40, -30)
    frame = lay_out_field(panel, QSizeF(card.surface.size()), LIGHT).facets[0].frame
    drag(qtbot, card, place, target, target + QPoint(1, 0))
    assert [type(edit) for edit in said] == [PointMoved, PointMoved]
    assert said[0].place == index
    assert said[0].x == pytest.approx(frame.x_at(target.x()))
    if panel.points.shape[1] == 2 or not panel.classes:
        assert said[0].y == pytest.approx(frame.y_at(target.y()))
    assert said[0].gesture == said[1].gesture
    drag(qtbot, card, place, target)
    assert said[-1].gesture == said[0].gesture + 1


def test_axes_do_not_run_away_from_a_point_that_is_dragged_out(
    qtbot: QtBot, card: FieldCard, panel: FieldPanel
) -> None:
    card.set_editing(True)
    said = heard(card)
    place = spot(card, lonely(panel))
    qtbot.mousePress(card.surface, LEFT, pos=place)
    far = QPoint(card.surface.width() + 200, place.y())
    qtbot.mouseMove(card.surface, far)
    edge = said[-1].x
    moved = panel.points.copy()
    moved[lonely(panel), 0] = edge
    axes = tuple(np.linspace(axis[0], axis[-1] * 3, len(axis)) for axis in panel.axes)
    card.show_panel(replace(panel, points=moved, axes=axes))
    card.surface.grab()
    qtbot.mouseMove(card.surface, far - QPoint(0, 1))
    assert said[-1].x == pytest.approx(edge)
    qtbot.mouseRelease(card.surface, LEFT, pos=far)


def test_points_are_added_by_click_and_painted_by_drag(
    qtbot: QtBot, card: FieldCard, panel: FieldPanel
) -> None:
    card.set_editing(True)
    card.tools.tools.buttons()[1].click()
    if panel.classes:
        assert card.tools.classes.isVisible()
        card.tools.classes.buttons()[1].click()
    said = heard(card)
    frame = lay_out_field(panel, QSizeF(card.surface.size()), LIGHT).facets[0].frame
    start = frame.rect.center().toPoint()
    drag(qtbot, card, start, start + QPoint(3, 0), start + QPoint(20, 0), start + QPoint(40, 0))
    assert [type(edit) for edit in said] == [PointAdded] * 3
    assert len({edit.gesture for edit in said}) == 1
    if panel.classes:
        assert {edit.target for edit in said} == {1.0}
    else:
        assert said[0].target == said[0].y == pytest.approx(frame.y_at(start.y()))
    assert said[0].x == pytest.approx(frame.x_at(start.x()))


def test_points_are_erased_by_click_and_by_key(qtbot: QtBot, card: FieldCard, panel: FieldPanel) -> None:
    card.set_editing(True)
    card.tools.tools.buttons()[2].click()
    said = heard(card)
    index = lonely(panel)
    qtbot.mouseClick(card.surface, LEFT, pos=spot(card, index))
    assert said == [PointsErased((index,), said[0].gesture)]
    card.show_panel(replace(panel, picked=100))
    qtbot.keyClick(card.surface, Qt.Key.Key_Delete)
    assert said[1].places == (0,)
    qtbot.keyClick(card.surface, Qt.Key.Key_Right)
    assert isinstance(said[2], PointMoved)
    assert said[2].x > panel.points[0, 0]


def test_points_are_reached_by_keys_alone(qtbot: QtBot, card: FieldCard, panel: FieldPanel) -> None:
    assert card.surface.focusPolicy() == Qt.FocusPolicy.StrongFocus
    picked: list[int] = []
    card.sample_picked.connect(picked.append)
    order = np.lexsort(
        (panel.points[:, 1] if panel.points.shape[1] == 2 else panel.labels, panel.points[:, 0])
    )
    rows = panel.rows[order].tolist()
    qtbot.keyClick(card.surface, Qt.Key.Key_Right)
    card.show_panel(replace(panel, picked=picked[-1]))
    qtbot.keyClick(card.surface, Qt.Key.Key_Right)
    assert picked == rows[:2]
    assert f"row {rows[0]}" in card.surface.accessibleDescription()
    qtbot.keyClick(card.surface, Qt.Key.Key_Left)  # before the first there is none
    assert picked == rows[:2]
    card.set_editing(True)
    said = heard(card)
    qtbot.keyClick(card.surface, Qt.Key.Key_PageDown)
    qtbot.keyClick(card.surface, Qt.Key.Key_Right)
    assert said[0] == rows[1] and isinstance(said[1], PointMoved)
    card.show_panel(panel)  # none is picked: arrows find one first
    qtbot.keyClick(card.surface, Qt.Key.Key_Down)
    assert said[2] == rows[0]


def test_escape_and_done_end_editing(qtbot: QtBot, card: FieldCard) -> None:
    card.set_editing(True)
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not card.editing
    card.set_editing(True)
    card.tools.finish.click()
    assert not card.editing
    assert card.tools.isHidden()


def test_points_cannot_be_edited_where_nobody_takes_edits(qtbot: QtBot) -> None:
    made = FieldCard(LIGHT, "field")
    qtbot.addWidget(made)
    made.show_panel(with_rows(field_panel()))
    assert not made.editable
    assert made.pencil.isHidden()
    made.set_editing(True)
    assert not made.editing


def test_titles_of_many_fits_take_more_rows_and_stay_whole(qtbot: QtBot) -> None:
    metrics = QFontMetricsF(LIGHT.font("subtitle"))
    plain = line_panel()
    views = tuple(
        replace(
            plain.views[0], title=f"A loss with a long name {number}", short=f"loss {number}", series=number
        )
        for number in range(1, 7)
    )
    panel = replace(plain, views=views)
    for width, most in ((340.0, 3), (760.0, 1)):
        layout = lay_out_field(panel, QSizeF(width, 220), LIGHT)
        (facet,) = layout.facets
        rect = facet.frame.rect
        rows = title_rows(views, rect.width() - 8, metrics)
        assert 1 <= facet.titles == len(rows) <= most
        assert [name for row in rows for name in row] == [view.short for view in views]
        assert rect.top() == TITLE * facet.titles + 2 and rect.bottom() <= 200
        for row in rows:
            taken = sum(title_width(name, metrics) for name in row) + APART * (len(row) - 1)
            assert taken <= rect.width()
    (facet,) = lay_out_field(replace(panel, views=views[:1]), QSizeF(340, 220), LIGHT).facets
    assert facet.titles == 1


def ring_pixels(card: FieldCard) -> int:
    """How many pixels of the picture have the colour of the rings."""
    image = card.surface.grab().toImage()
    wanted = LIGHT.color("error").rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_misclassified_points_are_ringed_and_counted(qtbot: QtBot) -> None:
    card = FieldCard(LIGHT, "field")
    qtbot.addWidget(card)
    card.resize(560, 420)
    card.show()
    plain = with_rows(field_panel())
    card.show_panel(plain)
    assert ring_pixels(card) == 0
    wrong = np.zeros(len(plain.points), dtype=bool)
    wrong[lonely(plain)] = True
    card.show_panel(replace(plain, views=(replace(plain.views[0], wrong=wrong), plain.views[1])))
    assert ring_pixels(card) > 10
    image = card.surface.grab().toImage()
    place = spot(card, lonely(plain))
    near = [image.pixelColor(place.x() + dx, place.y() + dy) for dx in range(-9, 10) for dy in range(-9, 10)]
    red = LIGHT.color("error")
    away = [
        abs(one.red() - red.red()) + abs(one.green() - red.green()) + abs(one.blue() - red.blue())
        for one in near
    ]
    assert sum(distance < 90 for distance in away) > 6  # edges are blended with what is below them


def test_margins_and_residuals_are_drawn_where_they_are_asked_for(qtbot: QtBot) -> None:
    card = FieldCard(LIGHT, "field")
    qtbot.addWidget(card)
    card.resize(560, 420)
    card.show()
    for panel, name in ((field_panel(), "margins"), (line_panel(), "residuals")):
        card.show_panel(panel)
        before = card.surface.grab().toImage()
        card.show_panel(replace(panel, **{name: True}))
        assert card.surface.grab().toImage() != before
    for kind in ("class", "number"):  # there is no probability to have margins
        card.show_panel(field_panel(kind))
        before = card.surface.grab().toImage()
        card.show_panel(replace(field_panel(kind), margins=True))
        assert card.surface.grab().toImage() == before


def test_what_is_marked_is_chosen_in_the_menu(qtbot: QtBot) -> None:
    card = FieldCard(LIGHT, "field")
    qtbot.addWidget(card)
    values = (("on", "Shown"), ("off", "Hidden"))
    choices = (
        ChartChoice("wrong", "Misclassified", values, "on"),
        ChartChoice("margins", "Margins", values, "off"),
    )
    card.show_panel(replace(field_panel(), choices=choices))
    said: list[tuple[str, str]] = []
    card.choice_made.connect(lambda key, value: said.append((key, value)))
    actions = {action.text(): action for action in card.menu().actions()}
    assert actions["Misclassified"].isChecked()
    assert not actions["Margins"].isChecked()
    actions["Misclassified"].trigger()
    actions["Margins"].trigger()
    assert said == [("wrong", "off"), ("margins", "on")]
