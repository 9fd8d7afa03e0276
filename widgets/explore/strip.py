"""The strip over the explorer's views: the views at the left, what all of them can do at the right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from widgets.controls import IconButton, IconTextButton
from widgets.segments import Segments
from widgets.theme import Theme

HEIGHT = 40
WORDS_NEED = 1180
"""Below this width the buttons for TOML are icons alone."""


class ExploreStrip(QFrame):
    """Views as segments; claims, undo, redo, TOML out and in, reset. Export stands in the top bar."""

    view_chosen = Signal(str)
    claims_pressed = Signal()
    undo_pressed = Signal()
    redo_pressed = Signal()
    copy_pressed = Signal()
    paste_pressed = Signal()
    reset_pressed = Signal()

    def __init__(
        self, theme: Theme, views: tuple[tuple[str, str, str], ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("view_strip")
        self.setFixedHeight(HEIGHT)
        self.views = Segments(views)
        self.views.setAccessibleName("Views of the explorer")
        self.claims = QPushButton("Claims")
        self.claims.setProperty("k", "ghost")
        self.claims.setToolTip("What is often said of these losses, and where to see what is right")
        self.undo = IconButton("undo", "Undo", shortcut="Ctrl+Z")
        self.redo = IconButton("redo", "Redo", shortcut="Ctrl+Shift+Z")
        self.copy = IconTextButton("copy", "TOML", kind="ghost", token="text2")
        self.copy.setToolTip("Copy this view as TOML  (Ctrl+Shift+C)")
        self.copy.setAccessibleName("Copy this view as TOML")
        self.paste = IconTextButton("file", "Paste", kind="ghost", token="text2")
        self.paste.setToolTip("Open the view whose TOML is in the clipboard  (Ctrl+Shift+V)")
        self.paste.setAccessibleName("Paste a view from TOML")
        self.reset = QPushButton("Reset view")
        self.reset.setProperty("k", "ghost")
        self.reset.setToolTip("Back to where this view began; undo brings it back")

        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 10, 0)
        row.setSpacing(4)
        row.addWidget(self.views)
        row.addStretch(1)
        for widget in (self.claims, self.undo, self.redo, self.copy, self.paste, self.reset):
            row.addWidget(widget)

        self.views.chosen.connect(self.view_chosen)
        for button, signal in (
            (self.claims, self.claims_pressed),
            (self.undo, self.undo_pressed),
            (self.redo, self.redo_pressed),
            (self.copy, self.copy_pressed),
            (self.paste, self.paste_pressed),
            (self.reset, self.reset_pressed),
        ):
            button.clicked.connect(signal)
        self.set_theme(theme)
        self.show_history(can_undo=False, can_redo=False)

    def show_view(self, name: str) -> None:
        """Show which view is open."""
        self.views.set_current(name)

    def show_history(self, *, can_undo: bool, can_redo: bool) -> None:
        """Show whether there is something to undo or redo."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for part in (self.undo, self.redo, self.copy, self.paste):
            part.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten words where there is little room."""
        super().resizeEvent(event)
        roomy = event.size().width() >= WORDS_NEED
        self.copy.setText("TOML" if roomy else "")
        self.paste.setText("Paste" if roomy else "")
