from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from compute.datasets.base import Dataset
from compute.problems import Problem

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]


def table(targets: list[object]) -> str:
    return "a,b,y\n" + "".join(f"{i}.5,{i % 3},{y}\n" for i, y in enumerate(targets))


@pytest.mark.parametrize(
    ("targets", "task", "outputs", "reason"),
    [
        (["yes", "no", "yes"], "classification", 2, "holds text"),
        ([0, 1, 2] * 5, "classification", 3, "3 different whole numbers"),
        (list(range(20)) * 2, "classification", 20, "20 different whole numbers"),
        (list(range(21)) * 2, "regression", 1, "21 different numbers"),
        ([0.5, 1, 2], "regression", 1, "with decimals"),
        ([-1, 1, -1], "classification", 2, "2 different whole numbers"),
    ],
)
def test_what_targets_are_is_detected_and_said(
    read: Read, targets: list[object], task: str, outputs: int, reason: str
) -> None:
    dataset = read(table(targets))
    assert dataset.task == task
    assert dataset.outputs == outputs
    assert any(reason in note for note in dataset.notes)
    assert "the target is the last column, “y”" in dataset.notes


def test_labels_follow_the_sorted_values(read: Read) -> None:
    dataset = read(table([10, -1, 9, 10]))
    assert dataset.target_names == ("-1", "9", "10")
    assert dataset.targets.tolist() == [2, 0, 1, 2]
    text = read(table(["b", "a", "b"]))
    assert text.target_names == ("a", "b")
    assert text.targets.tolist() == [1, 0, 1]


def test_the_task_can_be_chosen(read: Read, refused: Refused) -> None:
    assert read(table([0, 1, 1]), task="regression").targets.tolist() == [[0], [1], [1]]
    assert read(table([0.5, 1.5, 0.5]), task="classification").target_names == ("0.5", "1.5")
    problem = refused(table([1, "red", 2]), task="regression")
    assert problem.title == "data.csv was not loaded: line 3 has text as its target."
    assert problem.remedies[0].changes == {"data.task": "classification"}


def test_one_class(refused: Refused) -> None:
    problem = refused(table(["yes", "yes"]))
    assert problem.title == "data.csv was not loaded: its target “y” has one class."
    assert problem.where == "data.target"
    assert problem.remedies[0].changes == {"data.target": "b"}


def test_a_thousand_classes(read: Read) -> None:
    dataset = read(table([f"k{i % 1000:04d}" for i in range(3000)]))
    assert dataset.outputs == 1000
    assert np.bincount(dataset.targets).tolist() == [3] * 1000
    numbered = read(table([i % 1000 for i in range(1999)]), task="classification")
    assert numbered.outputs == 1000
    assert numbered.target_names[999] == "999"
    assert any("1 of 1\u2009000 classes has a single row" in note for note in numbered.notes)


def test_more_classes_than_can_be_held(refused: Refused) -> None:
    problem = refused(table([f"id{i}" for i in range(12_000)]))
    assert problem.title == "data.csv was not loaded: its target has 12\u2009000 classes."
    whole = refused(table(list(range(12_000))), task="classification")
    assert whole.remedies[0].changes == {"data.task": "regression"}


def test_a_target_that_is_not_there(refused: Refused) -> None:
    problem = refused("age,bmi,Outcome\n1,2,3\n", target="outcome")
    assert problem.title == "data.csv was not loaded: it has no column “outcome”."
    assert problem.body == "Its columns are age, bmi, Outcome."
    assert problem.remedies[0].changes == {"data.target": "Outcome"}
    other = refused("age,bmi,Outcome\n1,2,3\n", target="weight")
    assert other.remedies[0].changes == {"data.target": "Outcome"}


def test_a_target_in_the_middle(read: Read) -> None:
    dataset = read("a,y,b\n1,red,2\n3,blue,4\n", target="y")
    assert dataset.feature_names == ("a", "b")
    assert dataset.inputs.tolist() == [[1, 2], [3, 4]]
    assert dataset.target_names == ("blue", "red")


def test_several_targets_are_numbers(read: Read, refused: Refused) -> None:
    text = "a,y1,y2\n1,0,5\n2,1,6\n"
    dataset = read(text, target="y1, y2")
    assert dataset.task == "regression"
    assert dataset.targets.tolist() == [[0, 5], [1, 6]]
    assert dataset.target_names == ("y1", "y2")
    problem = refused(text, target="y1, y2", task="classification")
    assert problem.title == "Classes need one target column."


def test_a_name_with_a_comma_is_one_column(read: Read) -> None:
    assert read('"x, y",b\n1.5,2\n2.5,3\n', target="x, y").target_names == ("x, y",)


def test_rows_without_a_target(read: Read, refused: Refused) -> None:
    text = table([0.5, "", 1.5, "inf", 2.5])
    problem = refused(text)
    assert problem.title == "data.csv was not loaded: line 3 has no target."
    assert "an infinite target" in refused(table([0.5, "inf", 1.5])).title
    assert problem.remedies[0].label == "Drop 2 rows"
    dropped = read(text, missing="drop")
    assert dropped.targets[:, 0].tolist() == [0.5, 1.5, 2.5]
    # A mean of targets would be made up, so those rows go and it is said.
    filled = read(text, missing="mean")
    assert filled.targets[:, 0].tolist() == [0.5, 1.5, 2.5]
    assert "2 rows without a target dropped" in filled.notes


def test_no_targets_at_all(refused: Refused) -> None:
    problem = refused(table(["", ""]), missing="drop")
    assert problem.title == "data.csv was not loaded: “y” has no values."
    assert problem.remedies[0].changes == {"data.target": "b"}


def test_classes_that_go_with_dropped_rows(read: Read, refused: Refused) -> None:
    text = "a,y\n1,red\n2,blue\n,green\n3,red\n"
    dataset = read(text, missing="drop")
    assert dataset.target_names == ("blue", "red")
    assert dataset.targets.tolist() == [1, 0, 1]
    assert "1 of 3 classes went with the dropped rows" in dataset.notes
    assert "one class is left" in refused("a,y\n1,red\n,blue\n", missing="drop").title


def test_a_constant_number_is_said(read: Read) -> None:
    dataset = read(table([3, 3, 3]), task="regression")
    assert "“y” is 3 in every row" in dataset.notes


def test_none_is_a_class_among_words_and_missing_among_numbers(read: Read, refused: Refused) -> None:
    assert read(table(["none", "mild", "none"])).target_names == ("mild", "none")
    assert "has no target" in refused(table([0.5, "none", 1.5])).title
    assert "has no target" in refused(table(["mild", "", "severe"])).title
