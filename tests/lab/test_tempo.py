"""When a trainer works and when it waits."""

from __future__ import annotations

import multiprocessing

import pytest

from lab.pace import OUT, Pace
from lab.tempo import LEAD, Tempo


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pace() -> Pace:
    return Pace(multiprocessing.get_context("spawn"), 3)


def test_a_pace_knows_the_slowest_and_the_fastest_of_those_that_take_part(pace: Pace) -> None:
    assert (pace.lowest(), pace.highest(), pace.horizon()) == (OUT, 0, 0)
    pace.promise(0, 40)
    pace.promise(2, 30, 60)
    assert (pace.lowest(), pace.highest(), pace.horizon()) == (30, 40, 60)
    pace.leave(2)
    assert (pace.lowest(), pace.highest()) == (40, 40)


def test_a_process_waits_for_one_that_is_behind_and_not_for_one_that_is_gone(pace: Pace) -> None:
    tempo = Tempo(pace, 0)
    pace.promise(1, 100)
    tempo.begin(100)
    assert tempo.due(100, 10) > 0
    ahead = 100 + LEAD * 10 + 1
    assert tempo.due(ahead, 10) == 0
    assert tempo.patience(ahead) > 0
    pace.promise(1, 150)
    assert tempo.due(ahead, 10) > 0
    assert tempo.patience(ahead) == 0
    pace.promise(1, 0)
    assert tempo.due(ahead, 10) == 0
    pace.leave(1)
    assert tempo.due(ahead, 10) > 0


def test_what_is_promised_is_kept(pace: Pace) -> None:
    tempo = Tempo(pace, 0)
    tempo.begin(0, goal=35)
    for step in range(0, 35, 10):
        due = min(10, tempo.due(step, 10))
        assert pace.highest() == step + due
        assert pace.horizon() == min(35, step + 20)
    tempo.rest(35)
    assert (pace.lowest(), pace.highest()) == (35, 35)
    tempo.leave()
    assert pace.highest() == 0


def test_a_hurried_process_minds_neither_speed_nor_others(pace: Pace) -> None:
    clock = Clock()
    tempo = Tempo(pace, 0, clock)
    tempo.set_speed(0.001, 0)
    pace.promise(1, 0)
    tempo.begin(1000, 1010)
    assert tempo.due(1000, 5) == 0
    assert tempo.patience(1000) == pytest.approx(1000)
    tempo.begin(1000, 1010, hurried=True)
    assert tempo.due(1000, 5) == 10
    assert tempo.patience(1000) == 0


def test_a_speed_is_kept_and_a_debt_is_not_run_after(pace: Pace) -> None:
    clock = Clock()
    tempo = Tempo(pace, 0, clock)
    tempo.set_speed(10.0, 0)
    tempo.begin(0)
    assert tempo.due(0, 5) == 0
    clock.now += 0.31
    assert tempo.due(0, 5) == 3
    assert tempo.due(3, 5) == 0
    assert tempo.patience(3) == pytest.approx(0.09)
    clock.now += 60
    assert tempo.due(3, 5) == 1  # a minute's worth of steps is not made up for
    tempo.set_speed(None, 3)
    assert tempo.due(3, 5) > 10**6
