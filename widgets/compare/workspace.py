"""The Compare workspace: a page of fair races and a page of all stored runs, with a strip to choose by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from lab.problems import Problem
from widgets.compare.runs_page import RunsPage
from widgets.compare.runs_wiring import BrowsedStore, RunsWiring
from widgets.message_card import MessageArea, message_of
from widgets.segments import Segments
from widgets.theme import Theme

HEIGHT = 40
PROBLEM = "compare"


class ComparePage(Protocol):
    """What the workspace asks of a page's wiring."""

    @property
    def page(self) -> QWidget:
        """The page."""

    @property
    def tools(self) -> QWidget | None:
        """What stands in the strip while the page is open."""

    def follow(self) -> None:
        """Show what changed; about once a second while the page is seen."""

    def undo(self) -> None:
        """Take the last change back."""

    def redo(self) -> None:
        """Do it again."""

    def export_menu(self) -> QMenu | None:
        """Return the menu of what can be written."""

    def copy_figure(self) -> None:
        """Copy what is looked at."""

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""

    def saved(self) -> dict[str, Any]:
        """Return what is worth remembering."""

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take that over again."""


class RunsPart(RunsWiring):
    """The page of runs, as a part of the workspace."""

    def __init__(self, store: BrowsedStore, theme: Theme) -> None:
        self.page = RunsPage(theme)
        super().__init__(store, self.page)
        self.tools: QWidget | None = None

    def export_menu(self) -> QMenu | None:
        """Return what can be written of the plot that is shown."""
        return self.page.plots.export_menu()

    def copy_figure(self) -> None:
        """Copy the plot that is shown."""
        self.page.plots.copy_figure()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.page.set_theme(theme)


class CompareWorkspace(QWidget):
    """Pages side by side, of which one is open.

    Parameters
    ----------
    theme
        Colours.
    pages
        Key → (title, what makes the page work), in the order of the segments.
    """

    noted = Signal(str)

    def __init__(
        self, theme: Theme, pages: Mapping[str, tuple[str, ComparePage]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._pages = {key: part for key, (_, part) in pages.items()}
        self.segments = Segments([(key, title) for key, (title, _) in pages.items()])
        self.segments.setAccessibleName("Pages of Compare")
        self.strip = QFrame()
        self.strip.setObjectName("view_strip")
        self.strip.setFixedHeight(HEIGHT)
        self.messages = MessageArea(theme)
        self._tools = QStackedWidget()
        self._stack = QStackedWidget()
        for part in self._pages.values():
            self._stack.addWidget(part.page)
            self._tools.addWidget(part.tools or QWidget())
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(12)
        row.addWidget(self.segments)
        row.addWidget(self._tools, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.messages)
        column.addWidget(self._stack, 1)
        self.segments.chosen.connect(self.show_page)
        self.strip.setVisible(len(self._pages) > 1)

    @property
    def name(self) -> str:
        """Key of the open page."""
        return self.segments.current

    @property
    def part(self) -> ComparePage:
        """What makes the open page work."""
        return self._pages[self.name]

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through."""
        strip = (self.strip,) if len(self._pages) > 1 else ()
        return (*strip, self.part.page)

    def show_page(self, name: str) -> None:
        """Open a page; an unknown one leaves what is open."""
        if name in self._pages:
            self.segments.set_current(name)
            number = list(self._pages).index(name)
            self._stack.setCurrentIndex(number)
            self._tools.setCurrentIndex(number)
            self.follow()

    def focus_widget(self) -> QWidget:
        """Return what takes the keyboard when the workspace is opened."""
        return self.part.page

    def follow(self) -> None:
        """Show what changed, while it is seen."""
        if self.isVisible():
            self.part.follow()

    def show_problem(self, problem: Problem) -> None:
        """Say above the page what went wrong."""
        self.messages.show_message(message_of(problem, PROBLEM))

    def close_message(self) -> None:
        """Close the message shown first."""
        keys = self.messages.keys
        if keys:
            self.messages.remove(keys[0])

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.messages.set_theme(theme)
        for part in self._pages.values():
            part.set_theme(theme)

    def undo(self) -> None:
        """Take back the last change on the open page."""
        self.part.undo()

    def redo(self) -> None:
        """Do it again."""
        self.part.redo()

    def open_export_menu(self, anchor: QWidget) -> None:
        """Open the menu of what can be written of the open page."""
        menu = self.part.export_menu()
        if menu is not None:
            menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def copy_figure(self) -> None:
        """Copy what is looked at."""
        self.part.copy_figure()

    def saved(self) -> dict[str, Any]:
        """Return what is worth remembering, as JSON-able data."""
        return {"open": self.name, **{key: part.saved() for key, part in self._pages.items()}}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take that over again; what does not fit is left out."""
        for key, part in self._pages.items():
            remembered = stored.get(key)
            part.restore(remembered if isinstance(remembered, Mapping) else {})
        self.show_page(str(stored.get("open", "")))
