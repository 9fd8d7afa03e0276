"""Verdicts in one sentence that can be quoted alone, and the numbers under it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lab.number_text import MINUS, NO_BREAK, value_text
from lab.statistics.measures import Measure, lowered
from lab.statistics.results import Decision

SEPARATOR = " · "
SURE = 0.05
"""Below this adjusted p a difference is taken as there."""


@dataclass(frozen=True)
class Numbers:
    """What a verdict quotes.

    ``estimate``, ``low`` and ``high`` are of first − second, ``seeds`` those that have a difference, ``p`` is
    adjusted, ``more`` is how many more seeds would decide it, if that is known, and ``neither`` how many
    seeds there are in which neither arrived.
    """

    estimate: float
    low: float
    high: float
    seeds: int
    p: float
    margin: float
    more: int | None
    neither: int = 0


def verdict_words(
    decision: Decision, first: str, second: str, measure: Measure, numbers: Numbers
) -> tuple[str, str]:
    """Write a verdict.

    Parameters
    ----------
    decision
        What follows for the first.
    first, second
        Who.
    measure
        Judged by what.
    numbers
        The numbers.

    Returns
    -------
    tuple of str
        Sentence and detail.
    """
    if decision in ("better", "worse"):
        winner, loser = (first, second) if decision == "better" else (second, first)
        sentence = _lead(winner, loser, measure, numbers.estimate)
    elif decision == "equal":
        sentence = _equality(first, second, measure, numbers.margin)
    else:
        sentence = _doubt(first, second, measure, numbers)
    parts = []
    if not math.isnan(numbers.estimate):
        parts.append(f"difference {signed(numbers.estimate, measure)}")
        interval = interval_text(numbers.low, numbers.high, measure)
        parts.append(f"95{NO_BREAK}% interval {interval}")
    parts.append(_seeds_text(numbers.seeds, "paired"))
    if numbers.neither:
        parts.append(f"neither arrived with {_seeds_text(numbers.neither, 'further')}")
    parts.append(p_text(numbers.p))
    return sentence, SEPARATOR.join(parts)


def _seeds_text(count: int, kind: str) -> str:
    return f"{count} {kind} seed{'' if count == 1 else 's'}"


def _lead(winner: str, loser: str, measure: Measure, estimate: float) -> str:
    if measure.is_time:
        if math.isinf(estimate):
            return f"{winner} reaches {measure.goal} where {loser} does not."
        if measure.key in ("steps", "examples"):
            return f"{winner} needs {measure.amount(estimate)} fewer to {measure.goal} than {loser}."
        return f"{winner} reaches {measure.goal} {measure.amount(estimate)} sooner than {loser}."
    direction = "lower" if measure.lower_is_better else "higher"
    name = lowered(measure.label)
    return f"{winner} ends with a {name} {measure.amount(estimate)} {direction} than {loser}."


def _equality(first: str, second: str, measure: Measure, margin: float) -> str:
    if measure.is_time:
        room = measure.amount(margin)
        return f"{first} and {second} reach {measure.goal} within {room} of each other."
    return f"{first} and {second} end within {measure.amount(margin)} in {lowered(measure.label)}."


def _doubt(first: str, second: str, measure: Measure, numbers: Numbers) -> str:
    seeds = numbers.seeds
    if not seeds and numbers.neither:
        return f"Neither {first} nor {second} ever reaches {measure.goal}."
    count = (
        "No seed says"
        if seeds == 0
        else "One seed does not say"
        if seeds == 1
        else f"{seeds} seeds do not say"
    )
    what = (
        f"reaches {measure.goal} sooner"
        if measure.is_time
        else f"ends with the better {lowered(measure.label)}"
    )
    advice = f"; about {numbers.more} more would" if numbers.more is not None else ""
    if numbers.p < SURE and 0 < abs(numbers.estimate) <= numbers.margin:
        # that there is a difference is known, and not whether it is one that matters
        ahead = (numbers.estimate < 0) == measure.lower_is_better
        winner, loser = (first, second) if ahead else (second, first)
        lead = _lead(winner, loser, measure, numbers.estimate).rstrip(".")
        margin = measure.amount(numbers.margin)
        return f"{lead}; {seeds} seeds do not say whether that is more than a margin of {margin}{advice}."
    return f"{count} whether {first} or {second} {what}{advice}."


def signed(value: float, measure: Measure) -> str:
    """Write a difference with its sign: "−9 epochs", "+1.2 points"; "never" for an infinite one."""
    if math.isinf(value):
        return "first never" if value > 0 else "second never"
    sign = MINUS if value < 0 else "+" if value > 0 else ""
    return f"{sign}{measure.amount(value)}"


def interval_text(low: float, high: float, measure: Measure) -> str:
    """Write an interval: "−10.5 to −7.5 epochs"."""
    if math.isinf(low) and math.isinf(high):
        return "unbounded"
    if math.isinf(low):
        return f"up to {signed(high, measure)}"
    if math.isinf(high):
        return f"from {signed(low, measure)}"
    start, end = signed(low, measure), signed(high, measure)
    for unit in (measure.unit, measure.unit.removesuffix("s"), "points", "point"):
        if unit and end.endswith(f" {unit.removesuffix('s')}s") and start.endswith((f" {unit}", f" {unit}s")):
            start = start.rsplit(" ", 1)[0]
            break
    return f"{start} to {end}"


def p_text(p: float) -> str:
    """Write an adjusted p: "p < 0.001 after Holm"."""
    if p < 0.001:
        return "p < 0.001 after Holm"
    return f"p = {value_text(p, digits=2)} after Holm"
