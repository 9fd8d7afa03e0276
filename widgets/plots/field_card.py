"""A card with the data and what each loss makes of it: decision surfaces, or fitted curves.

A click picks a point. While its points are edited by hand, they can be dragged, added, painted and erased;
the card says what was done (`widgets.plots.field_edits`) and shows what it is given.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from lab.panels import FieldPanel
from widgets.controls import IconButton
from widgets.plots.card import Card
from widgets.plots.field_layout import dimensions
from widgets.plots.field_surface import FieldSurface
from widgets.plots.field_tools import FieldTools
from widgets.theme import Theme


class FieldCard(Card):
    """Shows a `FieldPanel`."""

    sort = "field"

    sample_picked = Signal(int)
    """The row in the data set of the point that a person clicked; −1 for none."""
    points_edited = Signal(object)
    """A `widgets.plots.field_edits.FieldEdit`."""
    choice_made = Signal(str, str)
    """Key and value of a choice: what is shown or hidden of what is marked."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, kind, parent)
        self.tools = FieldTools(self)
        self.tools.hide()
        self.surface = FieldSurface(theme, self)
        self.body.addWidget(self.tools)
        self.body.addSpacing(2)
        self.body.addWidget(self.surface, 1)
        self.pencil = IconButton("edit", "Edit points by hand", self.head)
        self.pencil.setCheckable(True)
        self.pencil.set_theme(theme)
        self.pencil.clicked.connect(self.set_editing)
        self.add_control(self.pencil)
        self.tools.tool_chosen.connect(self.surface.set_tool)
        self.tools.done.connect(lambda: self.set_editing(False))
        self.surface.target_of_new = self.tools.target_of_new
        self.surface.sample_picked.connect(self.sample_picked)
        self.surface.points_edited.connect(self.points_edited)
        self._panel: FieldPanel | None = None
        self._takes_edits = False

    # --- state in, silent ---------------------------------------------------------------------------
    def show_panel(self, panel: FieldPanel) -> None:
        """Show this panel."""
        self._panel = panel
        self.surface.show_panel(panel)
        self.show_titles(panel.title, panel.subtitle)
        editable = self.editable
        self.pencil.setVisible(editable)
        if self.editing and not editable:
            self.set_editing(False)
        if self.editing:
            self._show_targets(panel)

    def set_takes_edits(self, takes: bool) -> None:
        """Offer editing: somebody carries out what is said."""
        self._takes_edits = takes
        if self._panel is not None:
            self.show_panel(self._panel)

    def set_editing(self, editing: bool) -> None:
        """Show the tools and let points be edited, or stop."""
        editing = editing and self.editable
        self.pencil.setChecked(editing)
        self.tools.setVisible(editing)
        if editing and self._panel is not None:
            self._show_targets(self._panel)
        self.surface.set_tool(self.tools.tool if editing else "")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.pencil.set_theme(theme)
        self.tools.set_theme(theme)
        self.surface.set_theme(theme)

    # --- asking -------------------------------------------------------------------------------------
    @property
    def panel(self) -> FieldPanel | None:
        """What is shown."""
        return self._panel

    @property
    def editing(self) -> bool:
        """Whether points are being edited."""
        return self.pencil.isChecked()

    @property
    def editable(self) -> bool:
        """Whether there are points, and somebody who takes their edits."""
        panel = self._panel
        return self._takes_edits and panel is not None and dimensions(panel) > 0 and len(panel.points) > 0

    # --- inside -------------------------------------------------------------------------------------
    def _show_targets(self, panel: FieldPanel) -> None:
        if panel.classes:
            names = [*panel.target_names, *map(str, range(len(panel.target_names), panel.classes))]
            self.tools.show_targets(names[: panel.classes], "class")
        elif dimensions(panel) == 2:
            known = panel.labels[np.isfinite(panel.labels)]
            self.tools.show_targets((), "number", float(np.median(known)) if len(known) else 0.0)
        else:
            self.tools.show_targets((), "none")

    def _add_own(self, menu: QMenu) -> bool:
        panel = self._panel
        for choice in panel.choices if panel is not None else ():
            action = menu.addAction(choice.label)
            action.setCheckable(True)
            action.setChecked(choice.current == "on")
            other = "off" if choice.current == "on" else "on"
            action.triggered.connect(
                lambda _=False, key=choice.key, value=other: self.choice_made.emit(key, value)
            )
        if not self.editable:
            return not menu.isEmpty()
        words = "Stop editing points" if self.editing else "Edit points by hand"
        self._add(menu, words, lambda: self.set_editing(not self.editing))
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc ends editing."""
        if event.key() == Qt.Key.Key_Escape and self.editing:
            self.set_editing(False)
            event.accept()
            return
        super().keyPressEvent(event)
