"""What is settled in a form: shown at rest or not at all, and kept from edits of every kind."""

from __future__ import annotations

import re

import pytest

from compute.problems import ProblemError
from lab.catalogue import form
from lab.config_changes import apply_changes
from lab.edited_config import EditedConfig
from lab.experiment_file import default_experiment, parse_experiment
from lab.field_spec import FieldSpec, SectionSpec
from lab.form_limits import WORDS, FormLimits, check_limits
from lab.session import Session
from tests.lab.recorded_runs import ScriptedTrainer

CONFIG = parse_experiment(
    '[data]\nname = "moons"\n[model]\nhidden = [4]\n[[losses]]\nname = "focal"\ngamma = 2.0\n'
    '[[losses]]\nname = "cross_entropy"\n[optimizer]\nname = "sgd"\nlearning_rate = 0.1\n',
    "test",
)


def fields(sections: tuple[SectionSpec, ...]) -> dict[str, FieldSpec]:
    """Return all fields of a form by their paths."""
    found = [field for section in sections for field in section.fields]
    found += [field for section in sections for loss in section.losses for field in loss.fields]
    return {field.path: field for field in found}


def test_a_locked_section_rests_as_a_whole_and_says_why_once() -> None:
    sections = FormLimits(("model",)).shown(form(CONFIG))
    model = next(section for section in sections if section.key == "model")
    assert model.locked == WORDS
    assert model.fields
    assert not any(field.enabled for field in model.fields)
    assert not any(WORDS in field.note for field in model.fields)
    assert all(WORDS in field.help for field in model.fields)
    others = [section for section in sections if section.key != "model"]
    assert [section.locked for section in others] == [""] * 5
    before = fields(form(CONFIG))
    assert all(field == before[path] for path, field in fields(tuple(others)).items())


def test_a_locked_setting_rests_alone_and_a_hidden_one_is_gone() -> None:
    limits = FormLimits(("optimizer.learning_rate", "data.split.test"), ("model.hidden", "seeds"))
    shown = limits.shown(form(CONFIG))
    assert [section.key for section in shown] == ["data", "losses", "model", "optimizer", "training"]
    found = fields(shown)
    assert "model.hidden" not in found
    rests = {path for path, field in found.items() if not field.enabled}
    assert rests >= {"optimizer.learning_rate", "data.split"}
    assert "optimizer.name" not in rests
    assert found["optimizer.learning_rate"].note == f"{WORDS}."


def test_losses_are_kept_where_they_are_when_one_is_settled() -> None:
    shown = FormLimits(("losses.0.gamma",)).shown(form(CONFIG))
    losses = next(section for section in shown if section.key == "losses")
    assert losses.addable == ()
    assert [loss.removable for loss in losses.losses] == [False, False]
    assert [loss.locked for loss in losses.losses] == [WORDS, WORDS]
    found = fields(shown)
    assert not found["losses.0.gamma"].enabled
    assert found["losses.1.scale"].enabled
    whole = FormLimits(("losses",)).shown(form(CONFIG))
    assert not any(field.enabled for path, field in fields(whole).items() if path.startswith("losses."))
    hidden = FormLimits(hidden=("losses.1",)).shown(form(CONFIG))
    assert [loss.index for section in hidden for loss in section.losses] == [0]


@pytest.mark.parametrize(
    ("locked", "change", "words"),
    [
        ("model", {"model.hidden": (8,)}, "The section Model is set by the lesson"),
        ("model.hidden", {"model.hidden": (8,)}, "Hidden units is set"),
        ("model.hidden", {"model": {"name": "linear"}}, "Hidden units is set"),
        ("data", {"data.name": "circles"}, "The section Data is set"),
        ("data.name", {"data.name": "circles"}, "is set by the lesson"),
        ("losses.0.gamma", {"losses.0.gamma": 3.0}, "is set by the lesson"),
        ("losses", {"losses.+": "brier"}, "The section Losses is set"),
        ("losses.0", {"losses.-": 0}, "Focal is set"),
        ("optimizer", {"training.batch_size": 7}, "Batch is set"),
    ],
)
def test_edits_of_what_is_settled_are_refused(locked: str, change: dict[str, object], words: str) -> None:
    for limits in (FormLimits((locked,)), FormLimits(hidden=(locked,))):
        edited = EditedConfig(CONFIG)
        edited.adopt(CONFIG, limits)
        problem = edited.apply(change)
        assert problem is not None
        assert re.search(words, problem.title)
        assert edited.now.config == CONFIG


def test_other_edits_pass_also_the_first_which_numbers_the_losses() -> None:
    edited = EditedConfig(CONFIG)
    edited.adopt(CONFIG, FormLimits(("losses", "model", "data")))
    assert edited.apply({"optimizer.learning_rate": 0.5}) is None
    assert edited.apply({"training.epochs": 3}) is None
    assert edited.now.config.optimizer.learning_rate == 0.5
    assert edited.now.config.losses == apply_changes(CONFIG, {}).losses


def test_undo_new_and_open_lift_the_limits_and_redo_sets_them_again() -> None:
    session = Session("cpu", config=default_experiment(), trainer=ScriptedTrainer())
    limits = FormLimits(("model",))
    session.adopt(CONFIG, limits)
    assert session.edit({"model.hidden": (9,)}) is not None
    session.undo()
    assert session.limits is None
    assert session.edit({"model.hidden": (9,)}) is None
    session.undo()
    session.redo()
    assert session.limits is None
    session.adopt(CONFIG, limits)
    session.undo()
    session.redo()
    assert session.limits == limits
    assert session.edit({"training.epochs": 3}) is None
    assert session.limits == limits
    session.new()
    assert session.limits is None


def test_the_same_experiment_can_be_taken_over_with_limits() -> None:
    edited = EditedConfig(CONFIG)
    assert edited.adopt(CONFIG, FormLimits(("model",)))
    assert not edited.adopt(CONFIG, FormLimits(("model",)))


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (("modle",), "locked names modle, which this lesson has not.*Did you mean model?"),
        (("model.hiden",), "Did you mean model.hidden?"),
        (("losses.0.gama",), "Did you mean losses.0.gamma?"),
        (("zzzzzzz",), "A section"),
        (("losses.5",), "Did you mean losses"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(paths: tuple[str, ...], words: str) -> None:
    with pytest.raises(ProblemError, match=words.replace("?", r"\?")):
        check_limits({"locked": paths}, [CONFIG], "this lesson")


def test_paths_of_sections_settings_and_fields_are_known() -> None:
    paths = (
        "data",
        "data.name",
        "data.split",
        "model.initializer.name",
        "losses.1",
        "losses.0.gamma",
        "seeds",
    )
    check_limits({"locked": paths, "hidden": ()}, [CONFIG], "this lesson")
    with pytest.raises(ProblemError, match="no experiments"):
        check_limits({"hidden": ("data",)}, [], "this lesson")
