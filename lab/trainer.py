"""The handle of the trainer process: start it, send commands, take events, notice when it is gone."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from compute.problems import Problem
from lab.messages import Command, Died, Event, Shutdown
from lab.trainer_entry import enter

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""One BLAS thread: on small matrices more are slower, and the window needs the other cores."""

_POLL_SECONDS = 0.008


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Set the environment that the child inherits; BLAS reads it when NumPy is imported there."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def death_problem(exit_code: int | None, step: int | None = None) -> Problem:
    """Say how the process ended and what was kept.

    Examples
    --------
    >>> death_problem(-9, 920).title
    'The trainer process was killed (SIGKILL) at step 920; every curve is kept'
    """
    at = "" if step is None else f" at step {step}"
    if exit_code is not None and exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            name = f"signal {-exit_code}"
        if name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE"):
            how, cause = f"crashed ({name})", "Probably a fault in a numerical library or a driver."
        else:
            how, cause = f"was killed ({name})", "Something outside the lab ended it"
            cause += ", probably the system for want of memory." if name == "SIGKILL" else "."
    else:
        how = "ended" if exit_code is None else f"ended (exit code {exit_code})"
        cause = "Something in it broke before it could say what."
    return Problem(
        f"The trainer process {how}{at}; every curve is kept",
        f"{cause} The next run starts a new process.",
    )


class TrainerHandle:
    """A spawned trainer process and the pipe to it.

    The process is a daemon with one BLAS thread that ends by itself when this one is gone.
    """

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._outbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._sender: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """Process number, or ``None``."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process if none runs. Returns at once; it is up in 0.1 to 0.3 s."""
        if self._connection is not None:
            return
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=enter, args=(theirs,), name="losslab-trainer", daemon=True)
        with _one_thread():
            process.start()
        theirs.close()
        self._process, self._connection = process, ours
        self._outbox = queue.SimpleQueue()
        self._sender = threading.Thread(
            target=_send_all, args=(ours, self._outbox), name="trainer-commands", daemon=True
        )
        self._sender.start()

    def send(self, command: Command) -> None:
        """Queue a command; never blocks. Starts the process if none runs."""
        self.start()
        self._outbox.put(command)

    def poll(self) -> list[Event]:
        """Return what has arrived, at most some milliseconds' worth of it; never blocks.

        The last event of a process that ended unasked is `Died`.
        """
        connection, process = self._connection, self._process
        if connection is None or process is None:
            return []
        events: list[Event] = []
        until = time.monotonic() + _POLL_SECONDS
        try:
            while connection.poll(0):
                events.append(connection.recv())
                if time.monotonic() > until:
                    return events
        except (EOFError, OSError):
            process.join(1.0)
            exit_code = process.exitcode
            self._forget()
            events.append(Died(exit_code, death_problem(exit_code)))
        return events

    def close(self, patience: float = 1.0) -> None:
        """End the process: asked first, killed after ``patience`` seconds."""
        process = self._process
        if process is None:
            return
        self._outbox.put(Shutdown())
        deadline = time.monotonic() + patience
        while process.is_alive() and time.monotonic() < deadline:
            self._drain()
            process.join(0.01)
        if process.is_alive():
            process.kill()
            process.join()
        self._forget()

    def _drain(self) -> None:
        """Take what the process is still sending, so that it can read `Shutdown`."""
        if self._connection is not None:
            with contextlib.suppress(EOFError, OSError):
                while self._connection.poll(0):
                    self._connection.recv_bytes()

    def _forget(self) -> None:
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._outbox.put(None)
        if self._connection is not None:
            self._connection.close()
        if self._sender is not None:
            self._sender.join(1.0)
        if self._process is not None:
            self._process.close()
        self._process = self._connection = self._sender = None


def _send_all(connection: Connection, outbox: queue.SimpleQueue[Command | None]) -> None:
    """Send queued commands in a thread: a large config may be more than the pipe holds at once."""
    while True:
        command = outbox.get()
        if command is None:
            return
        try:
            connection.send(command)
        except (OSError, ValueError):
            return  # the process is gone; `poll` says so
