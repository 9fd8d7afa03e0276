"""Keys and the palette do what the window can do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from lab.instruments.kinds import INSTRUMENT_HELP
from tests.widgets.fake_session import FakeSession
from tests.widgets.window_driving import focus_plots, spin
from widgets.main_window import MainWindow


def test_single_letters_act_on_the_plots(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    focus_plots(window)
    strip = window.workspace.strip
    for key, name, expected in (
        (Qt.Key.Key_X, "x_axis", "epoch"), (Qt.Key.Key_B, "band", "none"),
        (Qt.Key.Key_M, "members", True), (Qt.Key.Key_S, "smooth", False),
    ):  # fmt: skip
        qtbot.keyClick(window.workspace.centre, key)
        assert getattr(strip.choices, name) == expected, name
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_Space)
    assert session.state == "running"
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_Space)
    assert session.state == "paused"
    step = session.step
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_Period)
    assert session.step == step + 1


def test_single_letters_are_typed_in_text_fields(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    row = window.form.row("optimizer.learning_rate")
    assert row is not None
    line = row.field.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    QApplication.processEvents()
    before = window.workspace.strip.choices
    for key in (Qt.Key.Key_X, Qt.Key.Key_B, Qt.Key.Key_M, Qt.Key.Key_S, Qt.Key.Key_Space, Qt.Key.Key_Period):
        qtbot.keyClick(line, key)
    assert window.workspace.strip.choices == before
    assert session.log == []
    assert session.state == "ready"


def test_space_presses_a_button_that_was_reached_by_tab(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    window.activateWindow()
    window.workspace.strip.reset.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(window.workspace.strip.reset.hasFocus)
    qtbot.keyClick(window.workspace.strip.reset, Qt.Key.Key_Space)
    assert session.log == []


def test_numbers_hide_losses_and_alt_shows_one_alone(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    session.toggle()
    spin(window, 3)
    focus_plots(window)
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_1)
    assert [run.visible for run in session.runs] == [False] * 3 + [True] * 3
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_1)
    assert all(run.visible for run in session.runs)
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert [run.visible for run in session.runs] == [False] * 3 + [True] * 3


def test_the_palette_finds_and_does_a_command(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    focus_plots(window)
    qtbot.keyClick(window.workspace.centre, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.cards.palette
    assert palette.isVisible()
    qtbot.keyClicks(palette.line, "run or")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert session.state == "running"


def test_the_palette_adds_a_plot(qtbot: QtBot, window: MainWindow) -> None:
    focus_plots(window)
    window.cards.show_palette()
    qtbot.keyClicks(window.cards.palette.line, "add plot: parameter")
    qtbot.keyClick(window.cards.palette.line, Qt.Key.Key_Return)
    assert window.grid.kinds[-1] == "parameter_norm"


def test_the_palette_finds_an_instrument_by_what_it_answers(qtbot: QtBot, window: MainWindow) -> None:
    focus_plots(window)
    window.cards.show_palette()
    qtbot.keyClicks(window.cards.palette.line, "pull hardest")
    index = window.cards.palette.view.currentIndex()
    assert index.data() == "Add plot: Influence"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == INSTRUMENT_HELP["influence"]
    qtbot.keyClick(window.cards.palette.line, Qt.Key.Key_Return)
    assert window.grid.kinds[-1] == "influence"


def choose_in_palette(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Open the palette, type, and take the first entry."""
    window.cards.show_palette()
    qtbot.keyClicks(window.cards.palette.line, text)
    qtbot.keyClick(window.cards.palette.line, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("learning rate opt", "optimizer.learning_rate"),  # open
        ("activation", "model.activation"),  # in a closed section
        ("clip", "training.clip"),  # folded away in an open one
        ("smoothing cross", "losses.0.label_smoothing"),
        ("factor brier", "losses.1.scale"),  # asked for in a loss's menu
    ],
)
def test_the_palette_goes_to_a_setting_wherever_it_is(
    qtbot: QtBot, window: MainWindow, text: str, path: str
) -> None:
    window.workspaces.choose("compare")
    window.workspace.toggle("form")
    assert not window.form.isVisible()
    choose_in_palette(qtbot, window, text)
    assert window.workspaces.name == "train"
    row = window.form.row(path)
    assert row is not None
    focus = QApplication.focusWidget()
    assert focus is not None
    assert row.isAncestorOf(focus)
    qtbot.waitUntil(lambda: window.form.scroller.viewport().rect().contains(
        row.mapTo(window.form.scroller.viewport(), row.rect().center())
    ))  # fmt: skip
    window.experiment.show_form()
    assert row.isVisible()  # also when the form is shown anew


def test_every_setting_of_the_form_is_in_the_palette(window: MainWindow) -> None:
    window.form.set_open_sections(dict.fromkeys(("model", "training", "seeds"), True))
    shown = {row.spec.path for row in window.form.rows()}
    assert shown <= {spec.path for spec, _ in window.form.settings()}


def test_the_palette_goes_to_a_plot_that_is_there(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_kinds(["metric", "objective", "gradient", "influence"])
    window.grid.toggle_full(window.grid.numbers()[0])
    choose_in_palette(qtbot, window, "go to plot: influence")
    card = window.grid.card(window.grid.numbers()[3])
    focus = QApplication.focusWidget()
    assert focus is not None
    assert card.isAncestorOf(focus)
    assert card.isVisible()
    assert window.grid.kinds == ("metric", "objective", "gradient", "influence")


def test_f6_goes_round_the_panels(window: MainWindow) -> None:
    focus_plots(window)
    seen = []
    for _ in range(6):
        window.next_panel()
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(
            next(
                name
                for name, part in (("form", window.form), ("runs", window.runs), ("top", window.top),
                                   ("centre", window.workspace.centre), ("status", window.status))
                if part.isAncestorOf(focus)
            )
        )  # fmt: skip
    assert set(seen) >= {"form", "top", "centre"}
