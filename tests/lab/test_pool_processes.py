"""A pool of real processes trains, pauses, stops and loses processes as one trainer would."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from lab.config_changes import apply_changes
from lab.messages import (
    Share,
)
from lab.pool import TrainerPool
from lab.session import Session
from lab.shares import runs_of
from tests.lab.recorded_runs import tiny_config

PATIENCE = 120.0


WIDE = {"model.hidden": [64, 64], "seeds.count": 6, "training.epochs": 15}
"""Enough work that it is divided over as many processes as there may be."""


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
