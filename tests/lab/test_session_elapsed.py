"""How long the runs shown have taken, as a person who waits for them counts it."""

from __future__ import annotations

import numpy as np
import pytest

from lab.messages import Ended, Lost, Paused, Prepared, Problem, Recorded, Refused, Resumed, Start
from lab.session import Session
from tests.lab.recorded_runs import ScriptedTrainer, data_summary, make_chunk, started, tell, tiny_config
from tests.lab.running_session import RUNS, last_of


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def trainer() -> ScriptedTrainer:
    return ScriptedTrainer()


@pytest.fixture
def session(clock: Clock, trainer: ScriptedTrainer) -> Session:
    session = Session(config=tiny_config(), trainer=trainer, clock=clock)
    tell(session, trainer, Prepared(1, data_summary()))
    return session


def rows(first: int, count: int) -> Recorded:
    """Rows whose training took next to nothing: what a person waits for is not in them."""
    return Recorded(RUNS, make_chunk(first, np.ones((count, 6))))


def begin(session: Session, trainer: ScriptedTrainer, clock: Clock, wait: float = 0.5) -> None:
    session.start()
    clock.now += wait
    tell(session, trainer, started(trainer))


def test_it_counts_from_run_to_the_last_step(
    session: Session, trainer: ScriptedTrainer, clock: Clock
) -> None:
    assert session.elapsed is None
    begin(session, trainer, clock, 0.5)  # laying the runs out
    assert session.elapsed == pytest.approx(0.5)
    clock.now += 7.0  # evaluations, a limited speed, another process: whatever it was
    tell(session, trainer, rows(0, 50))
    assert session.elapsed == pytest.approx(7.5)
    clock.now += 0.5
    tell(session, trainer, Ended("finished", 50, 5.0))
    clock.now += 3600.0
    assert session.elapsed == pytest.approx(8.0)
    assert session.seconds == pytest.approx(5.0)  # what the store keeps, and reports say


def test_pauses_do_not_count(session: Session, trainer: ScriptedTrainer, clock: Clock) -> None:
    begin(session, trainer, clock, 0.0)
    for step in (10, 20, 30):
        clock.now += 1.0
        tell(session, trainer, rows(step - 10, 10), Paused(step))
        clock.now += 100.0
        assert session.elapsed == pytest.approx(step / 10)
        session.resume()
        clock.now += 0.25  # the command under way: not worth a rule of its own
        tell(session, trainer, Resumed(step))
    clock.now += 2.0
    tell(session, trainer, rows(30, 20), Ended("finished", 50, 1.0))
    assert session.elapsed == pytest.approx(5.0)


def test_what_was_stopped_and_goes_on_does_not_count_the_time_between(
    session: Session, trainer: ScriptedTrainer, clock: Clock
) -> None:
    begin(session, trainer, clock, 0.0)
    clock.now += 2.0
    tell(session, trainer, rows(0, 20), Ended("stopped", 20, 1.0))
    clock.now += 60.0
    tell(session, trainer, Resumed(20))
    clock.now += 3.0
    tell(session, trainer, rows(20, 30), Ended("finished", 50, 2.0))
    assert session.elapsed == pytest.approx(5.0)


def test_two_processes_count_until_the_later_and_a_lost_one_changes_nothing(
    session: Session, trainer: ScriptedTrainer, clock: Clock
) -> None:
    begin(session, trainer, clock, 0.0)
    clock.now += 2.0
    tell(session, trainer, Recorded((0, 1, 2), make_chunk(0, np.ones((50, 3)))))
    clock.now += 3.0
    tell(session, trainer, Lost((0, 1, 2), Problem("One is gone.")))
    tell(session, trainer, Recorded((3, 4, 5), make_chunk(0, np.ones((50, 3)))))
    tell(session, trainer, Ended("finished", 50, 1.0))
    assert session.elapsed == pytest.approx(5.0)


def test_run_again_counts_anew(session: Session, trainer: ScriptedTrainer, clock: Clock) -> None:
    begin(session, trainer, clock, 0.0)
    clock.now += 9.0
    tell(session, trainer, rows(0, 30))
    begin(session, trainer, clock, 1.0)  # while the first still runs
    clock.now += 2.0
    tell(session, trainer, rows(0, 50), Ended("finished", 50, 1.0))
    assert session.elapsed == pytest.approx(3.0)
    session.reset()
    assert session.elapsed is None


def test_a_start_that_is_refused_leaves_what_was_counted(
    session: Session, trainer: ScriptedTrainer, clock: Clock
) -> None:
    begin(session, trainer, clock, 0.0)
    clock.now += 4.0
    tell(session, trainer, rows(0, 50), Ended("finished", 50, 1.0))
    clock.now += 30.0
    session.start()
    clock.now += 1.0
    start = last_of(trainer, Start)
    tell(session, trainer, Refused(start.request, Problem("No.")))  # type: ignore[attr-defined]
    assert (session.state, session.elapsed) == ("finished", pytest.approx(4.0))


def test_steps_a_second_are_of_the_time_that_passes(
    session: Session, trainer: ScriptedTrainer, clock: Clock
) -> None:
    begin(session, trainer, clock, 0.0)
    for step in range(0, 20, 5):
        clock.now += 1.0
        tell(session, trainer, rows(step, 5))
    assert session.steps_per_second == pytest.approx(5.0)
    tell(session, trainer, Paused(20))
    assert session.steps_per_second == 0.0
    clock.now += 100.0
    tell(session, trainer, Resumed(20))
    for step in (20, 22, 24):
        clock.now += 1.0
        tell(session, trainer, rows(step, 2))
    assert session.steps_per_second == pytest.approx(2.0)
