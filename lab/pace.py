"""What the processes that train one experiment know of each other: how far each has gone."""

from __future__ import annotations

import ctypes
from multiprocessing.context import BaseContext
from typing import Any

OUT = 2**62
"""The place of a process that takes no part: nobody waits for it."""


class Pace:
    """A number in shared memory for each process: the step that it will not go past in the next moment.

    Each process writes its own number, and all read the others'. Curves are compared while they grow, so
    a process that is ahead waits for the slowest; and a pause that is asked for at `highest` is one that
    every process can still keep. No lock is taken: a number is written in one piece, and a value that is a
    moment old does no harm.

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
    >>> pace.promise(0, 120)
    >>> pace.promise(1, 100)
    >>> pace.lowest(), pace.highest()
    (100, 120)
    """

    def __init__(self, context: BaseContext, processes: int) -> None:
        self._steps: Any = context.RawArray(ctypes.c_int64, [OUT] * processes)

    def promise(self, number: int, step: int) -> None:
        """Say that process ``number`` does not go past ``step`` without saying so again."""
        self._steps[number] = step

    def leave(self, number: int) -> None:
        """Take a process out: it has nothing to train, or is gone."""
        self._steps[number] = OUT

    def lowest(self) -> int:
        """Return the number of the slowest process, `OUT` where none takes part."""
        return int(min(self._steps))

    def highest(self) -> int:
        """Return the highest number of a process that takes part, 0 where none does."""
        return int(max((step for step in self._steps if step < OUT), default=0))
