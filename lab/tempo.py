"""When a trainer process works and when it waits: for a speed, for a goal, for the other processes."""

from __future__ import annotations

import time
from collections.abc import Callable

from lab.pace import Meeting, Pace

ENDLESS = 2**60
"""A goal that is never reached."""

LEAD = 3
"""How many slices of work a process may be ahead of the slowest."""

LOOK_SECONDS = 0.002
"""How long a process that waits for a slower one sleeps between two looks."""


class Tempo:
    """How many steps may be done now, and how long to wait before the next.

    Parameters
    ----------
    pace
        How far the processes of the experiment are.
    number
        This one's number in it.
    clock
        Seconds.

    Attributes
    ----------
    goal
        Pause when so many steps are done.
    speed
        Steps a second, or ``None`` for flat out.
    """

    def __init__(self, pace: Pace, number: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace, self._number, self._clock = pace, number, clock
        self.goal = ENDLESS
        self.speed: float | None = None
        self._hurried = self._waits = False
        self._anchor = (0.0, 0)

    def begin(self, step: int, goal: int = ENDLESS, *, hurried: bool = False) -> None:
        """Start to count at a step: after a start, a pause, a change of speed.

        ``hurried`` goes for the goal without regard to the speed or the other processes.
        """
        self.goal, self._hurried = goal, hurried
        self._anchor = (self._clock(), step)

    def set_speed(self, speed: float | None, step: int) -> None:
        """Change the speed from a step on."""
        self.speed = speed
        self._anchor = (self._clock(), step)

    def enter(self) -> None:
        """Say that this process is to take part in a new experiment, with nothing done yet."""
        self._pace.enter(self._number)
        self.rest(0)

    def hear(self, meeting: Meeting | None) -> int | None:
        """Take note of a meeting, and return its step."""
        if meeting is None:
            return None
        self._pace.hear(self._number, meeting)
        return meeting.step

    def rest(self, step: int) -> None:
        """Say that nothing is done beyond this step before the next `begin`."""
        self._pace.promise(self._number, step)

    def finish(self, step: int) -> None:
        """Say that all is done after this step."""
        self._pace.finish(self._number, step)

    def leave(self) -> None:
        """Say that this process takes no part."""
        self._pace.leave(self._number)

    def due(self, step: int, slice_steps: int) -> int:
        """Return how many steps may be done after ``step``, where a slice of work has so many."""
        left = self.goal - step
        self._waits = False
        if not self._hurried:
            if self.speed is not None:
                left = min(left, self._allowed(step, self.speed))
            elif step - self._pace.lowest() > LEAD * slice_steps:
                self._waits = True
                left = 0
        now, later = (step + max(0, min(left, slices * slice_steps)) for slices in (1, 2))
        self._pace.promise(self._number, now, later)
        # looked at after the promise: whoever calls a meeting sees the one or lets this see the other
        limit = self._pace.limit(self._number)
        if limit < now:
            left = max(0, limit - step)
            self._waits = left == 0
            self._pace.promise(self._number, step + left)
        return left

    def _allowed(self, step: int, speed: float) -> int:
        since, first = self._anchor
        allowed = int((self._clock() - since) * speed) - (step - first)
        if allowed > speed:  # cannot keep up: do not run after a debt
            self._anchor = (self._clock(), step)
            return 1
        return allowed

    def patience(self, step: int) -> float:
        """Return how many seconds to wait for a command before the next step is due."""
        if self._waits:
            return LOOK_SECONDS
        if self.speed is None or self._hurried:
            return 0.0
        since, first = self._anchor
        return max(0.0, since + (step - first + 1) / self.speed - self._clock())
