"""What the processes that train one experiment know of each other: how far each has gone."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from typing import Any

OUT = 2**62
"""The place of a process that takes no part: nobody waits for it."""

SPAN = 2**40
"""More steps than are ever done: a meeting's number and step make one number of 64 bits."""

SETTLE_SECONDS = 50e-6
"""After so long, what a process has written is seen by all: a thousand times what a core takes to write."""


@dataclass(frozen=True)
class Meeting:
    """A step at which something happens in all processes; ``number`` counts them."""

    number: int
    step: int


class Pace:
    """How far each process is about to go, in shared memory.

    Each process writes its own numbers, and all read the others'. Curves are compared while they grow, so a
    process that is ahead waits for the slowest. What is to happen at one step in all of them is asked for at
    a step that none has passed, and none passes it before it has heard what that is, however late the
    command reaches it. No lock is taken, which a process that is killed would keep: a number is written in
    one piece, each by one process only, and a value that is a moment old does little harm.

    Parameters
    ----------
    context
        The context that starts the processes; a `Pace` is handed to them when they start.
    processes
        How many there may be.

    Examples
    --------
    >>> import multiprocessing
    >>> pace = Pace(multiprocessing.get_context("spawn"), 2)
    >>> pace.highest()
    0
    >>> pace.promise(0, 120, 140)
    >>> pace.promise(1, 100, 105)
    >>> pace.lowest(), pace.highest()
    (100, 120)
    >>> meeting = pace.meet()
    >>> meeting
    Meeting(number=1, step=140)
    >>> pace.hear(0, meeting)
    >>> pace.limit(0) == OUT, pace.limit(1)
    (True, 140)
    """

    def __init__(self, context: BaseContext, processes: int) -> None:
        self._steps: Any = context.RawArray(ctypes.c_int64, [OUT] * processes)
        self._later: Any = context.RawArray(ctypes.c_int64, [OUT] * processes)
        self._meetings: Any = context.RawArray(ctypes.c_int64, processes)
        self._heard: Any = context.RawArray(ctypes.c_int64, processes)

    @property
    def processes(self) -> int:
        """How many processes there may be."""
        return len(self._steps)

    def promise(self, number: int, step: int, later: int | None = None) -> None:
        """Say that process ``number`` works up to ``step``, and after that up to ``later`` at first."""
        self._steps[number] = step
        self._later[number] = step if later is None else later

    def finish(self, number: int, step: int) -> None:
        """Say that process ``number`` did all that it had to do by ``step``.

        Nobody waits for it. But nothing is to happen before that step any more: it would come too late there.
        """
        self._later[number] = step
        self._steps[number] = OUT

    def leave(self, number: int) -> None:
        """Take a process out: it has nothing to train, or is gone."""
        self._steps[number] = self._later[number] = OUT

    def lowest(self) -> int:
        """Return how far the slowest process is about to go, `OUT` where none takes part."""
        return int(min(self._steps))

    def highest(self, among: Collection[int] | None = None) -> int:
        """Return how far the fastest process is about to go, 0 where none takes part.

        One that has not yet read that its experiment is over may still write here: ``among`` are the numbers
        of those that count, by default all.
        """
        return _furthest(self._steps, among)

    # --- meetings -----------------------------------------------------------------------------------
    def meet(self, *, soon: bool = False, among: Collection[int] | None = None) -> Meeting:
        """Return a step that none has passed, and that none passes before it hears of this meeting.

        Every process that takes part is to be told next. With ``soon`` it is as far as they have said that
        they work, else a slice of work later, so that none need wait for what it is told. Where one has
        finished, it is not before that. Asked for by one process only; ``among`` as in `highest`.
        """
        count = self.processes
        numbers, limits = zip(*(divmod(word, SPAN) for word in self._meetings), strict=True)
        number = max(numbers) + 1
        # one that has not heard of the last meeting stays before that
        bound = [limits[n] if self._heard[n] < numbers[n] else OUT for n in range(count)]
        step = self._reach(soon, among)
        self._bind(number, [min(limit, step) for limit in bound])
        # one that went on meanwhile has said so by now, and any that goes on from now on sees its limit
        time.sleep(SETTLE_SECONDS)
        step = max(step, self._reach(True, among))
        self._bind(number, [min(limit, step) for limit in bound])
        return Meeting(number, step)

    def _reach(self, soon: bool, among: Collection[int] | None) -> int:
        """Return how far the furthest goes before it looks next, or now; no less than one that finished."""
        later = [self._later[n] if not soon or self._steps[n] == OUT else 0 for n in range(self.processes)]
        return max(self.highest(among), _furthest(later, among))

    def _bind(self, number: int, limits: list[int]) -> None:
        for process, limit in enumerate(limits):
            self._meetings[process] = number * SPAN + limit

    def limit(self, number: int) -> int:
        """Return how far process ``number`` may go before it hears of a meeting, `OUT` where of none."""
        meeting, step = divmod(self._meetings[number], SPAN)
        return step if self._heard[number] < meeting else OUT

    def hear(self, number: int, meeting: Meeting) -> None:
        """Say that process ``number`` knows of a meeting, and of those before."""
        self._heard[number] = max(self._heard[number], meeting.number)

    def enter(self, number: int) -> None:
        """Say that process ``number`` begins anew: meetings so far are no concern of it."""
        self._heard[number] = self._meetings[number] // SPAN


def _furthest(places: Sequence[int], among: Collection[int] | None) -> int:
    """Return the furthest of places that are any, of the processes that count; 0 where there is none."""
    numbers = range(len(places)) if among is None else among
    return int(max((places[n] for n in numbers if places[n] < OUT), default=0))
