"""Several processes look like one: every event comes once, and at one step."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence

import numpy as np
import pytest

from lab.config import PreprocessingConfig
from lab.config_changes import apply_changes
from lab.crew import Crew
from lab.field_parts import FieldParts, join_fields
from lab.messages import (
    Advance,
    ApplyChange,
    Change,
    Changed,
    ChangeReady,
    ChangeRefused,
    Command,
    DeviceReport,
    Died,
    Discard,
    Ended,
    Event,
    Failed,
    Field,
    Lost,
    Pause,
    Paused,
    Problem,
    Recorded,
    Refused,
    Resume,
    Resumed,
    SetLearningRate,
    SetSpeed,
    Share,
    Start,
    Started,
    Stop,
)
from lab.pace import Meeting, Pace
from lab.shares import runs_of
from tests.lab.recorded_runs import data_summary, infos, make_chunk, tiny_config

START = Start(7, tiny_config(), "auto")
ATTEMPT = 2**40
CPU = DeviceReport("cpu", "CPU", "no GPU")


class Told:
    """A crew of processes of which the test says what they say."""

    def __init__(self, count: int = 2, start: Start = START) -> None:
        self.sent: list[tuple[int, Command]] = []
        self.pace = Pace(multiprocessing.get_context("spawn"), count)
        self.count = count
        self.crew = Crew(
            start,
            ATTEMPT,
            range(count),
            self.pace,
            lambda number, command: self.sent.append((number, command)),
        )

    def say(self, number: int, *events: Event) -> list[Event]:
        return [heard for event in events for heard in self.crew.take(number, event)]

    def started(self, number: int, request: int = ATTEMPT) -> Started:
        share = runs_of(2, 3, Share(number, self.count))
        return Started(request, infos(), 50, 10, CPU, data_summary(), share)

    def begin(self) -> None:
        heard = [event for number in range(self.count) for event in self.say(number, self.started(number))]
        assert [type(event) for event in heard] == [Started]
        self.sent.clear()

    def commands(self) -> list[tuple[int, Command]]:
        sent, self.sent = self.sent, []
        return sent


def rows(number: int, first: int, steps: int, count: int = 2) -> Recorded:
    share = runs_of(2, 3, Share(number, count))
    return Recorded(share, make_chunk(first, np.ones((steps, len(share)))))


def field(runs: Sequence[int], step: int, value: float) -> Field:
    axes = (np.arange(4.0),)
    return Field(step, tuple(runs), axes, np.full((len(runs), 4), value, dtype=np.float32), "number")


def test_each_is_told_its_share_and_only_the_first_may_look_for_a_gpu() -> None:
    told = Told(3)
    starts = [command for _, command in told.sent if isinstance(command, Start)]
    assert [start.share for start in starts] == [Share(0, 3), Share(1, 3), Share(2, 3)]
    assert [start.device for start in starts] == ["auto", "cpu", "cpu"]
    assert {start.request for start in starts} == {ATTEMPT}


def test_it_has_started_when_all_have_and_nothing_comes_before() -> None:
    told = Told()
    assert told.say(1, told.started(1), rows(1, 0, 5)) == []
    assert told.crew.starting
    heard = told.say(0, told.started(0))
    assert [type(event) for event in heard] == [Started, Recorded]
    assert isinstance(heard[0], Started)
    assert (heard[0].request, heard[0].share) == (7, (0, 1, 2, 3, 4, 5))
    assert not told.crew.starting


def test_what_belongs_to_an_earlier_start_is_dropped() -> None:
    told = Told()
    assert told.say(0, told.started(0, ATTEMPT - 1), rows(0, 90, 5), Paused(95), Failed(Problem("old"))) == []
    assert told.say(0, Refused(ATTEMPT - 1, Problem("old"))) == []
    told.begin()


@pytest.mark.parametrize("refusal", [Refused(ATTEMPT, Problem("no")), Failed(Problem("no"), ATTEMPT)])
def test_what_one_refuses_is_said_once(refusal: Refused | Failed) -> None:
    told = Told()
    told.say(0, told.started(0), rows(0, 0, 5))
    told.commands()
    heard = told.say(1, refusal)
    assert [(type(event), getattr(event, "request", 0)) for event in heard] == [(type(refusal), 7)]
    assert {number for number, command in told.commands() if isinstance(command, Discard)} == {0, 1}
    assert told.say(0, rows(0, 5, 5), refusal) == []


def test_a_pause_comes_to_rest_at_one_step() -> None:
    told = Told()
    told.begin()
    told.pace.promise(0, 30)
    told.pace.promise(1, 44)
    told.crew.obey(Pause())
    assert told.commands() == [(0, Pause(44)), (1, Pause(44))]
    told.crew.obey(Pause())
    assert told.commands() == []  # asked already
    assert told.say(0, Paused(44)) == []
    # the other had gone on further than it had said: the first catches up
    assert told.say(1, Paused(46)) == []
    assert told.commands() == [(0, Pause(46))]
    assert told.say(0, rows(0, 44, 2), Paused(46))[-1] == Paused(46)
    told.crew.obey(Resume())
    assert [type(command) for _, command in told.commands()] == [Resume, Resume]
    assert told.say(0, Resumed(46)) == [Resumed(46)]
    assert told.say(1, Resumed(46)) == []
    told.crew.obey(Pause())
    assert len(told.commands()) == 2


def test_a_stop_ends_all_at_one_step() -> None:
    told = Told()
    told.begin()
    told.pace.promise(1, 20)
    told.crew.obey(Stop())
    assert told.commands() == [(0, Pause(20)), (1, Pause(20))]
    assert told.say(0, Paused(20)) == []
    assert told.say(1, Paused(20)) == []
    assert told.commands() == [(0, Stop()), (1, Stop())]
    assert told.say(0, Ended("stopped", 20, 0.5)) == []
    assert told.say(1, Ended("stopped", 20, 0.7)) == [Ended("stopped", 20, 0.7)]
    told.crew.obey(Stop())
    assert told.commands() == []
    told.crew.obey(Resume())
    assert told.say(1, Resumed(20)) == [Resumed(20)]
    assert told.say(0, Resumed(20)) == []
    assert told.say(0, Ended("finished", 50, 1.0)) == []
    assert told.say(1, Ended("finished", 50, 1.0)) == [Ended("finished", 50, 1.0)]


def test_a_stop_while_paused_and_a_crew_of_one() -> None:
    told = Told()
    told.begin()
    told.say(0, Paused(10))
    assert told.say(1, Paused(10)) == [Paused(10)]
    told.crew.obey(Stop())
    assert told.commands() == [(0, Stop()), (1, Stop())]
    told.say(1, Ended("stopped", 10, 0.1))
    assert told.say(0, Ended("stopped", 10, 0.1)) == [Ended("stopped", 10, 0.1)]
    alone = Told(1)
    alone.begin()
    alone.crew.obey(Pause())
    alone.crew.obey(Stop())
    assert alone.commands() == [(0, Pause()), (0, Stop())]  # nobody to wait for
    assert alone.say(0, Ended("stopped", 5, 0.1)) == [Ended("stopped", 5, 0.1)]


def test_steps_are_done_to_the_same_number_by_all() -> None:
    told = Told()
    told.begin()
    told.say(0, Paused(12))
    told.say(1, Paused(12))
    told.crew.obey(Advance(steps=1))
    assert told.commands() == [(0, Advance(until=13)), (1, Advance(until=13))]
    assert told.say(0, Resumed(12), Paused(13, releases=1)) == [Resumed(12)]
    assert told.say(1, Resumed(12), Paused(13, releases=1)) == [Paused(13)]
    told.crew.obey(Advance(epochs=2))
    assert told.commands() == [(0, Advance(until=33)), (1, Advance(until=33))]
    told.say(0, Resumed(13))
    told.pace.promise(0, 25)
    told.crew.obey(Advance(epochs=1))  # while it runs, it comes on top
    assert {command for _, command in told.commands()} == {Advance(until=43)}
    told.crew.obey(Advance(steps=1))  # of another kind: counted from where all will be
    assert {command for _, command in told.commands()} == {Advance(until=26)}


def test_a_learning_rate_changes_at_one_step_for_all() -> None:
    told = Told()
    told.begin()
    told.pace.promise(0, 20, 33)
    told.crew.obey(SetLearningRate(0.2, 1))
    assert {command for _, command in told.commands()} == {SetLearningRate(0.2, 1, Meeting(1, 33))}
    told.crew.obey(SetSpeed(5.0))
    assert told.commands() == [(0, SetSpeed(5.0)), (1, SetSpeed(5.0))]
    told.say(0, Paused(40))
    told.say(1, Paused(40))
    told.crew.obey(SetLearningRate(0.3))
    assert {command for _, command in told.commands()} == {SetLearningRate(0.3)}
    # told to go on, they may have, even if none has said so yet
    told.crew.obey(Resume())
    told.pace.promise(0, 40)
    told.pace.promise(1, 52)
    told.commands()
    told.crew.obey(SetLearningRate(0.4))
    assert {command for _, command in told.commands()} == {SetLearningRate(0.4, None, Meeting(2, 52))}


def test_what_is_changed_while_all_come_to_rest_is_changed_where_they_rest() -> None:
    told = Told()
    told.begin()
    told.pace.promise(0, 20, 30)
    told.pace.promise(1, 24, 38)
    told.crew.obey(Pause())
    told.say(0, Paused(24))
    told.crew.obey(SetLearningRate(0.2))
    assert [command for _, command in told.commands()] == [
        *[Pause(24)] * 2,
        *[SetLearningRate(0.2, None, Meeting(1, 24))] * 2,
    ]


def test_with_one_gone_the_others_go_on() -> None:
    told = Told(3)
    told.begin()
    (lost,) = told.say(1, Died(-9, Problem("gone")))
    assert isinstance(lost, Lost)
    assert lost.runs == runs_of(2, 3, Share(1, 3))
    assert "SIGKILL" in lost.problem.title
    told.crew.obey(Pause())
    assert [number for number, _ in told.commands()] == [0, 2]
    told.say(0, Paused(10))
    assert told.say(2, Paused(10)) == [Paused(10)]
    told.crew.obey(Resume())
    (lost,) = told.say(2, Failed(Problem("no memory")))
    assert isinstance(lost, Lost)
    assert lost.problem.title == "no memory"
    assert told.say(2, rows(2, 10, 5, 3)) == []
    assert told.say(0, Ended("finished", 50, 1.0)) == [Ended("finished", 50, 1.0)]


def test_when_the_last_is_gone_that_is_the_end() -> None:
    told = Told()
    told.begin()
    assert isinstance(told.say(0, Died(-9, Problem("gone")))[0], Lost)
    died = Died(-11, Problem("crashed"))
    assert told.say(1, died) == [died]
    for command in (Pause(), Stop(), Resume(), Advance(1), SetSpeed(None)):
        told.crew.obey(command)
    assert told.commands() == []


def test_the_last_that_pauses_may_be_gone_instead() -> None:
    told = Told()
    told.begin()
    told.crew.obey(Pause())
    assert told.say(0, Paused(10)) == []
    heard = told.say(1, Died(-9, Problem("gone")))
    assert [type(event) for event in heard] == [Lost, Paused]
    told = Told()
    told.begin()
    told.say(0, Ended("finished", 30, 1.0))
    heard = told.say(1, Failed(Problem("no memory")))
    assert [type(event) for event in heard] == [Lost, Ended]


def test_one_that_is_done_early_is_not_waited_for() -> None:
    told = Told()
    told.begin()
    assert told.say(0, Ended("finished", 8, 0.2)) == []
    told.crew.obey(Pause())
    assert told.commands() == [(1, Pause())]
    assert told.say(1, Paused(11)) == [Paused(11)]
    told.crew.obey(Resume())
    assert told.commands() == [(1, Resume())]
    told.say(1, Resumed(11))
    assert told.say(1, Ended("finished", 50, 1.5)) == [Ended("finished", 50, 1.5)]


def test_a_picture_is_shown_when_every_part_of_it_is_new() -> None:
    parts = FieldParts()
    config = apply_changes(tiny_config(), {"seeds.count": 1})
    parts.expect(0, (1,), config)
    parts.expect(1, (0,), config)
    assert parts.take(0, field([1], 10, 1.0)) == []
    (whole,) = parts.take(1, field([0], 12, 2.0))
    assert isinstance(whole, Field)
    assert (whole.step, whole.runs) == (12, (0, 1))
    assert whole.values[:, 0].tolist() == [2.0, 1.0]
    assert parts.rest() == []
    assert parts.take(0, field([1], 20, 3.0)) == []
    (whole,) = parts.rest()
    assert isinstance(whole, Field)
    assert whole.values[:, 0].tolist() == [2.0, 3.0]
    parts.forget(1)
    assert len(parts.take(0, field([1], 30, 4.0))) == 1  # nobody else is waited for
    assert join_fields([field([1], 5, 0.0)]).runs == (1,)


def test_only_those_that_draw_are_waited_for() -> None:
    parts = FieldParts()
    parts.expect(0, (0, 3), tiny_config())
    parts.expect(1, (1, 2, 4, 5), tiny_config())
    assert len(parts.take(0, field([0, 3], 10, 1.0))) == 1


SUMMARY = data_summary()


def changed(request: int, step: int) -> Changed:
    return Changed(request, step, SUMMARY, 50, 10, PreprocessingConfig())


def test_a_change_is_made_at_one_step_once_all_have_laid_it_out() -> None:
    told = Told()
    told.begin()
    told.pace.promise(0, 30, 40)
    told.pace.promise(1, 44, 58)
    told.crew.obey(Change(11, tiny_config()))
    assert told.commands() == [(number, Change(11, tiny_config(), held=True)) for number in (0, 1)]
    assert told.say(1, ChangeReady(11)) == []
    assert told.commands() == []
    assert told.say(0, ChangeReady(11)) == []
    assert told.commands() == [(number, ApplyChange(11, Meeting(1, 58))) for number in (0, 1)]
    # said once, when all that was recorded before it has come
    assert told.say(1, changed(11, 58)) == []
    assert told.say(0, changed(11, 58)) == [changed(11, 58)]
    assert told.say(0, changed(11, 58)) == []


def test_of_changes_that_wait_only_the_newest_counts() -> None:
    told = Told()
    told.begin()
    for request in range(11, 40):
        told.crew.obey(Change(request, tiny_config()))
    assert [command.request for _, command in told.commands()] == [11, 11]  # type: ignore[union-attr]
    told.say(0, ChangeReady(11))
    told.say(1, ChangeReady(10), ChangeReady(11))
    asked = [(type(command), command.request) for _, command in told.commands()]  # type: ignore[union-attr]
    assert asked == [(ApplyChange, 11), (ApplyChange, 11), (Change, 39), (Change, 39)]
    # the next is laid out while the one before is made
    assert told.say(0, ChangeReady(39), changed(11, 20)) == []
    assert told.say(1, changed(11, 20), ChangeReady(39)) == [changed(11, 20)]
    assert [command.request for _, command in told.commands()] == [39, 39]  # type: ignore[union-attr]


def test_a_change_that_one_refuses_is_made_by_none_and_said_once() -> None:
    told = Told()
    told.begin()
    told.crew.obey(Change(11, tiny_config()))
    told.crew.obey(Change(12, tiny_config()))
    told.commands()
    told.say(0, ChangeReady(11))
    problem = Problem("no")
    assert told.say(1, ChangeRefused(11, problem)) == [ChangeRefused(11, problem)]
    assert told.commands() == [(number, Change(12, tiny_config(), held=True)) for number in (0, 1)]
    assert told.say(0, ChangeRefused(11, problem)) == []
    # what all refuse when it comes to it is said once, too
    told.say(0, ChangeReady(12))
    told.say(1, ChangeReady(12))
    refusals = [told.say(number, ChangeRefused(12, problem)) for number in (0, 1)]
    assert refusals == [[ChangeRefused(12, problem)], []]


def test_a_change_does_not_wait_for_a_process_that_is_gone_or_done() -> None:
    told = Told(3)
    told.begin()
    told.crew.obey(Change(11, tiny_config()))
    told.commands()
    told.say(0, ChangeReady(11))
    told.say(1, Died(-9, Problem("gone")))
    assert told.commands() == []
    told.pace.promise(0, 30, 40)
    told.pace.finish(2, 50)
    told.say(2, Ended("finished", 50, 0.1))
    # one is left, but what the one that is done has passed is too late for both
    assert told.commands() == [(0, ApplyChange(11, Meeting(1, 50)))]
    assert told.say(0, changed(11, 50)) == [changed(11, 50)]
    told.say(0, Ended("finished", 50, 0.1))
    told.crew.obey(Change(12, tiny_config()))
    assert told.commands() == []


def test_a_change_while_all_rest_is_made_at_once_and_none_before_they_have_begun() -> None:
    told = Told()
    told.commands()
    told.crew.obey(Change(10, tiny_config()))
    assert told.commands() == []
    told.begin()
    told.crew.obey(Pause())
    told.say(0, Paused(30))
    told.say(1, Paused(30))
    told.commands()
    told.crew.obey(Change(11, tiny_config()))
    told.commands()
    told.say(0, ChangeReady(11))
    told.say(1, ChangeReady(11))
    assert told.commands() == [(number, ApplyChange(11, None)) for number in (0, 1)]
