"""Another experiment's settings taken over as an edit."""

from __future__ import annotations

from lab.config_changes import apply_changes
from lab.hand_points import as_points
from lab.messages import Change, SetLearningRate
from lab.session import Session
from tests.lab.recorded_runs import TOML, ScriptedTrainer, started, tell, tiny_config


def test_an_experiment_is_adopted_as_an_edit_that_undo_takes_back() -> None:
    trainer = ScriptedTrainer()
    session = Session("cpu", config=tiny_config(), trainer=trainer)
    before = session.config
    other = tiny_config(TOML.replace("moons", "circles"))
    session.adopt(other)
    assert session.config == other
    assert session.edited
    assert "config" in session.advance()
    session.undo()
    assert session.config == before
    session.adopt(before)
    assert not session.can_undo


def test_what_is_adopted_or_taken_back_is_no_concern_of_the_runs_of_another_experiment() -> None:
    trainer = ScriptedTrainer()
    session = Session("cpu", config=tiny_config(), trainer=trainer)
    session.start()
    tell(session, trainer, started(trainer))
    trainer.sent.clear()
    other = apply_changes(session.config, {"optimizer.learning_rate": 0.7, "losses.0.learning_rate": 0.9})
    session.adopt(other)
    session.set_learning_rate(0.6)
    session.edit(as_points(session.config))
    session.undo()
    session.undo()
    session.undo()
    session.redo()
    session.undo()
    assert not [command for command in trainer.sent if isinstance(command, SetLearningRate | Change)]
    assert session.interventions == ()
    # back at what was started, edits act again
    session.set_learning_rate(0.6)
    assert SetLearningRate(0.6) in trainer.sent
    # and so they do on what is started next
    session.adopt(other)
    session.start()
    tell(session, trainer, started(trainer))
    session.set_learning_rate(0.5)
    assert SetLearningRate(0.5) in trainer.sent
