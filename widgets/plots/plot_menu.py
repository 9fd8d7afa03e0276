"""The kinds of plot in a menu: curves one below the other, instruments in a menu of their own, in groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from lab.instruments.kinds import INSTRUMENT_GROUPS, INSTRUMENT_HELP, INSTRUMENT_KINDS


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

    def add(part: QMenu, kind: str) -> None:
        action = part.addAction(kinds[kind])
        action.setToolTip(INSTRUMENT_HELP.get(kind, ""))
        if current:
            action.setCheckable(True)
            action.setChecked(kind == current)
            group.addAction(action)
        action.triggered.connect(lambda _=False: act(kind))

    for kind in kinds:
        if kind not in INSTRUMENT_KINDS:
            add(menu, kind)
    offered = {
        words: [kind for kind in members if kind in kinds] for words, members in INSTRUMENT_GROUPS.items()
    }
    if not any(offered.values()):
        return
    menu.addSeparator()
    instruments = menu.addMenu("Instruments")
    instruments.setToolTipsVisible(True)
    for words, members in offered.items():
        if members:
            if not instruments.isEmpty():
                instruments.addSeparator()
            instruments.addAction(_heading(words, instruments))
        for kind in members:
            add(instruments, kind)


def _heading(words: str, menu: QMenu) -> QAction:
    """Return a line that names what follows and cannot be chosen."""
    heading = QAction(words, menu)
    heading.setEnabled(False)
    return heading
