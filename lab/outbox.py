"""Sends a trainer's messages while it goes on training."""

from __future__ import annotations

import queue
import threading
from multiprocessing.connection import Connection

from lab.messages import Event

MOST_WAITING = 4
"""Messages that may wait to be read; with more, training waits for the reader."""


class Outbox:
    """A thread that writes to the pipe.

    A pipe holds less than what is recorded between two looks of the lab. Written by the trainer itself, each
    message would keep it from training until the lab looks next.

    Parameters
    ----------
    connection
        The pipe to the lab. Once nobody reads it, what is put is dropped.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: queue.Queue[Event] = queue.Queue(MOST_WAITING)
        threading.Thread(target=self._run, name="messages", daemon=True).start()

    def put(self, event: Event) -> None:
        """Send an event after those before it; waits only while too many are unread."""
        self._waiting.put(event)

    def _run(self) -> None:
        read = True
        while True:
            event = self._waiting.get()
            if not read:
                continue  # the process ends when it looks at the pipe next; it must not wait here before
            try:
                self._connection.send(event)
            except OSError:
                read = False
