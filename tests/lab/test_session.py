"""A session is what its messages say: every test is a literal list of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compute.plan import RunEnd
from compute.problems import Problem
from lab.config_changes import apply_changes
from lab.experiment_file import read_experiment
from lab.messages import (
    Advance,
    Chunk,
    DeviceReport,
    Died,
    Ended,
    Failed,
    Lost,
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
    Stop,
)
from lab.session import Session
from tests.lab.recorded_runs import (
    ScriptedTrainer,
    data_summary,
    evaluation,
    make_chunk,
    scripted_session,
    started,
    tell,
    tiny_config,
)

RUNS = tuple(range(6))


def running() -> tuple[Session, ScriptedTrainer]:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer))
    return session, trainer


def rows(first: int, count: int, **more: object) -> Recorded:
    return Recorded(RUNS, make_chunk(first, np.ones((count, 6)), **more))  # type: ignore[arg-type]


def last_of(trainer: ScriptedTrainer, kind: type) -> object:
    return next(command for command in reversed(trainer.sent) if isinstance(command, kind))


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


def test_refused_data_is_said_and_taken_back_when_it_is_mended() -> None:
    session, trainer = scripted_session()
    bad = Problem("There is no such file", where="data.path")
    tell(session, trainer, Refused(1, bad))
    assert session.state == "refused"
    assert session.problem == session.data_problem == bad
    session.edit({"data.samples": 300})
    tell(session, trainer, Prepared(2, data_summary()))
    assert session.state == "ready"
    assert session.problem is None
    assert session.data_problem is None


def test_data_that_no_loss_fits() -> None:
    session, trainer = scripted_session()
    unfit = Problem("Cross-entropy is not defined for numbers to predict", where="losses.0.name")
    tell(session, trainer, Prepared(1, data_summary(), unfit))
    assert session.data_summary is not None
    assert session.data_problem == unfit
    assert session.state == "refused"


def test_editing_does_not_disturb_the_run() -> None:
    session, trainer = running()
    before = session.run_config
    assert session.edit({"losses.+": "brier"}) is None
    assert len(session.config.losses) == 3
    assert session.config.losses[2].series == 3
    assert session.run_config is before
    assert session.state == "running"
    assert session.summary is not None
    tell(session, trainer, Refused(trainer.sent[-1].request, Problem("bad")))  # type: ignore[union-attr]
    assert session.state == "running"
    assert session.data_problem is not None


def test_a_refused_edit_changes_nothing() -> None:
    session, _ = scripted_session()
    before = session.config
    for value in (0, -1, float("nan"), 1e308):
        problem = session.set_learning_rate(value)
        assert problem is not None
        assert "learning_rate" in problem.where
    assert session.config is before
    assert not session.can_undo


def test_a_learning_rate_is_applied_live_and_noted() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 20))
    assert session.set_learning_rate(0.03) is None
    assert trainer.sent[-1] == SetLearningRate(0.03)
    assert session.config.optimizer.learning_rate == 0.03
    assert session.run_config.optimizer.learning_rate == 0.1
    assert session.interventions == ("learning rate 0.1 → 0.03 at step 20",)
    session.undo()
    assert trainer.sent[-1] == SetLearningRate(0.1)
    session.edit({"losses.1.learning_rate": 0.5})
    assert trainer.sent[-1] == SetLearningRate(0.5, 1)


def test_a_learning_rate_before_the_start_is_an_edit_only() -> None:
    session, trainer = scripted_session()
    session.set_learning_rate(0.03)
    assert not any(isinstance(command, SetLearningRate) for command in trainer.sent)
    assert session.interventions == ()


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


def test_a_killed_process_leaves_every_curve() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 20))
    changes = tell(session, trainer, Died(-9, Problem("gone")))
    assert session.state == "interrupted"
    assert {run.status for run in session.runs} == {"interrupted"}
    assert session.problem is not None
    assert session.problem.title == "The trainer process was killed (SIGKILL) at step 20; every curve is kept"
    assert {"state", "runs", "problem"} <= changes
    assert len(session.curves.series("loss", 3)[1]) == 20
    assert not session.can_resume
    session.start()
    tell(session, trainer, started(trainer))
    assert session.state == "running"
    assert session.problem is None


def test_a_failure_of_the_trainer_keeps_the_curves() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 20), Failed(Problem("Something broke")))
    assert session.state == "interrupted"
    assert session.problem == Problem("Something broke")
    assert session.step == 20


def test_runs_of_a_process_that_is_gone_are_interrupted_and_the_others_go_on() -> None:
    session, trainer = running()
    changes = tell(session, trainer, rows(0, 20), Lost((1, 2, 4), Problem("A process is gone", "Killed.")))
    assert {"runs", "curves", "problem"} <= changes
    assert session.state == "running"
    assert [run.status for run in session.runs] == [
        "running", "interrupted", "interrupted", "running", "interrupted", "running",
    ]  # fmt: skip
    assert session.problem is not None
    assert session.problem.title == "A process is gone"
    body = session.problem.body
    assert f"{session.labels[0]}, seeds 1, 2; {session.labels[1]}, seed 1" in body
    assert body.endswith("Killed.")
    tell(session, trainer, Ended("stopped", 20, 0.1), Resumed(20), Ended("finished", 50, 0.2))
    assert [run.status for run in session.runs].count("finished") == 3
    assert session.state == "finished"


def test_many_lost_seeds_are_counted() -> None:
    session, trainer = scripted_session(apply_changes(tiny_config(), {"seeds.count": 9}))
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer, seeds=9), Lost(tuple(range(9)), Problem("A process is gone")))
    assert session.problem is not None
    assert "seeds 0, 1, 2, 3 and 5 more" in session.problem.body


def test_a_failed_start_is_over() -> None:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, Failed(Problem("Something broke"), trainer.sent[-1].request))  # type: ignore[union-attr]
    assert session.state == "ready"
    assert not session.starting


def test_divergence_is_explained_once_for_all_seeds() -> None:
    session, trainer = running()
    chunk = make_chunk(0, np.ones((10, 6)))
    gone = [RunEnd(run, 10, "diverged", 0, float("inf")) for run in (3, 4, 5)]
    tell(session, trainer, Recorded(RUNS, chunk), Recorded(RUNS, make_chunk(10, np.ones((1, 6)), ended=gone)))
    assert [run.status for run in session.runs] == ["running"] * 3 + ["diverged"] * 3
    assert session.runs[4].end == RunEnd(4, 10, "diverged", 0, float("inf"))
    assert session.problem is not None
    assert session.problem.title == "MSE on raw outputs diverged at step 10, on all 3 seeds"
    session.dismiss_problem()
    assert session.problem is None
    tell(session, trainer, Ended("finished", 50, 0.1))
    assert [run.status for run in session.runs] == ["finished"] * 3 + ["diverged"] * 3


def test_runs_in_two_batches_are_told_apart() -> None:
    session, trainer = running()
    ended = [RunEnd(1, 4, "target", None, 0.95)]
    tell(
        session,
        trainer,
        Recorded((0, 1, 2), make_chunk(0, np.full((5, 3), 1.0))),
        Recorded((3, 4, 5), make_chunk(0, np.full((4, 3), 2.0), ended=ended)),
    )
    assert session.runs[4].status == "target"
    assert session.runs[1].status == "running"
    assert session.curves.last("objective", 3) == 2.0
    assert session.step == 5


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


def test_undo_and_redo() -> None:
    session, _ = scripted_session()
    start = session.config
    session.edit({"training.epochs": 7})
    session.edit({"seeds.count": 4})
    assert session.edited
    session.undo()
    assert session.config.seeds.count == 3
    session.undo()
    assert session.config == start
    assert not session.can_undo
    assert not session.edited
    session.redo()
    assert session.config.training.epochs == 7
    session.edit({"training.epochs": 8})
    assert not session.can_redo


def test_save_open_new(tmp_path: Path) -> None:
    session, trainer = scripted_session()
    assert session.path is None
    problem = session.save()
    assert problem is not None
    session.edit({"name": "Mine"})
    path = tmp_path / "mine.toml"
    assert session.save(path) is None
    assert session.path == path
    assert not session.edited
    assert read_experiment(path) == session.config
    session.edit({"training.epochs": 9})
    assert session.edited
    problem = session.save(path, overwrite=False)
    assert problem is not None
    assert "exists" in problem.title
    session.new()
    assert session.path is None
    assert session.config.name != "Mine"
    assert session.open(path) is None
    assert session.config.name == "Mine"
    assert session.config.training.epochs == 5
    before = len(trainer.sent)
    problem = session.open(tmp_path / "nothing.toml")
    assert problem is not None
    assert session.config.name == "Mine"
    assert len(trainer.sent) == before
    session.undo()
    assert session.config.name != "Mine"


def test_opening_ends_what_runs(tmp_path: Path) -> None:
    session, trainer = running()
    path = tmp_path / "other.toml"
    other = Session(config=tiny_config(), trainer=ScriptedTrainer())
    other.edit({"name": "Other"})
    other.save(path)
    tell(session, trainer, rows(0, 5))
    assert session.open(path) is None
    assert session.runs == ()
    assert any(isinstance(command, Stop) for command in trainer.sent)
    tell(session, trainer, rows(5, 5))
    assert session.step == 0


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
