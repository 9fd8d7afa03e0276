"""Advice as a plot that the window, figures and tests read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.advice.finding import Finding


@dataclass(frozen=True)
class AdviceRow:
    """One finding, with the series numbers of the losses that it concerns."""

    finding: Finding
    series: tuple[int, ...] = ()

    @property
    def body(self) -> str:
        """The evidence and, in a line of its own, the likely cause."""
        return "\n".join(words for words in (self.finding.evidence, self.finding.cause) if words)


@dataclass(frozen=True)
class AdvicePanel:
    """What stands out, worst first.

    Attributes
    ----------
    title, subtitle
        What it is called; how many findings at which step.
    rows
        The findings.
    calm, looked_at
        What is said where there are none, and what was looked at.
    placeholder
        One sentence while there is nothing to look at.
    """

    sort: ClassVar[str] = "advice"

    title: str
    subtitle: str
    rows: tuple[AdviceRow, ...] = ()
    calm: str = ""
    looked_at: str = ""
    placeholder: str = ""
    kind: str = "advice"
