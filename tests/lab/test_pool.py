"""A pool of scripted workers behaves like one trainer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lab import pool as pool_module
from lab.config_changes import apply_changes
from lab.messages import (
    Command,
    DeviceReport,
    Died,
    Discard,
    Event,
    Failed,
    Hello,
    Prepare,
    Prepared,
    Problem,
    Recorded,
    Refused,
    SetSpeed,
    Share,
    Start,
    Started,
    Stop,
)
from lab.pace import Pace
from lab.pool import FIRST_ATTEMPT, TrainerPool
from lab.shares import runs_of
from tests.lab.pool_events import kinds
from tests.lab.recorded_runs import data_summary, infos, make_chunk, tiny_config

CPU = DeviceReport("cpu", "CPU", "no GPU")


class Worker:
    """Keeps what it is sent, says what the test puts in."""

    def __init__(self, _pace: Pace, number: int) -> None:
        self.pid, self.alive = 1000 + number, False
        self.sent: list[Command] = []
        self.says: list[Event] = []
        self.left = False

    def start(self) -> None:
        self.alive = True

    def send(self, command: Command) -> None:
        self.alive = True
        self.sent.append(command)

    def poll(self, _seconds: float) -> list[Event]:
        said, self.says = self.says, []
        return said

    def ask_to_leave(self) -> None:
        self.left = True

    def wait_until_gone(self, _deadline: float) -> None:
        self.alive = False

    def last(self, kind: type) -> Any:
        return [command for command in self.sent if isinstance(command, kind)][-1]


class Scripted:
    """A pool of scripted workers."""

    def __init__(self, count: int = 3) -> None:
        self.workers: list[Worker] = []

        def make(pace: Pace, number: int) -> Worker:
            self.workers.append(Worker(pace, number))
            return self.workers[-1]

        self.pool = TrainerPool(count, make)

    def say(self, number: int, *events: Event) -> list[Event]:
        self.workers[number].says.extend(events)
        return self.pool.poll()

    def ready(self, request: int = 1, processes: int = 3, device: DeviceReport = CPU) -> list[Event]:
        """Let the first worker answer the data of a config and report its device."""
        return self.say(0, Prepared(request, data_summary(), None, processes), device)

    def begun(self, *numbers: int) -> list[Event]:
        """Let workers say that they have started what they were told to start."""
        heard: list[Event] = []
        for number in numbers:
            start = self.workers[number].last(Start)
            share = runs_of(2, 3, start.share)
            heard += self.say(number, Started(start.request, infos(), 50, 10, CPU, data_summary(), share))
        return heard

    def started(self) -> list[int]:
        """Numbers of the workers that were told to start something."""
        return [n for n, w in enumerate(self.workers) if any(isinstance(c, Start) for c in w.sent)]


def test_the_others_load_the_data_once_the_first_says_they_are_needed() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    assert [worker.alive for worker in script.workers] == [True, False, False]
    assert kinds(script.say(0, Hello(1))) == ["Hello"]
    assert kinds(script.ready(processes=2)) == ["Prepared", "DeviceReport"]
    assert [worker.alive for worker in script.workers] == [True, True, False]
    assert script.workers[1].last(Prepare).device == "cpu"
    assert script.say(1, Hello(2), Prepared(1, data_summary()), CPU) == []
    script.pool.send(Start(2, tiny_config()))
    assert script.started() == [0, 1]
    assert [script.workers[n].last(Start).share for n in (0, 1)] == [Share(0, 2), Share(1, 2)]
    assert script.pool.pids == (1000, 1001)
    assert script.pool.alive
    script.pool.close()
    assert all(worker.left for worker in script.workers)
    assert not script.pool.alive


def test_large_data_are_not_kept_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "WARM_NUMBERS", 100)
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.ready()
    assert not script.workers[1].sent


def test_a_start_waits_for_the_data_and_the_device() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.pool.send(Start(2, tiny_config()))
    assert script.started() == []
    script.say(0, Prepared(1, data_summary(), None, 3))
    assert script.started() == []
    script.pool.send(SetSpeed(5.0))
    script.say(0, CPU)
    assert script.started() == [0, 1, 2]
    assert script.workers[2].last(Start).steps_per_second == 5.0
    assert kinds(script.begun(0, 1)) == []
    assert kinds(script.begun(2)) == ["Started"]


def test_a_gpu_trains_everything_in_one_process() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.ready(device=DeviceReport("gpu", "GPU"))
    script.pool.send(Start(2, tiny_config()))
    assert script.started() == [0]
    assert script.workers[0].last(Start).device == "auto"


def test_data_that_are_refused_are_refused_once_for_each_request() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.pool.send(Start(2, tiny_config()))
    problem = Problem("no such file")
    assert script.say(0, Refused(1, problem)) == [Refused(1, problem), Refused(2, problem)]
    assert script.started() == []
    # nothing is known of the data any more: they are asked for again
    script.pool.send(Start(3, tiny_config()))
    assert script.workers[0].last(Prepare).request == 3
    assert script.say(0, Refused(3, problem)) == [Refused(3, problem)]
    assert script.started() == []


def test_a_start_that_one_refuses_is_called_off_for_all() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.ready()
    script.pool.send(Start(2, tiny_config()))
    script.begun(0, 1)
    attempt = script.workers[2].last(Start).request
    assert attempt >= FIRST_ATTEMPT
    problem = Problem("not enough memory")
    assert script.say(2, Refused(attempt, problem)) == [Refused(2, problem)]
    assert all(isinstance(worker.sent[-1], Discard) for worker in script.workers)
    assert script.say(0, Recorded((0,), make_chunk(0, np.ones((3, 1))))) == []


def test_a_stop_calls_off_a_start() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.pool.send(Start(2, tiny_config()))
    script.pool.send(Stop())
    script.ready()
    assert script.started() == []
    script.pool.send(Start(3, tiny_config()))
    script.begun(0)
    script.pool.send(Stop())
    assert all(isinstance(worker.sent[-1], Discard) for worker in script.workers)
    assert script.begun(1, 2) == []


def test_data_edited_while_a_start_waits_are_asked_for_after_it() -> None:
    script = Scripted()
    other = apply_changes(tiny_config(), {"data.samples": 300})
    script.pool.send(Prepare(1, tiny_config()))
    script.pool.send(Start(2, tiny_config()))
    script.pool.send(Prepare(3, other))
    assert script.workers[0].last(Prepare).request == 1
    script.ready()
    assert script.started() == [0, 1, 2]
    assert script.workers[0].last(Prepare) == Prepare(3, other)


def test_processes_that_are_not_needed_again_forget_what_they_had() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.ready()
    script.pool.send(Start(2, tiny_config()))
    script.begun(0, 1, 2)
    small = apply_changes(tiny_config(), {"data.samples": 100})
    script.pool.send(Prepare(3, small))
    script.ready(3, processes=1)
    script.pool.send(Start(4, small))
    assert isinstance(script.workers[2].sent[-1], Discard)
    assert script.workers[0].last(Start).share == Share(0, 1)


def test_a_worker_that_cannot_start_is_done_without() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.ready()
    script.pool.send(Start(2, tiny_config()))
    script.begun(0)
    cannot = Died(None, Problem("could not be started"))
    assert script.say(1, cannot) == []
    assert [script.workers[n].last(Start).share for n in (0, 2)] == [Share(0, 2), Share(1, 2)]
    assert kinds(script.begun(0, 2)) == ["Started"]
    # the next start tries it again
    script.pool.send(Start(3, tiny_config()))
    assert script.workers[1].last(Start).share == Share(1, 3)
    for number in (0, 1):
        assert script.say(number, cannot) == []
    assert script.say(2, cannot) == [cannot]
    script.pool.send(Stop())


def test_the_first_worker_is_asked_again_after_it_was_gone() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    gone = Died(-9, Problem("gone"))
    assert script.say(0, gone) == [gone]
    script.pool.send(Start(2, tiny_config()))
    assert script.workers[0].last(Prepare).request == 2
    script.ready(2)
    assert script.started() == [0, 1, 2]
    script.begun(0, 1, 2)
    assert kinds(script.say(0, gone)) == ["Lost"]
    script.pool.send(Stop())
    assert script.say(0, Hello(9)) == [Hello(9)]


def test_a_worker_that_idles_may_go_unnoticed() -> None:
    script = Scripted()
    script.pool.send(Prepare(1, tiny_config()))
    script.ready()
    assert script.say(1, Died(-9, Problem("gone"))) == []
    failed = Failed(Problem("broken"), 1)
    script.pool.send(Prepare(1, tiny_config()))
    assert script.say(1, failed) == []
    assert script.say(0, failed) == [failed]


def test_there_is_at_least_one_process() -> None:
    with pytest.raises(ValueError, match="at least one"):
        TrainerPool(0)


def test_a_speed_set_while_it_starts_outlives_a_process() -> None:
    script = Scripted(2)
    script.pool.send(Prepare(1, tiny_config()))
    script.ready(processes=2)
    script.pool.send(Start(2, tiny_config()))
    script.pool.send(SetSpeed(5.0))
    assert script.say(1, Died(-9, Problem("gone"))) == []
    assert script.workers[0].last(Start).steps_per_second == 5.0


def test_data_that_nobody_will_load_are_said_to_be_refused_while_others_train() -> None:
    script = Scripted(2)
    script.pool.send(Prepare(1, tiny_config()))
    script.ready(processes=2)
    script.pool.send(Start(2, tiny_config()))
    script.begun(0, 1)
    script.pool.send(Prepare(3, apply_changes(tiny_config(), {"data.samples": 100})))
    died = Died(-9, Problem("gone"))
    failed, lost = script.say(0, died)
    assert failed == Failed(died.problem, 3)
    assert kinds([lost]) == ["Lost"]


def test_data_that_waited_behind_a_start_are_asked_for_when_its_process_is_gone() -> None:
    script = Scripted(2)
    script.pool.send(Prepare(1, tiny_config()))
    script.pool.send(Start(2, tiny_config()))
    other = apply_changes(tiny_config(), {"data.samples": 100})
    script.pool.send(Prepare(3, other))
    assert kinds(script.say(0, Died(-9, Problem("gone")))) == ["Died"]
    assert script.workers[0].last(Prepare) == Prepare(3, other)
