from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from lab.explore.choice import add_loss
from lab.explore.table import TableState
from lab.explore.table_rows import TableRow
from lab.problems import Problem
from tests.widgets.explore.on_screen import heard, on_screen
from tests.widgets.keyboard import keys
from widgets.explore.figure_files import write_figure
from widgets.explore.table_model import BEST_ROLE, PROBLEM_ROLE
from widgets.explore.table_view import TableExploreView
from widgets.theme import DARK


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[TableExploreView]:
    yield from on_screen(qtbot, TableExploreView)


def cell(view: TableExploreView, row: int, words: str) -> QModelIndex:
    column = next(k for k, column in enumerate(view.model.columns) if column.words == words)
    return view.model.index(row, column)


def text(view: TableExploreView, row: int, words: str) -> str:
    return str(cell(view, row, words).data())


def type_into(view: TableExploreView, index: QModelIndex, words: str) -> None:
    """As a person does: go to the cell, type, Enter."""
    view.grid.setCurrentIndex(index)
    view.grid.edit(index)
    QApplication.processEvents()
    editor = view.grid.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    keys(editor, words)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_the_source_pair_stands_there_with_its_numbers(view: TableExploreView) -> None:
    assert text(view, 0, "Cross-entropy") == "0.223144"
    assert text(view, 1, "Cross-entropy") == "0.105361"
    assert (text(view, 0, "Brier · MSE on softmax"), text(view, 1, "Brier · MSE on softmax")) == (
        "0.080000",
        "0.020000",
    )
    assert text(view, 1, "Brier · MSE on softmax ÷ row 1") == "0.25"
    sentence = view.sentence.full_text()
    assert "Cross-entropy 2.117905 times smaller" in sentence and "Brier · MSE on softmax 4 times" in sentence
    assert "2 (Cross-entropy), 3 (Brier" in sentence


def test_the_best_row_is_marked_for_each_loss(view: TableExploreView) -> None:
    view.restore(
        TableState(rows=(TableRow((1, 0, 0), (0.8, 0.1, 0.1)), TableRow((1, 0, 0), (0.8, 0.15, 0.05))))
    )
    marks = [
        (cell(view, 0, words).data(BEST_ROLE), cell(view, 1, words).data(BEST_ROLE))
        for words in ("Cross-entropy", "Brier · MSE on softmax")
    ]
    assert marks == [(False, False), (True, False)]


def test_typing_a_number_is_one_edit(view: TableExploreView) -> None:
    states = heard(view)
    type_into(view, cell(view, 1, "Probability 1"), "0,85")
    type_into(view, cell(view, 1, "Probability 2"), "15 %")
    assert [state.rows[1].prediction for state in states] == [(0.85, 0.1, 0.0), (0.85, 0.15, 0.0)]
    assert text(view, 1, "Cross-entropy") == "0.162519"
    view.undo()
    assert view.state().rows[1].prediction == (0.85, 0.1, 0.0)
    assert text(view, 1, "Probability 2") == "0.1"


def test_what_is_no_number_stays_and_a_sentence_says_so(view: TableExploreView) -> None:
    states = heard(view)
    type_into(view, cell(view, 1, "Probability 1"), "o.9")
    assert states == []
    assert text(view, 1, "Probability 1") == "o.9"
    assert cell(view, 1, "Cross-entropy").data(PROBLEM_ROLE) == "“o.9” is no number."
    assert text(view, 1, "Cross-entropy") == "" and text(view, 0, "Cross-entropy") == "0.223144"
    assert view.sentence.full_text() == ""
    type_into(view, cell(view, 1, "Probability 1"), "0.9")
    assert text(view, 1, "Cross-entropy") == "0.105361"


def test_a_row_that_does_not_sum_to_one_says_so_and_loses_nothing(view: TableExploreView) -> None:
    type_into(view, cell(view, 0, "Probability 1"), "0.5")
    assert "sum to 0.7" in str(cell(view, 0, "Cross-entropy").data(PROBLEM_ROLE))
    assert text(view, 0, "Probability 2") == "0.2"


def test_showing_a_state_is_silent(view: TableExploreView) -> None:
    states = heard(view)
    view.restore(TableState(perfect=3))
    assert states == []
    assert text(view, 0, "Brier · MSE on softmax, mean of 4: this row and 3 perfect samples") == "0.020000"


def test_rows_are_pasted_from_a_spreadsheet(view: TableExploreView) -> None:
    states = heard(view)
    QGuiApplication.clipboard().setText("0\t1\t0\t0,1\t0,7\t0,2\n0\t0\t1\t0,5\t0,2\t0,3\n")
    view.grid.setFocus()
    QTest.keyClick(view.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(states) == 1 and len(states[0].rows) == 4
    assert (text(view, 2, "Cross-entropy"), text(view, 3, "Cross-entropy")) == ("0.356675", "1.203973")
    view.undo()
    assert len(view.state().rows) == 2


def test_a_pasted_text_that_is_no_rows_is_refused_in_words(view: TableExploreView) -> None:
    problems: list[Problem | None] = []
    view.refused.connect(problems.append)
    view.paste_text("1\t0\t0.8\tmuch")
    assert "cell 4" in str(problems[-1]) and "much" in str(problems[-1])
    assert len(view.state().rows) == 2


def test_one_number_is_pasted_into_the_current_cell(view: TableExploreView) -> None:
    view.grid.setCurrentIndex(cell(view, 0, "Probability 1"))
    QGuiApplication.clipboard().setText("0.7")
    QTest.keyClick(view.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert view.state().rows[0].prediction == (0.7, 0.2, 0.0)


def test_selected_cells_are_copied_for_a_spreadsheet(view: TableExploreView) -> None:
    view.grid.selectRow(1)
    QTest.keyClick(view.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert cells[:7] == ["1", "0", "0", "0.9", "0.1", "0", "0.105361"]


def test_rows_are_added_and_removed(view: TableExploreView) -> None:
    states = heard(view)
    QTest.mouseClick(view.add_row, Qt.MouseButton.LeftButton)
    assert states[-1].rows[2] == states[-1].rows[1]
    view.change(reference=2)
    view.grid.selectRow(0)
    QTest.keyClick(view.grid, Qt.Key.Key_Delete)
    assert len(states[-1].rows) == 2 and states[-1].reference == 1
    view.remove_rows((0, 1))
    assert view.state().rows == () and view.model.rowCount() == 0
    QTest.mouseClick(view.add_row, Qt.MouseButton.LeftButton)
    assert len(view.state().rows) == 1


def test_an_unread_text_moves_with_its_row(view: TableExploreView) -> None:
    type_into(view, cell(view, 1, "Target 2"), "x")
    view.remove_rows((0,))
    assert text(view, 0, "Target 2") == "x"


@pytest.mark.parametrize("way", ["restore", "reset", "undo", "open"])
def test_an_unread_text_does_not_outlive_its_state(view: TableExploreView, way: str) -> None:
    view.change(perfect=1)
    type_into(view, cell(view, 1, "Target 2"), "x")
    acts: dict[str, Callable[[], object]] = {
        "restore": lambda: view.restore(TableState(perfect=2)),
        "reset": view.reset,
        "undo": view.undo,
        "open": lambda: view.open_state_text(view.copy_state_text()),
    }
    acts[way]()
    assert text(view, 1, "Target 2") == "0" and text(view, 1, "Cross-entropy") == "0.105361"


def test_an_example_opens_in_two_clicks_and_can_be_undone(view: TableExploreView) -> None:
    view.column.examples["all_zero"].trigger()
    assert (text(view, 5, "Binary cross-entropy"), text(view, 9, "Binary cross-entropy")) == (
        "0.693147",
        "2.302585",
    )
    assert text(view, 10, "Binary cross-entropy") == "∞"
    rows = view.model.rowCount()
    assert rows == 13
    assert (text(view, 11, "Binary cross-entropy"), text(view, 12, "Binary cross-entropy")) == (
        "∞",
        "2.185412",
    )
    assert text(view, 11, "MSE on sigmoid") == "0.350000"
    view.undo()
    assert view.state() == TableState()


def test_fields_edit_the_table(view: TableExploreView) -> None:
    states = heard(view)
    view.column.edited.emit("classes", 2)
    view.column.edited.emit("perfect", 1)
    view.column.edited.emit("reference", 2)
    view.column.edited.emit("names", True)
    assert states[0].rows[0] == TableRow((1.0, 0.0), (0.8, 0.2))
    assert (states[-1].perfect, states[-1].reference, len(states)) == (1, 1, 3)
    type_into(view, cell(view, 0, "Name"), "first")
    assert view.state().rows[0].name == "first"


def test_a_loss_without_the_link_says_why_it_is_not_there(view: TableExploreView) -> None:
    view.change(losses=add_loss(view.state().losses, "poly_1"), link="sigmoid")
    assert [chip.note.full_text() != "" for chip in view.losses.chips] == [False, False, False, True]
    assert "Poly-1 cross-entropy" not in {column.words for column in view.model.columns}


def test_a_typed_formula_is_a_column_like_any_other(view: TableExploreView) -> None:
    view.losses.edited.emit(add_loss(view.state().losses, "custom", formula="r**2"), "")
    name = view.model.columns[-2].words
    assert (text(view, 0, name), text(view, 1, name)) == ("0.080000", "0.020000")


def test_a_hidden_loss_has_no_column(view: TableExploreView) -> None:
    view.losses.chips[0].eye_pressed.emit()
    assert "Cross-entropy" not in {column.words for column in view.model.columns}
    assert "Cross-entropy" not in view.export_csv()


def test_state_goes_through_toml(view: TableExploreView) -> None:
    view.column.examples["picked"].trigger()
    wanted, copied = view.state(), view.copy_state_text()
    view.reset()
    assert view.open_state_text(copied) is None
    assert view.state() == wanted


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_figure_is_written(view: TableExploreView, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"table.{kind}"
    write_figure(view, path)
    content = path.read_bytes()
    if kind == "svg":
        assert b"0.223144" in content and b"best" in content
    elif kind == "png":
        picture = QImage.fromData(content)
        assert picture.width() > 1000 and picture.pixelColor(2, 2).name() == "#ffffff"
    else:
        assert content.startswith(b"%PDF")


def test_the_theme_changes_live(view: TableExploreView) -> None:
    view.set_theme(DARK)
    brush = cell(view, 0, "Cross-entropy").data(Qt.ItemDataRole.ForegroundRole)
    assert brush.color() == DARK.color("text")


def test_a_full_row_fits_at_the_smallest_window(view: TableExploreView) -> None:
    wanted = sum(view.grid.columnWidth(k) for k in range(len(view.model.columns)))
    assert wanted <= view.grid.viewport().width()
