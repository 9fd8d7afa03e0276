"""Experiments that branch off from themselves: as data, in files, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from compute.problems import ProblemError
from lab.branching import branch, check_branch, phases, settings_before
from lab.config import ExperimentConfig
from lab.config_branch import BranchConfig
from lab.config_changes import apply_changes
from lab.experiment_file import default_experiment, default_text, dump_experiment, parse_experiment
from lab.racing.terms import race_terms
from lab.scripts.writing import script
from lab.sweeping.expansion import expand
from tests.lab.recorded_runs import TOML, tiny_config


def settled(config: ExperimentConfig) -> ExperimentConfig:
    """An experiment as changes leave it, its losses numbered; without its name."""
    return apply_changes(config, {"name": "any"})


CHANGES: list[dict[str, Any]] = [
    {},
    {"optimizer.learning_rate": 0.05},
    {"optimizer.name": "adam", "optimizer.learning_rate": 0.01},
    {"optimizer.name": "momentum", "optimizer.momentum": 0.5, "optimizer.schedule.name": "cosine"},
    {"losses.0.label_smoothing": 0.1, "losses.1.scale": 0.5, "losses.1.learning_rate": 0.3},
    {"losses.0.name": "focal", "losses.0.gamma": 3.0},
    {"losses.0": {"name": "custom", "formula": "c*(p - y)**2", "link": "softmax", "parameters": {"c": 2.0}}},
    {"data.noise": 0.3, "data.label_noise.share": 0.2, "data.seed": 5},
    {"data.name": "xor", "data.preprocessing.inputs": "unit"},
    {"data.name": "points", "data.inputs": [[0.0, 1.0], [2.0, 3.0]], "data.targets": [0, 1]},
    {"training.steps": 500, "training.clip": 1.0, "training.l2": 0.1, "training.full_batch": True},
    {"training.target": {"metric": "validation_accuracy", "value": 0.9}},
    {"training.precision": "float64", "training.evaluate_every": 7},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: next(iter(changes), "nothing"))
def test_the_settings_before_are_those_of_the_experiment(changes: dict[str, Any]) -> None:
    config = tiny_config()
    made = branch(config, 20, changes)
    assert made.branch is not None
    assert made.branch.step == 20
    assert made.name == "Two losses from step 20"
    assert settled(settings_before(made)) == settled(config)
    assert settled(made.model_copy(update={"branch": None})) == settled(apply_changes(config, changes))
    # no more is written down than what differs
    assert bool(made.branch.before or made.branch.without) == bool(changes)
    # and back: a branch that takes the change back
    back = branch(apply_changes(config, changes), 20, {})
    assert back.branch is not None
    assert settled(settings_before(back)) == settled(apply_changes(config, changes))
    # through the file, its own text or a person's
    assert parse_experiment(dump_experiment(made)) == made
    text = dump_experiment(made, TOML)
    assert parse_experiment(text) == made
    assert parse_experiment(dump_experiment(config, text)) == config


def test_a_branch_of_a_branch_holds_both() -> None:
    first = branch(tiny_config(), 20, {"optimizer.learning_rate": 0.05, "losses.1.scale": 3.0})
    second = branch(first, 35, {"optimizer.learning_rate": 0.5, "optimizer.name": "adam"})
    assert second.name == "Two losses from step 35"
    found = phases(second)
    assert [step for step, _ in found] == [0, 20, 35]
    seen = [(c.optimizer.name, c.optimizer.learning_rate, c.losses[1].scale) for _, c in found]
    assert seen == [("sgd", 0.1, 1.0), ("sgd", 0.05, 3.0), ("adam", 0.5, 3.0)]
    assert all(config.branch is None for _, config in found)
    assert parse_experiment(dump_experiment(second)) == second
    assert parse_experiment(dump_experiment(second, dump_experiment(first))) == second
    assert parse_experiment(dump_experiment(first, dump_experiment(second))) == first
    # at an earlier step than the branch, what it was then is branched; at the same one, the branch is another
    earlier = branch(second, 10, {"training.l2": 0.1})
    assert [(step, c.training.l2, c.losses[1].scale) for step, c in phases(earlier)] == [
        (0, 0.0, 1.0),
        (10, 0.1, 1.0),
    ]
    same = branch(second, 35, {"training.l2": 0.1})
    assert [(step, c.training.l2, c.optimizer.name) for step, c in phases(same)] == [
        (0, 0.0, "sgd"),
        (20, 0.0, "sgd"),
        (35, 0.1, "adam"),
    ]


def test_a_long_name_has_room_for_the_step() -> None:
    config = apply_changes(tiny_config(), {"name": "x" * 120})
    made = branch(config, 1_234_567, {})
    assert made.name.endswith("x from step 1\u2009234\u2009567")
    assert len(made.name) == 120
    assert branch(made, 1_234_567, {}).name == made.name
    assert branch(config, 1, {"name": "mine"}).name == "mine"


def refusal(act: Any) -> tuple[str, str, str]:
    with pytest.raises(ProblemError) as caught:
        act()
    problem = caught.value.problem
    assert len(problem.title) <= 80
    return problem.title, problem.body, problem.where


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model.hidden": [9]}, "Runs cannot go on with another model"),
        ({"model.activation": "relu"}, "Runs cannot go on with another model"),
        ({"seeds.count": 2}, "Runs cannot go on with other seeds"),
        ({"losses.+": "brier"}, "Runs cannot go on with more or fewer losses: 2 before and 3 after"),
        ({"data.split.by_run": True}, "Runs cannot begin or cease to have splits of their own"),
        ({"training.evaluate_test": True}, "Whether the test part is measured cannot change on the way"),
        ({"data.name": "file", "data.path": "/a.csv"}, "Runs cannot go on with the data of another file"),
        ({"training.steps": 20}, "The branch at step 20 comes after the last step"),
        ({"optimizer.learning_rate": -1}, "optimizer.learning_rate cannot be -1"),
    ],
)
def test_what_cannot_differ_is_one_sentence(changes: dict[str, Any], words: str) -> None:
    title, body, _ = refusal(lambda: branch(tiny_config(), 20, changes))
    assert title == words
    assert body


@pytest.mark.parametrize(
    ("table", "words", "where"),
    [
        (
            'step = 20\n[branch.before]\n"optimizer.rate" = 0.1',
            "optimizer.rate is not a known key",
            "branch.before.optimizer.rate",
        ),
        (
            'step = 20\n[branch.before]\n"nothing.at" = 0.1',
            "nothing is not a known key",
            "branch.before.nothing",
        ),
        (
            'step = 20\n[branch.before]\n"training.l2" = -1',
            "training.l2 cannot be -1",
            "branch.before.training.l2",
        ),
        (
            'step = 20\n[branch.before]\n"losses.7.scale" = 2.0',
            "There is no loss 7",
            "branch.before.losses.7.scale",
        ),
        (
            'step = 20\n[branch.before]\n"model.hidden" = [3]',
            "Runs cannot go on with another model",
            "branch",
        ),
        ("step = -1", "branch.step cannot be -1", "branch.step"),
        ("", "branch.step is missing", "branch.step"),
        ("step = 20\nafter = 3", "branch.after is not a known key", "branch.after"),
        (
            "step = 20\n[branch.earlier]\nstep = 20",
            "The earlier branch is not earlier",
            "branch.earlier.step",
        ),
    ],
)
def test_a_file_with_a_branch_that_cannot_be(table: str, words: str, where: str) -> None:
    title, body, place = refusal(lambda: parse_experiment(f"{TOML}\n[branch]\n{table}\n", "x.toml"))
    assert (title.replace(" of sgd", ""), place) == (words, where)
    assert body


def test_a_branch_beyond_the_last_step_is_refused_where_steps_are_counted() -> None:
    text = TOML.replace("epochs = 5", "steps = 50")
    title, body, place = refusal(lambda: parse_experiment(f"{text}\n[branch]\nstep = 50"))
    assert (title, place) == ("The branch at step 50 comes after the last step", "branch.step")
    assert "50 are planned" in body
    parse_experiment(f"{text}\n[branch]\nstep = 49")


def test_branches_are_not_endless() -> None:
    config = tiny_config()
    for step in range(16):
        config = branch(config, step, {"training.l2": 0.1 * (step + 1)})
    assert len(phases(config)) == 17
    title, _, _ = refusal(lambda: branch(config, 16, {"training.l2": 5.0}))
    assert title == "There are too many branches of branches"


def test_what_a_branch_has_not_is_one_sentence() -> None:
    made = branch(tiny_config(), 20, {"training.l2": 0.1})
    assert refusal(lambda: script(made, "x", "numpy"))[0] == "An experiment that branches off has no script"
    assert refusal(lambda: race_terms(made))[0] == "An experiment that branches off cannot be raced"
    swept = made.model_copy(update={"sweep": parse_experiment(TOML + SWEEP).sweep})
    assert refusal(lambda: expand(swept))[0] == "An experiment that branches off cannot be swept"
    assert len(expand(made)) == 1


SWEEP = """
[[sweep]]
path = "optimizer.learning_rate"
values = [0.1, 0.2]
"""


def test_an_edited_branch_is_still_checked() -> None:
    made = branch(default_experiment(), 340, {"losses.0.label_smoothing": 0.1})
    fewer = apply_changes(made, {"losses.0": None})
    refusal(lambda: check_branch(fewer))
    assert apply_changes(made, {"branch": None}).branch is None
    assert made.branch == BranchConfig(step=340, before={"losses.0.label_smoothing": 0.0})
    assert parse_experiment(dump_experiment(made, default_text())) == made
