from __future__ import annotations

import math
from typing import Any

import pytest

from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes, parse_setting
from lab.experiment_file import default_experiment


@pytest.fixture
def config() -> ExperimentConfig:
    return default_experiment()


def refusal(config: ExperimentConfig, changes: dict[str, Any]) -> Problem:
    before = config.model_copy(deep=True)
    with pytest.raises(ProblemError) as caught:
        apply_changes(config, changes)
    assert config == before
    return caught.value.problem


def test_values_are_changed_and_the_original_is_not(config: ExperimentConfig) -> None:
    changed = apply_changes(config, {"optimizer.learning_rate": 0.3, "seeds.count": 5})
    assert (changed.optimizer.learning_rate, changed.seeds.count) == (0.3, 5)
    assert (config.optimizer.learning_rate, config.seeds.count) == (0.1, 3)


def test_all_or_nothing(config: ExperimentConfig) -> None:
    problem = refusal(config, {"seeds.count": 5, "optimizer.learning_rate": -1.0})
    assert problem.where == "optimizer.learning_rate"


@pytest.mark.parametrize("rate", [0, -1.0, math.nan, math.inf, 1e308, "fast", True, [1]])
def test_wrong_learning_rates(config: ExperimentConfig, rate: Any) -> None:
    problem = refusal(config, {"optimizer.learning_rate": rate})
    assert problem.where == "optimizer.learning_rate"
    assert "above 0" in problem.body


@pytest.mark.parametrize(
    ("path", "name", "own", "kept"),
    [
        ("data.name", "moons", {"data.samples": 50}, "seed"),
        ("optimizer.name", "adam", {"optimizer.beta1": 0.5}, "learning_rate"),
        ("optimizer.schedule.name", "cosine", {"optimizer.schedule.final": 0.5}, "warmup"),
        ("model.initializer.name", "normal", {"model.initializer.scale": 0.5}, "name"),
        ("losses.0.name", "huber", {"losses.0.delta": 3.0}, "series"),
    ],
)
def test_another_name_drops_the_old_parameters_only(
    config: ExperimentConfig, path: str, name: str, own: dict[str, Any], kept: str
) -> None:
    parent = path.rpartition(".")[0]
    original: Any = config
    for key in parent.split("."):
        original = original[int(key)] if key.isdigit() else getattr(original, key)
    there = apply_changes(config, {**own, path: name})  # parameters of the new name in the same change
    back = apply_changes(there, {path: original.name})
    found: Any = back
    for key in parent.split("."):
        found = found[int(key)] if key.isdigit() else getattr(found, key)
    assert found.parameters == type(original)(name=original.name).parameters
    assert getattr(found, kept) == getattr(original, kept)


def test_a_parameter_of_another_name_is_refused(config: ExperimentConfig) -> None:
    problem = refusal(config, {"optimizer.momentum": 0.9})
    assert problem.where == "optimizer.momentum"
    assert "not a known key of sgd" in problem.title


def test_changing_the_data_takes_back_a_corruption_it_cannot_have(config: ExperimentConfig) -> None:
    noisy = apply_changes(config, {"data.label_noise.share": 0.4, "data.imbalance.ratio": 0.5})
    assert apply_changes(noisy, {"data.name": "iris"}).data.label_noise.share == 0.4
    moved = apply_changes(noisy, {"data.name": "line"})
    assert moved.data.label_noise.share == 0
    assert moved.data.imbalance.ratio == 1
    outliers = apply_changes(moved, {"data.outliers.share": 0.1})
    assert apply_changes(outliers, {"data.name": "digits"}).data.outliers.share == 0


def test_losses_keep_their_colour_when_others_go(config: ExperimentConfig) -> None:
    three = apply_changes(config, {"losses.+": "huber"})
    assert [loss.series for loss in three.losses] == [1, 2, 3]
    two = apply_changes(three, {"losses.-": 0})
    assert [(loss.name, loss.series) for loss in two.losses] == [("brier", 2), ("huber", 3)]
    again = apply_changes(two, {"losses.+": {"name": "cross_entropy", "label_smoothing": 0.1}})
    assert [loss.series for loss in again.losses] == [2, 3, 1]
    assert apply_changes(again, {"losses.0": None, "losses.1": None}).losses == again.losses[2:]


def test_the_last_loss_stays(config: ExperimentConfig) -> None:
    one = apply_changes(config, {"losses.0": None})
    assert refusal(one, {"losses.0": None}).where == "losses"


@pytest.mark.parametrize("path", ["losses.2.scale", "losses.x", "losses.-1.scale", "losses.99"])
def test_a_loss_that_is_not_there(config: ExperimentConfig, path: str) -> None:
    assert "There is no loss" in refusal(config, {path: None}).title


@pytest.mark.parametrize(
    "path", ["nothing", "nothing.at.all", "data.name.x", "model.hidden.0", "seeds.x", "", "."]
)
def test_paths_that_lead_nowhere(config: ExperimentConfig, path: str) -> None:
    assert refusal(config, {path: 1}).title


def test_the_split_is_set_as_a_whole(config: ExperimentConfig) -> None:
    changed = apply_changes(config, {"data.split": (0.8, 0.2, 0.0), "data.split.by_run": True})
    assert (changed.data.split.train, changed.data.split.test, changed.data.split.by_run) == (0.8, 0.0, True)
    assert refusal(config, {"data.split": (0.8, 0.3, 0.0)}).where == "data.split"
    assert refusal(config, {"data.split": (0.8, 0.2)}).where == "data.split"


def test_epochs_and_steps_take_turns(config: ExperimentConfig) -> None:
    by_steps = apply_changes(config, {"training.steps": 100})
    assert (by_steps.training.steps, by_steps.training.epochs) == (100, None)
    by_epochs = apply_changes(by_steps, {"training.epochs": 3})
    assert (by_epochs.training.steps, by_epochs.training.epochs) == (None, 3)
    usual = apply_changes(by_steps, {"training.steps": None})
    assert (usual.training.steps, usual.training.epochs) == (None, 40)
    assert apply_changes(by_steps, {"seeds.count": 2}).training == by_steps.training


def test_stop_rules_come_and_go_with_their_metric(config: ExperimentConfig) -> None:
    ruled = apply_changes(
        config, {"training.target.metric": "validation_nll", "training.plateau.patience": 3}
    )
    assert ruled.training.target is not None
    assert ruled.training.plateau is not None
    free = apply_changes(ruled, {"training.target.metric": None, "training.plateau.metric": None})
    assert free.training.target is None
    assert free.training.plateau is None


def test_none_takes_a_setting_back_to_its_default(config: ExperimentConfig) -> None:
    changed = apply_changes(config, {"training.clip": 1.0, "losses.0.label_smoothing": 0.2, "data.seed": 4})
    back = apply_changes(changed, dict.fromkeys(("training.clip", "losses.0.label_smoothing", "data.seed")))
    assert back == config


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("optimizer.learning_rate=0.1", ("optimizer.learning_rate", 0.1)),
        ("seeds.count = 3", ("seeds.count", 3)),
        ("training.full_batch=true", ("training.full_batch", True)),
        ("optimizer.name=adam", ("optimizer.name", "adam")),
        ('name="a = b"', ("name", "a = b")),
        ("question=is a = b?", ("question", "is a = b?")),
        ("model.hidden=[8, 8]", ("model.hidden", [8, 8])),
        ("training.clip=none", ("training.clip", None)),
        ("losses.+=huber", ("losses.+", "huber")),
        ('losses.+={name="huber", delta=2.0}', ("losses.+", {"name": "huber", "delta": 2.0})),
        ("data.path=C:\\data\\x.csv", ("data.path", "C:\\data\\x.csv")),
        ("label=", ("label", "")),
    ],
)
def test_settings_are_read_as_toml_or_text(text: str, expected: tuple[str, Any]) -> None:
    assert parse_setting(text) == expected


@pytest.mark.parametrize("text", ["", "=", "=1", "learning_rate", "  = 3"])
def test_what_is_no_setting(text: str) -> None:
    with pytest.raises(ProblemError, match="key=value"):
        parse_setting(text)


ODD = [
    0, -1, math.nan, math.inf, 10**400, True, "x", [], [[1.0]], {}, {"a": 1}, None, (1, 2, 3),
    (0.5, 0.5, 0.0), {"name": "huber"}, b"x", object(), {1: 2}, set(), "a\nb",
]  # fmt: skip
PATHS = [
    "format", "name", "data", "data.name", "data.split", "data.split.train", "data.noise", "losses",
    "losses.0", "losses.+", "losses.-", "losses.0.scale", "losses.0.delta", "losses.0.name",
    "model", "model.hidden", "model.initializer", "model.initializer.name", "optimizer.schedule",
    "training", "training.target", "training.target.metric", "training.epochs", "training.steps",
    "seeds.count",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_whatever_is_given_is_taken_or_refused_in_words(config: ExperimentConfig, path: str) -> None:
    for value in ODD:
        for others in ({}, {"losses": (1, 2)}, {"losses.0": {"name": "brier"}}, {"training": 3}):
            problem, changed = None, config
            try:
                changed = apply_changes(config, {**others, path: value})
            except ProblemError as error:
                problem = error.problem
            assert ExperimentConfig.model_validate(changed.model_dump()) == changed
            assert problem is None or 0 < len(problem.title) <= 80
            assert problem is None or "\n" not in problem.title


def test_what_is_given_is_not_altered(config: ExperimentConfig) -> None:
    loss: dict[str, Any] = {"name": "huber"}
    apply_changes(config, {"losses.+": loss, "losses.0.scale": 2.0, "losses.2.delta": 3.0})
    assert loss == {"name": "huber"}


def test_a_target_line_for_accuracies_does_not_stay_for_numbers(config: ExperimentConfig) -> None:
    aimed = apply_changes(config, {"training.show_target": 0.95})
    assert apply_changes(aimed, {"data.name": "iris"}).training.show_target == 0.95
    assert apply_changes(aimed, {"data.name": "line"}).training.show_target is None
    changes = {"data.name": "line", "training.show_target": 0.1}
    assert apply_changes(aimed, changes).training.show_target == 0.1
