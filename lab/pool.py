"""A trainer that uses the whole machine: one process a core, each with a share of the experiment's runs."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from lab.config import ExperimentConfig
from lab.crew import Crew
from lab.messages import (
    Command,
    DeviceReport,
    Died,
    Event,
    Failed,
    Hello,
    Prepare,
    Prepared,
    Refused,
    SetSpeed,
    Start,
    Stop,
)
from lab.pace import Pace
from lab.shares import WARM_NUMBERS, usable_cores
from lab.trainer import POLL_SECONDS, TrainerHandle, trainer_context

FIRST_ATTEMPT = 2**40
"""Starts are numbered from here towards the processes, apart from the lab's own requests."""


class Worker(Protocol):
    """What the pool needs of a process; `lab.trainer.TrainerHandle`, or something else in a test."""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""

    @property
    def pid(self) -> int | None:
        """Process number."""

    def start(self) -> None:
        """Start the process if none runs."""

    def send(self, command: Command) -> None:
        """Queue a command; never blocks."""

    def poll(self, seconds: float) -> list[Event]:
        """Return what has arrived; never blocks."""

    def ask_to_leave(self) -> None:
        """Ask the process to end."""

    def wait_until_gone(self, deadline: float) -> None:
        """Wait for the process to end, and kill it at the deadline."""


@dataclass(frozen=True)
class _Asked:
    """The data that the first process was last asked for, and, once it has answered, what it said."""

    prepare: Prepare
    processes: int | None = None

    def serves(self, start: Start) -> bool:
        """Whether what is said of these data holds for an experiment that is to start."""
        return self.prepare.device == start.device and _shape(self.prepare.config) == _shape(start.config)


def _shape(config: ExperimentConfig) -> tuple[object, ...]:
    """Return what of an experiment decides over how many processes it is divided."""
    return config.data, config.losses, config.model, config.seeds


class TrainerPool:
    """Trainer processes behind the same few methods as one.

    The first process loads the data of the edited experiment and says over how many processes its runs are
    worth dividing (`lab.shares`); the others are started then, and load the same data. An experiment starts
    once the first process has answered, so that data that are refused are refused once. On a GPU one process
    trains everything.

    When a process ends unasked, its runs are `Lost` and the others go on; when it ends while an experiment
    starts, the start is repeated with the others. A process that is gone is replaced at the next start.

    Parameters
    ----------
    workers
        The most processes to use; by default one for each core that this program may use.
    make_worker
        Makes the handle of a process from `Pace` and its number; for tests.

    Raises
    ------
    ValueError
        If there is to be no process.
    """

    def __init__(
        self, workers: int | None = None, make_worker: Callable[[Pace, int], Worker] | None = None
    ) -> None:
        count = usable_cores() if workers is None else workers
        if count < 1:
            raise ValueError(f"there must be at least one trainer process, not {count}")
        context = trainer_context()
        self._pace = Pace(context, count)
        make = make_worker or (lambda pace, number: TrainerHandle(context, pace, number))
        self._workers = [make(self._pace, number) for number in range(count)]
        self._attempts = itertools.count(FIRST_ATTEMPT)
        self._devices: dict[str, DeviceReport] = {}
        self._asked: _Asked | None = None
        self._waiting: Start | None = None
        self._later: Prepare | None = None
        self._crew: Crew | None = None

    @property
    def alive(self) -> bool:
        """Whether any process runs."""
        return any(worker.alive for worker in self._workers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Numbers of the processes that run, the first process first."""
        return tuple(worker.pid for worker in self._workers if worker.alive and worker.pid is not None)

    def start(self) -> None:
        """Start the first process if it does not run; the others are started when they are of use."""
        self._workers[0].start()

    def close(self, patience: float = 1.0) -> None:
        """End all processes: asked first, killed after ``patience`` seconds."""
        for worker in self._workers:
            worker.ask_to_leave()
        deadline = time.monotonic() + patience
        for worker in self._workers:
            worker.wait_until_gone(deadline)
        self._crew = self._waiting = None

    # --- commands ---------------------------------------------------------------------------------
    def send(self, command: Command) -> None:
        """Pass a command on to the processes that it concerns; never blocks."""
        if isinstance(command, Prepare):
            self._later = command
        elif isinstance(command, Start):
            self._dismiss()
            self._waiting = command
            if self._asked is None or not self._asked.serves(command):
                self._ask(Prepare(command.request, command.config, command.device))
        elif isinstance(command, Stop) and self._starting:
            self._waiting = None
            self._dismiss()
        elif isinstance(command, SetSpeed) and self._waiting is not None:
            self._waiting = replace(self._waiting, steps_per_second=command.steps_per_second)
        elif self._crew is not None:
            self._crew.obey(command)
        self._catch_up()

    @property
    def _starting(self) -> bool:
        return self._waiting is not None or (self._crew is not None and self._crew.starting)

    def _dismiss(self) -> None:
        if self._crew is not None:
            self._crew.discard()
            self._crew = None

    def _ask(self, command: Prepare) -> None:
        self._asked = _Asked(command)
        self._workers[0].send(command)

    def _catch_up(self) -> None:
        """Do what could not be done before: begin the start that waits, ask for the data edited since."""
        start, asked = self._waiting, self._asked
        if start is not None and asked is not None and asked.processes is not None:
            device = self._devices.get(start.device)
            if device is not None:
                self._waiting = None
                processes = 1 if device.kind == "gpu" else asked.processes
                self._begin(start, list(range(min(processes, len(self._workers)))))
        later, waiting = self._later, self._waiting
        if later is not None and (waiting is None or _Asked(later).serves(waiting)):
            self._later = None
            self._ask(later)

    def _begin(self, start: Start, numbers: list[int]) -> None:
        self._crew = Crew(start, next(self._attempts), numbers, self._pace, self._send_to)

    def _send_to(self, number: int, command: Command) -> None:
        self._workers[number].send(command)

    # --- events -----------------------------------------------------------------------------------
    def poll(self) -> list[Event]:
        """Return what has arrived, at most some milliseconds' worth of it; never blocks."""
        events: list[Event] = []
        for number, worker in enumerate(self._workers):
            for event in worker.poll(POLL_SECONDS / len(self._workers)):
                events += self._take(number, event)
        return events

    def _take(self, number: int, event: Event) -> list[Event]:
        if isinstance(event, Died):
            return self._bury(number, event)
        if isinstance(event, Hello | DeviceReport | Prepared) or (
            isinstance(event, Refused | Failed) and 0 <= event.request < FIRST_ATTEMPT
        ):
            return self._take_answer(event) if number == 0 else []
        if self._crew is None or number not in self._crew.members:
            return []
        return self._crew.take(number, event)

    def _take_answer(self, event: Event) -> list[Event]:
        """Take what the first process says about data and device."""
        asked, events = self._asked, [event]
        if isinstance(event, DeviceReport):
            if asked is not None:
                self._devices[asked.prepare.device] = event
        elif isinstance(event, Prepared):
            if asked is not None and event.request == asked.prepare.request:
                # what does not fit, or may not, is left to the first process to refuse
                processes = event.processes if event.problem is None else 1
                self._asked = _Asked(asked.prepare, processes)
                self._warm(event)
        elif isinstance(event, Refused | Failed):
            waits = self._waiting
            if asked is not None and event.request == asked.prepare.request:
                self._asked = None
                if waits is not None and waits.request != event.request:
                    events.append(Refused(waits.request, event.problem))
                self._waiting = None
        self._catch_up()
        return events

    def _warm(self, prepared: Prepared) -> None:
        """Let the other processes that will train load the data, too: a start then need not wait for it."""
        assert self._asked is not None
        summary = prepared.summary
        if self._crew is not None or summary.samples * summary.features > WARM_NUMBERS:
            return
        device = self._devices.get(self._asked.prepare.device)
        if prepared.problem is not None or (device is not None and device.kind == "gpu"):
            return
        for worker in self._workers[1 : prepared.processes]:
            worker.send(Prepare(prepared.request, self._asked.prepare.config, "cpu"))

    def _bury(self, number: int, event: Died) -> list[Event]:
        """Go on without a process that is gone."""
        self._pace.leave(number)
        asked, crew = self._asked, self._crew
        found: list[Event] = []
        if number == 0:
            self._asked = self._waiting = None
            self._devices.clear()
            if crew is None:
                found.append(event)
            elif asked is not None and asked.processes is None:
                # others train all the same, but nobody will say what these data are
                found.append(Failed(event.problem, asked.prepare.request))
        if crew is not None and number in crew.members:
            found += self._lose(crew, number, event)
        self._catch_up()
        return found

    def _lose(self, crew: Crew, number: int, event: Died) -> list[Event]:
        """Go on without a process of the crew; a start is repeated with the others."""
        if not crew.starting:
            return crew.take(number, event)
        left = [other for other in crew.members if other != number]
        self._crew = None
        if not left:
            return [event]
        self._begin(crew.start, left)
        return []
