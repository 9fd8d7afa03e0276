"""The Train workspace: the experiment at the left, messages and plots in the middle, the runs right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from widgets.message_card import MessageArea
from widgets.question_card import QuestionCard
from widgets.theme import Theme
from widgets.time_strip import TimeStrip
from widgets.view_strip import ViewStrip

RUNS_NEED = 1280
"""Below this width of the window the run list folds by itself, …"""
FORM_NEEDS = 1000
"""… and below this one the form, too."""


def panel_widths(window: int) -> tuple[int, int]:
    """Return the widths of form and run list that suit a window.

    >>> panel_widths(1280), panel_widths(1440), panel_widths(1920)
    ((284, 232), (304, 256), (328, 296))
    """
    if window < 1360:
        return 284, 232
    return (304, 256) if window < 1700 else (328, 296)


class TrainWorkspace(QWidget):
    """Lays form, plots and runs side by side; both sides fold.

    Parameters
    ----------
    form, grid, runs
        The three parts.
    """

    folded = Signal()
    """A side panel was folded, unfolded or dragged to another width."""

    def __init__(
        self, theme: Theme, form: QWidget, grid: QWidget, runs: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.form, self.grid, self.runs = form, grid, runs
        self._wanted = {"form": True, "runs": True}
        self._forced = {"form": False, "runs": False}
        self._own = {"form": 0, "runs": 0}
        self._placing = False
        self.strip = ViewStrip(theme)
        self.time = TimeStrip(theme)
        self.time.hide()
        self.messages = MessageArea(theme)
        self.question = QuestionCard(theme)
        self._question_row = QWidget()
        self._question_row.setObjectName("clear")
        self._centre = QWidget()
        self._centre.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._centre.setAccessibleName("Plots")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(0)

        row = QVBoxLayout(self._question_row)
        row.setContentsMargins(12, 12, 12, 0)
        row.addWidget(self.question)
        column = QVBoxLayout(self._centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.messages)
        column.addWidget(self._question_row)
        column.addWidget(grid, 1)
        column.addWidget(self.time)
        for part in (form, self._centre, runs):
            self._splitter.addWidget(part)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setStretchFactor(2, 0)
        self._centre.setMinimumWidth(420)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)

        self.strip.form_toggled.connect(lambda: self.toggle("form"))
        self.strip.runs_toggled.connect(lambda: self.toggle("runs"))
        self._splitter.splitterMoved.connect(self._dragged)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        for part in (self.strip, self.time, self.messages, self.question):
            part.set_theme(theme)

    @property
    def centre(self) -> QWidget:
        """The middle column."""
        return self._centre

    @property
    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through, those that are shown."""
        return tuple(part for part in (self.form, self._centre, self.runs) if part.isVisible())

    # --- folding ----------------------------------------------------------------------------------
    def is_open(self, part: str) -> bool:
        """Whether ``"form"`` or ``"runs"`` is wanted."""
        return self._wanted[part]

    def width_of(self, part: str) -> int:
        """Width a person dragged a panel to, or 0."""
        return self._own[part]

    def restore(self, *, form_open: bool, runs_open: bool, form_width: int, runs_width: int) -> None:
        """Take over what was remembered, silently."""
        self._wanted = {"form": form_open, "runs": runs_open}
        self._own = {
            "form": form_width if 240 <= form_width <= 600 else 0,
            "runs": runs_width if 180 <= runs_width <= 600 else 0,
        }
        self._place()

    def toggle(self, part: str) -> None:
        """Fold or unfold a panel, also one that folded because the window is narrow."""
        widget = self.form if part == "form" else self.runs
        shown = not widget.isHidden()
        self._wanted[part] = not shown
        self._forced[part] = not shown
        self._place()
        self.folded.emit()

    def show_question(self, shown: bool) -> None:
        """Show or hide the card with the question."""
        self._question_row.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what has no room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            for part, need in (("runs", RUNS_NEED), ("form", FORM_NEEDS)):
                if (event.size().width() < need) != (event.oldSize().width() < need):
                    self._forced[part] = False
            self._place()

    def _place(self) -> None:
        width = self.width()
        needs = {"form": FORM_NEEDS, "runs": RUNS_NEED}
        shown = {part: self._wanted[part] and (width >= needs[part] or self._forced[part]) for part in needs}
        usual = dict(zip(("form", "runs"), panel_widths(width), strict=True))
        sizes = {part: (self._own[part] or usual[part]) if shown[part] else 0 for part in needs}
        self._placing = True
        self.form.setVisible(shown["form"])
        self.runs.setVisible(shown["runs"])
        middle = max(200, width - sizes["form"] - sizes["runs"])
        self._splitter.setSizes([sizes["form"], middle, sizes["runs"]])
        self._placing = False

    def _dragged(self, _position: int, index: int) -> None:
        if self._placing:
            return
        sizes = self._splitter.sizes()
        if index == 1 and self.form.isVisible():
            self._own["form"] = sizes[0]
        elif index == 2 and self.runs.isVisible():
            self._own["runs"] = sizes[2]
        self.folded.emit()
