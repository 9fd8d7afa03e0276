"""A claim about a loss, with what is right about it and the state that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.explore.states import State, view_name

Verdict = Literal["right", "wrong", "overstated", "incomplete"]


@dataclass(frozen=True)
class Claim:
    """A claim that is often made, with the right statement beside it.

    Attributes
    ----------
    row
        Its number, source and place: ``"1.8"``.
    claim
        The claim in short.
    verdict
        Whether it holds.
    statement
        What is right, in a sentence or two with the numbers.
    state
        Opens the view in which it can be seen.
    """

    row: str
    claim: str
    verdict: Verdict
    statement: str
    state: State

    @property
    def view(self) -> str:
        """Name of the view that shows it, a key of `lab.explore.states.STATES`."""
        return view_name(self.state)
