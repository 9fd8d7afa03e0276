from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from widgets.command_palette import PaletteEntry, rank
from widgets.main_window import MainWindow
from widgets.shortcuts import is_single_key, takes_text


@pytest.mark.parametrize("keys", ["Space", ".", "Shift+.", "L", "1", "0", ">"])
def test_single_keys(keys: str) -> None:
    assert is_single_key(keys)


@pytest.mark.parametrize("keys", ["Ctrl+S", "Alt+1", "F6", "F5", "Ctrl+Shift+Z", "Shift+F6"])
def test_keys_that_work_everywhere(keys: str) -> None:
    assert not is_single_key(keys)


def test_what_takes_text(qtbot: QtBot) -> None:
    editable = QComboBox()
    editable.setEditable(True)
    for widget, expected in (
        (QLineEdit(), True), (QPlainTextEdit(), True), (QSpinBox(), True), (editable, True),
        (QComboBox(), False), (QLabel(), False), (None, False),
    ):  # fmt: skip
        if isinstance(widget, QWidget):
            qtbot.addWidget(widget)
        assert takes_text(widget) == expected


def test_every_command_has_its_own_keys(window: MainWindow) -> None:
    seen: dict[str, str] = {}
    for command, _enabled in window.commands:
        for keys in command.keys:
            assert not QKeySequence(keys).isEmpty(), keys
            assert keys not in seen, (keys, command.name, seen.get(keys))
            seen[keys] = command.name
    assert seen["Space"] == "run"
    assert {
        "Ctrl+N",
        "Ctrl+O",
        "Ctrl+S",
        "Ctrl+Shift+S",
        "Ctrl+Z",
        "Ctrl+Shift+Z",
        "Ctrl+E",
        "Ctrl+C",
    } <= set(seen)
    assert {"L", "X", "B", "M", "S", "0", "F", "F6", "Ctrl+K", "Ctrl+.", "Ctrl+Backspace"} <= set(seen)


def test_the_palette_ranks_the_start_of_a_title_first() -> None:
    entries = [
        PaletteEntry("a", "Export …", words="figure"),
        PaletteEntry("b", "Copy figure"),
        PaletteEntry("c", "Figure out"),
    ]
    order = sorted((rank("fig", entry), entry.name) for entry in entries if rank("fig", entry) is not None)
    assert [name for _place, name in order] == ["c", "b", "a"]
