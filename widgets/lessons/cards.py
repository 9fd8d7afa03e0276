"""The cards of a lesson's text: what to predict, what was claimed and measured, what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from widgets.controls import WrapLabel
from widgets.theme import Theme, set_kind, set_property


class TextCard(QFrame):
    """A card with a title at the left of its head and room for a tag at the right."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.title = QLabel(title)
        self.title.setProperty("k", "title")
        self.tag = QLabel()
        self.tag.setProperty("k", "subtitle")
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.tag)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(8)
        self.column.addLayout(head)


class AnswerRow(QFrame):
    """An answer to choose: a radio button whose words wrap, and a tag at its right."""

    def __init__(self, text: str, group: QButtonGroup, number: int) -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setMinimumHeight(42)
        self._fixed = False
        self.button = QRadioButton()
        self.button.setAccessibleName(text)
        group.addButton(self.button, number)
        self._words = WrapLabel(text)
        self._words.setBuddy(self.button)
        self.tag = QLabel()
        self.tag.setProperty("k", "tag")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self.button)
        row.addWidget(self._words, 1)
        row.addWidget(self.tag)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it wherever it is pressed."""
        if event.button() == Qt.MouseButton.LeftButton and not self._fixed:
            self.button.click()

    def show_answer(self, chosen: bool, *, fixed: bool) -> None:
        """Show whether this is the answer; one that is fixed keeps its colours but cannot be changed."""
        self._fixed = fixed
        self.button.setChecked(chosen)
        self.button.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, fixed)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus if fixed else Qt.FocusPolicy.StrongFocus)
        set_property(self, "focused", chosen)

    def show_tag(self, words: str, kind: str) -> None:
        """Say at the right what became of it."""
        self.tag.setText(words)
        set_kind(self.tag, kind)


class PredictionCard(QWidget):
    """Asks for an answer before the run, and shows it afterwards beside the right one.

    Parameters
    ----------
    ask, answers
        The question and what can be answered.
    """

    answered = Signal(int)
    """Number of the answer, from 1."""
    skipped = Signal()

    def __init__(self, ask: str, answers: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.answered)
        self.heading = QLabel("What do you predict?")
        self.heading.setProperty("k", "title")
        self._because = WrapLabel("", kind="text2")
        self.skip_button = QPushButton("Skip the prediction")
        self.skip_button.setProperty("k", "quiet")
        self.skip_button.clicked.connect(self.skipped)
        self.rows = [AnswerRow(text, self._group, number) for number, text in enumerate(answers, 1)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(WrapLabel(ask))
        for row in self.rows:
            column.addWidget(row)
        column.addWidget(self.skip_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._because)
        self._because.hide()

    def show_state(
        self, answer: int, *, skipped: bool, fixed: bool, right: int | None, because: str, measured: bool
    ) -> None:
        """Show where the learner stands.

        Parameters
        ----------
        answer
            Number of the answer, 0 for none.
        skipped
            Whether there is none on purpose.
        fixed
            Whether it can no longer be changed: the run has begun.
        right
            Number of the right answer, ``None`` until it may be known.
        because
            Why it is right.
        measured
            Whether this learner's runs bore it out.
        """
        title = "What do you predict?"
        if fixed:
            title = "You predicted" if answer else "You made no prediction"
        elif skipped:
            title = "No prediction: you can still choose one"
        self.heading.setText(title)
        self._group.setExclusive(False)
        for number, row in enumerate(self.rows, 1):
            row.show_answer(number == answer, fixed=fixed)
            words = ["your answer"] if number == answer and fixed else []
            words += ["measured" if measured else "expected"] if number == right else []
            row.show_tag(" · ".join(words), "ok" if number == right and measured else "tag")
        self._group.setExclusive(True)
        self.skip_button.setVisible(not fixed and not skipped)
        self._because.setText(because)
        self._because.setVisible(right is not None and bool(because))


@dataclass(frozen=True)
class ClaimLine:
    """A claim as it is shown: the sentence with its number, what was expected, and whether it holds.

    ``holds`` is ``None`` while it is not known.
    """

    sentence: str
    expected: str
    holds: bool | None


class ClaimsCard(TextCard):
    """Shows each claim as its run ends, with a word for pass or fail and what was expected."""

    def __init__(self, title: str = "Claims, measured in these runs", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._shown: tuple[ClaimLine, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(10)
        self.column.addLayout(self._rows)

    @property
    def lines(self) -> tuple[ClaimLine, ...]:
        """What is shown."""
        return self._shown

    def show_claims(self, lines: Sequence[ClaimLine]) -> None:
        """Show these claims; those that are not known yet are counted in the head."""
        known = tuple(line for line in lines if line.holds is not None)
        held = sum(line.holds is True for line in known)
        self.tag.setText(
            f"{held} of {len(lines)} hold"
            if len(known) == len(lines)
            else f"{len(known)} of {len(lines)} so far"
        )
        self.setVisible(bool(known))
        if known == self._shown:
            return
        self._shown = known
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line in known:
            self._rows.addWidget(_claim_row(line))


def _claim_row(line: ClaimLine) -> QWidget:
    row = QWidget()
    word = QLabel("holds" if line.holds else "fails")
    set_kind(word, "ok" if line.holds else "error")
    word.setFixedWidth(40)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(WrapLabel(line.sentence))
    words.addWidget(WrapLabel(line.expected, kind="subtitle"))
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    across.addWidget(word, 0, Qt.AlignmentFlag.AlignTop)
    across.addLayout(words, 1)
    return row


@dataclass(frozen=True)
class PresetLine:
    """A change to try: its words, what it shows, whether it fails on purpose, and where it is opened.

    ``verb`` is what its button does: a run is run, a view is shown.
    """

    label: str
    shows: str
    bad: bool
    place: str = "Train"
    verb: str = "Run"


class PresetsCard(TextCard):
    """Offers changes to try; those that fail on purpose say so before they are run."""

    tried = Signal(int)
    """Number of the preset that is to be run or shown, from 0."""
    opened = Signal(int)
    """Number of the preset that is to be opened in Train or in Explore, from 0."""

    def __init__(self, presets: Sequence[PresetLine], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Now change this", parent)
        self._presets = tuple(presets)
        self.buttons: list[QPushButton] = []
        self._shows: list[WrapLabel] = []
        for number, preset in enumerate(presets):
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addStretch(1)
            words.addWidget(WrapLabel(preset.label))
            if preset.bad:
                mark = QLabel("fails on purpose")
                mark.setProperty("k", "warn")
                words.addWidget(mark)
            words.addStretch(1)
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addLayout(words, 1)
            into = QPushButton(f"Open in {preset.place}")
            into.setProperty("k", "ghost")
            into.setAccessibleName(f"Open “{preset.label}” in {preset.place}")
            into.clicked.connect(lambda _=False, at=number: self.opened.emit(at))
            run = QPushButton(preset.verb)
            run.setAccessibleName(f"{preset.verb} “{preset.label}”")
            run.clicked.connect(lambda _=False, at=number: self.tried.emit(at))
            row.addWidget(into, 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(run, 0, Qt.AlignmentFlag.AlignVCenter)
            note = WrapLabel(preset.shows, kind="subtitle")
            note.hide()
            self.buttons.append(run)
            self._shows.append(note)
            self.column.addLayout(row)
            self.column.addWidget(note)

    def show_state(self, trial: int | None, *, able: bool) -> None:
        """Say what the preset that was tried shows, and whether presets can be run now."""
        for number, (button, note) in enumerate(zip(self.buttons, self._shows, strict=True)):
            button.setEnabled(able)
            verb = self._presets[number].verb
            button.setText(f"{verb} again" if number == trial else verb)
            note.setVisible(number == trial and bool(note.full_text()))
