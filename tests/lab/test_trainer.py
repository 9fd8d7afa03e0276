"""The real trainer process: started, paused, stepped, stopped, killed; nothing is left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lab.config_changes import apply_changes
from lab.messages import (
    Advance,
    Died,
    Ended,
    Event,
    Failed,
    Field,
    Hello,
    Pause,
    Paused,
    Prepare,
    Prepared,
    Recorded,
    Refused,
    Resume,
    Resumed,
    SetLearningRate,
    SetSpeed,
    Start,
    Started,
    Stop,
)
from lab.pool import TrainerPool
from lab.session import Session
from lab.trainer import THREAD_VARIABLES, TrainerHandle
from tests.lab.recorded_runs import tiny_config

LONG = {"training.steps": 1_000_000}


PATIENCE = 120.0


class Talk:
    """A handle with everything it has said."""

    def __init__(self) -> None:
        self.handle = TrainerHandle()
        self.heard: list[Event] = []
        self._unheard: list[Event] = []

    def until(self, wanted: type | Callable[[Event], bool], patience: float = PATIENCE) -> Event:
        """Wait for an event that has not been waited for yet."""
        deadline = time.monotonic() + patience
        matches = (lambda event: isinstance(event, wanted)) if isinstance(wanted, type) else wanted
        while time.monotonic() < deadline:
            self._unheard.extend(self.handle.poll())
            while self._unheard:
                event = self._unheard.pop(0)
                self.heard.append(event)
                if isinstance(event, Failed | Refused) and not matches(event):
                    raise AssertionError(str(event.problem))
                if matches(event):
                    return event
            time.sleep(0.002)
        raise AssertionError(
            f"no {wanted} after {patience} s; heard {[type(e).__name__ for e in self.heard][-9:]}"
        )

    def steps(self) -> int:
        """Updates recorded since the last start."""
        total = 0
        for event in self.heard:
            if isinstance(event, Started):
                total = 0
            elif isinstance(event, Recorded):
                total = event.chunk.first_step + event.chunk.steps
        return total


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.handle.close()
    assert not talk.handle.alive


def test_the_whole_life_of_an_experiment(talk: Talk) -> None:
    config = apply_changes(tiny_config(), LONG)
    talk.handle.send(Prepare(1, config))
    prepared = talk.until(Prepared)
    assert isinstance(prepared, Prepared)
    assert prepared.problem is None
    assert (prepared.summary.samples, prepared.summary.train) == (200, 140)
    assert prepared.summary.points.shape == (200, 2)

    talk.handle.send(Start(2, config, "cpu", None, 3))
    started = talk.until(Started)
    assert isinstance(started, Started)
    assert started.steps == 1_000_000
    assert started.steps_per_epoch == 10
    assert [run.loss_index for run in started.runs] == [0, 0, 0, 1, 1, 1]
    paused = talk.until(Paused)
    assert paused == Paused(3)
    assert talk.steps() == 3

    talk.handle.send(Advance(steps=1))
    assert talk.until(Paused) == Paused(4, releases=1)
    talk.handle.send(Advance(epochs=2))
    assert talk.until(Paused) == Paused(24, releases=2)
    assert talk.steps() == 24

    talk.handle.send(Resume())
    talk.until(Resumed)
    talk.until(lambda event: isinstance(event, Recorded) and event.chunk.first_step > 100)
    talk.handle.send(SetLearningRate(0.025))
    changed = talk.until(
        lambda event: isinstance(event, Recorded) and event.chunk.learning_rate[-1, 0] == 0.025
    )
    assert isinstance(changed, Recorded)
    talk.handle.send(Stop())
    ended = talk.until(Ended)
    assert isinstance(ended, Ended)
    assert ended.ending == "stopped"
    assert ended.step == talk.steps()
    talk.handle.send(Resume())
    talk.until(Resumed)
    talk.until(lambda event: isinstance(event, Recorded) and event.chunk.first_step >= ended.step)

    # Every step came once and in order.
    for runs in {event.runs for event in talk.heard if isinstance(event, Recorded)}:
        expected = 0
        for event in talk.heard:
            if isinstance(event, Recorded) and event.runs == runs:
                assert event.chunk.first_step == expected
                expected += event.chunk.steps
        assert expected > 100

    pid = talk.handle.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    died = talk.until(Died)
    assert isinstance(died, Died)
    assert died.exit_code == -signal.SIGKILL
    assert "SIGKILL" in died.problem.title
    assert not talk.handle.alive
    assert talk.handle.poll() == []

    talk.handle.send(Start(3, tiny_config()))
    ended = talk.until(Ended)
    assert isinstance(ended, Ended)
    assert (ended.ending, ended.step) == ("finished", 50)


def test_a_pause_is_answered_at_once_and_messages_are_few(talk: Talk) -> None:
    talk.handle.send(Start(1, apply_changes(tiny_config(), LONG)))
    talk.until(lambda event: isinstance(event, Recorded) and event.chunk.first_step > 300)
    talk.heard.clear()
    began = time.monotonic()
    talk.until(lambda _event: time.monotonic() > began + 1.0)
    seconds = time.monotonic() - began
    recorded = [event for event in talk.heard if isinstance(event, Recorded)]
    fields = [event for event in talk.heard if isinstance(event, Field)]
    batches = len({event.runs for event in recorded})
    assert batches == 2  # two outputs for cross-entropy, one for the raw squared error
    assert len(recorded) <= 24 * seconds + 4
    assert 1 <= len(fields) <= 6 * seconds + 1
    for _ in range(7):
        talk.heard.clear()
        talk.handle.send(Pause())
        talk.until(Paused)
        assert sum(isinstance(event, Recorded) for event in talk.heard) <= 8  # what was under way, no more
        talk.handle.send(Resume())
        talk.until(lambda event: isinstance(event, Recorded))


def test_slow_motion(talk: Talk) -> None:
    talk.handle.send(Start(1, apply_changes(tiny_config(), LONG), steps_per_second=10))
    talk.until(Started)
    began = time.monotonic()
    talk.until(lambda _event: talk.steps() >= 8)
    assert time.monotonic() - began > 0.6  # never faster, however fast the machine
    talk.handle.send(SetSpeed(None))
    talk.until(lambda event: isinstance(event, Recorded) and event.chunk.first_step > 500)
    talk.handle.send(SetSpeed(0.001))
    talk.handle.send(Pause())  # answered although the next step is a quarter of an hour away
    talk.until(Paused)


def test_a_field_lies_over_the_data(talk: Talk) -> None:
    talk.handle.send(Start(1, tiny_config()))
    started = talk.until(Started)
    assert isinstance(started, Started)
    talk.until(Ended)
    field = [event for event in talk.heard if isinstance(event, Field)][-1]
    assert field.kind == "probability"
    assert field.runs == (0, 3)
    assert field.values.shape == (2, 96, 96)
    assert field.values.min() >= 0
    assert field.values.max() <= 1
    for axis, (low, high) in zip(field.axes, started.summary.extent, strict=True):
        assert axis[0] == pytest.approx(low - 0.08 * (high - low))
        assert axis[-1] == pytest.approx(high + 0.08 * (high - low))
    assert field.step == 50


def test_a_fitted_curve_is_in_the_units_of_the_data(talk: Talk) -> None:
    changes = {"data.name": "line", "losses.-": 0, "training.epochs": 60, "model.name": "linear"}
    talk.handle.send(Start(1, apply_changes(tiny_config(), changes)))
    started = talk.until(Started)
    assert isinstance(started, Started)
    talk.until(Ended)
    field = [event for event in talk.heard if isinstance(event, Field)][-1]
    assert field.kind == "number"
    assert field.values.shape == (1, 400)
    summary = started.summary
    slope, shift = np.polyfit(summary.points[:, 0], summary.labels, 1)
    fitted = np.polyfit(field.axes[0], field.values[0], 1)
    assert fitted[0] == pytest.approx(slope, rel=0.2)
    assert fitted[1] == pytest.approx(shift, rel=0.3, abs=0.5)


def test_bad_data_is_refused_and_the_process_goes_on(talk: Talk) -> None:
    changes = {"data.name": "file", "data.path": "/nowhere/at/all.csv"}
    talk.handle.send(Prepare(1, apply_changes(tiny_config(), changes)))
    refused = talk.until(Refused)
    assert isinstance(refused, Refused)
    assert refused.request == 1
    assert refused.problem.title
    talk.handle.send(Start(2, apply_changes(tiny_config(), changes)))
    refused = talk.until(Refused)
    assert isinstance(refused, Refused)
    assert refused.request == 2
    talk.handle.send(Start(3, tiny_config()))
    talk.until(Ended)


def test_an_unfit_loss_is_said_when_the_data_is_prepared(talk: Talk) -> None:
    config = apply_changes(tiny_config(), {"data.name": "line"})
    talk.handle.send(Prepare(1, config))
    prepared = talk.until(Prepared)
    assert isinstance(prepared, Prepared)
    assert prepared.summary.task == "regression"
    assert prepared.problem is not None
    assert prepared.problem.where == "losses.0.name"
    assert prepared.problem.remedies
    mended = apply_changes(config, prepared.problem.remedies[0].changes)
    talk.handle.send(Prepare(2, mended))
    answer = talk.until(Prepared)
    assert isinstance(answer, Prepared)
    assert answer.problem is None


def test_preparing_does_not_wait_for_training_nor_training_for_it(talk: Talk) -> None:
    talk.handle.send(Start(1, apply_changes(tiny_config(), LONG)))
    talk.until(Started)
    talk.handle.send(Prepare(2, apply_changes(tiny_config(), {"data.name": "digits"})))
    prepared = talk.until(Prepared)
    assert isinstance(prepared, Prepared)
    assert prepared.summary.samples == 1797
    talk.until(lambda event: isinstance(event, Recorded))
    talk.handle.send(Pause())
    talk.until(Paused)


def test_a_second_start_replaces_the_first(talk: Talk) -> None:
    talk.handle.send(Start(1, apply_changes(tiny_config(), LONG)))
    talk.until(Started)
    talk.handle.send(Start(2, tiny_config()))
    ended = talk.until(Ended)
    assert isinstance(ended, Ended)
    assert (ended.ending, ended.step) == ("finished", 50)
    assert [event.request for event in talk.heard if isinstance(event, Started)] == [1, 2]


def test_one_thread_there_and_no_trace_here(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = dict(os.environ)
    talk.handle.start()
    talk.until(Hello)
    assert dict(os.environ) == before
    if sys.platform == "linux":
        environment = Path(f"/proc/{talk.handle.pid}/environ").read_text().split("\0")
        assert {f"{name}=1" for name in THREAD_VARIABLES} <= set(environment)


def wait_for(session: Session, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        session.advance()
        assert time.monotonic() < deadline, (session.state, session.problem)
        time.sleep(0.002)


def test_a_session_over_the_real_process() -> None:
    session = Session("cpu", config=apply_changes(tiny_config(), LONG), trainer=TrainerPool(1))
    try:
        wait_for(session, lambda: session.state == "ready")
        session.start()
        wait_for(session, lambda: session.step > 200)
        assert session.set_learning_rate(0.05) is None
        wait_for(session, lambda: session.curves.last("learning_rate", 0) == pytest.approx(0.05))
        session.pause()
        wait_for(session, lambda: session.state == "paused")
        step = session.step
        session.step_once()
        wait_for(session, lambda: session.state == "paused" and session.step == step + 1)
        session.step_epoch()
        wait_for(session, lambda: session.state == "paused" and session.step == step + 11)
        session.resume()
        wait_for(session, lambda: session.state == "running")
        (pid,) = session._trainer.pids  # type: ignore[attr-defined]
        os.kill(pid, signal.SIGKILL)
        wait_for(session, lambda: session.state == "interrupted")
        assert session.problem is not None
        assert "SIGKILL" in session.problem.title
        assert len(session.curves.series("objective", 0)[1]) >= step + 11
        session.start()
        wait_for(session, lambda: session.state == "running")
        session.stop()
        wait_for(session, lambda: session.state == "stopped")
        session.edit({"training.steps": 30})
        session.start()
        wait_for(session, lambda: session.state == "finished")
        assert session.step == 30
    finally:
        session.close()
