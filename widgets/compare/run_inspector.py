"""What is known of the selected runs: facts, note and tags, their configurations side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lab.comparing.quantities import run_name
from lab.comparing.run_acts import runs_words
from lab.comparing.table_columns import column_of
from lab.comparing.table_diff import config_diff
from lab.comparing.table_text import run_text, status_text
from lab.comparing.table_values import READ
from lab.store.rows import RunRow
from widgets.compare.diff_table import DiffTable
from widgets.controls import ElidedLabel, WrapLabel
from widgets.swatch import Swatch
from widgets.theme import Theme

MOST = 8
"""Runs whose configurations stand side by side."""
FACTS = ("experiment", "created", "seconds", "step", "device")
OPEN = "Show this experiment in Train, with all its runs, plots and instruments"
USE = "Give the experiment the configuration that this run was trained with"


class NoteField(QPlainTextEdit):
    """A note, taken when the keyboard leaves it or Ctrl+Enter is pressed."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the note."""
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter takes it, too."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class RunInspector(QFrame):
    """The panel at the right of the table."""

    open_pressed = Signal(object)
    """A run whose experiment is wanted in Train."""
    use_pressed = Signal(object)
    """The run whose configuration is wanted in the form."""
    note_written = Signal(object, str)
    """Runs, and their note."""
    tags_written = Signal(object, str)
    """Runs, and tags with commas between."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side_right")
        self.setMinimumWidth(280)
        self.setAccessibleName("Selected runs")
        self._rows: tuple[RunRow, ...] = ()
        self._common = False
        self._note = self._tags = ""
        self._swatch = Swatch(width=24)
        self._title = ElidedLabel("", kind="title")
        self._subtitle = ElidedLabel("", kind="subtitle")
        self._empty = WrapLabel(
            "Select a run to see what it was trained with, or several to see in what they differ.",
            kind="subtitle",
        )
        self._content = QWidget()
        self._facts: dict[str, ElidedLabel] = {}
        self.open_button = QPushButton("Open in Train")
        self.open_button.setToolTip(f"{OPEN}  (O)")
        self.open_button.clicked.connect(self._open_clicked)
        self.use_button = QPushButton("Use these parameters")
        self.use_button.setToolTip(f"{USE}  (U)")
        self.use_button.clicked.connect(self._use_clicked)
        self.tags = QLineEdit()
        self.tags.setPlaceholderText("Tags, with commas between")
        self.tags.setAccessibleName("Tags")
        self.tags.editingFinished.connect(self._take_tags)
        self.tags.installEventFilter(self)
        self.note = NoteField()
        self.note.setPlaceholderText("Note")
        self.note.setAccessibleName("Note")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(64)
        self.note.left.connect(self._take_note)
        self._diff_title = QLabel("Configuration")
        self._diff_title.setProperty("k", "title")
        self._diff_words = ElidedLabel("", kind="subtitle")
        self.fold = QPushButton("")
        self.fold.setProperty("k", "flush")
        self.fold.clicked.connect(self._fold_clicked)
        self.table = DiffTable(theme)
        self._lay_out()
        self.set_theme(theme)
        self.show_rows(())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._swatch)
        head.addWidget(self._title, 1)
        facts = QGridLayout()
        facts.setContentsMargins(0, 0, 0, 0)
        facts.setVerticalSpacing(3)
        facts.setHorizontalSpacing(12)
        facts.setColumnStretch(1, 1)
        for number, key in enumerate(("status", *FACTS)):
            name = QLabel(column_of(key).title)
            name.setProperty("k", "subtitle")
            self._facts[key] = ElidedLabel("", kind="value")
            facts.addWidget(name, number, 0)
            facts.addWidget(self._facts[key], number, 1)
        self._fact_panel = QWidget()
        self._fact_panel.setLayout(facts)
        line = QFrame()
        line.setObjectName("hairline")
        diff_head = QHBoxLayout()
        diff_head.setSpacing(8)
        diff_head.addWidget(self._diff_title)
        diff_head.addWidget(self._diff_words, 1)
        inner = QVBoxLayout(self._content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addLayout(head)
        inner.addWidget(self._subtitle)
        inner.addWidget(self._fact_panel)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.use_button)
        buttons.addStretch(1)
        inner.addLayout(buttons)
        inner.addWidget(self.tags)
        inner.addWidget(self.note)
        inner.addWidget(line)
        inner.addLayout(diff_head)
        inner.addWidget(self.table, 1)
        inner.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 10)
        column.addWidget(self._empty)
        column.addWidget(self._content, 1)
        column.addStretch(0)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._swatch.set_theme(theme)
        self.table.set_theme(theme)

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The runs shown."""
        return self._rows

    @property
    def title(self) -> str:
        """What they are called."""
        return self._title.full_text()

    # --- state in -----------------------------------------------------------------------------------
    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Show runs; what is being typed stays as long as they are the same ones."""
        same = [row.key for row in rows] == [row.key for row in self._rows]
        if not same:
            self._take_note()
            self._take_tags()
        self._rows = tuple(rows)
        self._content.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        if not rows:
            return
        self._show_head()
        self._show_texts(keep=same)
        self._show_diff()

    def _show_head(self) -> None:
        rows, first = self._rows, self._rows[0]
        alone = len(rows) == 1
        title = (first.name or f"{first.loss} · seed {first.seed}") if alone else runs_words(len(rows))
        self._title.setText(title)
        self._subtitle.setText(self._counts() if not alone else first.loss if first.name else "")
        self._subtitle.setVisible(bool(self._subtitle.full_text()))
        self._swatch.setVisible(alone)
        self._swatch.set_series(int(READ["colour"](first) or 0))
        self._fact_panel.setVisible(alone)
        self.use_button.setVisible(alone)
        self.open_button.setVisible(len({row.experiment.id for row in rows}) == 1)
        self._facts["status"].setText(status_text(first))
        for key in FACTS:
            self._facts[key].setText(run_text(first, column_of(key)))

    def _counts(self) -> str:
        rows = self._rows
        losses, experiments = len({row.loss for row in rows}), len({row.experiment.id for row in rows})
        words = f"{losses} losses" if losses > 1 else rows[0].loss
        return f"{words} · {experiments} experiments" if experiments > 1 else words

    def _show_texts(self, *, keep: bool) -> None:
        notes = {row.note for row in self._rows}
        tags = [tag for tag in self._rows[0].tags if all(tag in row.tags for row in self._rows)]
        note = notes.pop() if len(notes) == 1 else ""
        self.note.setPlaceholderText("Note" if not notes else "Several notes; a new one replaces them all")
        if not (keep and self.note.hasFocus()):
            self._note = note
            if note != self.note.toPlainText():
                self.note.setPlainText(note)
        if not (keep and self.tags.hasFocus()):
            self._tags = ", ".join(tags)
            self.tags.setText(self._tags)

    def _show_diff(self) -> None:
        shown = self._rows[:MOST]
        diff = config_diff(shown)
        alone = len(shown) == 1
        names = tuple(row.name or f"{row.short} {row.seed}" for row in shown)
        self.table.show_diff(diff, names, common=self._common or alone)
        left = f"first {MOST} of {len(self._rows)} runs" if len(self._rows) > MOST else ""
        if not alone and not diff.differing:
            left = "no setting differs"
        self._diff_title.setText("Configuration" if alone else "What differs")
        self._diff_words.setText(left)
        self.fold.setVisible(not alone)
        word = "Hide" if self._common else "Show"
        self.fold.setText(f"{word} {len(diff.common)} settings that are the same")
        self.table.setToolTip("" if not alone else run_name(shown[0]))

    def _fold_clicked(self) -> None:
        self._common = not self._common
        self._show_diff()

    # --- a person's acts ------------------------------------------------------------------------------
    def _take_note(self) -> None:
        text = self.note.toPlainText()
        if self._rows and text != self._note:
            self._note = text
            self.note_written.emit(self._rows, text)

    def _take_tags(self) -> None:
        text = self.tags.text()
        if self._rows and text != self._tags:
            self._tags = text
            self.tags_written.emit(self._rows, text)

    def _open_clicked(self) -> None:
        if self._rows:
            self.open_pressed.emit(self._rows[0])

    def _use_clicked(self) -> None:
        if self._rows:
            self.use_pressed.emit(self._rows[0])

    def edit_note(self) -> None:
        """Put the keyboard into the note."""
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc brings the tags back that were there."""
        if (
            watched is self.tags
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and self.tags.text() != self._tags
        ):
            self.tags.setText(self._tags)
            return True
        return super().eventFilter(watched, event)
