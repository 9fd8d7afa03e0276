"""Axes become as few experiments as possible, and every loss knows its point."""

from __future__ import annotations

from typing import Any

import pytest

from compute.problems import ProblemError
from lab.config import ExperimentConfig
from lab.config_sweep import AxisConfig
from lab.experiment_file import dump_experiment, parse_experiment
from lab.loss_labels import loss_labels
from lab.sweeping import expansion
from lab.sweeping.expansion import expand
from tests.lab.racing.races import small_race


def swept(*axes: tuple[str, tuple[Any, ...]], **changes: Any) -> ExperimentConfig:
    made = tuple(AxisConfig(path=path, values=values) for path, values in axes)
    return small_race(**changes).model_copy(update={"sweep": made})


def test_without_axes_it_is_the_experiment() -> None:
    (only,) = expand(swept())
    assert only.config.losses == small_race().losses
    assert (only.points, only.places) == (({}, {}), (0, 1))
    assert only.config.sweep == ()


def test_axes_of_one_loss_train_as_one_batch() -> None:
    (only,) = expand(swept(("losses.0.label_smoothing", (0.0, 0.1, 0.2))))
    assert [loss.name for loss in only.config.losses] == ["cross_entropy"] * 3 + ["brier"]
    assert only.places == (0, 0, 0, 1)
    assert only.points == (
        {"losses.0.label_smoothing": 0.0},
        {"losses.0.label_smoothing": 0.1},
        {"losses.0.label_smoothing": 0.2},
        {},
    )
    assert len(set(loss_labels(only.config))) == 4
    assert only.planned.runs == 4 * 2


def test_the_learning_rate_trains_as_one_batch() -> None:
    (only,) = expand(swept(("optimizer.learning_rate", (0.1, 1.0))))
    assert [loss.learning_rate for loss in only.config.losses] == [0.1, 1.0, 0.1, 1.0]
    assert [point["optimizer.learning_rate"] for point in only.points] == [0.1, 1.0, 0.1, 1.0]
    assert only.config.optimizer.learning_rate == 0.1


def test_the_learning_rate_of_losses_with_their_own_is_another_experiment() -> None:
    made = expand(swept(("optimizer.learning_rate", (0.1, 1.0)), losses__0__learning_rate=0.5))
    assert [only.config.optimizer.learning_rate for only in made] == [0.1, 1.0]
    assert [loss.learning_rate for loss in made[1].config.losses] == [0.5, None]


def test_other_axes_are_experiments_in_order() -> None:
    made = expand(
        swept(
            ("training.batch_size", (10, 20)),
            ("losses.1.scale", (1.0, 2.0)),
            ("model.activation", ("relu", "tanh")),
        )
    )
    assert [(e.config.training.batch_size, e.config.model.activation) for e in made] == [
        (10, "relu"), (10, "tanh"), (20, "relu"), (20, "tanh"),
    ]  # fmt: skip
    assert all([loss.scale for loss in e.config.losses] == [1.0, 1.0, 2.0] for e in made)
    assert made[3].config.name == 'Small race · batch size 20, activation "tanh"'
    assert made[3].points[2] == {
        "training.batch_size": 20, "losses.1.scale": 2.0, "model.activation": "tanh",
    }  # fmt: skip
    assert all(parse_experiment(dump_experiment(e.config)) == e.config for e in made), "can be stored"


def test_labels_of_a_persons_own_say_the_value() -> None:
    (only,) = expand(swept(("losses.0.scale", (1.0, 2.0)), losses__0__label="Mine"))
    assert [loss.label for loss in only.config.losses] == ["Mine, scale 1", "Mine, scale 2", ""]


def test_very_many_losses_are_several_experiments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "MOST_ENTRIES", 3)
    made = expand(swept(("optimizer.learning_rate", (0.1, 0.2, 0.3, 0.4))))
    assert [len(e.config.losses) for e in made] == [3, 3, 2]


@pytest.mark.parametrize(
    ("axis", "words"),
    [
        (("optimizer.learnin_rate", (1.0,)), "Did you mean learning_rate"),
        (("losses.0.label_smoothing", (0.1, 3.0)), "label_smoothing cannot be 3"),
        (("losses.7.scale", (1.0,)), "There is no loss 7"),
        (("training.batch_size", (8, 1.5)), "training.batch_size cannot be 1.5"),
        (("seeds.count", (1, 2)), "cannot be an axis"),
        (("race.margin", (1, 2)), "cannot be an axis"),
        (("losses.0.label", ("a", "b")), "cannot be an axis"),
    ],
)
def test_axes_that_are_refused(axis: tuple[str, tuple[Any, ...]], words: str) -> None:
    with pytest.raises(ProblemError, match=words) as error:
        expand(swept(axis))
    assert error.value.problem.where == "sweep"


def test_a_path_is_one_axis() -> None:
    with pytest.raises(ProblemError, match="the path of two axes"):
        expand(swept(("training.l2", (0.0,)), ("training.l2", (1.0,))))


def test_too_many_points() -> None:
    many = tuple(0.001 * (1 + place) for place in range(100))
    with pytest.raises(ProblemError, match="10\u2009000 points are too many"):
        expand(swept(("training.l2", many), ("training.l1", many)))
