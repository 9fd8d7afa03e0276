"""One axis of a sweep: which setting, and its values as a list or a range."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from lab.comparing.sweep_form import KINDS, AxisKind, axis_argument, axis_kind, axis_texts, count_words
from lab.config_sweep import AxisConfig
from widgets.compare.options import NameCombo
from widgets.controls import IconButton
from widgets.controls_labels import ElidedLabel, WrapLabel
from widgets.theme import Theme, set_property

PARTS = ("from", "to", "values")
TIPS = ("The first value", "The last value", "How many values")
LIST_TIP = "Numbers or words between blanks, commas or line ends; [[32], [32, 32]] is a list of lists"


class AxisRow(QWidget):
    """Shows an axis; tells what a person makes of it."""

    typed = Signal(str)
    """The axis as text, for `lab.sweeping.axes.parse_axis`."""
    turned = Signal(str)
    """The axis is to be given another way: a key of `KINDS`."""
    removed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._axis: AxisConfig | None = None
        self.name = ElidedLabel("", self, kind="title")
        self.count = ElidedLabel("", self, kind="subtitle")
        self.kinds = NameCombo("How the values are given", "A list, or a range", width=124)
        self.kinds.picked.connect(self.turned)
        self.remove = IconButton("close", "Remove this axis", self)
        self.remove.clicked.connect(self.removed)
        self.error = WrapLabel("", self, kind="error")
        self.error.hide()
        self.edits = tuple(QLineEdit(self) for _ in PARTS)
        for edit, part in zip(self.edits, PARTS, strict=True):
            edit.setFixedHeight(28)
            edit.setPlaceholderText(part)
            edit.editingFinished.connect(self._finish)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(self.count)
        head.addWidget(self.remove)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.kinds)
        self._between = tuple(QLabel(word, self) for word in ("to", "in"))
        for place, edit in enumerate(self.edits):
            if place:
                self._between[place - 1].setProperty("k", "text2")
                line.addWidget(self._between[place - 1])
            line.addWidget(edit, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(line)
        column.addWidget(self.error)
        self.set_theme(theme)

    @property
    def axis(self) -> AxisConfig | None:
        """The axis shown."""
        return self._axis

    def show_axis(self, axis: AxisConfig, words: str) -> None:
        """Show an axis, silently; what is being typed stays."""
        changed = axis != self._axis
        self._axis = axis
        self.name.setText(words)
        self.name.set_help(axis.path)
        self.count.setText(count_words(axis))
        kind = axis_kind(axis)
        self.kinds.show_names(KINDS, kind)
        texts = axis_texts(axis)
        for place, edit in enumerate(self.edits):
            edit.setVisible(place < len(texts))
            edit.setToolTip(TIPS[place] if kind != "values" else LIST_TIP)
            if place:
                self._between[place - 1].setVisible(place < len(texts))
            edit.setAccessibleName(f"{words}, {PARTS[place] if kind != 'values' else 'values'}")
            if place < len(texts) and (changed or not edit.isModified()):
                edit.setText(texts[place])
                edit.setModified(False)
        self.edits[0].setPlaceholderText(PARTS[0] if kind != "values" else "values, as typed or pasted")
        if changed:
            self.show_problem("")

    def show_problem(self, sentence: str) -> None:
        """Say why what was typed is no axis; an empty sentence takes that back."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        for edit in self.edits:
            set_property(edit, "error", bool(sentence))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.remove.set_theme(theme)

    def _finish(self) -> None:
        """Tell what was typed, once: focus that leaves says it again."""
        if self._axis is None or not any(edit.isModified() for edit in self.edits):
            return
        for edit in self.edits:
            edit.setModified(False)
        kind: AxisKind = axis_kind(self._axis)
        count = 1 if kind == "values" else len(PARTS)
        texts = tuple(edit.text().strip() for edit in self.edits[:count])
        self.typed.emit(axis_argument(self._axis.path, kind, texts))
