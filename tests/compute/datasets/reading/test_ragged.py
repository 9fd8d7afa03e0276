from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from compute.datasets.base import Dataset
from compute.datasets.reading.repair import column_shape, join_decimals, joined
from compute.problems import Problem

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]

HEADER = "age,sex,bmi,bp,s1,s2,s3,target"


def apply(problem: Problem, remedy: int) -> dict[str, object]:
    return {key.removeprefix("data."): value for key, value in problem.remedies[remedy].changes.items()}


@pytest.fixture(scope="module")
def patients() -> list[str]:
    """The lines of a table of 442 patients: header first, so line 118 is index 117."""
    bunch = load_diabetes(scaled=False)
    rows = zip(bunch.data[:, :7].tolist(), bunch.target.tolist(), strict=True)
    return [HEADER, *(",".join(f"{v:g}" for v in (*x, y)) for x, y in rows)]


def test_a_decimal_comma_in_one_line(read: Read, refused: Refused, patients: list[str]) -> None:
    lines = [*patients[:117], "72,2,30,5,93,156,93.6,41,141", *patients[118:]]
    text = "\n".join(lines) + "\n"
    problem = refused(text, "patients_2024.csv")
    assert problem.title == "patients_2024.csv was not loaded: line 118 has 9 values, the header has 8."
    assert problem.body == (
        "Under bmi it reads “30”, under bp “5”, and the rest is shifted: probably “30,5” with a decimal "
        "comma. The other 441 lines are fine."
    )
    assert [remedy.label for remedy in problem.remedies] == ["Read decimal comma", "Load without line 118"]
    excerpt = problem.excerpt
    assert excerpt is not None
    assert excerpt.header == ("line", *HEADER.split(","))
    assert [row[0] for row in excerpt.rows] == ["116", "117", "118", "119", "120"]
    assert excerpt.bad_row == 2
    assert [excerpt.rows[2][cell] for cell in excerpt.bad_cells] == ["30", "5", "141"]

    repaired = read(text, **apply(problem, 0))
    assert repaired.samples == 442
    assert repaired.inputs[116].tolist() == [72, 2, 30.5, 93, 156, 93.6, 41]
    assert repaired.targets[116] == 141
    assert "1 line with too many values read with a decimal comma: 118" in repaired.notes
    plain = read("\n".join(patients))
    others = np.arange(442) != 116
    assert np.array_equal(repaired.inputs[others], plain.inputs[others])

    shorter = read(text, **apply(problem, 1))
    assert np.array_equal(shorter.inputs, plain.inputs[others])
    assert "1 line with too many or too few values left out: 118" in shorter.notes


def test_every_bmi_torn_apart_is_found(patients: list[str]) -> None:
    rows = [line.split(",") for line in patients[1:]]
    shape = column_shape(rows)
    whole = wrong = 0
    for row in rows:
        if "." not in row[2]:
            continue
        torn = [*row[:2], *row[2].split("."), *row[3:]]
        found = join_decimals(torn, shape)
        whole += found == (2,)
        wrong += found not in ((2,), None)
    # A line that cannot be told is left to the person; a wrong guess would be silent.
    assert wrong == 0
    assert whole > 250


def test_lines_that_cannot_be_told_are_not_guessed(read: Read, refused: Refused) -> None:
    text = "a,b,c,y\n" + "".join(f"{i % 7},{i % 5},{i % 6},{i % 2}\n" for i in range(50)) + "3,4,3,2,1\n"
    problem = refused(text)
    assert [remedy.label for remedy in problem.remedies] == ["Load without line 52"]
    assert refused(text, decimal="comma").title == problem.title
    assert read(text, bad_lines="skip").samples == 50


def test_a_line_that_is_cut_off(refused: Refused) -> None:
    problem = refused("a,b,c,y\n1,2,3,0\n1,2\n3,4,5,1\n")
    assert problem.title == "data.csv was not loaded: line 3 has 2 values, the header has 4."
    assert (
        problem.body
        == "The last 2 columns would be empty: probably the line is cut off. The other 2 lines are fine."
    )
    assert problem.excerpt is not None
    assert problem.excerpt.bad_cells == (3, 4)


def test_several_uneven_lines_are_counted(read: Read, refused: Refused) -> None:
    text = "a,b,y\n1,2,0\n1,2,3,4\n5,6,1\n7\n8,9,0\n"
    problem = refused(text)
    assert "2 lines are uneven, 3 are fine; this is the first." in problem.body
    assert problem.remedies[0].label == "Load without 2 lines"
    dataset = read(text, **apply(problem, 0))
    assert dataset.inputs.tolist() == [[1, 2], [5, 6], [8, 9]]
    assert "2 lines with too many or too few values left out: 3, 5" in dataset.notes


def test_no_even_line_at_all(refused: Refused) -> None:
    text = "a,b\n1,2,3\n4,5,6\n"
    for how in ("refuse", "skip"):
        problem = refused(text, bad_lines=how)
        assert problem.title == "data.csv was not loaded: line 2 has 3 values, the header has 2."
        assert problem.body == "All 2 lines of values have 3, so probably the header lacks a name."
    assert "each ends with a separator" in refused("a,b\n1,2,\n4,5,\n").body
    assert "probably that is no header" in refused("a,b\n1,2,3\n4\n").body


def test_the_wrong_separator_is_offered_when_lines_come_out_uneven(read: Read, refused: Refused) -> None:
    text = "a;b;y\n1,5;2;0\n2;3;1\n2,5;3,25;1\n"
    problem = refused(text, delimiter="comma")
    assert {"data.delimiter": "semicolon"} in [remedy.changes for remedy in problem.remedies]
    assert read(text).inputs.tolist() == [[1.5, 2], [2, 3], [2.5, 3.25]]


def test_without_a_header_the_first_line_counts(refused: Refused) -> None:
    assert "line 2 has 2 values, the first line has 3" in refused("1,2,0\n3,4\n5,6,1\n").title


def test_joined() -> None:
    assert joined(["1", "2", "3", "4", "5"], [0, 3]) == ["1.2", "3", "4.5"]


def test_two_numbers_in_one_line_may_be_torn_apart() -> None:
    shape = column_shape([["1000.5", "3", "0.25"], ["1010.5", "3", "0.5"], ["990.5", "4", "0.75"]])
    assert join_decimals(["1003", "5", "3", "0", "5"], shape) == (0, 3)
    assert join_decimals(["1003", "5", "3", "0", "5", "7", "8"], shape) is None
