"""The strip below the plots: at which step the experiment is looked at, and what can begin there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QPushButton, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import ElidedLabel, IconButton, IconTextButton
from widgets.folding import fold_to_fit
from widgets.number_field import NumberField
from widgets.numbers import format_integer
from widgets.theme import Theme, set_kind
from widgets.time_slider import TimeSlider, jumped

HEIGHT = 36
FOLDED = 4
"""The last level of folding."""
FIRST_REPEAT, REPEAT = 350, 50
"""Milliseconds that an arrow is held until it repeats, and between repetitions."""


@dataclass(frozen=True)
class TimeState:
    """What the strip shows.

    Attributes
    ----------
    at
        Step looked at, or ``None`` for the latest.
    recorded, planned
        Updates done, and planned.
    per_epoch
        Updates of an epoch; 0 while unknown.
    kept
        (n,) steps at which parameters were kept.
    live
        Whether training goes on, so that the latest step moves.
    no_branch
        Why nothing can branch from here; empty where it can.
    branched
        Step at which these runs branched from others, or ``None``.
    """

    at: int | None = None
    recorded: int = 0
    planned: int = 0
    per_epoch: int = 0
    kept: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    live: bool = False
    no_branch: str = ""
    branched: int | None = None

    @property
    def step(self) -> int:
        """The step looked at."""
        return self.recorded if self.at is None else min(self.at, self.recorded)


def epoch_words(step: int, per_epoch: int) -> str:
    """Return a step in epochs: "epoch 8.5", "epoch 34", empty where that is unknown.

    >>> epoch_words(340, 40), epoch_words(80, 40), epoch_words(3, 0)
    ('epoch 8.5', 'epoch 2', '')
    """
    if not per_epoch:
        return ""
    epochs = step / per_epoch
    if step % per_epoch == 0:
        return f"epoch {format_integer(step // per_epoch)}"
    return f"epoch {epochs:.1f}" if epochs < 1000 else f"epoch {format_integer(round(epochs))}"


class Arrow(IconButton):
    """A button that repeats while it is held and knows whether Shift was, too."""

    pressed_with = Signal(bool)
    """Pressed, or held; with Shift or not."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None, *, shortcut: str = "") -> None:
        super().__init__(name, tip, parent, shortcut=shortcut)
        self._shift = False
        self.setAutoRepeat(True)
        self.setAutoRepeatDelay(FIRST_REPEAT)
        self.setAutoRepeatInterval(REPEAT)
        self.clicked.connect(lambda: self.pressed_with.emit(self._shift))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note Shift."""
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Note Shift."""
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().keyPressEvent(event)


class TimeStrip(QFrame):
    """The strip. It shows a `TimeState` and gives out which step a person wants to see."""

    step_chosen = Signal(object)
    """A step, or ``None`` for the latest, which training moves on."""
    branch_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_strip")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Time")
        self._state = TimeState()
        self._level = -1
        self._refusal = ""
        self.back = Arrow("chevron_left", "One step back; Shift: one evaluation", shortcut=",")
        self.back.setAccessibleName("One step back")
        self.forward = Arrow("chevron_right", "One step on; Shift: one evaluation", shortcut=";")
        self.forward.setAccessibleName("One step on")
        self.slider = TimeSlider()
        self.slider.setToolTip(
            "The step that plots, run list and instruments show. Ticks: steps at which parameters were kept"
        )
        self.label = ElidedLabel(kind="text2")
        self.field = NumberField(self._spec())
        self.field.setFixedWidth(68)
        self.words = ElidedLabel(kind="text2")
        self.live = QPushButton("")
        self.live.setCheckable(True)
        self.live.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.branch = IconTextButton("branch", "Branch from here …", kind="ghost")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(6)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._row = row
        row.addWidget(self.back)
        row.addWidget(self.slider, 1)
        row.addWidget(self.forward)
        row.addSpacing(2)
        for widget in (self.label, self.field, self.words, self.live, self.branch):
            row.addWidget(widget)

        self.back.pressed_with.connect(lambda shift: self.step_by(False, jump=shift))
        self.forward.pressed_with.connect(lambda shift: self.step_by(True, jump=shift))
        self.slider.valueChanged.connect(self.choose)
        self.field.edited.connect(self.choose)
        self.field.refused.connect(self._refuse)
        self.live.clicked.connect(self._live_clicked)
        self.branch.clicked.connect(self.branch_pressed)
        self.set_theme(theme)
        self.show_time(self._state)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        for part in (self.back, self.forward, self.slider, self.field, self.branch):
            part.set_theme(theme)
        self.label.setFont(theme.font("subtitle"))
        self.words.setFont(theme.font("subtitle"))

    @property
    def state(self) -> TimeState:
        """What is shown."""
        return self._state

    # --- state in, silent ---------------------------------------------------------------------------
    def show_time(self, state: TimeState) -> None:
        """Show where training is and which step is looked at."""
        self._state = state
        past = state.at is not None
        self.slider.show_steps(
            state.step, state.recorded, state.planned, state.kept, state.per_epoch, state.branched
        )
        self.field.show_spec(self._spec())
        self.label.setText("Looking at step" if past else "Step")
        set_kind(self.label, "value" if past else "text2")
        self.back.setEnabled(state.step > 0)
        self.forward.setEnabled(past)
        newest = "live" if state.live else "latest"
        self.live.setText(f"Back to {newest}" if past else newest.capitalize())
        self.live.setChecked(not past)
        set_kind(self.live, "" if past else "segment")
        self.live.setToolTip(
            "Show the latest step again  (Alt+End)" if past
            else "Plots follow training; press to stay at this step" if state.live
            else "The latest step is shown"
        )  # fmt: skip
        self.branch.setEnabled(not state.no_branch)
        self.branch.setToolTip(
            state.no_branch or f"Train again from step {format_integer(state.step)} with something changed"
        )
        self._show_words()
        self._fit(self.width())

    def _spec(self) -> FieldSpec:
        state = self._state
        return FieldSpec(
            "at", "Step looked at", "int", state.step, low=0, high=state.recorded,
            help="A step from 0 to the latest one",
            allowed=f"a whole number from 0 to {format_integer(state.recorded)}",
        )  # fmt: skip

    def _show_words(self) -> None:
        state = self._state
        whole = max(state.planned, state.recorded)
        epoch = epoch_words(state.step, state.per_epoch) if self._level < 2 else ""
        words = " · ".join(part for part in (f"of {format_integer(whole)}", epoch) if part)
        self.words.setText(self._refusal or words)
        set_kind(self.words, "error" if self._refusal else "text2")

    # --- a person's acts --------------------------------------------------------------------------
    def choose(self, step: int | None) -> None:
        """Look at a step; at the latest one is to follow it. Says so where it is another one."""
        if step is not None:
            step = max(0, step)
            step = None if step >= self._state.recorded else step
        self._go(step)

    def step_by(self, forward: bool, *, jump: bool = False) -> None:
        """Look one step, or one evaluation, further on or back."""
        state = self._state
        if jump:
            self.choose(jumped(state.step, forward, state.kept, state.per_epoch, state.recorded))
        else:
            self.choose(state.step + (1 if forward else -1))

    def _go(self, step: int | None) -> None:
        if step != self._state.at:
            self.show_time(replace(self._state, at=step))
            self.step_chosen.emit(step)
        else:
            self.show_time(self._state)

    def _live_clicked(self) -> None:
        state = self._state
        if state.at is not None:
            self._go(None)
        else:  # stay at the step that is latest now, while training goes on
            self._go(state.recorded if state.live and state.recorded else None)

    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence
        self._show_words()

    # --- room -------------------------------------------------------------------------------------
    def minimumSizeHint(self) -> QSize:
        """Ask for the folded width only."""
        return QSize(300, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what does not fit, the least needed first."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    def _fit(self, width: int) -> None:
        fold_to_fit(self._row, width, FOLDED, self._fold, self._room_of_words)

    def _room_of_words(self) -> int:
        """Room for the words in full, and for the slider to be of use."""
        labels = (label for label in (self.label, self.words) if not label.isHidden())
        return 60 + sum(label.sizeHint().width() - label.minimumSizeHint().width() for label in labels)

    def _fold(self, level: int) -> None:
        if level != self._level:
            self._level = level
            self.branch.setText("Branch from here …" if level < 1 else "Branch …" if level < 3 else "")
            self.branch.setAccessibleName("Branch from here")
            set_kind(self.branch, "ghost" if level < 3 else "icon")
            self.label.setVisible(level < 4)
            self.words.setVisible(level < 4)
        self._show_words()
