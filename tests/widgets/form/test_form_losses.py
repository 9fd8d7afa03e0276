"""Losses are added, renamed, coloured and removed in the form."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.widgets.form.made_form import Heard, real_form, settle
from tests.widgets.keyboard import keys
from tests.widgets.sample_form import LOSSES, sections, with_value
from widgets.form_panel import ExperimentForm


def test_a_loss_is_added_from_the_popover_by_keyboard(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    panel.losses.open_popover()
    popover = panel.losses.popover
    keys(popover.search, "hub")
    assert popover.view.model().rowCount() == 1
    QTest.keyClick(popover.search, Qt.Key.Key_Return)
    assert heard.all == [("loss_added", "huber")]
    assert popover.isHidden()
    panel.losses.open_popover()
    keys(popover.search, "no such loss")
    assert not popover.nothing.isHidden()
    QTest.keyClick(popover.search, Qt.Key.Key_Return)
    QTest.keyClick(popover.search, Qt.Key.Key_Escape)
    assert len(heard.all) == 1


def test_menu_of_a_loss(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    card = panel.losses.cards()[1]
    menu = card.menu()
    actions = {action.text(): action for action in menu.actions()}
    for words in ("Duplicate", "Move up", "Move down", "Remove"):
        actions[words].trigger()
    colours = actions["Colour and dash"].menu()
    colours.actions()[4].trigger()
    assert heard.all == [
        ("loss_duplicated", 1), ("loss_moved", 1, 0), ("loss_moved", 1, 2), ("loss_removed", 1),
        ("edited", "losses.1.series", 5),
    ]  # fmt: skip
    first = {action.text(): action for action in panel.losses.cards()[0].menu().actions()}
    assert not first["Move up"].isEnabled()


def test_the_last_loss_cannot_be_removed(panel: ExperimentForm) -> None:
    data, losses, *rest = sections()
    panel.show_form((data, replace(losses, losses=(replace(LOSSES[0], removable=False),)), *rest))
    assert len(panel.losses.cards()) == 1
    actions = {action.text(): action for action in panel.losses.cards()[0].menu().actions()}
    assert not actions["Remove"].isEnabled()
    assert not actions["Move down"].isEnabled()


def test_scale_and_own_rate_show_when_asked_for_or_used(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    card = panel.losses.cards()[1]
    assert panel.row("losses.1.scale") is None
    actions = {action.text(): action for action in card.menu().actions()}
    actions["Scale the loss"].trigger()
    assert heard.all == []
    edit = panel.row("losses.1.scale").field.edit
    edit.setFocus()
    edit.selectAll()
    keys(edit, "2")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert heard.all == [("edited", "losses.1.scale", 2.0)]
    panel.show_form(with_value(sections(), "losses.2.learning_rate", value=0.3))
    assert panel.row("losses.2.learning_rate") is not None


def test_rename_in_place(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    card = panel.losses.cards()[0]
    card.rename()
    keys(card.name_edit, "Mine")
    QTest.keyClick(card.name_edit, Qt.Key.Key_Escape)
    assert card.name_edit.isHidden()
    card.rename()
    keys(card.name_edit, "Mine")
    QTest.keyClick(card.name_edit, Qt.Key.Key_Return)
    assert heard.all == [("edited", "losses.0.label", "Mine")]


def test_a_removed_loss_leaves_the_others_their_colours(panel: ExperimentForm) -> None:
    data, losses, *rest = sections()
    kept = tuple(replace(loss, index=number) for number, loss in enumerate(LOSSES[1:]))
    panel.show_form((data, replace(losses, losses=kept), *rest))
    cards = panel.losses.cards()
    assert [card.swatch.series for card in cards] == [2, 3]
    assert [card.name.full_text() for card in cards] == ["Brier · MSE on softmax", "MAE on softmax"]
    assert panel.row("losses.0.label_smoothing") is None


def test_a_click_on_the_formula_shows_all_of_it(panel: ExperimentForm) -> None:
    panel.show_form(real_form())
    settle()
    card = next(card for card in panel.losses.cards() if card.spec.name == "brier")
    assert r"\quad" not in card.formula.latex
    QTest.mouseClick(card.formula, Qt.MouseButton.LeftButton)
    assert card.formula.latex == card.spec.formula
    assert card.gradient.isVisible()
    huber = next(card for card in panel.losses.cards() if card.spec.name == "huber")
    assert "cases" in huber.formula.latex
