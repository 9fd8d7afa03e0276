"""Cards over the window are made when they are first opened, and looked after from then on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.command_palette import CommandPalette
from widgets.device_card import DeviceCard
from widgets.export_panel import ExportPanel
from widgets.main_window import MainWindow
from widgets.overlay import Overlay

LATE = (CommandPalette, DeviceCard, ExportPanel)


def test_cards_are_made_when_they_are_first_opened(window: MainWindow) -> None:
    assert not [card for card in window.findChildren(Overlay) if isinstance(card, LATE)]
    window.cards.show_palette()
    assert window.cards.palette.isVisible()
    window.exports.open()
    assert window.exports.panel.isVisible()
    window.cards.show_palette()
    assert len(window.findChildren(CommandPalette)) == len(window.findChildren(ExportPanel)) == 1


def test_a_card_that_comes_late_has_the_window_s_colours(window: MainWindow) -> None:
    window.appearance.choose("dark")
    window.exports.open()
    assert window.exports.panel._theme is window.theme
    window.appearance.choose("light")
    assert window.exports.panel._theme is window.theme


def test_every_card_closes_when_the_window_changes_its_size(window: MainWindow) -> None:
    window.exports.open()
    window.resize(window.width() - 40, window.height())
    assert not window.exports.panel.isVisible()


def test_escape_closes_one_card(window: MainWindow, qtbot: QtBot) -> None:
    window.exports.open()
    assert window.cards.dismiss_one()
    assert not window.exports.panel.isVisible()
    assert not window.cards.dismiss_one()
    window.cards.show_palette()
    qtbot.keyClick(window.cards.palette.line, Qt.Key.Key_Escape)
    assert not window.cards.palette.isVisible()


def test_the_palette_is_as_high_as_what_it_lists(window: MainWindow, qtbot: QtBot) -> None:
    window.cards.show_palette()
    palette = window.cards.palette
    qtbot.keyClicks(palette.line, "learning rate")
    assert palette.height() == palette.sizeHint().height()
    rows = palette.view.model().rowCount()
    qtbot.keyClicks(palette.line, " opt")
    assert palette.view.model().rowCount() < rows
    assert palette.height() == palette.sizeHint().height()
    assert palette.height() - palette.view.height() - palette.line.height() < 60
    qtbot.keyClicks(palette.line, "zzz")
    assert palette.height() == palette.sizeHint().height()
