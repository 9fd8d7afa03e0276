"""The form is silent while it is shown something, tells an act once, and keeps what stays in place."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.form.made_form import LONG, Heard, make_panel, real_form, settle
from tests.widgets.keyboard import keys
from tests.widgets.sample_form import field, sections, with_value
from widgets.form_panel import ExperimentForm
from widgets.theme import DARK, LIGHT, apply_theme


# --- silence, one signal ----------------------------------------------------------------------------
def test_being_shown_things_is_silent(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    panel.show_form(with_value(sections(), "optimizer.learning_rate", value=0.5))
    panel.show_form(real_form())
    panel.show_form(sections())
    panel.show_head("Other", None, edited=False, can_redo=True, recent=("/a.toml",))
    panel.show_problem("data.path", LONG)
    panel.clear_problems()
    panel.set_open_sections({"model": True, "data": False, "training/more": True})
    panel.set_theme(DARK)
    settle()
    assert heard.all == []


def test_typing_a_rate_emits_once(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    edit = panel.row("optimizer.learning_rate").field.edit
    edit.selectAll()
    keys(edit, "0.3")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert heard.all == [("edited", "optimizer.learning_rate", 0.3)]


def test_a_parameter_of_a_loss_is_edited_by_its_path(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    edit = panel.row("losses.0.label_smoothing").field.edit
    edit.setFocus()
    edit.selectAll()
    keys(edit, "0.1")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert heard.all == [("edited", "losses.0.label_smoothing", 0.1)]


def test_sections_fold_by_click_and_by_key_and_say_so_once(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    section = panel.section("model")
    assert not section.is_open
    QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    section.header.setFocus()
    QTest.keyClick(section.header, Qt.Key.Key_Space)
    assert heard.all == [("section_toggled", "model", True), ("section_toggled", "model", False)]


def test_open_sections_are_given_and_restored(
    panel: ExperimentForm, qtbot: QtBot, qapp: QApplication
) -> None:
    panel.set_open_sections({"model": True, "data": False})
    saved = panel.open_sections()
    other = make_panel(qtbot, qapp, LIGHT)
    other.set_open_sections(saved)
    assert other.section("model").is_open
    assert not other.section("data").is_open
    assert other.open_sections() == saved


def test_section_slides_open_and_ends_at_its_content(panel: ExperimentForm, qtbot: QtBot) -> None:
    section = panel.section("model")
    closed = section.height()
    QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: section.height() > closed + 100, timeout=30_000)
    qtbot.waitUntil(lambda: section._motion.state() == section._motion.State.Stopped, timeout=30_000)
    settle()
    row = panel.row("model.activation")
    assert row.isVisible()
    assert row.mapTo(section, QPoint(0, row.height())).y() <= section.height()


# --- in place ---------------------------------------------------------------------------------------
def test_shown_again_nothing_is_rebuilt_and_typing_goes_on(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    before = {row.spec.path: id(row.field) for row in panel.rows()}
    edit = panel.row("optimizer.learning_rate").field.edit
    edit.setFocus()
    edit.selectAll()
    keys(edit, "0.07")
    edit.setCursorPosition(3)
    changed = with_value(sections(), "data.label_noise.share", value=0.25)
    panel.show_form(with_value(changed, "optimizer.learning_rate", value=0.9))
    assert {row.spec.path: id(row.field) for row in panel.rows()} == before
    assert edit.hasFocus()
    assert (edit.text(), edit.cursorPosition()) == ("0.07", 3)
    assert panel.row("data.label_noise.share").field.edit.text() == "25\u202f%"
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert heard.all == [("edited", "optimizer.learning_rate", 0.07)]


def test_fields_come_and_go_in_order_and_the_page_stays(panel: ExperimentForm) -> None:
    panel.resize(304, 300)
    settle()
    bar = panel.scroller.verticalScrollBar()
    bar.setValue(120)
    data, *rest = sections()
    more = field("data.noise", "Noise", "float", 0.1, low=0, high=1)
    panel.show_form((replace(data, fields=(data.fields[0], more, *data.fields[2:])), *rest))
    settle()
    paths = [row.spec.path for row in panel.rows() if row.spec.path.startswith("data.")]
    assert paths[:3] == ["data.name", "data.noise", "data.split"]
    tops = [panel.row(path).mapTo(panel.content, QPoint(0, 0)).y() for path in paths]
    assert tops == sorted(tops)
    assert bar.value() == 120
    panel.show_form(sections())
    assert panel.row("data.noise") is None


def test_a_field_of_another_kind_replaces_the_old_one(panel: ExperimentForm) -> None:
    old = panel.row("data.standardise").field
    panel.show_form(with_value(sections(), "data.standardise", kind="text", value="yes"))
    assert panel.row("data.standardise").field is not old
    assert panel.row("data.standardise").field.edit.text() == "yes"


def test_rarely_needed_fields_fold_but_not_under_the_cursor(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    folded = with_value(sections(), "training.batch_size", advanced=True)
    panel.show_form(folded)
    row = panel.row("training.batch_size")
    assert row.isHidden()
    group = panel._groups["optimizer"]
    assert group.more.text() == "1 more …"
    QTest.mouseClick(group.more, Qt.MouseButton.LeftButton)
    assert not row.isHidden()
    assert heard.all == [("section_toggled", "optimizer/more", True)]
    row.field.edit.setFocus()
    group.set_more_open(False)
    assert not row.isHidden()
    panel.row("optimizer.learning_rate").field.edit.setFocus()
    panel.show_form(folded)
    assert row.isHidden()
    panel.show_problem("training.batch_size", "a whole number from 1")
    assert not row.isHidden()


# --- theme ------------------------------------------------------------------------------------------
def test_theme_switches_live(panel: ExperimentForm, qapp: QApplication) -> None:
    def colors() -> set[str]:
        image = panel.grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(0, 300, 2) for y in range(0, 700, 1)}

    light = colors()
    assert LIGHT.color("panel").name() in light
    assert LIGHT.series(1).color.name() in light
    apply_theme(qapp, DARK)
    panel.set_theme(DARK)
    settle()
    dark = colors()
    assert DARK.color("panel").name() in dark
    assert DARK.series(1).color.name() in dark
    for token in ("panel", "card", "field"):
        assert LIGHT.color(token).name() not in dark
    apply_theme(qapp, LIGHT)
    panel.set_theme(LIGHT)
    settle()
    assert LIGHT.color("panel").name() in colors()
