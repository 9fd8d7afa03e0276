"""What processes say late, and what they are told before they have said it."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import pytest

from lab.crew import Crew
from lab.messages import (
    Advance,
    ApplyChange,
    Change,
    ChangeReady,
    Command,
    Ended,
    Failed,
    Pause,
    Paused,
    Problem,
    Resume,
    Resumed,
    SetLearningRate,
    SetSpeed,
    Stop,
)
from lab.pace import Meeting, Pace
from tests.lab.recorded_runs import tiny_config
from tests.lab.test_crew import ATTEMPT, START, Told, changed


@pytest.fixture
def told() -> Told:
    told = Told()
    told.begin()
    return told


@pytest.mark.parametrize("count", [1, 2])
def test_a_second_stop_before_the_first_is_answered_changes_nothing(count: int) -> None:
    told = Told(count)
    told.begin()
    told.crew.obey(Stop())
    told.crew.obey(Stop())
    if count == 2:
        for number in range(2):
            told.say(number, Paused(20))
    told.crew.obey(Stop())
    assert [command for _, command in told.commands()].count(Stop()) == count
    heard = [event for number in range(count) for event in told.say(number, Ended("stopped", 20, 0.5))]
    assert heard == [Ended("stopped", 20, 0.5)]


def test_who_has_been_told_to_go_on_does_not_rest_whatever_it_said_before(told: Told) -> None:
    for number in (0, 1):
        told.pace.promise(number, 20)
    told.crew.obey(Pause())
    told.crew.obey(Advance(epochs=1))
    told.commands()
    # said before they read that they are to go on
    assert told.say(0, Paused(20)) == []
    assert told.say(1, Paused(20)) == []
    told.pace.promise(0, 24, 28)
    told.crew.obey(SetLearningRate(0.2))
    assert {command for _, command in told.commands()} == {SetLearningRate(0.2, None, Meeting(1, 28))}
    assert told.say(0, Resumed(20), Paused(30, releases=1)) == []  # it was never said that they rest
    assert told.say(1, Resumed(20), Paused(30, releases=1)) == [Paused(30)]


def test_who_was_stopped_and_told_to_go_on_is_not_stopped(told: Told) -> None:
    for number in (0, 1):
        told.say(number, Paused(20))
    told.crew.obey(Stop())
    told.crew.obey(Resume())
    told.crew.obey(Stop())
    # of the first stop
    assert told.say(0, Ended("stopped", 20, 0.5)) == []
    assert told.say(1, Ended("stopped", 20, 0.5)) == []
    assert told.say(0, Resumed(20), Paused(24, releases=1)) == [Resumed(20)]
    assert told.say(1, Resumed(20), Paused(24, releases=1)) == []
    assert told.say(0, Ended("stopped", 24, 0.6, releases=1)) == []
    assert told.say(1, Ended("stopped", 24, 0.6, releases=1)) == [Ended("stopped", 24, 0.6)]


def test_a_stop_of_those_that_have_just_been_told_to_go_on_comes_at_one_step(told: Told) -> None:
    told.say(0, Paused(20))
    told.say(1, Paused(20))
    told.crew.obey(Resume())
    told.commands()
    told.pace.promise(0, 24)
    told.pace.promise(1, 31)
    told.crew.obey(Stop())
    assert told.commands() == [(0, Pause(31)), (1, Pause(31))]


def test_steps_asked_for_in_a_row_all_count_and_a_pause_ends_them(told: Told) -> None:
    told.say(0, Paused(20))
    told.say(1, Paused(20))
    for _ in range(3):
        told.crew.obey(Advance(steps=1))
    assert [command for number, command in told.commands() if number == 0] == [
        Advance(until=step) for step in (21, 22, 23)
    ]
    told.crew.obey(Pause())
    told.crew.obey(Advance(steps=1))
    assert told.commands()[-1] == (1, Advance(until=21))
    alone = Told(1)
    alone.begin()
    alone.say(0, Paused(20))
    alone.crew.obey(Advance(steps=1))
    alone.crew.obey(Advance(steps=1))
    assert alone.commands() == [(0, Advance(until=21)), (0, Advance(until=22))]


def test_one_that_finished_before_it_read_the_stop_has_finished(told: Told) -> None:
    alone = Told(1)
    alone.begin()
    alone.crew.obey(Stop())
    assert alone.say(0, Ended("finished", 50, 1.0)) == [Ended("finished", 50, 1.0)]
    assert alone.say(0, Ended("stopped", 50, 1.0)) == []
    assert alone.crew.members[0].state == "finished"


def test_what_fails_when_it_has_just_started_is_a_failure_of_the_training() -> None:
    alone = Told(1)
    alone.begin()
    problem = Problem("no memory")
    assert alone.say(0, Failed(problem, ATTEMPT)) == [Failed(problem, -1)]


def test_processes_of_an_earlier_experiment_do_not_count() -> None:
    sent: list[tuple[int, Command]] = []
    pace = Pace(multiprocessing.get_context("spawn"), 3)
    told = Told()
    told.crew = Crew(START, ATTEMPT, (0, 1), pace, lambda number, command: sent.append((number, command)))
    told.begin()
    pace.promise(0, 20, 30)
    pace.promise(1, 24, 34)
    pace.promise(2, 5000, 6000)  # it has not read yet that it is to forget what it trains
    sent.clear()
    told.crew.obey(SetLearningRate(0.2))
    told.crew.obey(Advance(steps=1))
    told.crew.obey(Pause())
    assert [command for number, command in sent if number == 0] == [
        SetLearningRate(0.2, None, Meeting(1, 34)),
        Advance(until=25),
        Pause(24),
    ]


def test_nothing_happens_before_a_step_at_which_another_has_finished(told: Told) -> None:
    told.pace.promise(0, 40, 48)
    told.pace.finish(1, 50)
    # whether or not that has been heard
    told.crew.obey(SetLearningRate(0.2))
    told.say(1, Ended("finished", 50, 1.0))
    told.crew.obey(SetLearningRate(0.3))
    told.crew.obey(Change(11, tiny_config()))
    told.say(0, ChangeReady(11))
    at = [getattr(command, "at", None) for number, command in told.commands() if number == 0]
    assert at == [Meeting(1, 50), Meeting(2, 50), None, Meeting(3, 50)]


def test_a_change_that_only_some_came_to_make_is_said(told: Told) -> None:
    told.crew.obey(Change(11, tiny_config()))
    told.say(0, ChangeReady(11))
    told.say(1, ChangeReady(11))
    assert isinstance(told.commands()[-1][1], ApplyChange)
    assert told.say(0, changed(11, 40)) == []
    heard = told.say(1, Failed(Problem("no memory")))
    assert [type(event).__name__ for event in heard] == ["Lost", "Changed"]
    told.crew.obey(Change(12, tiny_config()))
    told.say(0, ChangeReady(12))
    assert told.say(0, Ended("finished", 50, 1.0)) == [Ended("finished", 50, 1.0)]


def test_a_speed_set_meanwhile_is_that_of_a_start_that_is_repeated() -> None:
    told = Told()
    told.crew.obey(SetSpeed(5.0))
    assert told.crew.start == replace(START, steps_per_second=5.0)


def test_none_rests_before_a_step_at_which_another_has_finished(told: Told) -> None:
    told.crew.obey(Pause())
    told.commands()
    assert told.say(0, Paused(47)) == []
    assert told.say(1, Ended("finished", 50, 1.0)) == []
    assert told.commands() == [(0, Pause(50))]
    assert told.say(0, Ended("finished", 50, 1.0)) == [Ended("finished", 50, 1.0)]
