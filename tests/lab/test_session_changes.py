"""A session whose runs go on with other points, and one that branches off: literal lists of messages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.problems import Problem
from lab.config import PreprocessingConfig, ScalingConfig
from lab.config_changes import apply_changes
from lab.hand_points import as_points, move_point
from lab.messages import (
    Change,
    Changed,
    ChangeRefused,
    Ended,
    Paused,
    Prepare,
    Prepared,
    Recorded,
    SetLearningRate,
    Start,
)
from lab.session import Session
from tests.lab import running_session
from tests.lab.recorded_runs import (
    ScriptedTrainer,
    data_summary,
    make_chunk,
    scripted_session,
    started,
    tell,
    tiny_config,
)

FIXED = PreprocessingConfig(
    fixed=ScalingConfig(input_shift=(0, 0), input_scale=(1, 1), target_shift=(0, 0), target_scale=(1, 1))
)


def running(steps: int = 400) -> tuple[Session, ScriptedTrainer]:
    session, trainer = running_session.running()
    tell(session, trainer, running_session.rows(0, steps))
    return session, trainer


def sent(trainer: ScriptedTrainer, kind: type) -> list[Any]:
    return [command for command in trainer.sent if isinstance(command, kind)]


def answer(trainer: ScriptedTrainer, step: int, place: int = -1, samples: int = 200) -> Changed:
    summary = data_summary()
    return Changed(sent(trainer, Change)[place].request, step, summary, samples, 11, FIXED)


def test_points_edited_while_runs_can_go_on_reach_them() -> None:
    session, trainer = running()
    prepares = len(sent(trainer, Prepare))
    assert session.edit(as_points(session.config)) is None
    (change,) = sent(trainer, Change)
    assert change.config.data == session.config.data
    assert len(sent(trainer, Prepare)) == prepares + 1  # the form wants to know of them, too
    before = session.run_config
    changes = tell(session, trainer, answer(trainer, 412))
    assert {"data", "progress"} <= changes
    assert session.run_config.data.name == "points"
    assert session.run_config.data.preprocessing == FIXED
    assert session.run_config.losses == before.losses
    assert (session.planned_steps, session.steps_per_epoch) == (200, 11)
    assert session.interventions == ("the data changed at step 412",)
    assert len(session.curves.series("objective", 0)[1]) == 400  # what was recorded stays


def test_only_what_is_trained_now_is_taken_into_the_change() -> None:
    session, trainer = running()
    session.edit({"model.hidden": [9], "training.steps": 77})  # edited in the form, not trained
    session.edit(as_points(session.config))
    (change,) = sent(trainer, Change)
    assert change.config.model == session.run_config.model
    assert change.config.training == session.run_config.training


def test_many_changes_are_one_sentence_until_something_else_is_changed() -> None:
    session, trainer = running()
    session.edit(as_points(session.config))
    for number in range(3):
        session.edit(move_point(session.config, 0, (number, 0.0)), continues=number > 0)
    # the second was superseded and is never answered; the last one is what the runs go on with
    tell(session, trainer, answer(trainer, 410, 0), answer(trainer, 1420, -1))
    assert session.interventions == ("the data changed 2 times from step 410 to 1\u2009420",)
    assert session.run_config.data.parameters == session.config.data.parameters
    assert not session._change_configs
    session.set_learning_rate(0.3)
    session.edit(move_point(session.config, 1, (1.0, 1.0)))
    tell(session, trainer, answer(trainer, 1500))
    assert session.interventions[1].startswith("learning rate")
    assert session.interventions[2] == "the data changed at step 1\u2009500"
    # a drag is one edit to take back
    session.undo()
    session.undo()
    session.undo()
    assert (
        session.config.data.parameters["inputs"]
        == apply_changes(tiny_config(), as_points(tiny_config())).data.parameters["inputs"]
    )
    assert sent(trainer, Change)[-1].config.data == session.config.data


def test_what_is_refused_is_said_and_leaves_the_runs_as_they_are() -> None:
    session, trainer = running()
    session.edit(as_points(session.config))
    before, summary = session.run_config, session.summary
    tell(session, trainer, ChangeRefused(sent(trainer, Change)[0].request, Problem("no")))
    assert session.problem == Problem("no")
    assert session.run_config == before
    assert session.summary is summary
    assert session.interventions == ()
    assert session.state == "running"
    assert session.branch(399, {"losses.0.scale": 2.0}) is None  # nothing was changed by hand


def test_undo_beyond_the_first_drag_gives_the_runs_their_own_data_back() -> None:
    session, trainer = running()
    session.edit(as_points(session.config))
    session.edit(move_point(session.config, 0, (9.0, 9.0)), continues=True)
    tell(session, trainer, answer(trainer, 410))
    begun = session.config
    session.undo()
    assert session.config == tiny_config()
    assert sent(trainer, Change)[-1].config.data == tiny_config().data
    tell(session, trainer, answer(trainer, 420))
    assert session.run_config.data.name == "moons"
    session.redo()
    assert sent(trainer, Change)[-1].config.data == begun.data
    # other data in the form are no concern of the runs
    count = len(sent(trainer, Change))
    session.edit({"data.name": "xor"})
    assert len(sent(trainer, Change)) == count


@pytest.mark.parametrize("how", ["before the start", "after the end", "while it starts", "other points"])
def test_runs_that_cannot_go_on_with_the_points_are_left_alone(how: str) -> None:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    if how != "before the start":
        session.start()
    if how not in ("before the start", "while it starts"):
        tell(session, trainer, started(trainer))
    if how == "after the end":
        tell(session, trainer, Ended("finished", 50, 1.0))
    if how == "other points":
        session.edit({"data.name": "points"})  # one feature: a data set to begin with, not these runs' own
    else:
        session.edit(as_points(session.config))
    assert not sent(trainer, Change)


def test_an_answer_to_an_experiment_that_is_gone_is_not_listened_to() -> None:
    session, trainer = running()
    session.edit(as_points(session.config))
    late = answer(trainer, 30)
    session.start()
    tell(session, trainer, started(trainer), late)
    assert session.interventions == ()
    assert session.run_config.data.preprocessing.fixed is None


# --- branches -------------------------------------------------------------------------------------
def test_a_branch_is_an_edit_that_is_started_and_can_be_taken_back() -> None:
    session, trainer = running()
    before = session.config
    tell(session, trainer, Paused(400))
    assert session.branch(340, {"optimizer.learning_rate": 0.02}) is None
    assert session.state == "preparing"
    start = sent(trainer, Start)[-1]
    assert start.config == session.config
    assert session.config.branch is not None
    assert session.config.branch.step == 340
    assert session.config.branch.before == {"optimizer.learning_rate": 0.1}
    assert session.config.name == "Two losses from step 340"
    assert not sent(trainer, SetLearningRate)  # the runs that it branches off from are not touched
    assert session.interventions == ()
    session.undo()
    assert session.config == before


def test_a_branch_is_of_the_runs_shown_not_of_what_was_edited_since() -> None:
    session, trainer = running()
    tell(session, trainer, Ended("finished", 400, 1.0))
    session.edit({"losses.0.scale": 5.0, "seeds.count": 9})
    assert session.branch(0, {"training.clip": 1.0}) is None
    assert session.config.losses[0].scale == 1.0
    assert session.config.seeds.count == 3


def test_what_cannot_be_branched_is_said() -> None:
    session, trainer = scripted_session()

    def refused(step: int, changes: dict[str, Any] | None = None) -> str:
        before, count = session.config, len(trainer.sent)
        problem = session.branch(step, changes or {})
        assert problem is not None
        assert problem.body
        assert session.config == before
        assert len(trainer.sent) == count
        return problem.title

    assert refused(0) == "There are no runs to branch off from"
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer), Recorded(tuple(range(6)), make_chunk(0, np.ones((40, 6)))))
    assert refused(41) == "Step 41 is not recorded"
    assert refused(-1) == "Step \u22121 is not recorded"
    assert refused(30, {"model.hidden": [3]}) == "Runs cannot go on with another model"
    assert refused(30, {"losses.9.scale": 3}) == "There is no loss 9"
    assert refused(30, {"training.steps": 20}) == "The branch at step 30 comes after the last step"
    session.set_learning_rate(0.3)
    tell(session, trainer, Recorded(tuple(range(6)), make_chunk(40, np.ones((10, 6)))))
    assert refused(45) == "The runs were changed by hand before that step"
    assert session.branch(40, {}) is None
