"""A typed formula among the losses of the explorer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lab.explore.choice import LossChoice
from lab.explore.loss_fields import ADDABLE
from widgets.explore.loss_chips import LossChips
from widgets.explore.parameter_rows import ParameterRow
from widgets.theme import LIGHT, apply_theme


@pytest.fixture
def chips(qtbot: QtBot, qapp: QApplication) -> Iterator[LossChips]:
    apply_theme(qapp, LIGHT)
    made = LossChips()
    qtbot.addWidget(made)
    made.set_theme(LIGHT)
    made.show_losses((LossChoice("custom"), LossChoice("huber", {}, 2)))
    made.resize(300, 500)
    made.show()
    yield made
    made.close()


def row_of(chips: LossChips, path: str) -> ParameterRow:
    return next(row for row in chips.chips[0].rows.rows if row.spec.path == path)


def type_into(row: ParameterRow, text: str) -> None:
    edit = row.field.edit  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Return)


def test_a_formula_is_typed_in_its_chip(chips: LossChips) -> None:
    heard: list[tuple[LossChoice, ...]] = []
    chips.edited.connect(lambda losses, gesture: heard.append(losses))
    type_into(row_of(chips, "formula"), "d*r**2")
    assert [losses[0].parameters["formula"] for losses in heard] == ["d*r**2"]
    chips.show_losses(heard[0])
    type_into(row_of(chips, "parameters.d"), "2")
    assert heard[-1][0].value("d") == 2


def test_what_cannot_be_read_is_told_with_a_caret(chips: LossChips) -> None:
    heard: list[object] = []
    chips.edited.connect(lambda losses, gesture: heard.append(losses))
    row = row_of(chips, "formula")
    type_into(row, "d*r**2 + q")
    assert heard == []
    assert row.error.isVisible()
    assert row.error.words.full_text() == "q is not known."
    formula, caret = row.error.code.text().split("\n")
    assert formula[caret.index("^")] == "q"
    type_into(row_of(chips, "parameters"), "d = one")
    assert heard == []
    assert "is not a parameter" in row_of(chips, "parameters").error.words.full_text()


def test_it_can_be_added(chips: LossChips) -> None:
    heard: list[tuple[LossChoice, ...]] = []
    chips.edited.connect(lambda losses, gesture: heard.append(losses))
    chips.set_addable(("huber",), typed=True)
    chips.popover.chosen.emit(ADDABLE[0])
    assert heard[0][-1].name == "custom"
    assert heard[0][-1].series == 3
