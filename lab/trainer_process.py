"""The trainer process: takes commands from a pipe, trains in between, sends what it recorded."""

from __future__ import annotations

import datetime
import gc
import os
import queue
import signal
import time
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path

import platformdirs

from compute.problems import Problem, ProblemError
from lab.device_report import device_report
from lab.messages import (
    Advance,
    Command,
    Ended,
    Event,
    Failed,
    Hello,
    Pause,
    Paused,
    Prepare,
    Refused,
    Resume,
    Resumed,
    SetLearningRate,
    SetSpeed,
    Shutdown,
    Start,
    Started,
    Stop,
)
from lab.trainer_data import Broken, DataThread, Layout, Result, memory_problem
from lab.trainer_work import ExperimentWork

MESSAGE_SECONDS = 0.05
FIELD_SECONDS = 0.2
_FAR = 2**62


def serve(connection: Connection) -> None:
    """Run the process until `Shutdown`, or until the other end of the pipe is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    server = Server(connection)
    try:
        server.run()
    except (EOFError, BrokenPipeError, ConnectionError):
        pass
    finally:
        # The data thread may be deep in a file: nothing here needs a tidy end.
        os._exit(0)


class Server:
    """State of the process; `run` is its loop.

    Parameters
    ----------
    connection
        The pipe to the lab.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._wake_read, self._wake_write = Pipe(duplex=False)
        self._data = DataThread(self._deliver)
        self._work: ExperimentWork | None = None
        self._running = False
        self._start_request = -1
        self._goal = _FAR
        self._speed: float | None = None
        self._anchor = (0.0, 0)
        self._sent = 0.0
        self._field_due = 0.0

    def _deliver(self, result: Result) -> None:
        self._results.put(result)
        self._wake_write.send_bytes(b"!")

    def _send(self, event: Event) -> None:
        self._connection.send(event)

    def run(self) -> None:
        """Serve until told to leave."""
        self._send(Hello(os.getpid()))
        while True:
            ready = wait([self._connection, self._wake_read], self._patience())
            if self._wake_read in ready:
                self._wake_read.recv_bytes()
                self._take_result(self._results.get())
            while self._connection.poll(0):
                command = self._connection.recv()
                if isinstance(command, Shutdown):
                    return
                self._guard(self._obey, command)
            if self._running:
                self._guard(self._turn)

    def _guard(self, act: Callable[..., None], *arguments: object, request: int = -1) -> None:
        """Call and turn what goes wrong into a message; the process goes on."""
        try:
            act(*arguments)
        except (EOFError, BrokenPipeError, ConnectionError):
            raise
        except ProblemError as error:
            self._give_up(error.problem, request)
        except MemoryError:
            self._give_up(memory_problem("train this experiment"), request)
        except Exception as error:
            self._give_up(_unexpected(error, traceback.format_exc()), request)

    def _give_up(self, problem: Problem, request: int) -> None:
        work, self._work, self._running = self._work, None, False
        if work is not None:
            for message in work.take():
                self._send(message)
        self._send(Failed(problem, request))

    # --- commands -------------------------------------------------------------------------------
    def _obey(self, command: Command) -> None:
        if isinstance(command, Prepare):
            self._data.put(command)
        elif isinstance(command, Start):
            self._work, self._running = None, False
            self._start_request = command.request
            self._speed = command.steps_per_second
            self._data.put(command)
        elif isinstance(command, SetSpeed):
            self._speed = command.steps_per_second
            self._set_anchor()
        elif self._work is None:
            if isinstance(command, Stop):
                self._start_request = -1  # a start under way is called off
        elif isinstance(command, Pause):
            if self._running:
                self._pause()
        elif isinstance(command, Resume):
            self._go(_FAR)
        elif isinstance(command, Advance):
            steps = command.steps + command.epochs * self._work.sweep.steps_per_epoch
            self._go(self._work.step + max(1, steps))
        elif isinstance(command, SetLearningRate):
            self._work.set_learning_rate(command.value, command.loss)
        elif isinstance(command, Stop):
            self._running = False
            self._flush(final=True)
            self._send(Ended("stopped", self._work.step, self._work.busy))

    def _take_result(self, result: Result) -> None:
        if isinstance(result, Layout):
            if result.start.request == self._start_request:
                self._guard(self._begin, result, request=result.start.request)
        elif isinstance(result, Broken):
            self._send(Failed(_unexpected(result.error, result.text), result.request))
        else:
            self._send(result)

    def _begin(self, layout: Layout) -> None:
        start = layout.start
        try:
            work = ExperimentWork(start.config, layout.sweep)
        except MemoryError:
            self._send(Refused(start.request, memory_problem("hold all runs at once")))
            return
        self._work = work
        gc.collect()  # the last experiment's buffers hang in reference cycles
        device = device_report(layout.device, [plan for _, plan in layout.sweep.plans])
        self._send(
            Started(
                start.request,
                layout.sweep.runs,
                layout.sweep.steps,
                layout.sweep.steps_per_epoch,
                device,
                layout.summary,
            )
        )
        work.advance(0)
        self._flush(final=True)
        self._goal = _FAR if start.pause_after is None else max(0, start.pause_after)
        self._running = True
        self._set_anchor()
        if self._goal == 0:
            self._pause()

    def _go(self, goal: int) -> None:
        work = self._work
        assert work is not None
        if work.finished:
            return
        self._goal = goal
        if not self._running:
            self._running = True
            self._send(Resumed(work.step))
        self._set_anchor()

    # --- training -------------------------------------------------------------------------------
    def _set_anchor(self) -> None:
        self._anchor = (time.monotonic(), self._work.step if self._work is not None else 0)

    def _due(self) -> int:
        """Return how many steps may be done now."""
        work = self._work
        assert work is not None
        left = self._goal - work.step
        if self._speed is None:
            return left
        since, step = self._anchor
        allowed = int((time.monotonic() - since) * self._speed) - (work.step - step)
        if allowed > self._speed:  # cannot keep up: do not run after a debt
            self._set_anchor()
            allowed = 1
        return min(left, allowed)

    def _patience(self) -> float | None:
        """Return how long to wait for a command: for ever when idle, not at all when flat out."""
        if not self._running or self._work is None:
            return None
        if self._speed is None:
            return 0.0
        since, step = self._anchor
        next_due = since + (self._work.step - step + 1) / self._speed
        return max(0.0, next_due - time.monotonic())

    def _turn(self) -> None:
        work = self._work
        assert work is not None
        steps = self._due()
        if steps > 0:
            work.advance(steps)
        if work.finished:
            self._running = False
            self._flush(final=True)
            self._send(Ended("finished", work.step, work.busy))
        elif work.step >= self._goal:
            self._pause()
        else:
            self._flush()

    def _pause(self) -> None:
        assert self._work is not None
        self._running = False
        self._goal = _FAR
        self._flush(final=True)
        self._send(Paused(self._work.step))

    def _flush(self, final: bool = False) -> None:
        """Send what was recorded, about 20 messages a second; ``final`` sends all that there is."""
        work = self._work
        assert work is not None
        now = time.monotonic()
        if not final and now - self._sent < MESSAGE_SECONDS * len(work.trainings):
            return
        for message in work.take():
            self._send(message)
        self._sent = time.monotonic()
        if work.drawable and (final or now >= self._field_due):
            self._send(work.field())
            cost = time.monotonic() - self._sent
            self._field_due = time.monotonic() + max(FIELD_SECONDS, 8 * cost)


def _unexpected(error: BaseException, text: str) -> Problem:
    """Say that something broke, with the place of the log."""
    path = _log(text)
    where = f" The details are in {path}." if path is not None else ""
    reason = str(error).splitlines()[0][:200] if str(error) else "no reason given"
    return Problem(
        "Something broke in the trainer; what was recorded before is kept",
        f"{type(error).__name__}: {reason}.{where} This is probably a fault of the program.",
    )


def _log(text: str) -> Path | None:
    """Append to the log file; a log that cannot be written is no reason to stop."""
    try:
        folder = platformdirs.user_log_path("losslab", appauthor=False)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "trainer.log"
        stamp = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{stamp}\n{text}\n")
    except OSError:
        return None
    return path
