"""Refusals of the explorer, in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from compute.problems import Problem, ProblemError
from lab.number_text import value_text


def refuse(where: str, title: str, body: str = "") -> ProblemError:
    """Return the error that says what is wrong with a field of a state."""
    return ProblemError(Problem(title, body, where))


def check_number(
    where: str,
    label: str,
    value: float,
    low: float,
    high: float,
    *,
    whole: bool = False,
    low_open: bool = False,
) -> None:
    """Refuse a number that is not finite or out of bounds.

    Raises
    ------
    ProblemError
        With a sentence that says what is allowed.
    """
    outside = math.isnan(value) or not low <= value <= high or (low_open and value == low)
    if outside or (whole and value != int(value)):
        noun = "a whole number" if whole else "a number"
        first = f"above {value_text(low)} and at most" if low_open else f"from {value_text(low)} to"
        raise refuse(where, f"{label} must be {noun} {first} {value_text(high)}, not {value_text(value)}")


def check_choice(where: str, label: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is not one of the allowed ones."""
    if value not in allowed:
        raise refuse(where, f"{label} must be one of {', '.join(allowed)}, not {value!r}")
