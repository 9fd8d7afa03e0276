"""Writes messages to another process in a thread: whoever hands them over waits for nobody."""

from __future__ import annotations

import queue
import threading
from multiprocessing.connection import Connection
from typing import Any


class Sending:
    """What is still to be written to a pipe, and the thread that writes it.

    A pipe holds a few hundred kilobytes. Who is slow to read, since it has just been started or stands back
    behind others, keeps the rest from being written.

    Parameters
    ----------
    connection
        Our end of the pipe. Once nobody reads it, what is put is dropped.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._put = self._written = 0
        self._thread = threading.Thread(target=self._run, name="questions", daemon=True)
        self._thread.start()

    def put(self, message: object) -> None:
        """Hand a message over; never blocks."""
        self._put += 1
        self._messages.put(message)

    @property
    def busy(self) -> bool:
        """Whether something is not written yet."""
        return self._written < self._put

    def _run(self) -> None:
        read = True
        while (message := self._messages.get()) is not None:
            if read:
                try:
                    self._connection.send(message)
                except (OSError, ValueError):
                    read = False
            self._written += 1

    def end(self, seconds: float) -> bool:
        """Write no more than what was put before; return whether that is done within so many seconds."""
        self._messages.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()
