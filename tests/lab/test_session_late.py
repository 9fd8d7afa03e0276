"""What a person does while the session does not know yet how things stand."""

from __future__ import annotations

import pytest

from compute.problems import Problem
from lab.hand_points import as_points, move_point
from lab.messages import (
    Advance,
    Change,
    ChangeRefused,
    Command,
    Died,
    Ended,
    Failed,
    Paused,
    Prepared,
    Refused,
    Stop,
)
from lab.session import Session
from tests.lab.recorded_runs import ScriptedTrainer, data_summary, scripted_session, started, tell
from tests.lab.running_session import rows, running


def sent(trainer: ScriptedTrainer, kind: type[Command]) -> list[Command]:
    return [command for command in trainer.sent if isinstance(command, kind)]


def points_edited() -> tuple[Session, ScriptedTrainer]:
    session, trainer = running()
    tell(session, trainer, rows(0, 20))
    session.edit(as_points(session.config))
    session.edit(move_point(session.config, 3, (0.5, 0.5)))
    session.edit(move_point(session.config, 3, (0.6, 0.5)))
    assert len(sent(trainer, Change)) == 3
    return session, trainer


def test_a_change_that_comes_after_the_end_does_not_count_as_made() -> None:
    session, trainer = points_edited()
    tell(session, trainer, rows(20, 30), Ended("finished", 50, 1.0))
    assert session.interventions == ()
    # so a branch from any step is what the experiment says
    assert session.branch(50, {"training.clip": 1.0}) is None


def test_changes_that_were_overtaken_by_a_refused_one_do_not_count_as_made() -> None:
    session, trainer = points_edited()
    first, *_, last = (command.request for command in sent(trainer, Change))  # type: ignore[union-attr]
    tell(session, trainer, ChangeRefused(first, Problem("no")), ChangeRefused(last, Problem("no")))
    tell(session, trainer, rows(20, 20))
    assert session.branch(40, {"training.clip": 1.0}) is None


@pytest.mark.parametrize("act", ["stop", "pause"])
def test_who_stops_or_pauses_gets_no_epoch_asked_for_before(act: str) -> None:
    session, trainer = scripted_session()
    session.step_epoch()
    tell(session, trainer, started(trainer))
    getattr(session, act)()
    tell(session, trainer, Paused(0))
    assert not sent(trainer, Advance)
    if act == "stop":
        tell(session, trainer, Ended("stopped", 0, 0.0))
        assert session.state == "stopped"


def test_a_start_in_place_of_one_for_an_epoch_is_no_longer_for_an_epoch() -> None:
    session, trainer = scripted_session()
    session.step_epoch()
    session.start()
    tell(session, trainer, started(trainer), rows(0, 20))
    session.pause()
    tell(session, trainer, Paused(20))
    assert not sent(trainer, Advance)
    # and one that is asked for once more is
    session.reset()
    session.step_epoch()
    tell(session, trainer, started(trainer), Paused(0))
    assert len(sent(trainer, Advance)) == 1


def test_a_process_that_dies_while_a_start_waits_for_its_data_leaves_nothing_under_way() -> None:
    session, trainer = scripted_session()
    session.start()
    tell(session, trainer, Died(-9, Problem("gone")))
    assert (session.starting, session.state) == (False, "refused")
    assert session.problem is session.data_problem
    session.start()
    tell(session, trainer, Prepared(1, data_summary()), started(trainer))
    assert (session.state, session.problem) == ("running", None)


def test_data_that_nobody_will_load_are_refused_while_runs_go_on() -> None:
    session, trainer = running()
    session.edit({"data.samples": 100})
    request = session._prepare_request
    tell(session, trainer, Failed(Problem("gone"), request), rows(0, 20))
    assert (session.state, session.data_problem) == ("running", Problem("gone"))
    session.reset()
    assert session.state == "refused"
    assert sent(trainer, Stop)


def test_a_start_that_is_called_off_while_it_is_refused_is_called_off() -> None:
    session, trainer = running()
    session.start()
    request = session._start_request
    session.stop()
    tell(session, trainer, Refused(request, Problem("no")))
    assert (session.starting, session.state, session.problem) == (False, "interrupted", None)
