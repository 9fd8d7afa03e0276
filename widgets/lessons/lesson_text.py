"""The text column of a lesson: question, prediction, run, claims, finding, what to change."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lab.lessons.attempt import Attempt
from lab.lessons.finding import Finding, filled
from lab.lessons.formulas import formula_lines
from lab.lessons.lesson import Lesson
from lab.lessons.lesson_config import part_titles
from widgets.controls import IconTextButton, WrapLabel
from widgets.focus_ring import came_by_key
from widgets.formula import FormulaView
from widgets.lessons.cards import ClaimLine, ClaimsCard, PredictionCard, PresetLine, PresetsCard, TextCard
from widgets.lessons.markdown_label import MarkdownLabel
from widgets.theme import Theme, set_kind

MARGIN = 24
STAGES = ("Question", "Predict", "Run", "Finding", "Now change this")


class LessonText(QScrollArea):
    """Shows a lesson to read and work through, from top to bottom.

    Parameters
    ----------
    lesson
        The lesson.
    theme
        Colours.
    """

    answered = Signal(int)
    skipped = Signal()
    run_pressed = Signal()
    stop_pressed = Signal()
    preset_tried = Signal(int)
    preset_opened = Signal(int)
    open_wanted = Signal()
    sheet_wanted = Signal()

    def __init__(self, lesson: Lesson, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lesson = lesson
        config = lesson.config
        inside = QWidget()
        inside.setObjectName("clear")
        column = QVBoxLayout(inside)
        column.setContentsMargins(MARGIN, 18, MARGIN, 24)
        column.setSpacing(12)

        self.stages = [QLabel(name) for name in STAGES]
        path = QHBoxLayout()
        path.setSpacing(14)
        for label in self.stages:
            path.addWidget(label)
        path.addStretch(1)
        column.addLayout(path)
        column.addWidget(WrapLabel(config.title, kind="lesson"))
        column.addWidget(WrapLabel(config.question, kind="text2"))

        self.prediction: PredictionCard | None = None
        if config.prediction is not None:
            self.prediction = PredictionCard(config.prediction.ask, config.prediction.answers)
            self.prediction.answered.connect(self.answered)
            self.prediction.skipped.connect(self.skipped)
            column.addWidget(self.prediction)

        self.run_button = IconTextButton("run", "Run", kind="primary", token="on_accent")
        self.run_button.setMinimumWidth(80)
        self.run_button.clicked.connect(self.run_pressed)
        self.stop_button = IconTextButton("stop", "Stop")
        self.stop_button.clicked.connect(self.stop_pressed)
        self._words = WrapLabel("", kind="subtitle")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.run_button)
        row.addWidget(self.stop_button)
        row.addWidget(self._words, 1)
        column.addLayout(row)
        column.addWidget(self.bar)

        self.text = MarkdownLabel()
        self.text.show_markdown(lesson.text)
        column.addWidget(self.text)
        runs = "Claims, measured in these runs"
        self.claims = ClaimsCard(runs if lesson.experiments else "Claims, measured here")
        column.addWidget(self.claims)
        self.finding = TextCard("Finding")
        self.finding_text = MarkdownLabel()
        self.finding.column.addWidget(self.finding_text)
        self._formulas = [FormulaView(line, 17.0, plain=line) for line in formula_lines(config.formula)]
        for formula in self._formulas:
            self.finding.column.addWidget(formula)
        column.addWidget(self.finding)
        self.presets = PresetsCard(preset_lines(lesson), theme)
        self.presets.tried.connect(self.preset_tried)
        self.presets.opened.connect(self.preset_opened)
        column.addWidget(self.presets)

        self.sheet_button = IconTextButton("export", "Lab sheet …")
        self.sheet_button.clicked.connect(self.sheet_wanted)
        self.open_button = QPushButton()
        self.open_button.setProperty("k", "ghost")
        self.open_button.clicked.connect(self.open_wanted)
        self.show_place("Train" if lesson.experiments else "Explore")
        foot = QWidget()
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.sheet_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch(1)
        column.addWidget(foot)
        for reference in config.references:
            column.addWidget(WrapLabel(reference, kind="text3"))
        column.addStretch(1)
        self.setObjectName("reading")
        self.setWidget(inside)
        self.verticalScrollBar().rangeChanged.connect(self._follow_range)
        self._follow_range()
        self.set_theme(theme)

    def _follow_range(self) -> None:
        """Take the keyboard where there is something to scroll."""
        scrolls = self.verticalScrollBar().maximum() > 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if scrolls else Qt.FocusPolicy.NoFocus)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring where the focus came by key."""
        self._show_ring(came_by_key(event))
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self._show_ring(False)
        super().focusOutEvent(event)

    def _show_ring(self, shown: bool) -> None:
        self.setProperty("ring", shown)
        self.style().unpolish(self)
        self.style().polish(self)

    @property
    def words(self) -> str:
        """What is said beside the run button."""
        return self._words.full_text()

    def show_place(self, place: str) -> None:
        """Say where what is shown can be opened: "Train" or "Explore"."""
        self.open_button.setText(f"Open in {place}")
        self.open_button.setToolTip(
            "Put this lesson's experiment into the form; undo brings yours back"
            if place == "Train"
            else "Show this view there, where all can be changed; undo brings yours back"
        )

    def show_attempt(self, attempt: Attempt) -> None:
        """Show how far the learner is."""
        state, prediction = attempt.state, self.lesson.config.prediction
        begun, finished = attempt.fixed, state == "finished"
        if self.prediction is not None and prediction is not None:
            self.prediction.show_state(
                attempt.answer,
                skipped=attempt.skipped,
                fixed=begun,
                right=prediction.right if finished else None,
                because=prediction.because if finished else "",
                measured=attempt.held,
            )
        self.run_button.setText("Run again" if begun else "Run")
        self.run_button.setEnabled(attempt.committed)
        self.run_button.setVisible(not attempt.busy)
        self.stop_button.setVisible(attempt.busy)
        self.bar.setVisible(attempt.busy)
        self.bar.setValue(round(1000 * attempt.progress))
        self._words.setText(self._said(attempt))
        self.text.setVisible(begun)
        self.claims.show_claims([claim_line(finding) for finding in attempt.findings])
        self.finding.setVisible(finished)
        if finished:
            self.finding_text.show_markdown(filled(self.lesson.config.finding, attempt.findings))
            self.finding.tag.setText("every claim holds" if attempt.held else "not every claim holds here")
            set_kind(self.finding.tag, "ok" if attempt.held else "warn")
        self.presets.setVisible(bool(self.lesson.config.presets) and begun and state != "running")
        self.presets.show_state(attempt.trial, able=not attempt.busy)
        self.sheet_button.setEnabled(finished)
        self.sheet_button.setToolTip("" if finished else "Run the lesson to its end first")
        self._show_stage(attempt)

    def _said(self, attempt: Attempt) -> str:
        """Return one sentence on what goes on or what to do next."""
        titles = part_titles(self.lesson.config)
        if not attempt.committed:
            return "Choose an answer above first"
        if attempt.busy and attempt.active_part is None and attempt.trial is not None:
            return f"Trains “{self.lesson.config.presets[attempt.trial].label}”"
        if attempt.busy:
            name = attempt.active_part or self.lesson.parts[0]
            verb = "Computes" if name in self.lesson.states else "Trains"
            if len(titles) == 1:
                return f"{verb}: {titles[name]}"
            return f"{verb} {[*titles].index(name) + 1} of {len(titles)}: {titles[name]}"
        if attempt.state == "stopped":
            return "Stopped before its end: what was found so far stands below"
        if attempt.state == "finished":
            return "Finished"
        if attempt.fixed:
            return "You ran this lesson before; run it again to see its plots"
        minutes = self.lesson.config.minutes
        return f"About {minutes} minute{'s' if minutes > 1 else ''} to work through"

    def _show_stage(self, attempt: Attempt) -> None:
        stage = 1
        if attempt.committed:
            stage = 2
        if attempt.state == "finished":
            stage = 3
        if attempt.trial is not None:
            stage = 4
        for number, label in enumerate(self.stages):
            done = number < stage
            label.setText(f"✓ {STAGES[number]}" if done else f"{number + 1} {STAGES[number]}")
            set_kind(label, "value" if number == stage else "subtitle")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for button in (self.run_button, self.stop_button, self.sheet_button):
            button.set_theme(theme)
        for formula in self._formulas:
            formula.set_theme(theme)


def preset_lines(lesson: Lesson) -> tuple[PresetLine, ...]:
    """Return a lesson's presets as they are shown: a run is run and opened in Train, a view in Explore."""
    found = []
    for preset in lesson.config.presets:
        viewed = (preset.run or preset.view or lesson.parts[0]) in lesson.states
        place, verb = ("Explore", "Show") if viewed else ("Train", "Run")
        found.append(PresetLine(preset.label, preset.shows, preset.bad, place, verb))
    return tuple(found)


def claim_line(finding: Finding | None) -> ClaimLine:
    """Return a claim as it is shown."""
    if finding is None:
        return ClaimLine("", "", None)
    if finding.why_not:
        reason = finding.why_not.rstrip(".")
        return ClaimLine(finding.sentence, f"Could not be measured: {reason}.", False)
    return ClaimLine(finding.sentence, f"measured {finding.number}, expected {finding.bounds}", finding.holds)
