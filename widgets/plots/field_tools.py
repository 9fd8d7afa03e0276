"""The row of tools under a data plot's head while its points are edited by hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from widgets.controls import Combo, ElidedLabel
from widgets.numbers import format_number, parse_number
from widgets.segments import Segments
from widgets.theme import Theme

TOOLS = (
    ("move", "Move", "Drag a point"),
    ("add", "Add", "Click, or drag to paint points"),
    ("erase", "Erase", "Click a point, or drag over points"),
)
MOST_SEGMENTS = 3
"""Classes up to so many are buttons, more are a list."""


class FieldTools(QWidget):
    """Move, add or erase points; which class or target a new one has."""

    tool_chosen = Signal(str)
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.tools = Segments(TOOLS, "move", self)
        self.tools.chosen.connect(self._on_tool)
        self.label = ElidedLabel("", self, kind="subtitle")
        self.classes = Segments((), None, self)
        self.combo = Combo(self)
        self.combo.setAccessibleName("Class of new points")
        self.target = QLineEdit(self)
        self.target.setFixedSize(64, 28)
        self.target.setAccessibleName("Target of new points")
        self.finish = QPushButton("Done", self)
        self.finish.setToolTip("Stop editing points (Esc)")
        self.finish.clicked.connect(self.done)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        for part in (self.tools, self.label, self.classes, self.combo, self.target):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.finish)
        self._kind = ""
        self._show_kind()

    @property
    def tool(self) -> str:
        """``"move"``, ``"add"`` or ``"erase"``."""
        return self.tools.current

    def show_targets(self, names: Sequence[str], kind: str, typical: float = 0.0) -> None:
        """Offer classes by their names, a number ("number"), or nothing ("none"), silently."""
        changed = tuple(names) != self._names or kind != self._kind
        self._names, self._kind = tuple(names), kind
        if changed:
            few = len(self._names) <= MOST_SEGMENTS
            self.classes.set_options([(str(i), name) for i, name in enumerate(self._names)] if few else ())
            self.combo.clear()
            self.combo.addItems(list(self._names) if not few else [])
            self.target.setText(format_number(typical, 3))
        self._show_kind()

    def target_of_new(self) -> float:
        """Return the class or target that a new point gets."""
        if self._kind == "class":
            return float(self.classes.current or max(0, self.combo.currentIndex()))
        found = parse_number(self.target.text())
        return 0.0 if found is None else found

    def set_theme(self, theme: Theme) -> None:
        """Take another theme; the sheet does it all."""

    def _on_tool(self, tool: str) -> None:
        self._show_kind()
        self.tool_chosen.emit(tool)

    def _show_kind(self) -> None:
        adding = self.tool == "add"
        few = len(self._names) <= MOST_SEGMENTS
        self.classes.setVisible(adding and self._kind == "class" and few)
        self.combo.setVisible(adding and self._kind == "class" and not few)
        self.target.setVisible(adding and self._kind == "number")
        words = {"class": "class", "number": "target"}.get(self._kind, "") if adding else ""
        self.label.setText(words)
        self.label.setVisible(bool(words))
