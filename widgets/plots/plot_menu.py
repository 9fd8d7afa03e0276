"""The kinds of plot in a menu: curves one below the other, instruments in a menu of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from lab.instruments.kinds import INSTRUMENT_KINDS


def fill_plot_menu(
    menu: QMenu, kinds: Mapping[str, str], act: Callable[[str], object], current: str = ""
) -> None:
    """Fill a menu with kinds of plot.

    Parameters
    ----------
    menu
        The menu.
    kinds
        Key -> title, in their order.
    act
        What choosing a kind does.
    current
        The kind that is shown now, which gets a check mark; empty where one is only added.
    """
    group = QActionGroup(menu)
    instruments: QMenu | None = None
    for kind, title in kinds.items():
        if kind in INSTRUMENT_KINDS and instruments is None:
            menu.addSeparator()
            instruments = menu.addMenu("Instruments")
        action = (instruments if kind in INSTRUMENT_KINDS and instruments is not None else menu).addAction(
            title
        )
        if current:
            action.setCheckable(True)
            action.setChecked(kind == current)
            group.addAction(action)
        action.triggered.connect(lambda _=False, kind=kind: act(kind))
