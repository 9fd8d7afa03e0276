"""The formula of a loss in the form: taken when it can be read, else kept as typed with its problem told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lab.catalogue import form
from lab.config import DataConfig, ExperimentConfig, LossConfig
from tests.widgets.fake_session import FakeSession
from widgets.form_panel import ExperimentForm
from widgets.form_row import FormRow
from widgets.main_window import MainWindow
from widgets.theme import DARK, LIGHT, apply_theme

HUBER = "where(abs(r) < d, r**2/2, d*(abs(r) - d/2))"
PATH = "losses.0.formula"


def experiment(**keys: object) -> ExperimentConfig:
    typed = {"name": "custom", "formula": HUBER, "parameters": {"d": 1.0}, **keys}
    losses = (LossConfig.model_validate(typed), LossConfig(name="huber"))
    return ExperimentConfig(data=DataConfig(name="sine"), losses=losses)


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> Iterator[ExperimentForm]:
    apply_theme(qapp, LIGHT)
    made = ExperimentForm({})
    qtbot.addWidget(made)
    made.set_theme(LIGHT)
    made.show_form(form(experiment(), None))
    made.resize(304, 900)
    made.show()
    yield made
    made.close()


def row_of(panel: ExperimentForm, path: str = PATH) -> FormRow:
    row = panel.losses.cards()[0].rows.row(path)
    assert row is not None
    return row


def type_formula(panel: ExperimentForm, text: str) -> FormRow:
    row = row_of(panel)
    edit = row.field.edit  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    return row


def test_a_formula_is_told_once_it_can_be_read(panel: ExperimentForm) -> None:
    heard: list[tuple[str, object]] = []
    panel.edited.connect(lambda path, value: heard.append((path, value)))
    row = type_formula(panel, "d*r**2")
    assert heard == [(PATH, "d*r**2")]
    assert row.problem == ""


def test_typing_tells_nothing_before_it_is_taken(panel: ExperimentForm) -> None:
    heard: list[tuple[str, object]] = []
    panel.edited.connect(lambda path, value: heard.append((path, value)))
    edit = row_of(panel).field.edit  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "r**2 +")
    assert heard == []
    assert row_of(panel).problem == ""


def test_a_formula_that_cannot_be_read_stays_with_a_caret_under_the_place(panel: ExperimentForm) -> None:
    heard: list[tuple[str, object]] = []
    panel.edited.connect(lambda path, value: heard.append((path, value)))
    row = type_formula(panel, "r**2 + abz(r)")
    edit = row.field.edit  # type: ignore[attr-defined]
    assert heard == []
    assert edit.text() == "r**2 + abz(r)"
    assert edit.cursorPosition() == 7
    assert row.error.words.full_text() == "abz is not a function of formulas."
    formula, caret = row.error.code.text().split("\n")
    assert formula[caret.index("^") :].startswith("abz")
    assert "Did you mean abs?" in row.error.hint.full_text()
    assert row.error.code.isVisible()
    metrics = row.error.code.fontMetrics()
    assert metrics.horizontalAdvance(" " * 20) == pytest.approx(metrics.horizontalAdvance("w" * 20), abs=2)
    panel.show_form(form(experiment(), None))  # shown again, as after any other edit
    assert edit.text() == "r**2 + abz(r)"
    type_formula(panel, "r**2 + abs(r)")
    assert heard == [(PATH, "r**2 + abs(r)")]
    assert not row.error.isVisible()


def test_escape_brings_the_formula_back(panel: ExperimentForm) -> None:
    row = type_formula(panel, "r**2 + ")
    assert row.problem
    QTest.keyClick(row.field.edit, Qt.Key.Key_Escape)  # type: ignore[attr-defined]
    assert row.field.edit.text() == HUBER  # type: ignore[attr-defined]
    assert row.problem == ""


def test_a_new_parameter_makes_the_formula_readable(panel: ExperimentForm) -> None:
    assert "q is not known" in type_formula(panel, "q*r**2").problem
    panel.show_form(form(experiment(parameters={"d": 1.0, "q": 2.0}), None))
    heard: list[tuple[str, object]] = []
    panel.edited.connect(lambda path, value: heard.append((path, value)))
    row = row_of(panel)
    QTest.keyClick(row.field.edit, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert heard == [(PATH, "q*r**2")]
    assert row.problem == ""


def test_parameters_have_fields_of_their_own(panel: ExperimentForm) -> None:
    assert row_of(panel, "losses.0.parameters.d").field is not None
    panel.show_form(form(experiment(parameters={"d": 1.0, "q": 2.0}), None))
    assert row_of(panel, "losses.0.parameters.q").spec.value == 2.0
    assert row_of(panel, "losses.0.parameters").spec.value == "d = 1, q = 2"


def test_it_takes_both_themes(panel: ExperimentForm, qapp: QApplication) -> None:
    row = type_formula(panel, "r**2 + q")
    apply_theme(qapp, DARK)
    panel.set_theme(DARK)
    assert row.error.code.palette().text().color().lightness() > 128
    assert not panel.grab().isNull()


def test_a_formula_is_added_typed_and_refused_in_the_window(window: MainWindow, session: FakeSession) -> None:
    window.form.losses.popover.chosen.emit("custom")
    window.bridge.flush()
    QApplication.processEvents()
    number = len(session.config.losses) - 1
    assert session.config.losses[-1].parameters["parameters"] == {"d": 1.0}
    rows = window.form.losses.cards()[-1].rows

    def take(path: str, text: str) -> FormRow:
        row = rows.row(f"losses.{number}.{path}")
        assert row is not None
        edit = row.field.edit  # type: ignore[attr-defined]
        edit.setFocus()
        edit.selectAll()
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, Qt.Key.Key_Return)
        window.bridge.flush()
        QApplication.processEvents()
        return row

    take("formula", "d*abs(r)")
    assert session.config.losses[-1].parameters["formula"] == "d*abs(r)"
    take("parameters", "d = 3 from 1 to 5")
    assert session.config.losses[-1].card.parameters[0].high == 5
    assert "is not known" in take("formula", "w*abs(r)").problem
    assert session.config.losses[-1].parameters["formula"] == "d*abs(r)"
    row = take("parameters", "q = 3")  # the formula still needs d
    held = session.config.losses[-1].parameters["parameters"]
    assert held == {"d": {"value": 3.0, "low": 1.0, "high": 5.0}}
    assert row is not None
    session.undo()
    assert session.config.losses[-1].parameters["parameters"] == {"d": 1.0}
