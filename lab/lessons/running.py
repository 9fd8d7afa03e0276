"""Run a lesson without a window, and hold what came out against its claims."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from compute.problems import Problem, ProblemError
from lab.lessons.lesson import Claim, Lesson
from lab.lessons.measures import measured
from lab.lessons.seed_values import MeasureError
from lab.number_text import thousands, value_text
from lab.pool import TrainerPool
from lab.session import Session
from lab.session_state import Trainer
from lab.view_options import PanelSource

POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Finding:
    """A claim and what came out.

    Attributes
    ----------
    claim
        The claim.
    measured
        The number found; NaN where it could not be measured.
    holds
        Whether it lies within the claim's bounds.
    why_not
        Why it could not be measured, or empty.
    """

    claim: Claim
    measured: float
    holds: bool
    why_not: str = ""

    @property
    def number(self) -> str:
        """What was measured, in words."""
        return self._words(self.measured)

    def _words(self, number: float) -> str:
        """Write a number with the digits that the claim's bounds tell apart."""
        if number == math.inf:
            return "never"
        if float(number).is_integer() and abs(number) < 1e15:
            return thousands(int(number)).replace("-", "−")
        room = self.claim.within * (abs(self.claim.value or 0) if self.claim.relative else 1)
        if self.claim.value is None or not room:
            return value_text(number)
        digits = math.ceil(math.log10(abs(self.claim.value) / room)) if self.claim.value else 1
        return f"{number:.{min(max(digits, 3), 10)}g}".replace("-", "−")

    @property
    def sentence(self) -> str:
        """The claim with its number."""
        return self.claim.say.replace("{measured}", self.number)

    @property
    def bounds(self) -> str:
        """What was expected: "1.5 to 2.6", "at least 0.9"."""
        low, high = self.claim.bounds
        if self.claim.value is not None:
            share = f"{100 * self.claim.within:g}\u202f%" if self.claim.relative else f"{self.claim.within:g}"
            return self._words(self.claim.value) + (f" ± {share}" if self.claim.within else "")
        if not math.isfinite(low):
            return f"at most {value_text(high)}"
        if not math.isfinite(high):
            return f"at least {value_text(low)}"
        return f"{value_text(low)} to {value_text(high)}"


def hold(claim: Claim, sources: Mapping[str, PanelSource]) -> Finding:
    """Hold a claim against what was recorded.

    Parameters
    ----------
    claim
        The claim.
    sources
        Name of a run → its recording.
    """
    try:
        number = measured(claim.measure, sources)
    except MeasureError as error:
        return Finding(claim, math.nan, False, str(error))
    low, high = claim.bounds
    return Finding(claim, number, low <= number <= high)


class LessonSessions:
    """The trained experiments of a lesson, by the names of its runs; closed together.

    Parameters
    ----------
    lesson
        The lesson.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    make_trainer
        Makes the trainer of each experiment.
    """

    def __init__(
        self,
        lesson: Lesson,
        device: str = "auto",
        make_trainer: Callable[[], Trainer] = TrainerPool,
    ) -> None:
        self.lesson = lesson
        self._device = device
        self._make_trainer = make_trainer
        self.sessions: dict[str, Session] = {}

    def train(self, told: Callable[[Session], None] = lambda session: None) -> None:
        """Train all runs to their ends, one after the other.

        Parameters
        ----------
        told
            Called often with the session that trains.

        Raises
        ------
        ProblemError
            Where one is refused or breaks off.
        """
        for name, config in self.lesson.experiments.items():
            session = Session(self._device, config=config, trainer=self._make_trainer())
            self.sessions[name] = session
            session.start()
            while session.starting or session.state in ("running", "paused"):
                if not session.advance():
                    time.sleep(POLL_SECONDS)
                told(session)
            session.close()
            if session.state != "finished":
                raise ProblemError(session.problem or Problem("A run of the lesson did not finish"))

    def findings(self) -> tuple[Finding, ...]:
        """Return every claim with what came out."""
        return tuple(hold(claim, self.sessions) for claim in self.lesson.config.claims)

    def close(self) -> None:
        """End what still trains."""
        for session in self.sessions.values():
            session.close()
