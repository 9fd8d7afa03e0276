from __future__ import annotations

import itertools
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from lab.panels import FieldPanel, LegendEntry
from tests.widgets.plots.made_panels import (
    confusion_panel,
    curve_panel,
    empty_panel,
    field_panel,
    gradient_panel,
    line_panel,
)
from widgets.plots.colours import class_color, mixed, readable_on
from widgets.plots.confusion_card import ConfusionCard
from widgets.plots.confusion_painting import lay_out_confusion
from widgets.plots.curve_card import CurveCard
from widgets.plots.field_card import FieldCard
from widgets.plots.field_layout import lay_out_field
from widgets.plots.field_painting import boundary_path, surface_image
from widgets.theme import DARK, LIGHT

WIDTHS = (364, 418, 640)
NO = np.empty(0, bool)


def actions(menu: QMenu) -> dict[str, object]:
    return {action.text().partition("\t")[0]: action for action in menu.actions()}


@pytest.fixture
def card(qtbot: QtBot) -> CurveCard:
    made = CurveCard(LIGHT, "objective")
    qtbot.addWidget(made)
    made.resize(420, 380)
    made.show_panel(curve_panel())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_curve_card_shows_and_stays_silent(qtbot: QtBot, card: CurveCard) -> None:
    signals = (
        card.entry_toggled, card.entry_soloed, card.crosshair_moved, card.view_changed,
        card.comparison_chosen, card.log_y_chosen, card.log_x_chosen, card.full_asked,
        card.kind_chosen, card.removed, card.moved,
    )  # fmt: skip
    said: list[object] = []
    for signal in signals:
        signal.connect(lambda *_: said.append(1))
    card.show_panel(curve_panel(log_y=True))
    card.show_panel(gradient_panel())
    card.show_panel(empty_panel())
    card.set_comparison("nll")
    card.set_view((1.0, 2.0))
    card.show_crosshair(3.0, (LegendEntry("0", "a", "a", 1, "1"),))
    card.show_crosshair(None)
    card.set_theme(DARK)
    card.set_full(True)
    card.set_full(False)
    card.grab()
    assert said == []


def test_the_log_button_follows_the_panel_and_says_what_is_wanted(qtbot: QtBot, card: CurveCard) -> None:
    card.show_panel(curve_panel(log_y=True))
    assert card.log_button.isChecked()
    with qtbot.waitSignal(card.log_y_chosen) as signal:
        QTest.mouseClick(card.log_button, Qt.MouseButton.LeftButton)
    assert signal.args == [False]


def test_the_comparison_is_chosen_in_the_head_of_the_objective_alone(qtbot: QtBot, card: CurveCard) -> None:
    assert card.comparison is not None
    chosen: list[str] = []
    card.comparison_chosen.connect(chosen.append)
    card.set_comparison("relative")
    QTest.mouseClick(card.comparison.buttons()[2], Qt.MouseButton.LeftButton)
    assert chosen == ["nll"]
    other = CurveCard(LIGHT, "metric")
    qtbot.addWidget(other)
    assert other.comparison is None


def test_the_menu_does_what_it_says_once(qtbot: QtBot, card: CurveCard) -> None:
    card.set_kinds({"objective": "Objective", "metric": "Validation metric"})
    for text, signal in (
        ("Logarithmic y", card.log_y_chosen),
        ("Logarithmic x", card.log_x_chosen),
        ("Copy figure", card.copy_asked),
        ("Export …", card.export_asked),
        ("Move on", card.moved),
        ("Full size", card.full_asked),
        ("Remove plot", card.removed),
    ):
        menu = card.menu()
        said: list[object] = []
        connection = signal.connect(lambda *args, said=said: said.append(args))
        actions(menu)[text].trigger()  # type: ignore[attr-defined]
        signal.disconnect(connection)
        menu.close()
        assert len(said) == 1, text
    change = actions(card.menu())["Change plot to"].menu()  # type: ignore[attr-defined]
    with qtbot.waitSignal(card.kind_chosen) as chosen:
        actions(change)["Validation metric"].trigger()  # type: ignore[attr-defined]
    assert chosen.args == ["metric"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_head_never_overflows(qtbot: QtBot, card: CurveCard, width: int) -> None:
    card.show_panel(replace(curve_panel(), subtitle="a subtitle that goes on for quite a while, log"))
    card.resize(width, 330)
    shown = [
        child
        for child in card.head.children()
        if child.isWidgetType() and child.isVisible()  # type: ignore[attr-defined]
    ]
    rects = sorted((child.geometry() for child in shown), key=lambda rect: rect.left())  # type: ignore[attr-defined]
    assert all(a.right() < b.left() for a, b in itertools.pairwise(rects))
    assert rects[-1].right() < card.head.width()
    assert card.more.isVisible() and card.comparison is not None and card.comparison.isVisible()


def test_facet_legends_stand_over_their_facets(qtbot: QtBot, card: CurveCard) -> None:
    card.show_panel(gradient_panel(3))
    layout = card.canvas.curve_layout()
    assert layout is not None
    lefts = [item.rect.left() for item in card.legend.placed()]
    assert lefts == pytest.approx([facet.frame.rect.left() for facet in layout.facets], abs=1)
    card.show_panel(curve_panel())
    assert card.legend.placed()[0].rect.left() == 0.0


def test_the_crosshair_is_read_in_the_legend(card: CurveCard) -> None:
    card.show_crosshair(400.0, [LegendEntry("0", "Cross-entropy", "CE", 1, "0.028")])
    assert card.legend.placed()[0].value == "0.028"
    assert card.canvas.crosshair == 400.0
    card.show_crosshair(None)
    assert card.legend.placed()[0].value != "0.028"


def test_a_double_click_on_the_head_asks_for_full_size(qtbot: QtBot, card: CurveCard) -> None:
    with qtbot.waitSignal(card.full_asked):
        QTest.mouseDClick(card, Qt.MouseButton.LeftButton, pos=QPoint(200, 16))


# --- confusion --------------------------------------------------------------------------------------
def test_the_confusion_card_offers_losses_and_says_which_is_chosen(qtbot: QtBot) -> None:
    card = ConfusionCard(LIGHT, "confusion")
    qtbot.addWidget(card)
    card.resize(420, 360)
    chosen: list[int] = []
    card.loss_chosen.connect(chosen.append)
    card.set_losses(["Cross-entropy", "Brier"])
    card.show_panel(confusion_panel(loss_name="Brier"))
    card.show()
    assert card.combo.currentText() == "Brier"
    assert chosen == []
    QTest.keyClick(card.combo, Qt.Key.Key_Up)
    card.combo.activated.emit(0)
    assert chosen[-1] == 0
    card.show_panel(confusion_panel(loss_name="gone"))
    card.set_losses(["one"])
    assert card.combo.isHidden()


def test_confusion_cells_take_ink_on_the_diagonal_and_error_off_it(qtbot: QtBot) -> None:
    card = ConfusionCard(LIGHT, "confusion")
    qtbot.addWidget(card)
    card.resize(420, 360)
    panel = confusion_panel(4)
    card.show_panel(panel)
    card.show()
    image = card.view.grab().toImage()
    layout = lay_out_confusion(panel, QSizeF(card.view.size()), LIGHT)

    def corner(row: int, column: int) -> tuple[int, int, int]:
        rect = layout.cell(row, column)
        color = image.pixelColor(round(rect.left() + 6), round(rect.top() + 6))
        return color.red(), color.green(), color.blue()

    hover = LIGHT.color("hover")
    assert corner(0, 1) == (hover.red(), hover.green(), hover.blue())
    right, wrong = corner(1, 1), corner(1, 0)
    assert max(right) - min(right) < 30 and max(right) < 100
    assert wrong[0] > wrong[1] + 20
    place = layout.cell(1, 0).center()
    assert card.view.describe(place.x(), place.y()) == "3.3\u202f% of true 1 are taken for 0"
    assert layout.at(-5.0, 0.0) is None


@pytest.mark.parametrize("classes", [1, 2, 30, 1000])
def test_a_matrix_of_any_size_fits(qtbot: QtBot, classes: int) -> None:
    card = ConfusionCard(LIGHT, "confusion")
    qtbot.addWidget(card)
    card.resize(380, 300)
    panel = confusion_panel(classes)
    card.show_panel(panel)
    assert not card.grab().isNull()
    layout = lay_out_confusion(panel, QSizeF(360, 260), LIGHT)
    last = layout.cell(classes - 1, classes - 1)
    assert last.right() <= 361 and last.bottom() <= 261
    card.show_panel(replace(panel, percent=np.zeros((0, 0)), names=()))
    assert not card.grab().isNull()


def test_text_on_any_cell_can_be_read() -> None:
    for theme in (LIGHT, DARK):
        for share in np.linspace(0, 1, 21):
            color = mixed(theme.color("card"), theme.color("accent"), float(share))
            text = readable_on(color)
            levels = [
                sum(w * ((c / 12.92) if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
                    for w, c in zip((0.2126, 0.7152, 0.0722), (q.redF(), q.greenF(), q.blueF()), strict=True))
                for q in (color, text)
            ]  # fmt: skip
            assert (max(levels) + 0.05) / (min(levels) + 0.05) >= 4.5


# --- field ------------------------------------------------------------------------------------------
def test_surfaces_have_equal_scale(qtbot: QtBot) -> None:
    for size in (QSizeF(400, 300), QSizeF(900, 260), QSizeF(300, 700)):
        layout = lay_out_field(field_panel(views=3), size, LIGHT)
        assert layout.equal
        for facet in layout.facets:
            rect = facet.frame.rect
            assert rect.width() / 4.0 == pytest.approx(rect.height() / 2.0)
            assert rect.right() <= size.width() and rect.bottom() <= size.height()


@pytest.mark.parametrize(("size", "columns"), [((300, 700), 1), ((900, 260), 3), ((480, 330), 2)])
def test_labels_under_surfaces_stand_once_a_column_and_leave_room(
    qtbot: QtBot, size: tuple[int, int], columns: int
) -> None:
    views = 4 if columns == 2 else 3
    layout = lay_out_field(field_panel(views=views), QSizeF(*size), LIGHT)
    assert len({facet.frame.rect.left() for facet in layout.facets}) == columns
    lowest = max(facet.frame.rect.bottom() for facet in layout.facets)
    for facet in layout.facets:
        assert facet.show_bottom is (facet.frame.rect.bottom() == lowest)
    tops = sorted({facet.frame.rect.top() for facet in layout.facets})
    height = layout.facets[0].frame.rect.height()
    assert all(after - before == pytest.approx(height + 28) for before, after in pairwise(tops))


def test_a_row_with_a_gap_below_it_keeps_its_labels(qtbot: QtBot) -> None:
    layout = lay_out_field(field_panel(views=3), QSizeF(480, 330), LIGHT)
    assert len({facet.frame.rect.left() for facet in layout.facets}) == 2
    assert all(facet.show_bottom for facet in layout.facets)


def test_features_of_very_different_extent_are_not_squeezed(qtbot: QtBot) -> None:
    panel = field_panel()
    wide = replace(panel, axes=(panel.axes[0] * 1000, panel.axes[1]))
    assert not lay_out_field(wide, QSizeF(400, 300), LIGHT).equal


def test_the_boundary_stands_where_the_probability_is_a_half(qtbot: QtBot) -> None:
    panel = field_panel()
    layout = lay_out_field(panel, QSizeF(500, 300), LIGHT)
    facet = layout.facets[0]
    box = boundary_path(panel, facet.views[0], facet.frame).boundingRect()
    assert box.left() == pytest.approx(facet.frame.px(2.0), abs=0.01)
    assert box.width() == pytest.approx(0.0, abs=0.01)
    assert box.height() == pytest.approx(facet.frame.rect.height(), rel=1e-6)


def test_the_surface_is_turned_the_right_way_up_and_keeps_its_levels(qtbot: QtBot) -> None:
    panel = field_panel("number")
    image = surface_image(LIGHT, panel, panel.views[0])
    high, low = image.pixelColor(image.width() - 1, 0), image.pixelColor(0, image.height() - 1)
    assert high.lightnessF() < low.lightnessF()
    half = replace(panel, views=(replace(panel.views[0], values=panel.views[0].values * 0 + 3.0),))
    flat = surface_image(LIGHT, half, half.views[0]).pixelColor(0, 0)
    whole = surface_image(LIGHT, panel, panel.views[0])
    assert flat != whole.pixelColor(0, image.height() - 1)
    left = surface_image(LIGHT, field_panel(), field_panel().views[0]).pixelColor(0, 3)
    steel = LIGHT.color("class0")
    assert abs(left.red() - (255 + (steel.red() - 255) * 87 / 255)) <= 2


@pytest.mark.parametrize("panel", [
    field_panel(), field_panel("class", classes=5), field_panel("number"), field_panel(views=0), line_panel(),
    replace(field_panel(), views=(replace(field_panel().views[0], values=np.full((21, 41), np.nan)),)),
    replace(line_panel(), points=np.empty((0, 1)), labels=np.empty(0), corrupted=NO, validation=NO),
    replace(field_panel(), points=np.empty((0, 0)), axes=(), views=(), placeholder="the data will be here"),
])  # fmt: skip
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_kind_of_field_is_painted(qtbot: QtBot, panel: FieldPanel, theme: object) -> None:
    card = FieldCard(theme, "field")  # type: ignore[arg-type]
    qtbot.addWidget(card)
    card.resize(420, 360)
    card.show_panel(panel)
    image = card.surface.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colours) > 5


def test_flipped_labels_are_hollow(qtbot: QtBot) -> None:
    base = field_panel(views=0)
    one = replace(
        base, points=np.array([[2.0, 1.0]]), labels=np.array([0.0]), corrupted=np.array([False]),
        validation=np.array([False]),
    )  # fmt: skip

    def centre(panel: FieldPanel) -> QColor:
        card = FieldCard(LIGHT, "field")
        qtbot.addWidget(card)
        card.resize(420, 360)
        card.show_panel(panel)
        image = card.surface.grab().toImage()
        facet = lay_out_field(panel, QSizeF(card.surface.size()), LIGHT).facets[0]
        return image.pixelColor(round(facet.frame.px(2.0)), round(facet.frame.py(1.0)))

    assert centre(one) == LIGHT.color("class0")
    assert centre(replace(one, corrupted=np.array([True]))).lightnessF() > 0.9


def test_points_are_painted_once_while_surfaces_change(qtbot: QtBot) -> None:
    card = FieldCard(LIGHT, "field")
    qtbot.addWidget(card)
    card.resize(420, 360)
    panel = field_panel()
    card.show_panel(panel)
    card.grab()
    points = card.surface._points.cacheKey()
    card.show_panel(replace(panel, views=(replace(panel.views[0], values=panel.views[0].values * 0.5),) * 2))
    card.grab()
    assert card.surface._points.cacheKey() == points
    card.show_panel(replace(panel, labels=1.0 - panel.labels))
    card.grab()
    assert card.surface._points.cacheKey() != points


def test_classes_beyond_two_differ_from_each_other_and_from_losses() -> None:
    for theme in (LIGHT, DARK):
        colours = [class_color(theme, i).name() for i in range(10)]
        assert len(set(colours)) == 10
        assert not set(colours) & {theme.series(i).color.name() for i in range(1, 9)}
