"""The page of sweeps: which settings vary, what that will train, and the queue."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lab.config_sweep import AxisConfig
from widgets.compare.axis_row import AxisRow
from widgets.compare.queue_panel import QueuePanel
from widgets.controls import hairline
from widgets.controls_labels import ElidedLabel, WrapLabel
from widgets.icons import icon
from widgets.theme import Theme

GUTTER = 12
WORDS = (
    "Every loss trains with every seed at every combination of these values. Add a setting that shall vary; "
    "the rest is as in the experiment being edited."
)


class FieldSearch(QLineEdit):
    """Finds a setting by any part of its words."""

    picked = Signal(str)
    """The words of a setting."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(28)
        self.setPlaceholderText("Add a setting: type a part of its name")
        self.setAccessibleName("Setting to vary")
        self._words: tuple[str, ...] = ()
        self.returnPressed.connect(self._take)

    def show_words(self, words: Sequence[str]) -> None:
        """Offer these settings, silently."""
        if tuple(words) == self._words:
            return
        self._words = tuple(words)
        completer = QCompleter(list(words), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(12)
        completer.activated.connect(self._pick, Qt.ConnectionType.QueuedConnection)
        self.setCompleter(completer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer all settings on arrow down in an empty field."""
        completer = self.completer()
        if event.key() == Qt.Key.Key_Down and not self.text() and completer is not None:
            completer.setCompletionPrefix("")
            completer.complete()
            return
        super().keyPressEvent(event)

    def _take(self) -> None:
        """Take the one setting that what was typed can mean."""
        typed = self.text().strip().lower()
        found = [words for words in self._words if typed and typed in words.lower()]
        exact = [words for words in found if words.lower() == typed]
        if len(found) == 1 or exact:
            self._pick((exact or found)[0])

    def _pick(self, words: str) -> None:
        if words in self._words:
            self.clear()
            self.picked.emit(words)


class SweepPage(QWidget):
    """Shows the axes of the experiment being edited, what they will train, and the queue."""

    field_picked = Signal(str)
    """The words of a setting that shall vary, too."""
    axis_typed = Signal(int, str)
    axis_turned = Signal(int, str)
    axis_removed = Signal(int)
    preview_pressed = Signal()
    start_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("win")
        self._theme = theme
        self._rows: list[AxisRow] = []
        self.search = FieldSearch()
        self.queue = QueuePanel(theme)
        self.size_words = WrapLabel("", kind="message")
        self.preview_words = WrapLabel("", kind="text2")
        self.problem = WrapLabel("", kind="error")
        self.problem.hide()
        self.preview = QPushButton("Estimate time and memory")
        self.start = QPushButton("Start sweep")
        self.start.setProperty("k", "primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        row.setSpacing(GUTTER)
        row.addWidget(self._axes_card(), 1)
        row.addWidget(self.queue, 1)
        self.search.picked.connect(self.field_picked)
        self.preview.clicked.connect(self.preview_pressed)
        self.start.clicked.connect(self.start_pressed)
        self.set_theme(theme)

    def _axes_card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        inside = QWidget()
        inside.setObjectName("clear")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(12)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.start)
        foot.addWidget(self.preview)
        foot.addStretch(1)
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 12, 14)
        column.setSpacing(8)
        column.addWidget(ElidedLabel("Sweep", kind="title"))
        column.addWidget(WrapLabel(WORDS, kind="subtitle"))
        column.addWidget(self.search)
        column.addWidget(scroll, 1)
        column.addWidget(hairline())
        for part in (self.size_words, self.preview_words, self.problem):
            column.addWidget(part)
        column.addLayout(foot)
        return card

    # --- state in, silent -------------------------------------------------------------------------
    def show_fields(self, words: Sequence[str]) -> None:
        """Offer these settings."""
        self.search.show_words(words)

    def show_axes(self, axes: Sequence[tuple[AxisConfig, str]]) -> None:
        """Show (axis, words of its setting) of each axis."""
        while len(self._rows) > len(axes):
            row = self._rows.pop()
            self._list.removeWidget(row)
            row.deleteLater()
        while len(self._rows) < len(axes):
            self._add_row(len(self._rows))
        for row, (axis, words) in zip(self._rows, axes, strict=True):
            row.show_axis(axis, words)

    def show_size(self, words: str, *, can_start: bool) -> None:
        """Say how many runs there will be, and whether they can be started."""
        self.size_words.setText(words)
        self.start.setEnabled(can_start)
        self.start.setIcon(icon("run", self._theme, 16, "on_accent" if can_start else "text3"))

    def show_preview(self, words: str, *, can_ask: bool) -> None:
        """Say what it takes; ``can_ask`` where that is only worked out when asked for."""
        self.preview_words.setText(words)
        self.preview_words.setVisible(bool(words))
        self.preview.setVisible(can_ask)

    def show_problem(self, sentence: str) -> None:
        """Say why the sweep cannot be trained; an empty sentence takes that back."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    @property
    def rows(self) -> tuple[AxisRow, ...]:
        """The axes from top to bottom."""
        return tuple(self._rows)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.queue.set_theme(theme)
        self.start.setIcon(icon("run", theme, 16, "on_accent" if self.start.isEnabled() else "text3"))
        for row in self._rows:
            row.set_theme(theme)

    def _add_row(self, place: int) -> None:
        row = AxisRow(self._theme)
        row.typed.connect(lambda text: self.axis_typed.emit(place, text))
        row.turned.connect(lambda kind: self.axis_turned.emit(place, kind))
        row.removed.connect(lambda: self.axis_removed.emit(place))
        self._rows.append(row)
        self._list.insertWidget(place, row)
