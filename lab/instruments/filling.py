"""Histories answered in part: coarse steps first, then what is between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lab.instruments.instrument import Question

PIECE = 0.15
"""Seconds of work after which what is there is shown."""
GROWTH = 4
"""A piece has at most so many times the steps of the one before: steps known from earlier cost nothing."""


@dataclass(frozen=True)
class Partial:
    """An answer to ``known`` of the ``asked`` steps of a history; the others are being computed."""

    numbers: Any
    known: int
    asked: int

    @property
    def words(self) -> str:
        """What a card says of it."""
        return f"{self.known} of {self.asked} steps so far"


def coarse_first(steps: Sequence[int]) -> tuple[int, ...]:
    """Return ascending steps in the order in which they say most: ends first, then halfway.

    Examples
    --------
    >>> coarse_first([0, 10, 20, 30, 40, 50])
    (50, 0, 20, 10, 30, 40)
    """
    if len(steps) < 2:
        return tuple(steps)
    order = [steps[-1], steps[0]]
    gaps = [(0, len(steps) - 1)]
    while gaps:
        between = []
        for low, high in gaps:
            middle = (low + high) // 2
            if middle > low:
                order.append(steps[middle])
                between += [(low, middle), (middle, high)]
        gaps = between
    return tuple(order)


def filled(
    question: Question,
    answer: Callable[[Question], Any],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[tuple[int, Any]]:
    """Answer a question in pieces of about `PIECE` seconds.

    Parameters
    ----------
    question
        Where it is no history (`Question.history`), or one without steps, there is one piece.
    answer
        Computes an answer. It must remember what it computed at a step, as `Book.memo` does.
    clock
        Seconds.

    Yields
    ------
    known, numbers
        How many steps the answer is of, and it: at last of all.
    """
    if not (question.history and question.steps):
        yield len(question.steps), answer(question)
        return
    order = coarse_first(question.steps)
    known, more, shown = 0, 1, clock()
    while known < len(order):
        began, size = clock(), min(more, len(order) - known)
        known += size
        numbers = answer(replace(question, steps=tuple(sorted(order[:known]))))
        now = clock()
        more = max(1, min(GROWTH * size, round(size * PIECE / max(now - began, 1e-9))))
        if known == len(order) or now - shown >= PIECE:
            yield known, numbers
            shown = clock()
