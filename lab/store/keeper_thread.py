"""A keeper in a thread of its own: whoever feeds it never waits for the disk."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from compute.problems import Problem
from lab.messages import Recorded
from lab.store.kept_messages import Begun, Kept, Overrun, Reached
from lab.store.rows import Role

LOG = logging.getLogger(__name__)
MOST_WAITING = 256 * 2**20
"""Bytes of recorded rows that may wait for the disk."""


class KeeperThread:
    """Writes messages in a thread that begins with the first of them.

    Parameters
    ----------
    folder, group, role
        As those of `lab.store.keeper.Keeper`.
    tell
        Is told the first problem with each experiment, in that thread.

    Attributes
    ----------
    problem
        The first problem with keeping the latest experiment, or ``None``.
    """

    def __init__(self, folder: Path, group: str | None, role: Role, tell: Callable[[Problem], None]) -> None:
        self.problem: Problem | None = None
        self._queue: queue.SimpleQueue[Kept | None] = queue.SimpleQueue()
        self._belongs = folder, group, role
        self._tell = tell
        self._thread: threading.Thread | None = None
        self._put = self._taken = 0
        self._overrun = False

    def _note(self, problem: Problem) -> None:
        if self.problem is None:
            self.problem = problem
            self._tell(problem)

    def put(self, message: Kept) -> None:
        """Queue a message. Rows that come faster than the disk takes them are refused, once too many wait."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="store", daemon=True)
            self._thread.start()
        if isinstance(message, Begun):
            self._overrun = False
        elif isinstance(message, Recorded):
            if self._overrun:
                return
            self._put += _size(message)
            if self._put - self._taken > MOST_WAITING:
                self._overrun, message = True, Overrun()
        self._queue.put(message)

    def _work(self) -> None:
        from lab.store.keeper import Keeper  # a program that trains nothing need not wait for it

        keeper = Keeper(*self._belongs, self._note)
        while True:
            try:
                message = self._queue.get(timeout=keeper.patience)
                if message is None:
                    break
                if isinstance(message, Recorded):
                    self._taken += _size(message)
                elif isinstance(message, Begun):
                    self.problem = None
                keeper.take(message)
            except queue.Empty:
                keeper.rest()
            except Exception as error:
                # whatever is wrong with keeping, the training goes on
                LOG.exception("an experiment could not be kept")
                self._note(
                    Problem("This run is not kept as it should be", f"{type(error).__name__}: {error}.")
                )
            keeper.tick()
        keeper.close()

    def mark(self) -> threading.Event:
        """Return an event that is set once everything queued so far is written."""
        done = threading.Event()
        if self._thread is None:
            done.set()
        else:
            self._queue.put(Reached(done))
        return done

    def close(self, patience: float) -> None:
        """Write everything and end the thread; wait at most ``patience`` seconds."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(patience)
            self._thread = None


def _size(message: Recorded) -> int:
    """Return about how many bytes a chunk's rows are."""
    chunk = message.chunk
    return 5 * chunk.objective.nbytes + chunk.layer_gradient_norm.nbytes
