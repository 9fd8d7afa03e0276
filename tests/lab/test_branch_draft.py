"""A branch put together by hand: what can be changed, what counts as changed, and in which words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.branch_draft import BranchDraft, branch_fields, form_changes, settings_at
from lab.branching import branch
from lab.config_changes import apply_changes
from lab.experiment_file import default_experiment
from lab.problems import ProblemError
from tests.widgets.fake_session import digits_summary

BASE = default_experiment()
SUMMARY = digits_summary()
THIN = "\u2009"


def paths(draft: BranchDraft) -> list[str]:
    return [field.path for field in draft.fields(SUMMARY)]


def test_losses_and_what_is_changed_most_are_offered() -> None:
    draft = BranchDraft(BASE, 340)
    assert paths(draft) == [
        "losses.0.name", "losses.1.name", "optimizer.name", "optimizer.learning_rate",
        "training.batch_size", "data.label_noise.share", "training.l2",
    ]  # fmt: skip
    assert not any(field.advanced for field in draft.fields(SUMMARY))
    first = draft.fields(SUMMARY)[0]
    assert first.value == "cross_entropy"
    assert {"cross_entropy", "focal"} <= {name for name, _, _ in first.choices}
    assert "custom" not in {name for name, _, _ in first.choices}


def test_only_what_applies_is_offered() -> None:
    full = apply_changes(BASE, {"training.full_batch": True, "losses.1.learning_rate": 0.3})
    offered = [field.path for field in branch_fields(full, SUMMARY)]
    assert "training.batch_size" not in offered
    assert "losses.1.learning_rate" in offered  # the optimiser's rate would not change that loss's
    numbers = apply_changes(BASE, {"data.name": "sine", "losses": [{"name": "squared_error"}]})
    offered = [field.path for field in branch_fields(numbers, None)]
    assert "data.outliers.share" in offered and "data.label_noise.share" not in offered
    assert branch_fields(numbers, None)[0].label == "Loss"


def test_a_loss_is_exchanged_for_one_of_as_many_outputs() -> None:
    two = replace(SUMMARY, outputs=2)
    config = apply_changes(BASE, {"losses": [{"name": "cross_entropy"}, {"name": "binary_cross_entropy"}]})
    softmax, sigmoid = ({name for name, _, _ in field.choices} for field in branch_fields(config, two)[:2])
    assert "brier" in softmax and "binary_cross_entropy" not in softmax
    assert "squared_error_sigmoid" in sigmoid and "cross_entropy" not in sigmoid


def test_an_edit_is_a_change_until_it_is_taken_back() -> None:
    draft = BranchDraft(BASE, 340)
    assert draft.changes == {}
    draft = draft.with_edit("optimizer.learning_rate", 0.05, SUMMARY)
    draft = draft.with_edit("losses.1.name", "focal", SUMMARY)
    assert draft.changes == {"optimizer.learning_rate": 0.05, "losses.1.name": "focal"}
    assert draft.config.optimizer.learning_rate == 0.05 and draft.config.losses[1].name == "focal"
    draft = draft.with_edit("optimizer.learning_rate", BASE.optimizer.learning_rate, SUMMARY)
    assert draft.changes == {"losses.1.name": "focal"}


def test_what_is_not_allowed_changes_nothing() -> None:
    draft = BranchDraft(BASE, 340)
    with pytest.raises(ProblemError):
        draft.with_edit("optimizer.learning_rate", -1.0, SUMMARY)
    assert draft.changes == {}


def test_changes_make_the_branch() -> None:
    draft = BranchDraft(BASE, 340).with_edit("optimizer.name", "adam", SUMMARY)
    draft = draft.with_edit("optimizer.learning_rate", 0.01, SUMMARY)
    made = branch(BASE, draft.step, draft.changes)
    assert made.branch is not None and made.branch.step == 340
    assert (made.optimizer.name, made.optimizer.learning_rate) == ("adam", 0.01)
    assert settings_at(made, 339).optimizer == BASE.optimizer
    assert settings_at(made, 340).optimizer == made.optimizer
    assert settings_at(made, 340).branch is None and settings_at(made, 0).branch is None


def test_the_experiment_as_edited_can_be_taken_over() -> None:
    edited = apply_changes(BASE, {"training.l2": 0.01, "optimizer.learning_rate": 0.2, "name": "Other"})
    draft = BranchDraft(BASE, 340, edited=edited, as_edited=True)
    assert set(draft.changes) == {"optimizer", "training"}
    assert draft.form_words == "optimiser and training"
    made = branch(BASE, 340, draft.changes)
    assert made.training.l2 == 0.01 and made.optimizer.learning_rate == 0.2
    assert form_changes(BASE, apply_changes(BASE, {"name": "Other"})) == {}
    three = apply_changes(edited, {"data.label_noise.share": 0.1})
    assert BranchDraft(BASE, 340, edited=three).form_words == "data, optimiser and training"
    assert BranchDraft(BASE, 340).form_words == ""


def test_it_says_what_will_happen() -> None:
    assert BranchDraft(BASE, 340).sentence(1600) == (
        f"Trains the same again up to step 340, then goes on to step 1{THIN}600 with what is changed."
    )
    assert BranchDraft(BASE, 0).sentence(50).startswith("Trains from the start")
