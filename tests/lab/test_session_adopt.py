"""Another experiment's settings taken over as an edit."""

from __future__ import annotations

from lab.session import Session
from tests.lab.recorded_runs import TOML, ScriptedTrainer, tiny_config


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
