from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from compute.datasets.base import Dataset
from compute.problems import Problem

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]

TEXT = "age,sex,y\n31,m,0.5\n42,f,1.5\n53,m,2.5\n"
MOSTLY = "age,b,y\n1,4,0.5\n2,abc,1.5\n3,5,2.5\n4,6,3.5\n"
GAPS = "age,b,y\n1,4,0.5\n2,,1.5\n3,inf,2.5\n4,6,3.5\n"


def apply(problem: Problem, label: str) -> dict[str, object]:
    remedy = next(remedy for remedy in problem.remedies if remedy.label == label)
    return {key.removeprefix("data."): value for key, value in remedy.changes.items()}


def test_a_column_of_text(read: Read, refused: Refused) -> None:
    problem = refused(TEXT)
    assert problem.title == "data.csv was not loaded: line 2 has “m” under “sex”, not a number."
    assert [remedy.label for remedy in problem.remedies] == ["One 0/1 column a value", "Leave out “sex”"]
    assert problem.excerpt is not None
    assert problem.excerpt.rows[0] == ("2", "31", "m", "0.5")
    assert problem.excerpt.bad_cells == (2,)
    encoded = read(TEXT, **apply(problem, "One 0/1 column a value"))
    assert encoded.feature_names == ("age", "sex=f", "sex=m")
    assert encoded.inputs.tolist() == [[31, 0, 1], [42, 1, 0], [53, 0, 1]]
    assert "sex turned into 2 columns of 0 and 1, one a value" in encoded.notes
    dropped = read(TEXT, **apply(problem, "Leave out “sex”"))
    assert dropped.feature_names == ("age",)
    assert "1 column of text left out: sex" in dropped.notes


def test_one_text_among_numbers(read: Read, refused: Refused) -> None:
    problem = refused(MOSTLY)
    assert problem.title == "data.csv was not loaded: line 3 has “abc” under “b”, not a number."
    assert problem.body == "1 of 4 values under “b” are text."
    without = read(MOSTLY, **apply(problem, "Load without 1 row of text"))
    assert without.inputs.tolist() == [[1, 4], [3, 5], [4, 6]]
    assert without.targets[:, 0].tolist() == [0.5, 2.5, 3.5]
    assert "1 value of text taken as missing under b" in without.notes
    assert "1 row of 4 dropped: missing or infinite" in without.notes


def test_too_many_texts_to_encode(refused: Refused) -> None:
    text = "name,b,y\n" + "".join(f"n{i},{i},{i}.5\n" for i in range(1500))
    assert "One 0/1 column a value" not in [remedy.label for remedy in refused(text).remedies]
    problem = refused(text, text="one_hot")
    assert problem.title == "data.csv was not loaded: “name” has 1\u2009500 different texts."
    assert problem.remedies[0].changes == {"data.text": "drop"}


def test_missing_and_infinite_values(read: Read, refused: Refused) -> None:
    problem = refused(GAPS)
    assert problem.title == "data.csv was not loaded: line 3 has no value under “b”."
    assert problem.body == "2 values in 2 of 4 rows are missing or infinite, under b."
    dropped = read(GAPS, **apply(problem, "Drop 2 rows"))
    assert dropped.inputs.tolist() == [[1, 4], [4, 6]]
    assert dropped.targets[:, 0].tolist() == [0.5, 3.5]
    assert "2 rows of 4 dropped: missing or infinite" in dropped.notes
    filled = read(GAPS, **apply(problem, "Fill with the column's mean"))
    assert filled.inputs.tolist() == [[1, 4], [2, 5], [3, 5], [4, 6]]
    assert "2 missing or infinite values filled with the mean of the column" in filled.notes
    assert "an infinite value" in refused("a,y\n1,0.5\n1e999,1.5\n").title


@pytest.mark.parametrize("token", ["", "NA", "n/a", "NaN", "null", "None", "?", "-", " ", "#N/A"])
def test_words_for_missing(read: Read, refused: Refused, token: str) -> None:
    text = f"a,b,y\n1,2,0.5\n{token},3,1.5\n3,4,2.5\n"
    assert "has no value under “a”" in refused(text).title
    assert read(text, missing="drop").samples == 2


def test_a_huge_mean_does_not_overflow(read: Read) -> None:
    dataset = read("a,y\n1.5e308,0.5\n1.5e308,1.5\n,2.5\n", missing="mean")
    assert dataset.inputs[2, 0] == pytest.approx(1.5e308)


def test_empty_columns_are_left_out_and_said(read: Read, refused: Refused) -> None:
    dataset = read("a,notes,y\n1,,0.5\n2,,1.5\n")
    assert dataset.feature_names == ("a",)
    assert "left out, because there is no value in it: notes" in dataset.notes
    assert refused("notes,y\n,0.5\n,1.5\n").title == "data.csv was not loaded: no column of inputs is left."


def test_no_row_without_gaps(read: Read, refused: Refused) -> None:
    text = "a,b,y\n1,,0.5\n,2,1.5\n"
    assert [remedy.label for remedy in refused(text).remedies] == ["Fill with the column's mean"]
    assert refused(text, missing="drop").title == "data.csv was not loaded: no row is without gaps."
    assert read(text, missing="mean").inputs.tolist() == [[1, 2], [1, 2]]


def test_a_column_that_no_mean_can_fill_is_left_out_where_that_helps(read: Read, refused: Refused) -> None:
    text = "a,b,c,y\n1,inf,7,0.5\n2,inf,8,1.5\n"
    for missing in ("drop", "mean"):
        problem = refused(text, missing=missing)
        assert problem.title == "data.csv was not loaded: no row is without gaps."
        assert problem.body.endswith("There is no finite number under b.")
        (remedy,) = problem.remedies
        assert (remedy.label, remedy.changes) == ("Leave out b", {"data.ignore": "b"})
        assert read(text, missing=missing, ignore="b").feature_names == ("a", "c")
    (remedy,) = refused(text, missing="drop", ignore="c").remedies
    assert remedy.changes == {"data.ignore": "c, b"}
    assert read(text, missing="drop", ignore="c, b").feature_names == ("a",)
    # nothing would be left, or the name is no name where several are listed
    assert refused("b,y\ninf,0.5\ninf,1.5\n", missing="drop").remedies == ()
    assert refused('a,"b,c",y\n1,inf,0.5\n2,inf,1.5\n', missing="drop").remedies == ()


def test_gaps_in_text_are_gaps_when_encoded(read: Read, refused: Refused) -> None:
    text = "a,colour,y\n1,red,0.5\n2,,1.5\n3,blue,2.5\n4,red,3.5\n"
    assert "line 3 has no value" in refused(text, text="one_hot").title
    filled = read(text, text="one_hot", missing="mean")
    assert filled.inputs[1] == pytest.approx([2, 1 / 3, 2 / 3])
    assert read(text, text="one_hot", missing="drop").samples == 3


def test_left_out_columns(read: Read, refused: Refused) -> None:
    dataset = read("id,a,b,y\nx1,1,2,0.5\nx2,3,4,1.5\n", ignore="id, b")
    assert dataset.feature_names == ("a",)
    assert "left out: id, b" in dataset.notes
    assert refused("id,a,y\n1,2,3\n", ignore="idd").title.endswith("it has no column “idd”.")
    assert refused("a,y\n1,2\n", ignore="a,y").title.endswith("every column is left out.")
    assert refused("a,y\n1,2\n", ignore="a").title.endswith("no column of inputs is left.")


def test_integers_beyond_double_precision_and_booleans(read: Read) -> None:
    dataset = read("a,y\n12345678901234567890,0.5\n1,1.5\n")
    assert dataset.inputs[0, 0] == 12345678901234567890.0
    assert np.isfinite(dataset.inputs).all()
