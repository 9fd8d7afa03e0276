from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from lab.catalogue import entries, form
from lab.config import DataConfig, ExperimentConfig, LossConfig
from lab.field_spec import SectionSpec
from tests.widgets.keyboard import keys
from tests.widgets.sample_form import FORMULAS, LOSSES, field, sections, with_value
from widgets.form_panel import ExperimentForm
from widgets.theme import DARK, LIGHT, Theme, apply_theme

LONG = (
    "/a/very/long/path/without_any_blank_at_all/patients_2024_final_version_3.csv was not loaded: "
    "line 118 has 9 values, the header has 8. Probably a decimal comma."
)
WIDTHS = (284, 304, 328)
DEJAVU = replace(LIGHT, families=("DejaVu Sans",))


class Heard:
    """Every signal of a form, in order."""

    def __init__(self, panel: ExperimentForm) -> None:
        self.all: list[tuple[object, ...]] = []
        for name in (
            "edited", "loss_added", "loss_removed", "loss_duplicated", "loss_moved", "section_toggled",
            "undo_asked", "redo_asked", "new_asked", "open_asked", "open_path_asked", "save_asked",
            "save_as_asked",
        ):  # fmt: skip
            getattr(panel, name).connect(lambda *given, name=name: self.all.append((name, *given)))


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> Iterator[ExperimentForm]:
    made = make_panel(qtbot, qapp, LIGHT)
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def make_panel(qtbot: QtBot, qapp: QApplication, theme: Theme, width: int = 304) -> ExperimentForm:
    apply_theme(qapp, theme)
    made = ExperimentForm(FORMULAS)
    qtbot.addWidget(made)
    made.set_theme(theme)
    made.show_head("Digits race", Path("/x/digits-race.toml"), edited=True, can_undo=True)
    made.show_form(sections())
    made.resize(width, 800)
    made.show()
    made.activateWindow()
    settle()
    return made


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def real_form() -> tuple[SectionSpec, ...]:
    """The form of an experiment with every loss, made from the catalogue."""
    names = [entry.name for entry in entries("losses")]
    losses = tuple(LossConfig(name=name) for name in names)
    return form(ExperimentConfig(data=DataConfig(name="digits"), losses=losses))


def too_wide(panel: ExperimentForm) -> list[str]:
    """Names of visible widgets that reach past the right edge of the content."""
    limit = panel.scroller.viewport().width()
    found = []
    for child in panel.content.findChildren(QWidget):
        if child.isVisible() and child.window() is panel:
            right = child.mapTo(panel.content, QPoint(child.width(), 0)).x()
            if right > limit:
                found.append(f"{type(child).__name__} {child.objectName()} {right}")
    return found


# --- silence, one signal --------------------------------------------------------------------------
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
    panel.focus_field("seeds.count")
    settle()
    assert heard.all == []


def test_typing_a_rate_emits_once(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    assert panel.focus_field("optimizer.learning_rate")
    keys(QApplication.focusWidget(), "")
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
    qtbot.waitUntil(lambda: section.height() > closed + 100, timeout=2000)
    qtbot.waitUntil(lambda: section._motion.state() == section._motion.State.Stopped, timeout=2000)
    settle()
    row = panel.row("model.activation")
    assert row.isVisible()
    assert row.mapTo(section, QPoint(0, row.height())).y() <= section.height()


# --- in place -------------------------------------------------------------------------------------
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


# --- errors and widths ----------------------------------------------------------------------------
def test_a_problem_marks_its_field_and_an_edit_takes_the_mark_away(panel: ExperimentForm) -> None:
    assert panel.show_problem("model.hidden", "line 118: 9 values, not 8")
    row = panel.row("model.hidden")
    settle()
    assert panel.section("model").is_open
    assert row.error.isVisible()
    assert row.error.words.full_text() == "line 118: 9 values, not 8"
    assert row.field.edit.property("error") is True
    row.field.edit.setFocus()
    row.field.edit.selectAll()
    keys(row.field.edit, "8")
    QTest.keyClick(row.field.edit, Qt.Key.Key_Return)
    assert row.error.isHidden()
    assert row.field.edit.property("error") is False
    assert not panel.show_problem("no.such.path", "x")


def test_what_was_typed_wrong_is_said_under_the_field(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    row = panel.row("optimizer.learning_rate")
    row.field.edit.setFocus()
    row.field.edit.selectAll()
    keys(row.field.edit, "−1")
    QTest.keyClick(row.field.edit, Qt.Key.Key_Return)
    assert row.problem.startswith("Takes a number above 0")
    assert row.problem.endswith("It stays at 0.1.")
    panel.show_form(sections())
    assert row.problem, "being shown the same again does not hide what is wrong"
    QTest.keyClick(row.field.edit, Qt.Key.Key_Escape)
    assert not row.problem
    assert heard.all == []


def test_what_is_being_typed_can_be_taken_before_acting(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    edit = panel.row("optimizer.learning_rate").field.edit
    assert panel.commit()
    edit.setFocus()
    edit.selectAll()
    keys(edit, "0.3")
    assert panel.commit()
    assert panel.commit()
    assert heard.all == [("edited", "optimizer.learning_rate", 0.3)]
    edit.selectAll()
    keys(edit, "−3")
    assert not panel.commit()
    assert len(heard.all) == 1
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    edit.selectAll()
    keys(edit, "0.5")
    QTest.mouseClick(panel.head.undo, Qt.MouseButton.LeftButton)
    assert heard.all[1:] == [("edited", "optimizer.learning_rate", 0.5), ("undo_asked",)]


def test_the_words_under_a_field_scroll_into_view(panel: ExperimentForm) -> None:
    panel.resize(304, 420)
    settle()
    row = panel.row("optimizer.learning_rate")
    view = panel.scroller.viewport()
    bar = panel.scroller.verticalScrollBar()
    bar.setValue(bar.value() + row.field.mapTo(view, QPoint(0, row.field.height())).y() - view.height())
    row.field.edit.setFocus()
    row.field.edit.selectAll()
    keys(row.field.edit, "−1")
    QTest.keyClick(row.field.edit, Qt.Key.Key_Return)
    settle()
    assert row.error.isVisible()
    assert row.mapTo(view, QPoint(0, row.height())).y() <= view.height()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", [LIGHT, DEJAVU], ids=["ui-font", "dejavu"])
def test_nothing_is_ever_wider_than_the_panel(
    qtbot: QtBot, qapp: QApplication, theme: Theme, width: int
) -> None:
    panel = make_panel(qtbot, qapp, theme, width)
    for specs in (sections(), real_form()):
        panel.show_form(specs)
        panel.set_open_sections(dict.fromkeys(panel.open_sections(), True))
        for row in panel.rows():
            row.show_problem(LONG)
        for card in panel.losses.cards():
            card.note.words.setText(LONG)
            card.note.setVisible(True)
        settle()
        assert panel.content.width() <= panel.scroller.viewport().width()
        assert too_wide(panel) == []
        panel.clear_problems()


def test_a_note_stands_under_its_field_until_there_is_a_problem(panel: ExperimentForm) -> None:
    row = panel.row("data.name")
    height = row.sizeHint().height()
    row.show_spec(replace(row.spec, note="Read as GBK; the target is the last column."))
    settle()
    assert row.note.isVisible()
    assert row.sizeHint().height() > height
    assert row.note.mapTo(panel, QPoint(0, 0)).x() == row.label.mapTo(panel, QPoint(0, 0)).x()
    row.show_problem("It is gone.")
    assert not row.note.isVisible()
    row.show_problem("")
    row.show_spec(replace(row.spec, note=""))
    settle()
    assert not row.note.isVisible()
    assert row.sizeHint().height() == height


def test_right_edges_line_up_with_and_without_a_scroll_bar(panel: ExperimentForm) -> None:
    rights = set()
    for height in (500, 2000):
        panel.resize(304, height)
        settle()
        row = panel.row("data.name")
        rights.add(row.mapTo(panel, QPoint(row.width(), 0)).x())
        add = panel.losses.cards()[0]
        rights.add(add.mapTo(panel, QPoint(add.width(), 0)).x())
    assert len(rights) == 1
    assert panel.width() - rights.pop() in (12, 13)


def test_labels_at_34_and_fields_at_134(panel: ExperimentForm) -> None:
    for path in ("data.name", "optimizer.learning_rate", "training.batch_size"):
        row = panel.row(path)
        assert row.label.mapTo(panel, QPoint(0, 0)).x() == 34
        assert row.field.mapTo(panel, QPoint(0, 0)).x() == 134
        assert row.field.height() == 28


def test_no_text_is_smaller_than_eleven_pixels(panel: ExperimentForm) -> None:
    for label in panel.findChildren(QLabel):
        label.ensurePolished()
        assert label.font().pixelSize() >= 11


# --- keyboard -------------------------------------------------------------------------------------
def test_tab_goes_from_top_to_bottom(panel: ExperimentForm) -> None:
    panel.resize(304, 1400)
    panel.set_open_sections({"model": True, "training": True, "seeds": True})
    data, *rest = sections()
    more = field("data.noise", "Noise", "float", 0.1, low=0, high=1)
    panel.show_form((replace(data, fields=(data.fields[0], more, *data.fields[1:])), *rest))
    settle()
    panel.head.name.setFocus()
    places = []
    for _ in range(60):
        widget = QApplication.focusWidget()
        assert widget is not None
        corner = widget.mapTo(panel, QPoint(0, widget.height() // 2))
        places.append((corner.y(), corner.x()))
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is panel.head.name:
            break
    else:
        pytest.fail("Tab never came back to the start")
    rows = [y // 12 for y, _ in places[4:]]
    assert rows == sorted(rows), places
    assert len(places) >= 25


def test_f1_tells_about_the_field(panel: ExperimentForm, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, *_rest: told.append(text))
    edit = panel.row("optimizer.learning_rate").field.edit
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_F1)
    assert len(told) == 1
    assert "Length of a step." in told[0]
    assert "Takes a number above 0" in told[0]


# --- losses ---------------------------------------------------------------------------------------
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


# --- head -----------------------------------------------------------------------------------------
def test_head_says_file_and_state(panel: ExperimentForm) -> None:
    assert panel.head.file.full_text() == "digits-race.toml · edited"
    panel.show_head("Digits race", None, edited=False)
    assert panel.head.file.full_text() == "built in · not saved yet"
    assert not panel.head.undo.isEnabled()
    assert panel.head.redo.isHidden()


def test_name_is_typed_in_place(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    name = panel.head.name
    name.setFocus()
    name.selectAll()
    keys(name, "Race 2")
    panel.show_head("Digits race", None, edited=True)
    assert name.text() == "Race 2"
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert heard.all == [("edited", "name", "Race 2")]


def test_file_menu(panel: ExperimentForm) -> None:
    heard = Heard(panel)
    panel.show_head("A", None, edited=True, can_undo=True, can_redo=True, recent=("/x/one.toml",))
    QTest.mouseClick(panel.head.undo, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.head.redo, Qt.MouseButton.LeftButton)
    menu = panel.head.menu()
    for action in menu.actions():
        if action.menu() is not None:
            action.menu().actions()[0].trigger()
        elif not action.isSeparator():
            action.trigger()
    assert [one[0] for one in heard.all] == [
        "undo_asked", "redo_asked", "new_asked", "open_asked", "open_path_asked", "save_asked",
        "save_as_asked",
    ]  # fmt: skip
    assert heard.all[4] == ("open_path_asked", "/x/one.toml")


# --- theme ----------------------------------------------------------------------------------------
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
