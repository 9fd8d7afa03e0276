from __future__ import annotations

from typing import Any

import pytest

from compute.datasets import load_dataset
from compute.problems import ProblemError


def test_one_point_is_a_two_class_problem() -> None:
    data = load_dataset("points", {"inputs": ((1.0,),), "targets": (0.0,)})
    assert data.outputs == 2
    assert data.inputs.tolist() == [[1.0]]
    assert data.targets.tolist() == [0]


def test_numbers_as_targets() -> None:
    data = load_dataset("points", {"inputs": ((1, 2), (3, 4)), "targets": (0.5, -1), "task": "regression"})
    assert data.targets.tolist() == [[0.5], [-1.0]]
    assert data.task == "regression"


def test_features_are_called_as_in_the_data_sets_that_points_are_made_of() -> None:
    for inputs, like in ((((1.0,), (2.0,)), "line"), (((1.0, 2.0), (3.0, 4.0)), "moons")):
        data = load_dataset("points", {"inputs": inputs, "targets": (0, 1)})
        assert data.feature_names == load_dataset(like, {"samples": 10}).feature_names


@pytest.mark.parametrize(
    ("parameters", "title", "where"),
    [
        (
            {"inputs": (), "targets": ()},
            "The points have no inputs.",
            "data.inputs",
        ),
        (
            {"inputs": ((),), "targets": (1,)},
            "The points have no inputs.",
            "data.inputs",
        ),
        (
            {"inputs": ((1, 2), (3,)), "targets": (0, 1)},
            "Point 2 has 1 numbers, the first has 2.",
            "data.inputs",
        ),
        (
            {"inputs": ((1,), (3,)), "targets": (0,)},
            "There are 2 points and 1 targets.",
            "data.targets",
        ),
        (
            {"inputs": ((1,), (3,)), "targets": (0, 0.5)},
            "Target 2 is 0.5, which is not a class.",
            "data.targets",
        ),
        (
            {"inputs": ((1,), (3,)), "targets": (-1, 0)},
            "Target 1 is -1, which is not a class.",
            "data.targets",
        ),
        (
            {"inputs": ((1,), (3,)), "targets": (1e9, 0)},
            "Target 1 is 1e+09, which is not a class.",
            "data.targets",
        ),
        (
            {"inputs": ((float("nan"),),), "targets": (0,)},
            "A point is not a finite number.",
            "data.inputs",
        ),
    ],
)
def test_wrong_points_are_refused(parameters: dict[str, Any], title: str, where: str) -> None:
    with pytest.raises(ProblemError) as caught:
        load_dataset("points", parameters)
    assert caught.value.problem.title == title
    assert caught.value.problem.where == where
