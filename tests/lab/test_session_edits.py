"""What is edited, saved and opened in a session, and what that does to a run."""

from __future__ import annotations

from pathlib import Path

from compute.problems import Problem
from lab.experiment_file import read_experiment
from lab.messages import (
    Prepared,
    Refused,
    SetLearningRate,
    Stop,
)
from lab.session import Session
from tests.lab.recorded_runs import (
    ScriptedTrainer,
    data_summary,
    scripted_session,
    tell,
    tiny_config,
)
from tests.lab.running_session import rows, running


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
