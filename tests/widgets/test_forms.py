"""Rows of a form are made when they can be seen, or when somebody asks for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.sample_form import field, sections
from widgets.form_panel import ExperimentForm
from widgets.forms import FieldRows
from widgets.panel_focus import focus_stop
from widgets.theme import DARK

SPECS = (
    field("data.noise", "Noise", "float", 0.1),
    field("data.size", "Samples", "int", 200, advanced=True),
    field("data.shuffle", "Shuffle", "bool", True),
)


def made_paths(rows: FieldRows) -> list[str]:
    return [row.spec.path for row in rows.made_rows()]


@pytest.fixture
def panel(qtbot: QtBot) -> ExperimentForm:
    made = ExperimentForm()
    qtbot.addWidget(made)
    made.show_form(sections())
    made.resize(304, 800)
    made.show()
    return made


def group(panel: ExperimentForm, key: str) -> FieldRows:
    return panel._groups[key]


def test_a_folded_row_is_made_when_it_unfolds(qtbot: QtBot) -> None:
    rows = FieldRows()
    qtbot.addWidget(rows)
    rows.show_fields(SPECS)
    assert made_paths(rows) == ["data.noise", "data.shuffle"]
    assert (rows.more.text(), rows.more.toolTip()) == ("1 more …", "Samples")
    rows.set_more_open(True)
    assert made_paths(rows) == ["data.noise", "data.size", "data.shuffle"]
    assert [rows._layout.indexOf(row) for row in rows.made_rows()] == [0, 1, 2]
    assert rows.more.text() == "Fewer settings"


def test_rows_that_wait_show_what_was_said_last(qtbot: QtBot) -> None:
    rows = FieldRows(waits=True)
    qtbot.addWidget(rows)
    rows.show_fields(SPECS)
    rows.set_theme(DARK)
    assert not rows.show_fields((replace(SPECS[0], value=0.5), SPECS[2]))
    assert made_paths(rows) == []
    rows.make_rows()
    noise, _shuffle = rows.made_rows()
    assert noise.field.edit.text() == "0.5"  # type: ignore[attr-defined]
    assert noise._theme is DARK
    assert rows.show_fields(SPECS[2:])  # from now on they come and go at once
    assert made_paths(rows) == ["data.shuffle"]


def test_a_row_that_is_asked_for_is_made_alone(qtbot: QtBot) -> None:
    rows = FieldRows(waits=True)
    qtbot.addWidget(rows)
    rows.show_fields(SPECS)
    assert rows.row("data.nothing") is None
    assert rows.row("data.size") is not None
    assert made_paths(rows) == ["data.size"]
    assert [row.spec.path for row in rows.rows()] == ["data.noise", "data.size", "data.shuffle"]


def test_closed_sections_have_no_rows_until_they_open(panel: ExperimentForm) -> None:
    closed = [key for key in panel._groups if not panel.section(key).is_open and key != "losses"]
    assert closed
    assert all(made_paths(group(panel, key)) == [] for key in closed)
    QTest.mouseClick(panel.section("model").header, Qt.MouseButton.LeftButton)
    assert "model.activation" in made_paths(group(panel, "model"))
    assert all(made_paths(group(panel, key)) == [] for key in closed if key != "model")


def test_tab_goes_through_rows_that_came_late(panel: ExperimentForm) -> None:
    panel.set_open_sections({"model": True})
    panel.activateWindow()
    panel.section("model").header.setFocus()
    stops = [stop for row in group(panel, "model").made_rows() for stop in row.field.stops()]
    for stop in (stop for stop in stops if stop.isVisible() and stop.isEnabled()):
        assert focus_stop(panel, forwards=True)  # as the window does on Tab
        assert QApplication.focusWidget() is stop


def test_a_problem_in_a_closed_section_opens_it(panel: ExperimentForm) -> None:
    assert panel.show_problem("model.hidden", "Ask for 1 unit or more.")
    row = panel.row("model.hidden")
    assert row is not None and row.error.isVisible()
    assert panel.section("model").is_open
    assert len(made_paths(group(panel, "model"))) > 1
