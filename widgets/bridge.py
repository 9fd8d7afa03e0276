"""The one timer of the program: takes what the lab has learnt and says it as Qt signals."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

FAST = 16
"""Milliseconds between two looks while something is going on."""
CALM = 50
"""The same while nothing is."""
HIDDEN = 250
"""The same while the window cannot be seen."""
PLOT_GAP = 0.040
"""Seconds between two redraws of the plots: 25 a second at most."""
REST, CROWDED_REST = 3.0, 9.0
"""Rest between two redraws, in lengths of a redraw; the longer one while training takes every core."""
LIST_GAP = 0.120
"""Seconds between two refreshes of live numbers, which nobody reads faster."""
SLOW_GAP = 1.0
"""Seconds between two chances to save things."""

PLOT_CHANGES = frozenset({"curves", "field", "confusion", "data", "runs"})
LIVE_CHANGES = frozenset({"curves", "progress", "runs"})


class Advancing(Protocol):
    """The part of `lab.session.Session` that the bridge uses."""

    def advance(self) -> frozenset[str]:
        """Take in what the trainer sent; return what changed."""

    @property
    def crowded(self) -> bool:
        """Whether training takes every core, so that what the window takes is taken from it."""


class Beside(Protocol):
    """What the bridge uses of a `Queue`, a lesson's `Attempt` or the instruments' `Study`."""

    def advance(self) -> bool:
        """Do what is due; return whether anything changed."""

    @property
    def busy(self) -> bool:
        """Whether there is anything to do."""


class Bridge(QObject):
    """Polls a session and emits one signal a meaning, each at most as often as it can be seen.

    Where there is a queue or a lesson beside the session, it is driven, too.

    Parameters
    ----------
    session
        What to poll.
    """

    state_changed = Signal()
    config_changed = Signal()
    data_changed = Signal()
    device_changed = Signal()
    problem_changed = Signal()
    progress_changed = Signal()
    runs_changed = Signal()
    queue_changed = Signal()
    lesson_changed = Signal()
    plots_due = Signal()
    """Begin to redraw the plots."""
    plots_continued = Signal()
    """Go on with it; asked for with `ask_more`."""
    moment_passed = Signal()

    def __init__(self, session: Advancing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._queue: Beside | None = None
        self._queue_pending, self._queued = False, 0.0
        self._lesson: Beside | None = None
        self._lesson_pending, self._lessoned = False, 0.0
        self._studies: list[tuple[Beside, Callable[[], None]]] = []
        self._pending: set[str] = set()
        self._plots_pending = self._live_pending = False
        self._plotted = self._listed = self._slow = 0.0
        self._plot_gap = PLOT_GAP
        self._more, self._cost = False, 0.0
        self._hidden = False
        self._in_tick = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin to poll. What can wait a moment waits until the window has been painted."""
        self._slow = time.perf_counter()
        self._timer.start(CALM)

    def stop(self) -> None:
        """Stop polling; `start` goes on."""
        self._timer.stop()

    @property
    def running(self) -> bool:
        """Whether the timer is on."""
        return self._timer.isActive()

    @property
    def interval(self) -> int:
        """Milliseconds between two looks now."""
        return self._timer.interval()

    @property
    def plot_gap(self) -> float:
        """Seconds between two redraws of the plots at least."""
        return self._plot_gap

    def follow_queue(self, queue: Beside) -> None:
        """Drive a queue beside the session, as long as there is something in it."""
        self._queue = queue

    def follow_lesson(self, lesson: Beside) -> None:
        """Drive a lesson beside the session, as long as something of it trains."""
        self._lesson = lesson

    def follow_study(self, study: Beside, answered: Callable[[], None] | None = None) -> None:
        """Carry questions of instruments to the process that answers them; plots are due when it has."""
        self._studies.append((study, answered or self._note_plots))

    def _note_plots(self) -> None:
        self._plots_pending = True

    def set_hidden(self, hidden: bool) -> None:
        """Poll slowly and draw nothing while the window cannot be seen."""
        self._hidden = hidden
        if not hidden:
            self._plots_pending = True

    def set_plot_cost(self, seconds: float) -> None:
        """Say how long the last redraw took.

        Plots take at most about a quarter of the time, and a tenth where no core is left to the window.
        """
        rest = CROWDED_REST if self._session.crowded else REST
        self._plot_gap = min(0.5, max(PLOT_GAP, rest * seconds))

    def ask_more(self) -> None:
        """Say that a redraw is not through: `plots_continued` comes with the next tick."""
        self._more = True

    def add_cost(self, seconds: float) -> None:
        """Say what a redraw costs beyond what the bridge can see: painting."""
        self._cost += seconds

    def note(self, *changes: str) -> None:
        """Ask for the signals of changes that did not come from the session."""
        self._take(frozenset(changes))

    def _take(self, changes: frozenset[str]) -> None:
        self._pending |= changes
        self._plots_pending |= bool(changes & PLOT_CHANGES)
        self._live_pending |= bool(changes & LIVE_CHANGES)

    def tick(self) -> None:
        """Look once. Public so that tests need not wait for the timer."""
        if self._in_tick:
            return
        self._in_tick = True
        try:
            changes = self._session.advance()
            self._take(changes)
            if self._queue is not None and self._queue.busy:
                self._queue_pending |= self._queue.advance()
            if self._lesson is not None and self._lesson.busy:
                self._lesson_pending |= self._lesson.advance()
            for study, answered in self._studies:
                if study.busy and study.advance():
                    answered()
            self._emit(time.perf_counter())
            asked = any(study.busy for study, _ in self._studies)
            self._pace(bool(changes) or self._plots_pending or self._more or asked)
        finally:
            self._in_tick = False

    def flush(self) -> None:
        """Emit everything that is due, however recent the last time was."""
        self._plotted = self._listed = self._queued = self._lessoned = 0.0
        self.tick()
        while self._more and not self._in_tick:
            self.tick()

    def _emit(self, now: float) -> None:
        pending, self._pending = self._pending, set()
        for change, signal in (
            ("config", self.config_changed), ("data", self.data_changed), ("device", self.device_changed),
            ("problem", self.problem_changed), ("state", self.state_changed),
        ):  # fmt: skip
            if change in pending:
                signal.emit()
        if self._live_pending and now - self._listed >= LIST_GAP:
            self._listed = now
            self._live_pending = False
            self.progress_changed.emit()
            self.runs_changed.emit()
        if self._queue_pending and now - self._queued >= LIST_GAP:
            self._queued, self._queue_pending = now, False
            self.queue_changed.emit()
        if self._lesson_pending and now - self._lessoned >= LIST_GAP:
            self._lessoned, self._lesson_pending = now, False
            self.lesson_changed.emit()
        if not self._hidden:
            self._emit_plots(now)
        if now - self._slow >= SLOW_GAP:
            self._slow = now
            self.moment_passed.emit()

    def _emit_plots(self, now: float) -> None:
        """Begin a redraw when one is due, or go on with one that is not through: a plot a tick."""
        if self._more:
            self._more = False
            self.plots_continued.emit()
        elif self._plots_pending and now - self._plotted >= self._plot_gap:
            self._plots_pending = False
            self._cost = 0.0
            self.plots_due.emit()
        else:
            return
        self._cost += time.perf_counter() - now
        if not self._more:
            self._plotted = time.perf_counter()
            self.set_plot_cost(self._cost)

    def _pace(self, busy: bool) -> None:
        interval = HIDDEN if self._hidden else FAST if busy else CALM
        if self._timer.isActive() and self._timer.interval() != interval:
            self._timer.setInterval(interval)
