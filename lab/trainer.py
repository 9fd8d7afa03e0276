"""The handle of a trainer process: start it, send commands, take events, notice when it is gone."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from lab.messages import Command, Died, Event, Shutdown
from lab.pace import Pace
from lab.trainer_entry import THREAD_VARIABLES, enter
from lab.trainer_problems import cannot_start_problem, death_problem

POLL_SECONDS = 0.008


def trainer_context() -> BaseContext:
    """Return how trainer processes are started.

    On Linux they are forked from a server that has the trainer's modules loaded, which makes one ready in
    6 ms instead of 250, with 4 MB of its own instead of 43. The server is a process of its own that never
    saw Qt, has one thread, and ends when this process and the last trainer are gone. Elsewhere they are
    spawned.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["lab.trainer_process"])
    return context


@contextlib.contextmanager
def child_environment() -> Iterator[None]:
    """Set the environment that a child inherits.

    BLAS reads its number of threads when NumPy is imported there. What the server preloads must be found
    where this process finds it, not in the folder that the program happens to be started in.
    """
    wanted = dict.fromkeys(THREAD_VARIABLES, "1")
    wanted |= {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class TrainerHandle:
    """A trainer process and the pipe to it.

    The process is a daemon with one BLAS thread that ends by itself when this one is gone.

    Parameters
    ----------
    context, pace, number
        How it is started, how far the processes of an experiment are, and this one's number among them; by
        default it is the only one.
    """

    def __init__(self, context: BaseContext | None = None, pace: Pace | None = None, number: int = 0) -> None:
        self._context = trainer_context() if context is None else context
        self._pace = Pace(self._context, 1) if pace is None else pace
        self._number = number
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._outbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._sender: threading.Thread | None = None
        self._begun = threading.Event()
        self._failure: str | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs, or is being started."""
        process = self._process
        return process is not None and (not self._begun.is_set() or process.is_alive())

    @property
    def pid(self) -> int | None:
        """Process number, or ``None`` while there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process if none runs. Returns at once; `poll` says if it could not be started."""
        if self._connection is not None:
            return
        ours, theirs = self._context.Pipe()
        arguments = (theirs, self._pace, self._number)
        process: BaseProcess = self._context.Process(  # type: ignore[attr-defined]
            target=enter, args=arguments, name=f"losslab-trainer-{self._number}", daemon=True
        )
        self._process, self._connection = process, ours
        self._outbox, self._begun, self._failure = queue.SimpleQueue(), threading.Event(), None
        forked = self._context.get_start_method() == "forkserver"
        with child_environment():
            if forked:
                self._try(forkserver.ensure_running)
            else:
                self._begin(process, theirs)
        self._sender = threading.Thread(
            target=self._serve_outbox,
            args=(process, ours, theirs if forked else None, self._outbox),
            name="trainer-commands",
            daemon=True,
        )
        self._sender.start()

    def _try(self, act: Callable[[], object]) -> bool:
        """Call what the system may not allow; keep the reason where it does not."""
        try:
            act()
        except (OSError, EOFError) as error:
            self._failure = getattr(error, "strerror", None) or str(error) or type(error).__name__
            return False
        return True

    def _begin(self, process: BaseProcess, theirs: Connection) -> bool:
        try:
            return self._try(process.start)
        finally:
            theirs.close()
            self._begun.set()

    def _serve_outbox(
        self,
        process: BaseProcess,
        ours: Connection,
        theirs: Connection | None,
        outbox: queue.SimpleQueue[Command | None],
    ) -> None:
        """Do in a thread what may take a moment.

        Forking waits until the server has loaded its modules, and a large config may be more than the pipe
        holds at once.
        """
        if theirs is not None and not self._begin(process, theirs):
            return
        while (command := outbox.get()) is not None:
            try:
                ours.send(command)
            except (OSError, ValueError):
                return  # the process is gone; `poll` says so

    def send(self, command: Command) -> None:
        """Queue a command; never blocks. Starts the process if none runs."""
        self.start()
        self._outbox.put(command)

    def poll(self, seconds: float = POLL_SECONDS) -> list[Event]:
        """Return what has arrived, at most so many seconds' worth of it; never blocks.

        The last event of a process that ended unasked, or could not be started, is `Died`.
        """
        connection, process = self._connection, self._process
        if connection is None or process is None:
            return []
        events: list[Event] = []
        until = time.monotonic() + seconds
        try:
            while connection.poll(0):
                events.append(connection.recv())
                if time.monotonic() > until:
                    return events
        except (EOFError, OSError):
            events.append(self._death(process))
            self._forget()
        return events

    def _death(self, process: BaseProcess) -> Died:
        if self._failure is not None:
            return Died(None, cannot_start_problem(self._failure))
        process.join(1.0)
        return Died(process.exitcode, death_problem(process.exitcode))

    def close(self, patience: float = 1.0) -> None:
        """End the process: asked first, killed after ``patience`` seconds."""
        self.ask_to_leave()
        self.wait_until_gone(time.monotonic() + patience)

    def ask_to_leave(self) -> None:
        """Ask the process to end; `wait_until_gone` sees to it."""
        if self._process is not None:
            self._outbox.put(Shutdown())

    def wait_until_gone(self, deadline: float) -> None:
        """Wait for the process to end, and kill it at ``deadline`` (of `time.monotonic`)."""
        process = self._process
        if process is None:
            return
        self._begun.wait(max(0.0, deadline - time.monotonic()))
        while process.is_alive() and time.monotonic() < deadline:
            self._drain()
            process.join(0.01)
        self._forget()

    def _drain(self) -> None:
        """Take what the process is still sending, so that it can read `Shutdown`."""
        if self._connection is not None:
            with contextlib.suppress(EOFError, OSError):
                while self._connection.poll(0):
                    self._connection.recv_bytes()

    def _forget(self) -> None:
        process = self._process
        self._kill()
        self._outbox.put(None)
        if self._sender is not None:
            # not before it is through: what it writes could reach whatever is opened next
            self._sender.join(1.0)
        if self._connection is not None:
            self._connection.close()
        if process is not None and self._begun.is_set():
            self._kill()  # on a busy machine it may have begun only now
            process.close()
        self._process = self._connection = self._sender = None

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.is_alive():
            process.kill()
            process.join()
