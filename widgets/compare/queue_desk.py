"""The window's queue of sweeps and races, made when something is first put into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

if TYPE_CHECKING:
    from lab.queue.job import Job
    from lab.queue.queue import Queue
    from lab.queue.work import Work
    from lab.store.store import Store
    from widgets.bridge import Beside


class QueueBridge(Protocol):
    """The part of `widgets.bridge.Bridge` that the desk uses."""

    queue_changed: SignalInstance

    def follow_queue(self, queue: Beside) -> None:
        """Drive a queue."""


def new_queue(store: Store, device: str) -> Queue:
    """Return a queue that trains on this machine."""
    from lab.queue.queue import Queue

    return Queue(store, device)


class QueueDesk(QObject):
    """What the pages of Compare put work into and ask how it stands.

    Parameters
    ----------
    bridge
        Drives the queue.
    store
        Keeps what is trained.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    make_queue
        Makes the queue.
    """

    changed = Signal()
    """Something in the queue changed, also by a person."""

    def __init__(
        self,
        bridge: QueueBridge,
        store: Store,
        device: str,
        parent: QObject | None = None,
        *,
        make_queue: Callable[[Store, str], Queue] = new_queue,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._store, self._device = bridge, store, device
        self._make_queue = make_queue
        self._queue: Queue | None = None
        bridge.queue_changed.connect(self.changed)

    @property
    def queue(self) -> Queue | None:
        """The queue, if there ever was something in it."""
        return self._queue

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs in their order, those that are over included."""
        return () if self._queue is None else self._queue.jobs

    @property
    def paused(self) -> bool:
        """Whether nothing is trained until `resume`."""
        return self._queue is not None and self._queue.paused

    def job_of(self, group: str) -> Job | None:
        """Return the newest job of a stored group, ``None`` without any."""
        return next((job for job in reversed(self.jobs) if group and job.group == group), None)

    def add(self, work: Work, group: str = "") -> Job:
        """Put work behind all other; with a group, go on with what the store has of it."""
        if self._queue is None:
            self._queue = self._make_queue(self._store, self._device)
            self._bridge.follow_queue(self._queue)
        job = self._queue.add(work, group)
        self.changed.emit()
        return job

    def pause(self) -> None:
        """Pause what trains, and begin nothing."""
        if self._queue is not None:
            self._queue.pause()
            self.changed.emit()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._queue is not None:
            self._queue.resume()
            self.changed.emit()

    def move(self, identity: int, places: int) -> None:
        """Move a waiting job up (``places`` < 0) or down."""
        if self._queue is not None:
            self._queue.move(identity, places)
            self.changed.emit()

    def cancel(self, identity: int) -> None:
        """End a job where it is; one that is paused ends, too."""
        if self._queue is not None:
            self._queue.cancel(identity)
            if self._queue.paused and not any(job.state == "waiting" for job in self._queue.jobs):
                self._queue.resume()
            self.changed.emit()

    def remove(self, identity: int) -> None:
        """Take a job that is over out of the list."""
        if self._queue is not None:
            self._queue.remove(identity)
            self.changed.emit()

    def close(self) -> None:
        """End what trains; it can be gone on with from the store."""
        if self._queue is not None:
            self._queue.close()
