"""Points that are edited by hand: what becomes of the others, and what is refused in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from compute.datasets.prepare import PreparedData
from compute.problems import ProblemError
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_data import prepare_data
from lab.experiment_file import dump_experiment, parse_experiment
from lab.hand_points import (
    MOST_POINTS,
    add_point,
    as_points,
    delete_points,
    is_editable,
    move_point,
    points_of,
)
from lab.preview import summarize
from tests.lab.recorded_runs import tiny_config

REGRESSION = {"data.name": "line", "losses.-": 0, "data.samples": 80}


def config_of(**changes: Any) -> ExperimentConfig:
    return apply_changes(tiny_config(), {key.replace("__", "."): value for key, value in changes.items()})


def turned(config: ExperimentConfig) -> ExperimentConfig:
    return apply_changes(config, as_points(config))


def assert_same_samples(one: PreparedData, other: PreparedData) -> None:
    for part in ("train", "validation", "test"):
        here, there = getattr(one, part), getattr(other, part)
        np.testing.assert_array_equal(here.inputs, there.inputs, err_msg=part)
        np.testing.assert_array_equal(here.targets, there.targets, err_msg=part)
        np.testing.assert_array_equal(here.corrupted, there.corrupted, err_msg=part)


@pytest.mark.parametrize(
    "changes",
    [
        {"data.label_noise.share": 0.2},
        {"data.imbalance.ratio": 0.3, "data.label_noise.share": 0.1},
        {"data.name": "blobs", "data.classes": 4, "data.preprocessing.inputs": "unit"},
        {"data.split": (1.0, 0.0, 0.0), "data.name": "xor"},
        {**REGRESSION, "data.outliers.share": 0.15},
        {**REGRESSION, "data.name": "sine", "data.outliers": {"share": 0.1, "kind": "leverage"}},
        {**REGRESSION, "data.preprocessing.targets": "none"},
    ],
    ids=lambda changes: next(iter(changes.values())) if "data.name" in changes else "moons",
)
def test_turning_data_into_points_changes_no_bit_of_what_is_trained_on(changes: dict[str, Any]) -> None:
    config = apply_changes(tiny_config(), changes)
    points = turned(config)
    assert is_editable(points)
    assert points.data.name == "points"
    before, after = prepare_data(config), prepare_data(points)
    assert_same_samples(before, after)
    assert before.classes == after.classes
    # and the order is the one in which they are drawn
    drawn, found = summarize(before), points_of(points)
    np.testing.assert_array_equal(np.array(found.inputs), drawn.points)
    np.testing.assert_allclose(np.array(found.targets), drawn.labels, rtol=1e-12)
    assert found.marked == tuple(np.flatnonzero(drawn.corrupted).tolist())
    np.testing.assert_array_equal(np.repeat([0, 1, 2], found.parts), drawn.split)
    np.testing.assert_array_equal(summarize(after).split, drawn.split)
    assert summarize(after).corrupted_count == drawn.corrupted_count
    # settings that other data bring with them stay what they were
    assert points.training == config.training
    assert points.losses == config.losses
    # once turned, there is nothing left to do; and the file says it all
    assert as_points(points) == {}
    again = parse_experiment(dump_experiment(points))
    assert again == points
    assert_same_samples(prepare_data(again), before)


def test_a_class_without_a_point_is_still_one() -> None:
    config = apply_changes(
        tiny_config(),
        {
            "data.name": "points",
            "data.inputs": [[0.0], [1.0], [2.0]],
            "data.targets": [0, 1, 0],
            "data.class_count": 4,
            "data.split": (1.0, 0.0, 0.0),
        },
    )
    points = turned(config)
    assert points.data.parameters["class_count"] == 4
    assert prepare_data(points).classes == 4
    assert "2 of 4 classes have no training sample" in prepare_data(points).notes


def test_a_moved_point_moves_alone() -> None:
    config = turned(config_of(data__label_noise__share=0.1))
    before = points_of(config)
    moved = apply_changes(config, move_point(config, 160, (3.0, -4.0)))
    after = points_of(moved)
    assert after.inputs[160] == (3.0, -4.0)
    assert after.inputs[:160] + after.inputs[161:] == before.inputs[:160] + before.inputs[161:]
    assert (after.targets, after.parts, after.marked) == (before.targets, before.parts, before.marked)
    other = 1 - before.targets[5]
    assert points_of(apply_changes(config, move_point(config, 5, (0, 0), other))).targets[5] == other
    assert summarize(prepare_data(moved)).points[160].tolist() == [3.0, -4.0]


@pytest.mark.parametrize(("part", "place"), [("train", 140), ("validation", 170), ("test", 200)])
def test_an_added_point_joins_its_part_at_the_end(part: Any, place: int) -> None:
    config = turned(config_of(data__label_noise__share=0.1))
    before = points_of(config)
    after = points_of(apply_changes(config, add_point(config, (1.5, 2.5), 1, part)))
    assert after.inputs[place] == (1.5, 2.5)
    assert after.targets[place] == 1
    assert sum(after.parts) == 201
    assert (
        after.parts[("train", "validation", "test").index(part)]
        == before.parts[("train", "validation", "test").index(part)] + 1
    )
    assert {after.inputs[i] for i in after.marked} == {before.inputs[i] for i in before.marked}
    drawn = summarize(prepare_data(apply_changes(config, add_point(config, (1.5, 2.5), 1, part))))
    assert drawn.points[place].tolist() == [1.5, 2.5]


def test_deleted_points_leave_the_others_where_they_are() -> None:
    config = turned(apply_changes(tiny_config(), {**REGRESSION, "data.outliers.share": 0.2}))
    before = points_of(config)
    gone = {0, before.marked[1], 60, 79}
    after = points_of(apply_changes(config, delete_points(config, gone)))
    kept = [place for place in range(80) if place not in gone]
    assert after.inputs == tuple(before.inputs[place] for place in kept)
    assert after.targets == tuple(before.targets[place] for place in kept)
    assert {after.inputs[i] for i in after.marked} == {
        before.inputs[i] for i in before.marked if i not in gone
    }
    assert after.parts == (54, 11, 11)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ProblemError) as caught:
        act()
    problem = caught.value.problem
    assert len(problem.title) <= 80
    assert problem.body
    return problem.title


def test_what_cannot_be_edited_is_said() -> None:
    assert "have to" not in refused(lambda: points_of(tiny_config()))
    assert refused(lambda: as_points(config_of(data__name="iris"))) == (
        "Points with 4 features cannot be edited by hand"
    )
    assert refused(lambda: as_points(config_of(data__samples=MOST_POINTS + 1))) == (
        "2001 points are too many to edit by hand"
    )
    by_run = config_of(data__split__by_run=True)
    with pytest.raises(ProblemError) as caught:
        as_points(by_run)
    assert is_editable(turned(apply_changes(by_run, caught.value.problem.remedies[0].changes)))
    assert refused(lambda: as_points(config_of(data__name="file", data__path="/nowhere.csv")))


def test_bad_edits_are_refused_in_words() -> None:
    config = turned(config_of(data__samples=MOST_POINTS))
    places = np.array(points_of(config).targets)
    first = np.flatnonzero(places[: points_of(config).parts[0]] == 1).tolist()
    for act, words in (
        (lambda: move_point(config, 2000, (0, 0)), "There is no point 2000"),
        (lambda: move_point(config, -1, (0, 0)), "There is no point -1"),
        (lambda: move_point(config, 0, (0,)), "A point here has 2 inputs, not 1"),
        (lambda: move_point(config, 0, (0, np.inf)), "A point is not a finite number"),
        (lambda: move_point(config, 0, (0, 0), np.nan), "A point is not a finite number"),
        (lambda: move_point(config, 0, (0, 0), 2), "There is no class 2"),
        (lambda: move_point(config, 0, (0, 0), 0.5), "There is no class 0.5"),
        (lambda: add_point(config, (0, 0), 0), "There are 2000 points already"),
        (lambda: delete_points(config, range(1400)), "No training point would be left"),
        (lambda: delete_points(config, range(1400, 1700)), "No point for validation would be left"),
        (lambda: delete_points(config, first), "No training point of class 1 would be left"),
        (lambda: delete_points(config, [2000]), "There is no point 2000"),
    ):
        assert refused(act) == words
    fewer = apply_changes(config, delete_points(config, first[1:]))
    lonely = points_of(fewer).targets.index(1.0)
    assert (
        refused(lambda: move_point(fewer, lonely, (0, 0), 0)) == "No training point of class 1 would be left"
    )
    assert move_point(fewer, lonely, (0, 0), 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data.parts": [1, 2, 3]}, "The parts 1, 2, 3 are not those of 8 points."),
        ({"data.parts": [8]}, "The parts 8 are not those of 8 points."),
        ({"data.parts": [0, 4, 4]}, "The parts 0, 4, 4 are not those of 8 points."),
        ({"data.marked": [8]}, "Point 8 is marked, and there are 8 points."),
        (
            {"data.class_count": 2, "data.targets": [0, 1, 2, 0, 0, 0, 0, 0]},
            "There are 3 classes, and class_count is 2.",
        ),
        (
            {"data.parts": [4, 2, 2], "data.split.by_run": True},
            "The data say themselves which samples to train on.",
        ),
        (
            {
                "data.preprocessing.fixed": {
                    "input_shift": [0, 0],
                    "input_scale": [1, 1],
                    "target_shift": [0, 0],
                    "target_scale": [1, 1],
                }
            },
            "The data have 1 features, and are scaled by 2 fixed numbers.",
        ),
    ],
)
def test_points_that_contradict_themselves(changes: dict[str, Any], words: str) -> None:
    config = apply_changes(tiny_config(), {"data.name": "points", **changes})
    with pytest.raises(ProblemError) as caught:
        prepare_data(config)
    problem = caught.value.problem
    assert problem.title == words
    prepare_data(apply_changes(config, problem.remedies[0].changes))


def test_lists_of_whole_numbers_are_checked_where_they_are_typed() -> None:
    for value in ([1.5, 2, 3], [-1, 4, 5], ["a"], 3):
        with pytest.raises(ProblemError, match="parts"):
            apply_changes(tiny_config(), {"data.name": "points", "data.parts": value})


def test_fixed_numbers_are_used_instead_of_fitted_ones_until_the_preprocessing_is_another() -> None:
    fixed = {
        "input_shift": [1.0, 2.0],
        "input_scale": [2.0, 4.0],
        "target_shift": [0, 0],
        "target_scale": [1, 1],
    }
    config = apply_changes(tiny_config(), {"data.preprocessing.fixed": fixed})
    prepared, plain = prepare_data(config), prepare_data(config_of(data__preprocessing__inputs="none"))
    np.testing.assert_allclose(prepared.train.inputs, (plain.train.inputs - [1, 2]) / [2, 4])
    assert prepared.description == "inputs and targets scaled by fixed numbers"
    assert parse_experiment(dump_experiment(config)) == config
    assert apply_changes(config, {"data.preprocessing.inputs": "unit"}).data.preprocessing.fixed is None
    assert apply_changes(config, {"data.name": "xor"}).data.preprocessing.fixed is None
    assert apply_changes(config, {"data.noise": 0.2}).data.preprocessing.fixed is not None
    points = turned(config)
    assert_same_samples(prepare_data(points), prepared)


def test_moving_a_point_is_cheap() -> None:
    config = turned(config_of(data__samples=500))
    took = []
    for number in range(20):
        began = time.perf_counter()
        config = apply_changes(config, move_point(config, 3, (0.01 * number, 0.5)))
        took.append(time.perf_counter() - began)
    assert sorted(took)[10] < 0.02
