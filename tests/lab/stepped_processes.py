"""Trainer processes without processes: nothing is read, done or heard before the test says so.

All code is that of the program but pipes, threads and clocks: what each command and event comes across on its
way, and in which order, is the test's to choose.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import pytest

from lab.messages import Command, Died, Event, Prepared, Shutdown
from lab.pace import Pace
from lab.trainer_problems import death_problem
from lab.trainer_process import Server

MOST_STEPS = 4
"""Steps of a slice of work: so few that much can happen between two of them."""


Item = TypeVar("Item")


class Way(Generic[Item]):
    """What is on its way; in the place of an outbox and its thread, too.

    Attributes
    ----------
    delay
        For so many rounds what is put in now is on its way; nothing overtakes what was put in before.
    """

    def __init__(self) -> None:
        self.delay = self.now = 0
        self._items: deque[tuple[int, Item]] = deque()

    def put(self, item: Item) -> None:
        due = self._items[-1][0] if self._items else 0
        self._items.append((max(due, self.now + self.delay), item))

    def take(self, *, arrived: bool = False) -> Item | None:
        """Return what is next, or what is next of what has ``arrived``."""
        if not self._items or (arrived and self._items[0][0] > self.now):
            return None
        return self._items.popleft()[1]

    def drop(self, count: int) -> None:
        """Lose the latest."""
        for _ in range(count):
            self._items.pop()

    def __len__(self) -> int:
        return len(self._items)


def as_outbox(way: Way[Event]) -> Way[Event]:
    """Return the way itself."""
    return way


class Silent:
    """In the place of a thread, or of the pipe that wakes the process."""

    def __init__(self, *_arguments: object, **_more: object) -> None:
        pass

    def start(self) -> None:
        pass

    def send_bytes(self, _data: bytes) -> None:
        pass


class Clock:
    """Seconds that pass when something is done."""

    now = 0.0

    def monotonic(self) -> float:
        self.now += 0.011
        return self.now


@contextmanager
def still() -> Iterator[None]:
    """Let processes be made that do nothing by themselves, in time that depends on nothing."""
    clock = Clock()
    real = threading.Thread
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lab.trainer_process.Outbox", as_outbox)
        patch.setattr("lab.trainer_process.Pipe", lambda duplex: (Silent(), Silent()))
        patch.setattr("lab.trainer_process.gc", SimpleNamespace(collect=lambda: None))
        patch.setattr("lab.trainer_process.time", clock)
        patch.setattr("lab.trainer_data.threading", SimpleNamespace(Thread=Silent))
        patch.setattr("lab.trainer_work.LARGEST_SLICE", MOST_STEPS)
        patch.setattr("lab.trainer_work.time", SimpleNamespace(perf_counter=lambda: 0.0))
        patch.setattr("lab.tempo.Tempo.__init__.__defaults__", (clock.monotonic,))
        yield
    assert threading.Thread is real


class SteppedWorker:
    """A trainer process of which every move is the test's.

    Attributes
    ----------
    commands, events
        On their way there, and back.
    killed
        Whether it is gone and nobody has heard of it yet.
    """

    def __init__(self, pace: Pace, number: int, processes: int) -> None:
        self.number, self._pace, self._processes = number, pace, processes
        self.commands: Way[Command] = Way()
        self.events: Way[Event] = Way()
        self.server: Any = None
        self.killed = False
        self.deaths = 0
        self._heard: list[Event] = []

    # --- what the pool needs ------------------------------------------------------------------------
    @property
    def alive(self) -> bool:
        return self.server is not None

    @property
    def pid(self) -> int | None:
        return 1000 + self.number if self.alive else None

    def start(self) -> None:
        if self.server is None and not self.killed:
            self.commands.drop(len(self.commands))
            self.server = Server(self.events, self._pace, self.number)  # type: ignore[arg-type]

    def send(self, command: Command) -> None:
        self.start()
        self.commands.put(command)

    def poll(self, _seconds: float) -> list[Event]:
        heard, self._heard = self._heard, []
        if any(isinstance(event, Died) for event in heard):
            self.killed = False
        return heard

    def ask_to_leave(self) -> None:
        self.send(Shutdown())

    def wait_until_gone(self, _deadline: float) -> None:
        self.server = None

    # --- the test's moves ---------------------------------------------------------------------------
    def read(self, *, arrived: bool = False) -> bool:
        """Let it read and obey a command, with ``arrived`` only one that has."""
        command = None if self.server is None else self.commands.take(arrived=arrived)
        if command is None:
            return False
        if not isinstance(command, Shutdown):
            self.server._guard(self.server._obey, command)
        return True

    def turn(self) -> bool:
        """Let it take a result of its data thread, and train a little."""
        server = self.server
        if server is None:
            return False
        moved = False
        if not server._results.empty():
            server._take_result(server._results.get())
            moved = True
        if server._running:
            before = server._work.step
            server._guard(server._turn)
            work = server._work
            moved |= work is None or work.step > before or not server._running
        return moved

    def load(self) -> bool:
        """Let its data thread do a job."""
        if self.server is None or self.server._data._jobs.empty():
            return False
        data, found = self.server._data, self.server._results
        count = found.qsize()
        data._serve(data._jobs.get())
        results = [found.get() for _ in range(found.qsize())]
        for place, result in enumerate(results):
            if place >= count and isinstance(result, Prepared):
                result = replace(result, processes=self._processes)
            found.put(result)
        return True

    def hear(self, *, arrived: bool = False) -> bool:
        """Let the lab hear an event, with ``arrived`` only one that has."""
        event = self.events.take(arrived=arrived)
        if event is not None:
            self._heard.append(event)
        return event is not None

    def step(self) -> None:
        """Let it do all that there is to do in a round, and train a little."""
        self.commands.now += 1
        self.events.now += 1
        while self.read(arrived=True):
            pass
        while self.load():
            pass
        self.turn()
        while self.hear(arrived=True):
            pass

    def kill(self) -> None:
        """End it at once: half of what it said arrives, what was sent to it does not."""
        if self.server is None:
            return
        self.server, self.killed = None, True
        self.deaths += 1
        self.commands.drop(len(self.commands))
        self.events.drop(len(self.events) // 2)  # what its thread had not sent
        self.events.put(Died(-9, death_problem(-9)))
