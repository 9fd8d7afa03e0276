"""The card that begins a branch: fields, what is refused, and what it gives out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lab.branch_draft import BranchDraft
from lab.config_changes import apply_changes
from lab.experiment_file import default_experiment
from lab.problems import Problem
from tests.widgets.fake_session import digits_summary
from widgets.branch_card import BranchCard
from widgets.controls_fields import ChoiceField
from widgets.number_field import NumberField
from widgets.theme import DARK, LIGHT

BASE = default_experiment()


@pytest.fixture
def card(qtbot: QtBot) -> BranchCard:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1280, 800)
    anchor = QWidget(host)
    anchor.setGeometry(1000, 740, 100, 28)
    made = BranchCard(host, LIGHT)
    host.show()
    qtbot.waitExposed(host)
    made.show_draft(BranchDraft(BASE, 340), 1600, digits_summary())
    made.open_over(anchor)
    made.host_kept = host  # type: ignore[attr-defined]
    return made


@pytest.fixture
def wanted(card: BranchCard) -> list[BranchDraft]:
    found: list[BranchDraft] = []
    card.branch_wanted.connect(found.append)
    return found


def rate(card: BranchCard) -> NumberField:
    row = card.rows.row("optimizer.learning_rate")
    assert row is not None and isinstance(row.field, NumberField)
    return row.field


def test_it_says_what_will_happen(card: BranchCard) -> None:
    assert card.accessibleName() == "Branch at step 340"
    assert card.words.full_text().startswith("Trains the same again up to step 340")
    assert card.source.isHidden()  # the form was not edited
    assert not card.go.isEnabled()
    assert "same training again" in card.go.toolTip()


def test_a_change_can_be_trained(qtbot: QtBot, card: BranchCard, wanted: list[BranchDraft]) -> None:
    edit = rate(card).edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "0.05")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert card.go.isEnabled() and wanted == []
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert [draft.changes for draft in wanted] == [{"optimizer.learning_rate": 0.05}]


def test_a_loss_can_be_exchanged(qtbot: QtBot, card: BranchCard, wanted: list[BranchDraft]) -> None:
    row = card.rows.row("losses.1.name")
    assert row is not None and isinstance(row.field, ChoiceField)
    place = next(i for i in range(row.field.combo.count()) if row.field.combo.itemText(i).startswith("Focal"))
    row.field.combo.setCurrentIndex(place)
    row.field.combo.activated.emit(place)
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert [draft.changes for draft in wanted] == [{"losses.1.name": "focal"}]


def test_a_bad_number_is_refused_at_its_field(
    qtbot: QtBot, card: BranchCard, wanted: list[BranchDraft]
) -> None:
    edit = rate(card).edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "-1")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    row = card.rows.row("optimizer.learning_rate")
    assert row is not None and row.problem.startswith("Takes a number above 0")
    assert not card.go.isEnabled()
    edit.selectAll()
    qtbot.keyClicks(edit, "0.2")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert row.problem == "" and card.go.isEnabled()


def test_the_card_grows_by_what_a_field_says_and_shrinks_again(qtbot: QtBot, card: BranchCard) -> None:
    before = card.geometry()
    field = rate(card)
    for text in ("abc", "-1"):
        field.edit.selectAll()
        qtbot.keyClicks(field.edit, text)
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)
        assert card.height() > before.height() + 10
        assert card.geometry().bottom() == before.bottom()
    row = card.rows.row("optimizer.learning_rate")
    assert row is not None and row.height() >= row.sizeHint().height()
    qtbot.keyClick(field.edit, Qt.Key.Key_Escape)
    assert card.geometry() == before


def test_what_was_edited_in_the_form_can_be_taken_over(
    qtbot: QtBot, card: BranchCard, wanted: list[BranchDraft]
) -> None:
    edited = apply_changes(BASE, {"training.l2": 0.01})
    card.show_draft(BranchDraft(BASE, 340, edited=edited), 1600, digits_summary())
    assert not card.source.isHidden()
    qtbot.mouseClick(card.source.buttons()[1], Qt.MouseButton.LeftButton)
    assert card.rows.isHidden() and card.differs.full_text().endswith("differs in training.")
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert len(wanted) == 1 and set(wanted[0].changes) == {"training"}
    qtbot.mouseClick(card.source.buttons()[0], Qt.MouseButton.LeftButton)
    assert not card.rows.isHidden() and not card.go.isEnabled()


def test_problems_stand_at_their_field_or_below(card: BranchCard) -> None:
    card.show_problem(Problem("Too fast", "It is 9.", "optimizer.learning_rate"))
    row = card.rows.row("optimizer.learning_rate")
    assert row is not None and row.problem == "Too fast. It is 9."
    card.show_problem(Problem("Runs cannot go on with another model"))
    assert card.problem.full_text() == "Runs cannot go on with another model" and card.problem.isVisible()
    card.show_draft(BranchDraft(BASE, 20), 1600, digits_summary())
    assert row.problem == "" and card.problem.isHidden()


def test_nothing_is_emitted_while_it_is_set(card: BranchCard, wanted: list[BranchDraft]) -> None:
    edited = apply_changes(BASE, {"training.l2": 0.01})
    card.show_draft(BranchDraft(BASE, 20, edited=edited, as_edited=True), 1600, digits_summary())
    card.set_theme(DARK)
    assert wanted == []


def test_it_stays_inside_the_window_whatever_it_says(card: BranchCard) -> None:
    card.show_problem(Problem("Runs cannot go on with another model", "Because " * 80))
    host = card.host
    assert host.rect().contains(card.geometry())
    assert card.geometry().bottom() < 740
