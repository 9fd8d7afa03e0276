"""A pool of trainer processes behaves like one trainer: over scripted workers, and over real processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
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
from lab.session import Session
from lab.shares import runs_of
from tests.lab.recorded_runs import data_summary, infos, make_chunk, tiny_config

PATIENCE = 30.0
CPU = DeviceReport("cpu", "CPU", "no GPU")
WIDE = {"model.hidden": [64, 64], "seeds.count": 6, "training.epochs": 15}
"""Enough work that it is divided over as many processes as there may be."""


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


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


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


# --- real processes -------------------------------------------------------------------------------
class Run:
    """A session over a pool of real processes."""

    def __init__(self, workers: int, changes: Mapping[str, Any]) -> None:
        self.pool = TrainerPool(workers)
        config = apply_changes(tiny_config(), {**WIDE, **changes})
        self.session = Session("cpu", config=config, trainer=self.pool)

    def until(self, done: Callable[[], bool]) -> float:
        """Wait, and return the seconds that it took."""
        began = time.monotonic()
        while not done():
            self.session.advance()
            assert time.monotonic() < began + PATIENCE, (self.session.state, self.session.problem)
            time.sleep(0.001)
        return time.monotonic() - began

    def curves(self) -> dict[tuple[str, int], np.ndarray]:
        curves = self.session.curves
        return {
            (metric, run.info.index): curves.series(metric, run.info.index)[1]
            for metric in curves.metrics()
            for run in self.session.runs
        }

    def lengths(self) -> set[int]:
        return {len(self.session.curves.series("objective", run.info.index)[0]) for run in self.session.runs}


@pytest.fixture
def make_run() -> Iterator[Callable[..., Run]]:
    made: list[Run] = []

    def make(workers: int, changes: Mapping[str, Any] | None = None) -> Run:
        made.append(Run(workers, changes or {}))
        return made[-1]

    yield make
    for run in made:
        run.session.close()
        assert not run.pool.alive


def test_the_curves_are_the_same_for_any_number_of_processes(make_run: Callable[..., Run]) -> None:
    found = []
    for workers in (1, 2, 3):
        run = make_run(
            workers,
            {
                "losses.0.learning_rate": 3.0,
                "training.target": {"metric": "validation_accuracy", "value": 0.9},
            },
        )
        run.session.start()
        run.until(lambda run=run: run.session.state == "finished")
        assert len(run.pool.pids) == workers
        assert run.session.step > 0
        statuses = [(state.status, state.end) for state in run.session.runs]
        found.append((statuses, run.curves(), run.session.field))
    (statuses, curves, field), *others = found
    assert field is not None
    assert field.runs == (0, 6)
    for other_statuses, other_curves, other_field in others:
        assert other_statuses == statuses
        assert other_curves.keys() == curves.keys()
        for key, values in curves.items():
            np.testing.assert_array_equal(other_curves[key], values, err_msg=str(key))
        assert other_field is not None
        assert other_field.runs == field.runs
        np.testing.assert_array_equal(other_field.values, field.values)


def test_all_pause_go_on_and_stop_at_one_step(make_run: Callable[..., Run]) -> None:
    run = make_run(2, {"training.steps": 1_000_000, "training.epochs": None})
    session = run.session
    session.start()
    run.until(lambda: session.step > 100)
    for _ in range(3):
        session.pause()
        run.until(lambda: session.state == "paused")
        assert run.lengths() == {session.step}
        step = session.step
        session.step_once()
        run.until(lambda step=step: session.state == "paused" and session.step == step + 1)
        assert run.lengths() == {session.step}
        session.resume()
        run.until(lambda step=step: session.step > step + 20)
    assert session.set_learning_rate(0.05) is None
    run.until(lambda: all(session.curves.last("learning_rate", i) == np.float32(0.05) for i in range(12)))
    session.stop()
    run.until(lambda: session.state == "stopped")
    assert run.lengths() == {session.step}
    rates = np.array([session.curves.series("learning_rate", i)[1] for i in range(12)])
    assert (rates == rates[0]).all()  # the change came at the same step for all
    session.resume()
    run.until(lambda: session.state == "running")
    session.set_speed(0.001)
    session.pause()
    run.until(lambda: session.state == "paused")
    session.edit({"training.steps": 30})
    session.set_speed(None)
    session.start()
    run.until(lambda: session.state == "finished")
    assert run.lengths() == {30}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_process_takes_its_runs_with_it_and_no_others(make_run: Callable[..., Run]) -> None:
    run = make_run(2, {"training.steps": 1_000_000, "training.epochs": None})
    session = run.session
    session.start()
    run.until(lambda: session.step > 100 and min(run.lengths()) > 100)
    os.kill(run.pool.pids[1], signal.SIGKILL)
    run.until(lambda: any(state.status == "interrupted" for state in session.runs))
    lost = [state.info.index for state in session.runs if state.status == "interrupted"]
    assert tuple(lost) == runs_of(2, 6, Share(1, 2))
    assert session.state == "running"
    assert session.problem is not None
    assert "SIGKILL" in session.problem.title
    assert "seeds 3, 4, 5" in session.problem.body
    step = session.step
    run.until(lambda: session.step > step + 100)
    assert all(len(session.curves.series("objective", index)[0]) > 100 for index in lost)
    session.stop()
    run.until(lambda: session.state == "stopped")
    assert [state.status for state in session.runs].count("interrupted") == 6
    session.start()
    run.until(lambda: session.state == "running")
    assert len(run.pool.pids) == 2
    for pid in run.pool.pids:
        os.kill(pid, signal.SIGKILL)
    run.until(lambda: session.state == "interrupted")
    assert {state.status for state in session.runs} == {"interrupted"}


def test_a_start_is_called_off_while_it_is_under_way(make_run: Callable[..., Run]) -> None:
    run = make_run(2)
    session = run.session
    session.start()
    session.stop()
    run.until(lambda: session.state == "ready")
    session.start()
    session.advance()
    session.stop()
    run.until(lambda: session.state == "ready")
    assert session.runs == ()
    session.start()
    run.until(lambda: session.state == "finished")


def test_small_experiments_stay_in_one_process(make_run: Callable[..., Run]) -> None:
    run = make_run(2, {"model.hidden": [4], "seeds.count": 1})
    run.session.start()
    run.until(lambda: run.session.state == "finished")
    assert len(run.pool.pids) == 1


def test_bad_data_are_said_once(make_run: Callable[..., Run]) -> None:
    run = make_run(2)
    run.until(lambda: run.session.state == "ready")
    run.session.edit({"data.name": "file", "data.path": "/nowhere/at/all.csv"})
    run.session.start()
    run.until(lambda: not run.session.starting)
    assert run.session.state == "refused"
    assert run.session.problem is not None
    run.session.undo()
    run.session.start()
    run.until(lambda: run.session.state == "finished")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_dies_while_all_start_is_done_without(make_run: Callable[..., Run]) -> None:
    run = make_run(3)
    session = run.session
    run.until(lambda: session.state == "ready" and len(run.pool.pids) == 3)
    os.kill(run.pool.pids[2], signal.SIGSTOP)  # it does not get to its start
    session.start()
    # until all have been told to start: one that is gone before is replaced, not done without
    run.until(lambda: session.starting and run.pool._crew is not None)
    os.kill(run.pool.pids[2], signal.SIGKILL)
    run.until(lambda: session.state == "finished")
    assert {state.status for state in session.runs} == {"finished"}
    assert len(run.pool.pids) == 2


def test_a_pause_is_a_pause_of_all(make_run: Callable[..., Run]) -> None:
    run = make_run(2, {"training.steps": 1_000_000, "training.epochs": None})
    session = run.session
    session.start()
    run.until(lambda: session.step > 100)
    for _ in range(3):
        session.pause()
        run.until(lambda: session.state == "paused")
        recorded = session.step
        assert run.lengths() == {recorded}
        time.sleep(0.1)
        session.advance()
        assert run.lengths() == {recorded}  # nothing goes on behind it
        session.resume()
        run.until(lambda: session.state == "running")
