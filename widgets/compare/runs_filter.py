"""The filter of the run browser: a field for words or an expression, and under it what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from lab.problems import Problem
from widgets.controls import WrapLabel
from widgets.theme import set_property

PLACEHOLDER = "Filter: words, or seed == 1 and starred"
HELP = (
    "Words that a run must hold, or an expression:\n"
    'loss.name == "huber" and last.validation_accuracy >= 0.9\n'
    "starred or optimizer.learning_rate < 0.1\n"
    'tags contains "paper" and seed in (1, 2, 3)\n'
    'not status == "diverged"\n'
    "The tooltip of a column's title tells its name.  (Ctrl+F)"
)


class FilterField(QLineEdit):
    """A line of text; Esc empties it."""

    left = Signal()
    """Down or Enter was pressed: the keyboard goes on to what is filtered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(PLACEHOLDER)
        self.setToolTip(HELP)
        self.setAccessibleName("Filter runs")
        self.setMinimumWidth(180)

    def show_text(self, text: str) -> None:
        """Show a text, silently."""
        if text != self.text():
            blocked = self.blockSignals(True)
            self.setText(text)
            self.blockSignals(blocked)

    def event(self, event: QEvent) -> bool:
        """Keep Esc for emptying the field, as long as there is something in it."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.text()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc empties; Down and Enter go to the runs."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FilterMessage(WrapLabel):
    """What is wrong with the filter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, kind="error")
        self.hide()

    def show_problem(self, field: FilterField, problem: Problem | None) -> None:
        """Say what is wrong with the text in a field, and mark the field; ``None`` where nothing is."""
        set_property(field, "error", problem is not None)
        self.setText(f"{problem} Until then the last filter holds." if problem is not None else "")
        self.setVisible(problem is not None)
