"""Writes messages to another process in a thread, while whoever hands them over goes on."""

from __future__ import annotations

import queue
import threading
from multiprocessing.connection import Connection

MOST_WAITING = 4
"""Messages of a trainer that may wait to be read; with more, training waits for the reader."""


class Outbox:
    """What is still to be written to a pipe, and the thread that writes it.

    A pipe holds a few hundred kilobytes: less than what is recorded between two looks of the lab, or than the
    parameters that a plot needs. Written by whoever has them, each message would keep it from its work until
    the other end looks next.

    Parameters
    ----------
    connection
        Our end of the pipe. Once nobody reads it, what is put is dropped.
    most
        Messages that may wait; 0 for any number.
    """

    def __init__(self, connection: Connection, most: int = MOST_WAITING) -> None:
        self._connection = connection
        self._waiting: queue.Queue[object] = queue.Queue(most)
        self._thread = threading.Thread(target=self._run, name="messages", daemon=True)
        self._thread.start()

    def put(self, message: object) -> None:
        """Send a message after those before it; waits only while too many are unread."""
        self._waiting.put(message)

    @property
    def busy(self) -> bool:
        """Whether something is not written yet."""
        return self._waiting.unfinished_tasks > 0

    def _run(self) -> None:
        read = True
        while (message := self._waiting.get()) is not None:
            if read:  # else whoever puts must not wait either: it notices elsewhere that nobody reads
                try:
                    self._connection.send(message)
                except (OSError, ValueError):
                    read = False
            self._waiting.task_done()

    def end(self, seconds: float) -> bool:
        """Write no more than what was put before; return whether that is done within so many seconds."""
        self._waiting.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()
