"""A session is what its messages say: every test is a literal list of them."""

from __future__ import annotations

import numpy as np
import pytest

from compute.problems import Problem
from lab.messages import (
    Advance,
    Chunk,
    DeviceReport,
    Ended,
    Pause,
    Paused,
    Prepare,
    Prepared,
    Recorded,
    Refused,
    Resume,
    Resumed,
    SetSpeed,
    Start,
    Stop,
)
from tests.lab.recorded_runs import (
    data_summary,
    evaluation,
    make_chunk,
    scripted_session,
    started,
    tell,
)
from tests.lab.running_session import RUNS, last_of, rows, running


def test_begins_by_preparing_and_is_ready_when_the_data_is() -> None:
    session, trainer = scripted_session()
    assert session.state == "preparing"
    assert isinstance(trainer.sent[0], Prepare)
    changes = tell(session, trainer, Prepared(1, data_summary()))
    assert session.state == "ready"
    assert {"state", "data"} <= changes
    assert session.planned_steps == 50
    assert session.steps_per_epoch == 10
    assert session.run_config is session.config
    assert session.advance() == frozenset()


def test_a_whole_run() -> None:
    session, trainer = running()
    assert session.state == "running"
    assert [run.status for run in session.runs] == ["running"] * 6
    assert session.device == DeviceReport("cpu", "CPU · NumPy", "no GPU: CuPy is not installed")
    changes = tell(session, trainer, rows(0, 20, evaluations=[evaluation(0, [0.5] * 6)]))
    assert changes == {"curves", "progress"}
    assert session.step == 20
    assert session.seconds == pytest.approx(0.019)
    tell(session, trainer, rows(20, 30), Ended("finished", 50, 0.05))
    assert session.state == "finished"
    assert {run.status for run in session.runs} == {"finished"}
    assert session.step == 50
    assert not session.can_resume
    assert len(session.curves.series("objective", 5)[1]) == 50


def test_confusion_is_kept_by_run_and_says_its_split() -> None:
    session, trainer = running()
    counts = np.arange(24).reshape(6, 2, 2)
    changes = tell(session, trainer, rows(0, 1, evaluations=[evaluation(0, [0.5] * 6, counts)]))
    assert "confusion" in changes
    assert session.confusion is not None
    np.testing.assert_array_equal(session.confusion.counts[4], counts[4])
    assert session.confusion.split == "validation"


def test_pause_step_epoch_resume() -> None:
    session, trainer = running()
    session.pause()
    assert isinstance(trainer.sent[-1], Pause)
    tell(session, trainer, Paused(7))
    assert session.state == "paused"
    assert session.steps_per_second == 0
    session.step_once()
    assert trainer.sent[-1] == Advance(steps=1)
    session.step_epoch()
    assert trainer.sent[-1] == Advance(epochs=1)
    session.resume()
    assert isinstance(trainer.sent[-1], Resume)
    tell(session, trainer, Resumed(7))
    assert session.state == "running"


def test_stepping_begins_an_experiment() -> None:
    session, trainer = scripted_session()
    session.step_once()
    assert last_of(trainer, Start).pause_after == 1  # type: ignore[attr-defined]
    session, trainer = scripted_session()
    session.step_epoch()
    assert last_of(trainer, Start).pause_after == 0  # type: ignore[attr-defined]
    tell(session, trainer, started(trainer), Paused(0))
    assert trainer.sent[-1] == Advance(epochs=1)


def test_stop_then_continue() -> None:
    session, trainer = running()
    session.stop()
    assert isinstance(trainer.sent[-1], Stop)
    tell(session, trainer, rows(0, 20), Ended("stopped", 20, 0.02))
    assert session.state == "stopped"
    assert {run.status for run in session.runs} == {"stopped"}
    session.resume()
    tell(session, trainer, Resumed(20), rows(20, 5))
    assert session.state == "running"
    assert {run.status for run in session.runs} == {"running"}
    assert session.step == 25


def test_toggle_is_the_primary_button() -> None:
    session, trainer = scripted_session()
    session.toggle()
    assert isinstance(trainer.sent[-1], Start)
    session.toggle()  # while it starts, a second press does nothing
    assert sum(isinstance(command, Start) for command in trainer.sent) == 1
    tell(session, trainer, started(trainer))
    session.toggle()
    assert isinstance(trainer.sent[-1], Pause)
    tell(session, trainer, Paused(3))
    session.toggle()
    assert isinstance(trainer.sent[-1], Resume)


def test_reset_forgets_the_runs_and_what_is_still_on_its_way() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 20))
    session.reset()
    assert session.state == "ready"
    assert session.runs == ()
    tell(session, trainer, rows(20, 5), Ended("stopped", 25, 0.1))
    assert session.state == "ready"
    assert session.curves.metrics() == ()
    assert session.step == 0


def test_a_second_start_replaces_the_first() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 20))
    session.edit({"optimizer.learning_rate": 0.3})
    session.start()
    assert len(session.curves.series("objective", 0)[1]) == 20
    tell(session, trainer, rows(20, 5))  # of the first: not listened to any more
    assert session.step == 20
    tell(session, trainer, started(trainer), rows(0, 3))
    assert session.step == 3
    assert session.run_config.optimizer.learning_rate == 0.3


def test_a_refused_start_keeps_what_was_there() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 50), Ended("finished", 50, 1.0))
    session.start()
    start = last_of(trainer, Start)
    changes = tell(session, trainer, Refused(start.request, Problem("No.")))  # type: ignore[attr-defined]
    assert session.state == "finished"
    assert session.problem == Problem("No.")
    assert "problem" in changes
    assert len(session.runs) == 6


def test_stop_calls_a_start_off() -> None:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    answer = started(trainer)
    session.stop()
    assert session.state == "ready"
    tell(session, trainer, answer)
    assert session.state == "ready"
    assert session.runs == ()


def test_stale_answers_are_ignored() -> None:
    session, trainer = scripted_session()
    session.edit({"data.samples": 300})
    session.edit({"data.samples": 400})
    assert [command.request for command in trainer.sent if isinstance(command, Prepare)] == [1, 2, 3]
    tell(session, trainer, Prepared(1, data_summary(1)), Refused(2, Problem("old")))
    assert session.data_summary is None
    assert session.problem is None
    tell(session, trainer, Prepared(3, data_summary()))
    assert session.data_summary is not None


def test_speed() -> None:
    session, trainer = running()
    session.set_speed(5.0)
    assert trainer.sent[-1] == SetSpeed(5.0)
    session.start()
    assert trainer.sent[-1].steps_per_second == 5.0  # type: ignore[union-attr]


def test_steps_per_second_and_time_left() -> None:
    session, trainer = running()  # its clock moves 50 ms a look
    for step in range(0, 20, 2):
        tell(session, trainer, rows(step, 2))
    assert session.steps_per_second == pytest.approx(40)
    assert session.eta == pytest.approx(30 / 40)


def test_visibility_and_solo() -> None:
    session, _ = running()
    session.set_visible([1, 2], False)
    assert [run.visible for run in session.runs] == [True, False, False, True, True, True]
    assert {"runs", "curves"} <= session.advance()
    session.solo([4])
    assert [run.visible for run in session.runs] == [False] * 4 + [True, False]
    session.solo([4])
    assert all(run.visible for run in session.runs)


def test_hidden_runs_stay_hidden_when_it_is_run_again() -> None:
    session, trainer = running()
    session.set_visible([1], False)
    session.start()
    tell(session, trainer, started(trainer))
    assert [run.visible for run in session.runs] == [True, False, True, True, True, True]


def test_a_chunk_without_steps_is_no_step() -> None:
    session, trainer = running()
    empty = make_chunk(0, np.empty((0, 6)), evaluations=[evaluation(0, [0.1] * 6)])
    assert isinstance(empty, Chunk)
    tell(session, trainer, Recorded(RUNS, empty))
    assert session.step == 0
    assert session.curves.last("validation_accuracy", 0) == 0.1


def test_close() -> None:
    session, trainer = scripted_session()
    session.close()
    assert trainer.closed
