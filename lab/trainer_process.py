"""The trainer process: takes commands from a pipe, trains in between, sends what it recorded."""

from __future__ import annotations

import gc
import math
import os
import queue
import signal
import time
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from compute.problems import Problem, ProblemError
from lab.device_report import device_report
from lab.messages import (
    Advance,
    ApplyChange,
    Change,
    ChangeRefused,
    Command,
    Discard,
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
from lab.outbox import Outbox
from lab.pace import Pace
from lab.tempo import ENDLESS, Tempo
from lab.trainer_changes import PendingChanges
from lab.trainer_data import Broken, ChangeLayout, DataThread, Layout, Result
from lab.trainer_problems import memory_problem, unexpected
from lab.trainer_work import ExperimentWork
from lab.warm_kernels import WarmKernels

FIELD_SECONDS = 0.2
CHANGED_FIELD_SECONDS = 0.05
"""Between two pictures while data are changed by hand, which a person watches."""


def serve(connection: Connection, pace: Pace, number: int) -> None:
    """Run the process until `Shutdown`, or until the other end of the pipe is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    server = Server(connection, pace, number)
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
    pace, number
        How far the processes of the experiment are, and this one's number among them.
    """

    def __init__(self, connection: Connection, pace: Pace, number: int) -> None:
        self._connection, self._outbox = connection, Outbox(connection)
        self._tempo = Tempo(pace, number)
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._wake_read, self._wake_write = Pipe(duplex=False)
        self._data = DataThread(self._deliver, pace.processes, WarmKernels(number == 0).tend)
        self._work: ExperimentWork | None = None
        self._running = False
        self._releases = 0
        self._start_request = -1
        self._changes = PendingChanges()
        self._message_seconds = 0.0
        self._sent = 0.0
        self._field_due = self._field_soonest = 0.0

    def _deliver(self, result: Result) -> None:
        self._results.put(result)
        self._wake_write.send_bytes(b"!")

    def _send(self, event: Event) -> None:
        self._outbox.put(event)

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
            self._give_up(unexpected(error, traceback.format_exc()), request)

    def _give_up(self, problem: Problem, request: int) -> None:
        work, self._work, self._running = self._work, None, False
        self._changes.forget()
        self._tempo.leave()
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
            self._changes.forget()
            self._start_request = command.request
            self._tempo.speed = command.steps_per_second
            self._tempo.enter()
            self._data.put(command)
        elif isinstance(command, SetSpeed):
            self._tempo.set_speed(command.steps_per_second, self._step)
        elif isinstance(command, Discard):
            self._work, self._running, self._start_request = None, False, -1
            self._changes.forget()
            self._data.held = 0
            self._tempo.leave()
            gc.collect()
        elif self._work is None:
            if isinstance(command, Stop):
                self._start_request = -1  # a start under way is called off
                self._tempo.leave()
        elif isinstance(command, Pause):
            self._pause_at(self._work.step if command.at is None else command.at)
        elif isinstance(command, Resume):
            self._go(ENDLESS)
        elif isinstance(command, Advance):
            steps = command.steps + command.epochs * self._work.laid.sweep.steps_per_epoch
            self._go(self._work.step + max(1, steps) if command.until is None else command.until)
        elif isinstance(command, SetLearningRate):
            self._work.set_learning_rate(command.value, command.loss, self._tempo.hear(command.at))
        elif isinstance(command, Change):
            self._data.put(self._changes.ask(command, self._work.laid))
        elif isinstance(command, ApplyChange):
            self._changes.apply(command.request, self._work, self._tempo.hear(command.at))
            self._tell_changes()
        elif isinstance(command, Stop):
            self._running = False
            self._flush(final=True)
            self._tempo.rest(self._work.step)
            self._send(Ended("stopped", self._work.step, self._work.busy, self._releases))

    def _take_result(self, result: Result) -> None:
        if isinstance(result, Layout):
            if result.start.request == self._start_request:
                self._guard(self._begin, result, request=result.start.request)
        elif isinstance(result, ChangeLayout | ChangeRefused):
            self._guard(self._take_change, result)
        elif isinstance(result, Broken):
            self._send(Failed(unexpected(result.error, result.text), result.request))
        else:
            self._send(result)

    def _begin(self, layout: Layout) -> None:
        start = layout.start
        try:
            work = ExperimentWork(layout.phases)
        except MemoryError:
            self._tempo.leave()
            self._send(Refused(start.request, memory_problem("hold all runs at once")))
            return
        self._work, self._releases = work, 0
        self._message_seconds = message_seconds(start.share.parts)
        sweep = layout.phases[-1].sweep
        gc.collect()  # the last experiment's buffers hang in reference cycles
        device = device_report(layout.device, [plan for _, plan in sweep.plans])
        self._send(
            Started(
                start.request,
                sweep.runs,
                sweep.steps,
                sweep.steps_per_epoch,
                device,
                layout.summary,
                sweep.planned,
            )
        )
        work.advance(0)
        self._flush(final=True)
        self._sent = -math.inf  # the first step is shown as soon as it is done
        self._running = True
        self._tempo.begin(0, ENDLESS if start.pause_after is None else max(0, start.pause_after))
        if self._tempo.goal == 0:
            self._pause()

    # --- changes --------------------------------------------------------------------------------
    def _take_change(self, result: ChangeLayout | ChangeRefused) -> None:
        for event in self._changes.take(result, self._work):
            self._send(event)
        self._tell_changes()

    def _tell_changes(self) -> None:
        """Say of the changes that were due how they went, after all that was recorded before them."""
        work = self._work
        answers = [] if work is None else self._changes.answers(work)
        if work is None or not answers:
            return
        self._send_recorded(work)
        for event in answers:
            self._send(event)
        # the picture of the new data comes with the next slice, or as soon as it may
        self._sent = -math.inf
        self._field_due = min(self._field_due, self._field_soonest)

    def _go(self, goal: int) -> None:
        work = self._work
        assert work is not None
        self._releases += 1
        if work.finished:
            return
        if not self._running:
            self._running = True
            self._send(Resumed(work.step))
        self._tempo.begin(work.step, goal)

    # --- training -------------------------------------------------------------------------------
    @property
    def _step(self) -> int:
        return 0 if self._work is None else self._work.step

    def _patience(self) -> float | None:
        """Return how long to wait for a command: for ever when idle, not at all when flat out."""
        return self._tempo.patience(self._step) if self._running else None

    def _turn(self) -> None:
        work = self._work
        assert work is not None
        steps = self._tempo.due(work.step, work.slice)
        if steps > 0:
            work.advance(steps)
            self._tell_changes()
        if work.finished:
            self._running = False
            self._flush(final=True)
            self._tempo.finish(work.step)
            self._send(Ended("finished", work.step, work.busy, self._releases))
        elif work.step >= self._tempo.goal:
            self._pause()
        else:
            self._flush()

    def _pause_at(self, step: int) -> None:
        """Pause where that many steps are done already, else go on to there first."""
        work = self._work
        assert work is not None
        if work.step < step and not work.finished:
            self._running = True
            self._tempo.begin(work.step, step, hurried=True)
        elif self._running:
            self._pause()

    def _pause(self) -> None:
        assert self._work is not None
        self._running = False
        self._flush(final=True)
        self._tempo.rest(self._work.step)
        self._send(Paused(self._work.step, self._releases))

    def _send_recorded(self, work: ExperimentWork) -> None:
        for message in work.take():
            self._send(message)
        self._sent = time.monotonic()

    def _flush(self, final: bool = False) -> None:
        """Send what was recorded, if it is time; ``final`` sends all that there is."""
        work = self._work
        assert work is not None
        now = time.monotonic()
        if not final and now - self._sent < self._message_seconds * len(work.trainings):
            return
        self._send_recorded(work)
        if work.drawable and (final or now >= self._field_due):
            self._send(work.field())
            drawn = time.monotonic()
            cost = drawn - self._sent
            self._field_due = drawn + max(FIELD_SECONDS, 8 * cost)
            self._field_soonest = drawn + max(CHANGED_FIELD_SECONDS, 3 * cost)


def message_seconds(processes: int) -> float:
    """Return the time between two messages of a process: about 20 a second, fewer where many send.

    Examples
    --------
    >>> message_seconds(1), message_seconds(2), message_seconds(8), message_seconds(64)
    (0.05, 0.05, 0.1, 0.25)
    """
    return 0.05 * min(5.0, max(1.0, processes / 4))
