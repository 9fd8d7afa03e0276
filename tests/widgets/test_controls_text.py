from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout

from lab.field_spec import FieldSpec
from tests.widgets.keyboard import keys
from widgets.controls_text import ListField, PathField, TextField

NAME = FieldSpec("name", "Name", "text", "One")
HIDDEN = FieldSpec("model.hidden", "Hidden", "integers", (32, 32), low=1, high=4096)


def test_list_is_read_as_people_write_it(place: QVBoxLayout) -> None:
    field = ListField(HIDDEN)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    assert field.edit.text() == "32, 32"
    for text in ("64 64", "64, 32, 16", "64·32", "(8)", ""):
        field.edit.setFocus()
        field.edit.selectAll()
        QTest.keyClick(field.edit, Qt.Key.Key_Delete)
        keys(field.edit, text)
        QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert heard == [(64, 64), (64, 32, 16), (64, 32), (8,), ()]


@pytest.mark.parametrize("text", ["a", "1.5", "0", "5000", "32, x"])
def test_list_refuses_and_keeps_the_last_good_one(place: QVBoxLayout, text: str) -> None:
    field = ListField(HIDDEN)
    place.addWidget(field)
    edits: list[object] = []
    refusals: list[str] = []
    field.edited.connect(edits.append)
    field.refused.connect(refusals.append)
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClicks(field.edit, text)
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert edits == []
    assert refusals[0].startswith("Takes a list of whole numbers, such as 32, 32.")
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "32, 32"


def test_rows_of_numbers(place: QVBoxLayout) -> None:
    spec = FieldSpec("data.inputs", "Inputs", "matrix", ((0.0, 1.0), (2.0, 3.0)))
    field = ListField(spec)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    assert field.edit.text() == "0, 1; 2, 3"
    field.edit.setFocus()
    field.edit.selectAll()
    keys(field.edit, "1,2;3,−4")
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert heard == [((1.0, 2.0), (3.0, -4.0))]


def test_a_list_too_long_for_a_line_is_counted_not_cut(place: QVBoxLayout) -> None:
    spec = FieldSpec("model.initializer.values", "Values", "numbers", tuple(range(3466)))
    field = ListField(spec)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    assert field.edit.text() == "3\u2009466 numbers"
    field.edit.setFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert heard == []


def test_a_list_with_no_room_is_counted_until_one_goes_into_it(place: QVBoxLayout) -> None:
    rows = tuple((number / 3, -number / 7) for number in range(12))
    field, other = ListField(FieldSpec("data.inputs", "Inputs", "matrix", rows)), TextField(NAME)
    place.addWidget(field)
    place.addWidget(other)
    heard: list[object] = []
    field.edited.connect(heard.append)
    other.edit.setFocus()
    QApplication.processEvents()
    assert field.edit.text() == "12 × 2 numbers"
    field.edit.setFocus()
    assert field.edit.text().startswith("0, 0; 0.333")
    assert field.edit.text().count(";") == 11
    other.edit.setFocus()
    assert field.edit.text() == "12 × 2 numbers"
    assert heard == []
    field.edit.setFocus()
    field.edit.setCursorPosition(1)
    QTest.keyClicks(field.edit, ".5")
    other.edit.setFocus()
    assert field.edit.text() == "12 × 2 numbers"
    assert heard == [((0.5, 0.0), *rows[1:])]


def test_a_list_is_written_out_where_there_is_room(place: QVBoxLayout) -> None:
    spec = FieldSpec("data.targets", "Targets", "numbers", tuple(float(number) for number in range(12)))
    field, other = ListField(spec), TextField(NAME)
    place.addWidget(field)
    place.addWidget(other)
    other.edit.setFocus()
    QApplication.processEvents()
    assert field.edit.text() == "12 numbers"
    place.parentWidget().resize(600, 120)
    QApplication.processEvents()
    assert field.edit.text() == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"


def test_layers_are_never_counted(place: QVBoxLayout) -> None:
    field, other = ListField(HIDDEN), TextField(NAME)
    place.addWidget(field)
    place.addWidget(other)
    other.edit.setFocus()
    layers = (1024, 1024, 1024, 1024, 512, 512, 256, 256)
    field.show_spec(FieldSpec("model.hidden", "Hidden", "integers", layers, low=1, high=4096))
    assert field.edit.text() == "1024, 1024, 1024, 1024, 512, 512, 256, 256"


def test_text_commits_on_leaving_and_escape_restores(place: QVBoxLayout) -> None:
    field, other = (
        TextField(FieldSpec("name", "Name", "text", "One")),
        TextField(FieldSpec("b", "B", "text", "")),
    )
    place.addWidget(field)
    place.addWidget(other)
    heard: list[object] = []
    field.edited.connect(heard.append)
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "Two")
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "One"
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "Two")
    other.edit.setFocus()
    assert heard == ["Two"]


def test_path_shows_name_then_path_and_takes_a_drop(place: QVBoxLayout, tmp_path: Path) -> None:
    spec = FieldSpec("data.path", "File", "path", "/far/away/table.csv")
    field = PathField(spec)
    place.addWidget(field)
    QApplication.processEvents()
    heard: list[object] = []
    field.edited.connect(heard.append)
    assert field.edit.text() == "table.csv"
    field.edit.setFocus()
    assert field.edit.text() == "/far/away/table.csv"
    field.edit.clearFocus()
    assert field.edit.text() == "table.csv"
    assert heard == []
    data = QMimeData()
    wanted = tmp_path / "new.csv"
    data.setUrls([QUrl.fromLocalFile(str(wanted))])
    drop = QDropEvent(
        QPointF(3, 3),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    field.dropEvent(drop)
    assert heard == [str(wanted)]
    assert field.edit.text() == "new.csv"
