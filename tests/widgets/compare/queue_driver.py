"""What the bridge is to a queue, advanced by hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Driver(QObject):
    """Drives a queue when it is told to."""

    queue_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.queue = None

    def follow_queue(self, queue) -> None:
        self.queue = queue

    def advance(self) -> None:
        if self.queue is not None and self.queue.busy and self.queue.advance():
            self.queue_changed.emit()
