"""What the processes that train one experiment know of each other: how far each has gone."""

from __future__ import annotations

import ctypes
from multiprocessing.context import BaseContext
from typing import Any

OUT = 2**62
"""The place of a process that takes no part: nobody waits for it."""


class Pace:
    """How far each process is about to go, in shared memory.

    Each process writes its own numbers, and all read the others'. Curves are compared while they grow, so a
    process that is ahead waits for the slowest; and what is to happen at one step in all of them is asked for
    at a step that none has passed. No lock is taken: a number is written in one piece, and a value that is a
    moment old does little harm.

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
    >>> pace.lowest(), pace.highest(), pace.horizon()
    (100, 120, 140)
    """

    def __init__(self, context: BaseContext, processes: int) -> None:
        self._steps: Any = context.RawArray(ctypes.c_int64, [OUT] * processes)
        self._later: Any = context.RawArray(ctypes.c_int64, [OUT] * processes)

    @property
    def processes(self) -> int:
        """How many processes there may be."""
        return len(self._steps)

    def promise(self, number: int, step: int, later: int | None = None) -> None:
        """Say that process ``number`` works up to ``step``, and after that up to ``later`` at first."""
        self._steps[number] = step
        self._later[number] = step if later is None else later

    def leave(self, number: int) -> None:
        """Take a process out: it has nothing to train, or is gone."""
        self._steps[number] = self._later[number] = OUT

    def lowest(self) -> int:
        """Return how far the slowest process is about to go, `OUT` where none takes part."""
        return int(min(self._steps))

    def highest(self) -> int:
        """Return how far the fastest process is about to go, 0 where none takes part."""
        return int(max((step for step in self._steps if step < OUT), default=0))

    def horizon(self) -> int:
        """Return a step that none passes before it reads what is sent to it now, 0 where none takes part."""
        return int(max((step for step in self._later if step < OUT), default=0))
