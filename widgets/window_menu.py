"""The window's commands with their keys, and its menus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from widgets.shortcuts import Command

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


def window_commands(window: MainWindow) -> None:
    """Give a window its commands."""
    session, experiment, files = window.session, window.experiment, window.files
    plots, strip, grid = window.plots, window.workspace.strip, window.grid
    spaces = window.workspaces

    def save() -> None:
        window.form.commit()
        files.save()

    def save_as() -> None:
        window.form.commit()
        files.save_as()

    table: list[tuple[str, str, tuple[str, ...], Callable[[], object], str]] = [
        ("run", "Run or pause", ("Space", "F5"), experiment.toggle, "start resume again train"),
        ("step", "One update", (".",), lambda: experiment.step(False), "step"),
        ("epoch", "One epoch", ("Shift+.", ">"), lambda: experiment.step(True), "step pass"),
        ("stop", "Stop", ("Ctrl+.",), session.stop, "end"),
        ("reset", "Reset: forget the runs", ("Ctrl+Backspace",), session.reset, "clear"),
        ("new", "New experiment", ("Ctrl+N",), files.new, ""),
        ("open", "Open experiment …", ("Ctrl+O",), files.choose, "file toml load"),
        ("save", "Save", ("Ctrl+S",), save, "file toml"),
        ("save_as", "Save as …", ("Ctrl+Shift+S",), save_as, "file toml"),
        ("data", "Load my data …", ("Ctrl+D",), spaces.for_train(files.choose_data), "csv parquet npz table"),
        ("undo", "Undo", ("Ctrl+Z",), spaces.undo, ""),
        ("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), spaces.redo, ""),
        ("export", "Export …", ("Ctrl+E",), spaces.export, "png svg pdf csv figure save"),
        ("copy", "Copy figure", ("Ctrl+C",), spaces.copy, "clipboard image"),
        ("log_y", "Logarithmic y of this plot", ("L",), lambda: grid.toggle_log_y(), "log scale"),
        ("log_x", "Logarithmic x", ("Shift+L",), lambda: strip.toggle("log_x"), "log scale"),
        ("x_axis", "Next x axis: step, epoch, seconds", ("X",), strip.next_axis, ""),
        ("band", "Next band around the mean", ("B",), strip.next_band, "std ci min max"),
        ("members", "Show or hide members", ("M",), lambda: strip.toggle("members"), "runs seeds"),
        ("smooth", "Smoothing on or off", ("S",), lambda: strip.toggle("smooth"), "ema average"),
        ("view", "Reset view", ("0",), window.reset_view, "zoom all"),
        ("full", "Full size plot and back", ("F",), plots.toggle_full, "expand maximise"),
        ("add_plot", "Add a plot …", (), window.open_add_plot, "card instrument"),
        ("default_plots", "Plots as at first", (), plots.use_default_plots, "layout grid reset"),
        ("train", "Train", ("Ctrl+1",), lambda: spaces.choose("train"), "workspace"),
        ("explore", "Explore", ("Ctrl+2",), lambda: spaces.choose("explore"), "workspace losses curves"),
        ("compare", "Compare", ("Ctrl+3",), lambda: spaces.choose("compare"), "workspace runs race store"),
        (
            "lessons",
            "Lessons",
            ("Ctrl+4",),
            lambda: spaces.choose("lessons"),
            "workspace learn predict teach",
        ),
        ("next_explore", "Next view of Explore", ("Ctrl+PgDown",), lambda: spaces.explore.step_view(1), ""),
        (
            "previous_explore",
            "Previous view of Explore",
            ("Ctrl+PgUp",),
            lambda: spaces.explore.step_view(-1),
            "",
        ),
        (
            "copy_state",
            "Copy this view as TOML",
            ("Ctrl+Shift+C",),
            lambda: spaces.explore.copy_text(),
            "state clipboard",
        ),
        (
            "paste_state",
            "Paste a view from TOML",
            ("Ctrl+Shift+V",),
            lambda: spaces.explore.paste_text(),
            "state clipboard",
        ),
        ("form", "Fold the experiment", ("Ctrl+B",), lambda: window.workspace.toggle("form"), "panel left"),
        ("runs", "Fold the runs", ("Ctrl+J",), lambda: window.workspace.toggle("runs"), "panel right list"),
        ("panel", "Next panel", ("F6",), window.next_panel, "focus"),
        ("panel_back", "Previous panel", ("Shift+F6",), lambda: window.next_panel(-1), "focus"),
        ("light", "Light", (), lambda: window.appearance.choose("light"), "theme appearance"),
        ("dark", "Dark", (), lambda: window.appearance.choose("dark"), "theme appearance"),
        ("system", "Appearance as the system", (), lambda: window.appearance.choose("system"), "theme"),
        ("device", "Where training computes", (), window.cards.show_device, "gpu cpu cupy"),
        ("log", "Messages of this session", (), window.cards.show_log, "errors"),
        ("palette", "Find a command", ("Ctrl+K",), window.cards.show_palette, ""),
        ("close", "Close the window", ("Ctrl+Q", "Ctrl+W"), window.close, "quit exit"),
    ]
    for name, title, keys, act, words in table:
        window.commands.add(Command(name, title, keys, act, words))
    for command in window.time.commands():
        window.commands.add(command)
    for number in range(8):
        key = str(number + 1)
        window.commands.add(
            Command(f"loss_{key}", f"Show or hide loss {key}", (key,), partial(plots.toggle_loss, number))
        )
        window.commands.add(
            Command(f"solo_{key}", f"Only loss {key}", (f"Alt+{key}",), partial(plots.solo_loss, number))
        )


def _add(window: MainWindow, menu: QMenu, *names: str) -> None:
    """Add commands with their keys shown, whether or not those are bound to the action itself."""
    for name in names:
        action = window.commands.action(name)
        keys = window.commands.keys(name)
        entry = menu.addAction(f"{action.text()}\t{keys}" if keys else action.text())
        entry.setEnabled(action.isEnabled())
        entry.triggered.connect(lambda _checked=False, name=name: window.commands.trigger(name))


def main_menu(window: MainWindow) -> QMenu:
    """Make the menu behind the three dots."""
    menu = QMenu(window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _add(window, menu, "new", "open")
    recent = menu.addMenu("Open recent")
    others = [path for path in window.files.recent if Path(path) != window.session.path]
    recent.setEnabled(bool(others))
    for path in others:
        recent.addAction(Path(path).name).triggered.connect(
            lambda _checked=False, path=path: window.files.open(path)
        )
    _add(window, menu, "save", "save_as")
    menu.addSeparator()
    _add(window, menu, "data", "export", "copy")
    menu.addSeparator()
    _add(window, menu, "step", "epoch", "stop", "reset")
    menu.addSeparator()
    _add(window, menu, "back", "forward", "latest", "branch")
    menu.addSeparator()
    _add(window, menu, "form", "runs", "add_plot", "default_plots", "full", "view")
    menu.addSeparator()
    _add(window, menu, "device", "log", "palette")
    menu.addSeparator()
    _add(window, menu, "close")
    return menu


def theme_menu(window: MainWindow) -> QMenu:
    """Make the menu of appearances."""
    menu = QMenu(window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    group = QActionGroup(menu)
    for name, title in (("light", "Light"), ("dark", "Dark"), ("system", "As the system")):
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(window.appearance.choice == name)
        group.addAction(action)
        action.triggered.connect(lambda _checked=False, name=name: window.appearance.choose(name))
    return menu
