"""The numerics bench: cells, exact bounds, edits in both directions, figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from lab.explore.numerics import PRESETS, NumericsState
from widgets.explore.cell_table import HEAD, ROW
from widgets.explore.figure_files import figure_image, write_figure
from widgets.explore.numerics_cells import columns, rows, thresholds
from widgets.explore.numerics_view import NumericsExploreView, with_classes
from widgets.number_field import NumberField
from widgets.theme import DARK, LIGHT


@pytest.fixture
def view(qtbot: QtBot) -> NumericsExploreView:
    made = NumericsExploreView(LIGHT)
    qtbot.addWidget(made)
    made.resize(1280, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(view: NumericsExploreView, row: int) -> list[str]:
    return [cell.text for cell in view.table.model_.rows[row]]


def field(view: NumericsExploreView, path: str) -> NumberField:
    row = view.column.fields("Outputs").rows.row(path)
    assert row is not None and isinstance(row.field, NumberField)
    return row.field


def test_overflow_is_told_form_by_form(view: NumericsExploreView) -> None:
    assert texts(view, 2)[2:6] == ["nan", "nan", "nan", "nan"]
    # max-shifted, float64: −ln p is (0, ∞, ∞) where (0, 1000, 2000) is right
    assert texts(view, 5)[-3:] == ["0", "∞", "∞"]
    assert [cell.broken for cell in view.table.model_.rows[5][-3:]] == [False, True, True]
    assert texts(view, 11)[-3:] == ["0", "1\u2009000", "2\u2009000"]
    assert not any(cell.broken for cell in view.table.model_.rows[11])


def test_clip_is_stuck_at_a_gap_of_40(view: NumericsExploreView) -> None:
    view.open_example("clip")
    float64 = view.table.model_.rows[8]
    assert [cell.text for cell in float64[2:5]] == ["16.1181 off", "0 stuck", "0 stuck"]
    assert "right is 40" in float64[2].tip
    assert texts(view, 11)[2:5] == ["40", "1", "−1"]


def test_bounds_are_exact(view: NumericsExploreView) -> None:
    shown = [[cell.text for cell in row] for row in view.bounds.model_.rows]
    assert shown[1] == ["float32", "88.722839", "−103.972077"]
    assert shown[2][1:] == ["709.782713", "−745.133219"]


def test_typing_an_output_tells_once(view: NumericsExploreView, qtbot: QtBot) -> None:
    edit = field(view, "logits.0").edit
    edit.setFocus()
    edit.selectAll()
    with qtbot.waitSignal(view.state_changed) as caught:
        qtbot.keyClicks(edit, "2")  # type: ignore[no-untyped-call]
        qtbot.keyClick(edit, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert caught.args == [NumericsState((2.0, 0.0, -1000.0), 0)]
    view.undo()
    assert view.state() == NumericsState()
    assert not view.can_undo


def test_a_number_out_of_bounds_stays_out(view: NumericsExploreView, qtbot: QtBot) -> None:
    edit = field(view, "logits.0").edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "1e9")  # type: ignore[no-untyped-call]
    qtbot.keyClick(edit, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert view.state() == NumericsState()


def test_a_drag_is_one_step_of_undo(view: NumericsExploreView) -> None:
    for value in (900.0, 500.0, 20.0):
        view.column.moved.emit("logits.0", value)
    view.column.edited.emit("logits.0", 20.0)
    view.column.edited.emit("logits.1", 3.0)
    assert view.state().logits == (20.0, 3.0, -1000.0)
    view.undo()
    assert view.state().logits == (20.0, 0.0, -1000.0)
    view.undo()
    assert view.state() == NumericsState()


def test_showing_is_silent(view: NumericsExploreView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.state_changed), qtbot.assertNotEmitted(view.refused):
        view.restore(PRESETS["gap_120"][1])
        view.set_theme(DARK)
    assert view.column.fields("Outputs").rows.row("logits.2") is None
    assert texts(view, 1)[2:5] == ["∞", "nan", "nan"]


def test_classes_label_and_examples(view: NumericsExploreView) -> None:
    view.column.edited.emit("label", "2")
    assert view.state().label == 2
    view.column.edited.emit("classes", 2)
    assert view.state() == NumericsState((1000.0, 0.0), 1)
    view.column.edited.emit("classes", 20)
    assert len(view.table.model_.columns) == 43
    view.column.examples["tame"].trigger()
    assert view.state() == PRESETS["tame"][1]
    assert "Every form is right" in view.sentence.full_text()


def test_sliders_reach_as_far_as_the_state(view: NumericsExploreView) -> None:
    view.open_example("half")
    assert field(view, "logits.0").slider.maximum() > 0
    assert field(view, "logits.0")._spec.slider_high == 20
    view.restore(NumericsState((150.0, 0.0), 0))
    assert field(view, "logits.0")._spec.slider_high == 200


def test_state_goes_through_toml(view: NumericsExploreView) -> None:
    text = view.copy_state_text()
    view.open_example("gap_120")
    assert view.open_state_text(text) is None
    assert view.state() == NumericsState()
    problem = view.open_state_text('view = "numerics"\nlogits = [1.0]')
    assert problem is not None and "Between 2 and 20" in problem.title


def test_rows_are_copied_as_a_spreadsheet_takes_them(view: NumericsExploreView, qtbot: QtBot) -> None:
    view.open_example("tame")
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 14
    assert lines[0].split("\t")[:3] == ["Form", "Precision", "Loss"]


def test_broken_cells_are_tinted_on_screen_and_in_the_figure(
    view: NumericsExploreView, tmp_path: Path
) -> None:
    tint = LIGHT.color("error_tint").rgb()

    def tinted(image: QImage) -> int:
        return sum(
            image.pixel(x, y) == tint for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)
        )

    figure = figure_image(view)
    assert tinted(figure) > 500
    assert figure.size() == view.figure_size() * 2
    broken = tinted(view.table.viewport().grab().toImage())
    view.open_example("tame")
    assert broken > 500
    assert tinted(view.table.viewport().grab().toImage()) == tinted(figure_image(view)) == 0
    for kind in ("png", "svg", "pdf"):
        write_figure(view, tmp_path / f"numerics.{kind}")
        assert (tmp_path / f"numerics.{kind}").stat().st_size > 2000


def test_csv_has_every_number(view: NumericsExploreView) -> None:
    lines = view.export_csv().splitlines()
    assert len(lines) == 14
    assert lines[-1].startswith("exact,,0.0")


def test_all_rows_stand_in_a_small_window(view: NumericsExploreView) -> None:
    assert view.table.full_height() == HEAD + 13 * ROW + 2
    assert view.table.height() >= view.table.full_height()
    assert not view.table.horizontalScrollBar().maximum()
    assert QColor(LIGHT.color("error")) != QColor(DARK.color("error"))


def test_with_classes_keeps_the_label_inside() -> None:
    assert with_classes(NumericsState((1.0, 2.0, 3.0), 2), 2) == NumericsState((1.0, 2.0), 1)
    assert len(columns(NumericsState((1.0, 2.0)))) == 7
    from lab.explore.numerics import view as numbers

    assert len(rows(numbers(NumericsState()))) == 13
    assert len(thresholds(numbers(NumericsState()))) == 3


def test_a_power_in_a_narrow_column_keeps_its_exponent(view: NumericsExploreView) -> None:
    view.show_state(PRESETS["half"][1])
    exact = view.table.model_.rows[-1]
    assert [cell.text for cell in exact if "10" in cell.text] == ["6.1 × 10⁻⁶", "6.1 × 10⁻⁶"]
    assert [cell.short for cell in exact if "10" in cell.text] == ["6.1×10⁻⁶", "6.1×10⁻⁶"]
    assert view.table.model_.rows[1][4].short == "6.1×10⁻⁶"
