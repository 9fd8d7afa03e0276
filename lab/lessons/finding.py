"""What came out of a claim: the number, whether it holds, and how both are said."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lab.lessons.claim import Claim
from lab.lessons.lesson_config import PLACE
from lab.lessons.measures import counts_steps, measured
from lab.lessons.results import LessonResults
from lab.lessons.seed_values import MeasureError
from lab.number_text import digits_text, thousands, value_text


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
        if math.isnan(number):
            return "nan"
        if math.isinf(number):
            return "never" if counts_steps(self.claim.measure) else "∞" if number > 0 else "−∞"
        if float(number).is_integer() and abs(number) < 1e15:
            return thousands(int(number)).replace("-", "−")
        room = self.claim.within * (abs(self.claim.value or 0) if self.claim.relative else 1)
        if self.claim.value is None or not room:
            return value_text(number)
        digits = math.ceil(math.log10(abs(self.claim.value) / room)) if self.claim.value else 1
        return digits_text(number, f".{min(max(digits, 3), 10)}g")

    @property
    def sentence(self) -> str:
        """The claim with its number."""
        return self.claim.say.replace("{measured}", "–" if self.why_not else self.number)

    @property
    def bounds(self) -> str:
        """What was expected: "1.5 to 2.6", "at least 0.9"."""
        low, high = self.claim.bounds
        if self.claim.value is not None:
            within = self.claim.within
            room = f"{within:g}" if within >= 1e-3 else value_text(within)
            room = f"{100 * within:g}\u202f%" if self.claim.relative else room
            return self._words(self.claim.value) + (f" ± {room}" if within else "")
        if not math.isfinite(low):
            return f"at most {value_text(high)}"
        if not math.isfinite(high):
            return f"at least {value_text(low)}"
        return f"{value_text(low)} to {value_text(high)}"


def hold(claim: Claim, results: LessonResults) -> Finding:
    """Hold a claim against what was recorded.

    Parameters
    ----------
    claim
        The claim.
    results
        What the lesson's runs recorded.
    """
    try:
        number = measured(claim.measure, results)
    except MeasureError as error:
        return Finding(claim, math.nan, False, str(error))
    return Finding(claim, number, claim.allows(number))


def filled(text: str, findings: Sequence[Finding | None]) -> str:
    """Return a text with the measured numbers in place of ``{1}``, ``{2}`` and so on.

    Parameters
    ----------
    text
        The text; ``{1}`` stands for the number of the first finding.
    findings
        What was found, ``None`` where it is not known yet. A number that is not known is a dash.
    """

    def number(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        finding = findings[place] if 0 <= place < len(findings) else None
        return "–" if finding is None or finding.why_not else finding.number

    return PLACE.sub(number, text)
