"""Menus of the run browser: for the selected runs, for a column, and what runs are grouped by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu, QWidget

from lab.comparing.table_choices import TableChoices
from lab.comparing.table_columns import column_of
from lab.store.rows import RunRow
from widgets.swatch import swatch_icon
from widgets.theme import Theme
from widgets.tokens import SERIES

_GROUPABLE = ("loss", "experiment", "seed", "status", "tags", "device", "kind", "group", "role")
"""Columns that can always be grouped by; settings that differ stand before them."""


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def runs_menu(parent: QWidget, theme: Theme, rows: Sequence[RunRow], act: Callable[[str], None]) -> QMenu:
    """Return the menu of some runs; ``act`` gets what was chosen, as `RunsTable.act_wanted` says it."""
    menu = _menu(parent)
    every = bool(rows) and all(row.starred for row in rows)

    def add(words: str, what: str, keys: str = "") -> None:
        action = menu.addAction(f"{words}\t{keys}" if keys else words)
        action.triggered.connect(lambda: act(what))

    if len({row.experiment.id for row in rows}) == 1:
        add("Open in Train", "open", "O")
        if len(rows) == 1:
            add("Use these parameters", "use", "U")
        menu.addSeparator()
    add("Take the star away" if every else "Star", "star", "S")
    add("Tags …", "tag", "T")
    add("Rename …", "rename", "F2")
    add("Write a note", "note", "N")
    colours = menu.addMenu("Colour")
    for number, (name, _light, _dark) in enumerate(SERIES, 1):
        action = colours.addAction(swatch_icon(theme, number), f"{name.capitalize()}\t{number}")
        action.triggered.connect(lambda _checked=False, number=number: act(f"colour:{number}"))
    colours.addSeparator()
    colours.addAction("Of its loss\t0").triggered.connect(lambda: act("colour:0"))
    menu.addSeparator()
    add("Copy rows", "copy", "Ctrl+C")
    add(f"Delete {len(rows)} runs" if len(rows) > 1 else "Delete", "delete", "Del")
    return menu


def add_column_acts(menu: QMenu, key: str, act: Callable[[str], None]) -> None:
    """Add what can be done with a column."""
    title = column_of(key).title
    if not menu.isEmpty():
        menu.addSeparator()
    for words, what in (
        (f"Sort by {title}, smallest first", f"ascending:{key}"),
        (f"Sort by {title}, largest first", f"descending:{key}"),
        (f"Group by {title}", f"group:{key}"),
        (f"Hide {title}", f"hide:{key}"),
        ("Columns …", "columns"),
    ):
        menu.addAction(words).triggered.connect(lambda _checked=False, what=what: act(what))


def column_menu(parent: QWidget, key: str, act: Callable[[str], None]) -> QMenu:
    """Return the menu of a column's title."""
    menu = _menu(parent)
    add_column_acts(menu, key, act)
    return menu


def group_menu(
    parent: QWidget,
    choices: TableChoices,
    keys: Sequence[str],
    differing: Sequence[str],
    choose: Callable[[TableChoices], None],
    fold: Callable[[bool], None],
) -> QMenu:
    """Return the menu of what runs are grouped by; ``choose`` gets the new choices."""
    from dataclasses import replace

    menu = _menu(parent)
    offered = [*choices.group_by, *differing, *(key for key in _GROUPABLE if key in keys)]

    def flip(key: str) -> None:
        now = choices.group_by
        after = tuple(part for part in now if part != key) if key in now else (*now, key)
        choose(replace(choices, group_by=after))

    action = menu.addAction("No groups")
    action.setCheckable(True)
    action.setChecked(not choices.group_by)
    action.triggered.connect(lambda: choose(replace(choices, group_by=())))
    menu.addSeparator()
    for key in dict.fromkeys(offered):
        action = menu.addAction(column_of(key).title)
        action.setToolTip(key)
        action.setCheckable(True)
        action.setChecked(key in choices.group_by)
        action.triggered.connect(lambda _checked=False, key=key: flip(key))
    menu.addSeparator()
    for statistic, words in (("mean", "Show mean ± deviation"), ("median", "Show median and quartiles")):
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(choices.statistic == statistic)
        action.triggered.connect(
            lambda _checked=False, statistic=statistic: choose(replace(choices, statistic=statistic))
        )
    if choices.group_by:
        menu.addSeparator()
        menu.addAction("Unfold all").triggered.connect(lambda: fold(True))
        menu.addAction("Fold all").triggered.connect(lambda: fold(False))
    return menu


def group_words(group_by: Sequence[str]) -> str:
    """Return what the button says: "Group by loss, rate".

    Examples
    --------
    >>> group_words(()), group_words(("loss", "optimizer.learning_rate"))
    ('Group by', 'Group by loss, learning rate')
    """
    titles = [column_of(key).title for key in group_by]
    return " ".join(["Group by", ", ".join(title[:1].lower() + title[1:] for title in titles)]).strip()
