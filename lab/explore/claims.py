"""What is often said of these losses, what is right about it, and the state that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.explore.states import State

Verdict = Literal["right", "wrong", "overstated", "incomplete"]


@dataclass(frozen=True)
class Claim:
    """A claim with the right statement beside it.

    ``row`` is its number ("1.8"), ``view`` the view that shows it (a key of `lab.explore.states.STATES`, or
    ``"help"`` for a text alone), ``state`` opens that view where it can be seen.
    """

    row: str
    claim: str
    verdict: Verdict
    statement: str
    view: str
    state: State | None = None


CLAIMS: dict[str, Claim] = {}
