"""When a trainer works and when it waits."""

from __future__ import annotations

import multiprocessing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.pace import OUT, Meeting, Pace
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
    assert (pace.lowest(), pace.highest()) == (OUT, 0)
    assert pace.meet() == Meeting(1, 0)
    pace.promise(0, 40)
    pace.promise(2, 30, 60)
    assert (pace.lowest(), pace.highest()) == (30, 40)
    assert (pace.meet(soon=True), pace.meet()) == (Meeting(2, 40), Meeting(3, 60))
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
        meeting = pace.meet()
        assert meeting.step == min(35, step + 20)
        tempo.hear(meeting)
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


# --- meetings ---------------------------------------------------------------------------------------
def test_none_passes_a_meeting_before_it_has_heard_of_it(pace: Pace) -> None:
    tempo = Tempo(pace, 0)
    tempo.enter()
    tempo.begin(0)
    assert tempo.due(0, 10) > 10
    meeting = pace.meet()
    assert meeting.step == 20
    assert tempo.due(10, 10) > 0
    assert tempo.due(15, 10) == 5  # however late the command is
    for _ in range(3):
        assert tempo.due(20, 10) == 0
        assert tempo.patience(20) > 0
        assert pace.highest() == 20
    assert tempo.hear(meeting) == 20
    assert tempo.due(20, 10) > 10
    assert tempo.hear(None) is None


def test_a_hurried_process_and_one_beyond_wait_for_the_command_too(pace: Pace) -> None:
    tempo = Tempo(pace, 0)
    tempo.enter()
    tempo.begin(0, 100, hurried=True)
    tempo.due(0, 30)
    meeting = pace.meet(soon=True)
    assert tempo.due(30, 30) == 0
    later = pace.meet(soon=True)
    assert (meeting.step, later.step) == (30, 30)
    tempo.hear(meeting)
    assert tempo.due(30, 30) == 0  # that was not the last
    tempo.hear(later)
    assert tempo.due(30, 30) == 70


def test_a_process_that_goes_on_while_a_meeting_is_called_is_met_where_it_comes_to(
    pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace.promise(0, 10, 20)
    pace.promise(1, 10, 20)
    monkeypatch.setattr("lab.pace.time.sleep", lambda _seconds: pace.promise(1, 90, 120))
    assert pace.meet() == Meeting(1, 90)
    assert (pace.limit(0), pace.limit(1)) == (90, 90)


def test_meetings_of_an_earlier_experiment_bind_nobody(pace: Pace) -> None:
    pace.promise(0, 10)
    pace.meet()
    assert pace.limit(0) == 10
    tempo = Tempo(pace, 0)
    tempo.enter()
    tempo.begin(0)
    assert pace.limit(0) == OUT
    assert tempo.due(0, 50) > 50


MOVES = ("meet", "soon", *(f"{what} {number}" for what in ("turn", "read") for number in (0, 1, 2)))


@given(st.lists(st.sampled_from(MOVES)))
def test_all_hear_of_every_meeting_before_they_pass_it(moves: list[str]) -> None:
    pace = Pace(multiprocessing.get_context("spawn"), 3)
    tempos = [Tempo(pace, number) for number in range(3)]
    steps, pipes, met = [0, 0, 0], [[], [], []], [{}, {}, {}]  # type: ignore[var-annotated]
    for tempo in tempos:
        tempo.enter()
        tempo.begin(0)
        tempo.due(0, 4)
    for move in [*moves, *(f"read {number}" for number in (0, 1, 2) for _ in moves)]:
        what, _, which = move.partition(" ")
        if not which:
            meeting = pace.meet(soon=what == "soon")
            for pipe in pipes:
                pipe.append(meeting)
        elif what == "turn":
            number = int(which)
            # what was promised at the last turn is done by now
            steps[number] = max(steps[number], pace._steps[number])
            tempos[number].due(steps[number], 4)
        elif pipes[int(which)]:
            number = int(which)
            steps[number] = max(steps[number], pace._steps[number])
            meeting = pipes[number].pop(0)
            tempos[number].hear(meeting)
            # earlier ones that are not yet due are kept too, or they would undo this one
            met[number] = {other: min(at, meeting.step) for other, at in met[number].items()}
            met[number][meeting.number] = meeting.step
            assert steps[number] <= meeting.step
            tempos[number].due(steps[number], 4)
    assert met[0] == met[1] == met[2]


def test_nothing_is_to_happen_before_a_step_at_which_one_has_finished(pace: Pace) -> None:
    pace.promise(0, 40, 48)
    tempo = Tempo(pace, 1)
    tempo.begin(60)
    tempo.finish(60)
    assert (pace.lowest(), pace.highest()) == (40, 40)
    assert (pace.meet(), pace.meet(soon=True)) == (Meeting(1, 60), Meeting(2, 60))
    tempo.enter()
    assert pace.meet(soon=True, among=[0]) == Meeting(3, 40)


def test_only_those_that_count_are_asked_how_far_they_are(pace: Pace) -> None:
    pace.promise(0, 40, 48)
    pace.promise(2, 5000)
    assert pace.highest([0, 1]) == 40
    assert pace.meet(among=[0, 1]) == Meeting(1, 48)
