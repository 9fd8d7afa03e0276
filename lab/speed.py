"""How fast training goes: updates a second over the last seconds, and how long it has taken."""

from __future__ import annotations

from collections import deque

WINDOW = 3.0


class Speedometer:
    """Updates a second, smoothed over a few seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def restart(self) -> None:
        """Forget the past: after a pause, a start, a change of speed."""
        self._marks.clear()

    def note(self, now: float, step: int) -> None:
        """Take in that ``step`` updates were done at ``now`` (seconds of any clock)."""
        if self._marks and step == self._marks[-1][1]:
            return
        self._marks.append((now, step))
        while len(self._marks) > 2 and self._marks[1][0] < now - WINDOW:
            self._marks.popleft()

    @property
    def steps_per_second(self) -> float:
        """Updates a second; 0 while unknown."""
        if len(self._marks) < 2:
            return 0.0
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start) if end > start else 0.0


class Stopwatch:
    """Seconds that a person has waited, without the pauses.

    Parameters
    ----------
    began
        When it was started (seconds of any clock).
    """

    def __init__(self, began: float) -> None:
        self._before = 0.0
        self._since: float | None = began

    def hold(self, now: float) -> None:
        """Stop counting; nothing changes where it holds already."""
        self._before, self._since = self.seconds(now), None

    def go(self, now: float) -> None:
        """Count on from here; nothing changes where it counts already."""
        if self._since is None:
            self._since = now

    def seconds(self, now: float) -> float:
        """Return what was counted so far."""
        return self._before + (0.0 if self._since is None else now - self._since)
