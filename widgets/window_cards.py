"""The cards that float over the window: which there are, and those that belong to no panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from widgets.messages import MessageLog
from widgets.overlay import Overlay
from widgets.theme import Theme

if TYPE_CHECKING:
    from widgets.command_palette import CommandPalette
    from widgets.device_card import DeviceCard
    from widgets.main_window import MainWindow

Card = TypeVar("Card", bound=Overlay)
PLOT, CARD, SETTING = "plot:", "card:", "setting:"
"""Begin the names of plots to add, of plots that are there and of settings among the palette's entries."""


class WindowCards(QObject):
    """Knows every card of a window; those that are only opened from its edges are made when they first are.

    Parameters
    ----------
    window
        The window; its top bar and status bar are made already.

    Attributes
    ----------
    log
        The messages of this session.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._cards: list[Overlay] = []
        self.log = self.make(MessageLog)

    def make(self, kind: Callable[[QWidget, Theme], Card]) -> Card:
        """Make a card and look after it: its colours, and closing it when the window changes under it."""
        card = kind(self._window, self._window.theme)
        self._cards.append(card)
        return card

    @cached_property
    def palette(self) -> CommandPalette:
        """Every command and plot by name."""
        from widgets.command_palette import CommandPalette

        card = self.make(CommandPalette)
        card.chosen.connect(self._chosen)
        return card

    @cached_property
    def device(self) -> DeviceCard:
        """Where training computes."""
        from widgets.device_card import DeviceCard

        return self.make(DeviceCard)

    # --- all of them ------------------------------------------------------------------------------
    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for card in self._cards:
            card.set_theme(theme)

    def dismiss(self) -> None:
        """Close all: they would hang in the air."""
        for card in self._cards:
            card.dismiss()

    def dismiss_one(self) -> bool:
        """Close one that is open; say whether there was one."""
        card = next((card for card in self._cards if card.isVisible()), None)
        if card is not None:
            card.dismiss()
        return card is not None

    # --- opening ----------------------------------------------------------------------------------
    def show_device(self) -> None:
        """Say where training computes and why not on a GPU."""
        device = self._window.session.device
        if device is not None:
            self.device.show_device(device)
            self.device.open_above(self._window.status.device_anchor)

    def show_log(self) -> None:
        """Show the messages of this session."""
        self.log.fill()
        self.log.open_above(self._window.status.log_anchor)

    def show_palette(self) -> None:
        """Find a command, a plot or a setting."""
        from lab.instruments.kinds import INSTRUMENT_HELP
        from widgets.command_palette import PaletteEntry
        from widgets.shortcuts import key_text

        self.palette.open_with(
            [
                PaletteEntry(
                    command.name, command.title, key_text(command.keys[0]) if command.keys else "",
                    command.words, enabled,
                )
                for command, enabled in self._window.commands
                if command.name != "palette"
            ]
            + [
                PaletteEntry(f"{CARD}{number}", f"Go to plot: {title}")
                for number, title in self._window.grid.titles().items()
            ]
            + [
                PaletteEntry(PLOT + kind, f"Add plot: {title}", help=INSTRUMENT_HELP.get(kind, ""))
                for kind, title in self._window.grid.available.items()
            ]
            + [
                PaletteEntry(
                    SETTING + spec.path, spec.label, "", f"setting {spec.path} {spec.help}", help=place
                )
                for spec, place in self._window.form.settings()
            ]
        )  # fmt: skip

    def _chosen(self, name: str) -> None:
        """Do a command, add a plot or go to one, or go to a setting."""
        window = self._window
        if name.startswith(PLOT):
            window.workspaces.choose("train")
            window.grid.add(name.removeprefix(PLOT))
        elif name.startswith(CARD):
            window.workspaces.choose("train")
            window.grid.go_to(int(name.removeprefix(CARD)))
        elif name.startswith(SETTING):
            window.workspaces.choose("train")
            if window.form.isHidden():
                window.workspace.toggle("form")
            window.form.focus_field(name.removeprefix(SETTING))
        else:
            self._window.commands.trigger(name)
