"""What the trainer says when loading or training breaks for want of memory or by a fault of the program."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from compute.datasets.base import Dataset
from lab import trainer_data, trainer_problems
from lab.config_changes import apply_changes
from lab.messages import (
    DeviceReport,
    Ended,
    Event,
    Failed,
    Hello,
    Prepare,
    Prepared,
    Refused,
    Shutdown,
    Start,
    Started,
)
from lab.pace import Pace
from lab.trainer import trainer_context
from lab.trainer_data import Broken, DataThread, Layout
from lab.trainer_process import Server
from lab.trainer_work import ExperimentWork, merge_chunks
from tests.lab.recorded_runs import make_chunk, tiny_config


def answers(*jobs: Prepare | Start, count: int) -> list[object]:
    results: queue.Queue[object] = queue.Queue()
    thread = DataThread(results.put)
    for job in jobs:
        thread.put(job)
    return [results.get(timeout=20) for _ in range(count)]


def test_of_waiting_requests_only_the_last_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, entered = threading.Event(), threading.Event()
    real = trainer_data.load_data

    def slow(config: object) -> Dataset:
        entered.set()
        gate.wait(10)
        return real(config)  # type: ignore[arg-type]

    monkeypatch.setattr(trainer_data, "load_data", slow)
    results: queue.Queue[object] = queue.Queue()
    thread = DataThread(results.put)
    thread.put(Prepare(1, tiny_config(), "cpu"))
    assert entered.wait(10)
    for request in range(2, 9):
        thread.put(Prepare(request, apply_changes(tiny_config(), {"data.samples": 100 + request}), "cpu"))
    gate.set()
    found = [results.get(timeout=20) for _ in range(3)]
    prepared = [result for result in found if isinstance(result, Prepared)]
    assert [result.request for result in prepared] == [1, 8]
    assert prepared[1].summary.samples == 108
    assert sum(isinstance(result, DeviceReport) for result in found) == 1
    assert results.empty()


def test_a_start_is_not_dropped_for_a_later_prepare() -> None:
    found = answers(Start(1, tiny_config(), "cpu"), Prepare(2, tiny_config(), "cpu"), count=3)
    assert [type(result) for result in found if not isinstance(result, DeviceReport)] == [Layout, Prepared]


def test_the_same_data_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    real = trainer_data.load_data
    monkeypatch.setattr(trainer_data, "load_data", lambda config: loads.append(1) or real(config))  # type: ignore[func-returns-value]
    thread_jobs = [Prepare(1, tiny_config(), "cpu"), Start(2, tiny_config(), "cpu")]
    answers(*thread_jobs, count=3)
    assert len(loads) == 1


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b,y\n" + "\n".join(f"{i},{i % 7},{i % 2}" for i in range(40)))
    config = apply_changes(tiny_config(), {"data.name": "file", "data.path": str(path), "data.target": "y"})
    results: queue.Queue[object] = queue.Queue()
    thread = DataThread(results.put)
    thread.put(Prepare(1, config, "cpu"))
    first = results.get(timeout=20)
    assert isinstance(first, Prepared), first
    results.get(timeout=20)
    path.write_text("a,b,y\n" + "\n".join(f"{i},{i % 7},{i % 2}" for i in range(50)))
    thread.put(Prepare(2, config, "cpu"))
    second = results.get(timeout=20)
    assert isinstance(second, Prepared)
    assert (first.summary.samples, second.summary.samples) == (40, 50)


def test_memory_that_runs_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_config: object) -> Dataset:
        raise MemoryError

    monkeypatch.setattr(trainer_data, "load_data", refuse)
    found = answers(Prepare(1, tiny_config(), "cpu"), count=1)
    assert isinstance(found[0], Refused)
    assert "not enough memory" in found[0].problem.title


def test_a_fault_while_loading_is_broken_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_config: object) -> Dataset:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(trainer_data, "load_data", fault)
    found = answers(Prepare(1, tiny_config(), "cpu"), count=1)
    assert isinstance(found[0], Broken)
    assert "ZeroDivisionError" in found[0].text


class Here:
    """The trainer's loop in a thread of the test."""

    def __init__(self) -> None:
        self.ours, theirs = Pipe()
        self.thread = threading.Thread(target=self._run, args=(theirs,), daemon=True)
        self.thread.start()
        assert isinstance(self.ours.recv(), Hello)

    @staticmethod
    def _run(connection: Connection) -> None:
        Server(connection, Pace(trainer_context(), 1), 0).run()

    def until(self, kind: type) -> Event:
        while self.ours.poll(20):
            event: Event = self.ours.recv()
            if isinstance(event, kind):
                return event
        raise AssertionError(f"no {kind.__name__}")


@pytest.fixture
def here() -> Iterator[Here]:
    here = Here()
    yield here
    here.ours.send(Shutdown())
    here.thread.join(10)
    assert not here.thread.is_alive()


@pytest.mark.parametrize(
    ("error", "words"), [(MemoryError(), "not enough memory"), (RuntimeError("odd"), "Something broke")]
)
def test_training_that_breaks_is_said_and_the_process_goes_on(
    here: Here, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, words: str
) -> None:
    monkeypatch.setattr(trainer_problems.platformdirs, "user_log_path", lambda *_a, **_k: tmp_path / "logs")
    real = ExperimentWork.advance

    def breaks(self: ExperimentWork, most: int) -> None:
        if self.step >= 20:
            raise error
        real(self, min(most, 20 - self.step) if most else 0)

    monkeypatch.setattr(ExperimentWork, "advance", breaks)
    here.ours.send(Start(1, tiny_config(), "cpu"))
    here.until(Started)
    failed = here.until(Failed)
    assert isinstance(failed, Failed)
    assert words in failed.problem.title
    if isinstance(error, RuntimeError):
        log = (tmp_path / "logs" / "trainer.log").read_text()
        assert "RuntimeError: odd" in log
        assert str(tmp_path / "logs" / "trainer.log") in failed.problem.body
    monkeypatch.setattr(ExperimentWork, "advance", real)
    here.ours.send(Start(2, tiny_config(), "cpu"))
    here.until(Started)
    here.until(Ended)


def test_a_log_that_cannot_be_written_is_no_further_harm(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(
        trainer_problems.platformdirs, "user_log_path", lambda *_a, **_k: tmp_path / "file" / "logs"
    )
    problem = trainer_problems.unexpected(RuntimeError("odd"), "traceback")
    assert "odd" in problem.body
    assert "details are in" not in problem.body


def test_chunks_join_to_what_they_were() -> None:
    objective = np.random.default_rng(0).random((30, 3)).astype(np.float32)
    pieces = [make_chunk(first, objective[first : first + 10]) for first in (0, 10, 20)]
    whole = merge_chunks(pieces)
    assert whole.first_step == 0
    np.testing.assert_array_equal(whole.objective, objective)
    np.testing.assert_array_equal(whole.seconds, make_chunk(0, objective).seconds)
