from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFontMetrics, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from lab.field_spec import FieldSpec
from tests.widgets.keyboard import keys
from widgets.controls import Combo, ElidedLabel, IconButton, WrapLabel
from widgets.controls_fields import CheckField, ChoiceField
from widgets.controls_text import ListField, PathField, TextField
from widgets.segments import Segments
from widgets.split_bar import SplitField
from widgets.swatch import Swatch, swatch_icon
from widgets.theme import DARK, LIGHT, apply_theme

CHOICE = FieldSpec(
    "data.name", "Dataset", "choice", "digits",
    choices=(("digits", "Digits", "Written"), ("moons", "Moons with a very long name indeed", "Two moons")),
)  # fmt: skip
HIDDEN = FieldSpec("model.hidden", "Hidden", "integers", (32, 32), low=1, high=4096)
SPLIT = FieldSpec("data.split", "Split", "split", (0.7, 0.15, 0.15))


@pytest.fixture
def place(qtbot: QtBot, qapp: QApplication) -> Iterator[QVBoxLayout]:
    apply_theme(qapp, LIGHT)
    window = QWidget()
    window.resize(160, 120)
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    yield layout
    window.close()


def test_elided_label_shortens_and_tells_all(place: QVBoxLayout) -> None:
    label = ElidedLabel("A name that is much too long for a column of ninety pixels")
    label.setFixedWidth(90)
    place.addWidget(label)
    QApplication.processEvents()
    assert label.text().endswith("…")
    assert label.toolTip() == label.full_text()
    assert QFontMetrics(label.font()).horizontalAdvance(label.text()) <= 90
    label.setText("Short")
    assert label.text() == "Short"
    assert label.toolTip() == ""


def test_wrap_label_breaks_a_word_that_is_too_long(place: QVBoxLayout) -> None:
    label = WrapLabel("/home/someone/without_any_blank/" * 6, kind="error")
    place.addWidget(label)
    QApplication.processEvents()
    assert label.minimumSizeHint().width() == 0
    assert label.width() <= 160
    lines = label.height() / QFontMetrics(label.font()).height()
    assert lines >= 4
    label.setText("short")
    assert label.height() < 2 * QFontMetrics(label.font()).height()


def test_icon_button_says_what_it_does(place: QVBoxLayout) -> None:
    button = IconButton("undo", "Undo", shortcut="Ctrl+Z")
    assert button.toolTip() == "Undo  (Ctrl+Z)"
    assert button.accessibleName() == "Undo"
    assert (button.width(), button.height()) == (28, 28)
    before = button.icon().cacheKey()
    button.set_theme(DARK)
    assert button.icon().cacheKey() != before


# --- choices and checks ---------------------------------------------------------------------------
def test_choice_is_silent_while_set_and_emits_once(place: QVBoxLayout) -> None:
    field = ChoiceField(CHOICE)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    field.show_spec(replace(CHOICE, value="moons"))
    field.show_spec(CHOICE)
    assert heard == []
    field.combo.setFocus()
    QTest.keyClick(field.combo, Qt.Key.Key_Down)
    assert heard == ["moons"]
    QTest.keyClick(field.combo, Qt.Key.Key_Down)
    assert heard == ["moons"], "the last one again is no change"


def test_optional_choice_can_be_none(place: QVBoxLayout) -> None:
    spec = replace(CHOICE, value=None, optional=True, empty_text="never")
    field = ChoiceField(spec)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    assert field.combo.currentText() == "never"
    QTest.keyClick(field.combo, Qt.Key.Key_Down)
    QTest.keyClick(field.combo, Qt.Key.Key_Up)
    assert heard == ["digits", None]


def test_combo_shortens_and_never_widens(place: QVBoxLayout) -> None:
    field = ChoiceField(replace(CHOICE, value="moons"))
    place.addWidget(field)
    QApplication.processEvents()
    assert field.combo.minimumSizeHint().width() < 100
    assert field.combo.toolTip().startswith("Moons with a very long name indeed")
    wide = Combo()
    wide.addItem("Moons with a very long name indeed")
    wide.fit_contents(400)
    assert wide.width() > QFontMetrics(wide.font()).horizontalAdvance(wide.currentText()) + 30


def test_wheel_over_a_combo_without_focus_changes_nothing(place: QVBoxLayout) -> None:
    field = ChoiceField(CHOICE)
    place.addWidget(field)
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    field.combo.clearFocus()
    QApplication.sendEvent(field.combo, event)
    assert field.combo.currentIndex() == 0


def test_check_by_space_emits_once(place: QVBoxLayout) -> None:
    spec = FieldSpec("data.by_run", "Own split for each seed", "bool", False)
    field = CheckField(spec)
    place.addWidget(field)
    heard: list[object] = []
    field.edited.connect(heard.append)
    field.show_spec(replace(spec, value=True))
    assert heard == []
    field.check.setFocus()
    QTest.keyClick(field.check, Qt.Key.Key_Space)
    assert heard == [False]


# --- text -----------------------------------------------------------------------------------------
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


# --- split ----------------------------------------------------------------------------------------
def test_split_by_mouse_emits_once_and_sums_to_one(place: QVBoxLayout) -> None:
    field = SplitField(SPLIT)
    place.addWidget(field)
    QApplication.processEvents()
    heard: list[tuple[float, float, float]] = []
    field.edited.connect(heard.append)
    width = field.width()
    QTest.mousePress(field, Qt.MouseButton.LeftButton, pos=QPoint(round(0.7 * width), 12))
    QTest.mouseMove(field, QPoint(round(0.6 * width), 12))
    QTest.mouseMove(field, QPoint(round(0.5 * width), 12))
    assert heard == []
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, pos=QPoint(round(0.5 * width), 12))
    assert len(heard) == 1
    assert heard[0] == pytest.approx((0.5, 0.35, 0.15), abs=0.011)
    assert sum(heard[0]) == pytest.approx(1, abs=1e-9)


def test_split_by_keys(place: QVBoxLayout) -> None:
    field = SplitField(SPLIT)
    place.addWidget(field)
    heard: list[tuple[float, float, float]] = []
    field.edited.connect(heard.append)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Right)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert heard == [pytest.approx((0.71, 0.14, 0.15)), pytest.approx((0.71, 0.04, 0.25))]


def test_split_keeps_training_above_zero_and_is_silent_while_set(place: QVBoxLayout) -> None:
    field = SplitField(SPLIT)
    place.addWidget(field)
    heard: list[tuple[float, float, float]] = []
    field.edited.connect(heard.append)
    field.show_spec(replace(SPLIT, value=(0.02, 0.0, 0.98)))
    assert heard == []
    field.setFocus()
    for _ in range(5):
        QTest.keyClick(field, Qt.Key.Key_Left)
    assert [one[0] for one in heard] == [pytest.approx(0.01)]
    assert all(min(one) >= 0 for one in heard)


# --- segments and swatches ------------------------------------------------------------------------
def test_segments_are_silent_while_set_and_emit_once(place: QVBoxLayout) -> None:
    segments = Segments([("step", "Step"), ("epoch", "Epoch"), ("seconds", "Seconds")])
    place.addWidget(segments)
    heard: list[str] = []
    segments.chosen.connect(heard.append)
    segments.set_current("epoch")
    segments.set_options([("step", "Step"), ("epoch", "Epoch"), ("seconds", "Seconds")], "step")
    assert heard == []
    QTest.mouseClick(segments.buttons()[2], Qt.MouseButton.LeftButton)
    QTest.mouseClick(segments.buttons()[2], Qt.MouseButton.LeftButton)
    assert heard == ["seconds"]
    segments.buttons()[2].setFocus()
    QTest.keyClick(segments.buttons()[2], Qt.Key.Key_Left)
    assert heard == ["seconds", "epoch"]
    assert [button.isChecked() for button in segments.buttons()] == [False, True, False]


def test_swatch_is_painted_in_the_series_colour_and_dashed(place: QVBoxLayout) -> None:
    images = {}
    for series in (1, 3):
        swatch = Swatch(series)
        place.addWidget(swatch)
        QApplication.processEvents()
        images[series] = swatch.grab().toImage()
    middle = images[1].height() // 2
    solid = [images[1].pixelColor(x, middle) for x in range(24)]
    assert solid[12] == LIGHT.series(1).color
    dotted = {images[3].pixelColor(x, middle).name() for x in range(24)}
    assert len(dotted) > 1
    assert not swatch_icon(DARK, 2).isNull()
