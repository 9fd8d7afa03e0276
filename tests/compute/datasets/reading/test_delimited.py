from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from compute.datasets.base import Dataset
from compute.problems import Problem

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]


@pytest.mark.parametrize("data", ["\n", "\n\n \n\t\n", "   "])
def test_empty_lines_only(refused: Refused, data: str) -> None:
    assert refused(data).title == "data.csv was not loaded: it has no values."


def test_empty(refused: Refused) -> None:
    assert refused("").title == "data.csv was not loaded: it is empty."
    assert refused(b"\xef\xbb\xbf").title == "data.csv was not loaded: it has no values."


def test_header_only(refused: Refused) -> None:
    problem = refused("age,bmi,y\n\n")
    assert problem.title == "data.csv was not loaded: it has a header and no lines of values."
    assert "3 columns" in problem.body


@pytest.mark.parametrize(
    ("name", "sign"), [("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|"), ("space", "  ")]
)
def test_separators_are_detected(read: Read, refused: Refused, name: str, sign: str) -> None:
    text = "a,b,y\n1.5,2,0.5\n2.5,3,1.5\n".replace(",", sign)
    dataset = read(text)
    assert dataset.inputs.tolist() == [[1.5, 2], [2.5, 3]]
    assert dataset.targets.tolist() == [[0.5], [1.5]]
    assert any("separated" in note for note in dataset.notes) is (name != "comma")
    assert read(text, delimiter=name).inputs.tolist() == dataset.inputs.tolist()
    if name != "comma":
        problem = refused(text, delimiter="comma")
        assert problem.title == "data.csv was not loaded: the separator finds one column."
        assert problem.remedies[0].changes == {"data.delimiter": name}


def test_one_column(refused: Refused) -> None:
    assert refused("age\n1\n2\n").title == "data.csv was not loaded: it has one column."


def test_decimal_commas_between_semicolons(read: Read, refused: Refused) -> None:
    text = "a;b;y\n1,5;-2;0,25\n2,5;3;1,75\n"
    dataset = read(text)
    assert dataset.inputs.tolist() == [[1.5, -2], [2.5, 3]]
    assert dataset.targets.tolist() == [[0.25], [1.75]]
    assert "a comma is read as the decimal sign" in dataset.notes
    problem = refused(text, decimal="point", task="regression")
    assert problem.excerpt is not None
    inputs_only = refused("a;b;y\n1,5;-2;0\n2,5;3;1\n", decimal="point")
    assert inputs_only.remedies[0].changes == {"data.decimal": "comma"}


def test_groups_of_thousands(read: Read) -> None:
    english = read('a,y\n"1,234.5",0\n"12,000",1\n7,1\n')
    assert english.inputs[:, 0].tolist() == [1234.5, 12000, 7]
    assert any("groups of three digits" in note for note in english.notes)
    german = read("a;b;y\n1.234,5;1;0\n12.000;2;1\n")
    assert german.inputs[:, 0].tolist() == [1234.5, 12000]
    # Points that are not between groups of three are decimal points, and then all of them are.
    mixed = read("a;b;y\n1.234;1,5;0\n1.2;2;1\n")
    assert mixed.inputs[:, 0].tolist() == [1.234, 1.2]


def test_other_ways_to_write_numbers(read: Read) -> None:
    dataset = read("a,y\n 1e3 ,0\n+2.5,1\n−3,0\n.5,1\n5.,0\n")
    assert dataset.inputs[:, 0].tolist() == [1000, 2.5, -3, 0.5, 5]


def test_no_header(read: Read) -> None:
    dataset = read("1.5,2,0\n2.5,3,1\n")
    assert dataset.feature_names == ("x1", "x2")
    assert dataset.samples == 2
    assert any("named x1 to x3" in note for note in dataset.notes)
    assert read("1.5,2,0\n2.5,3,1\n3,4,0\n", header="yes").feature_names == ("1.5", "2")
    text = read("red,2,0\nblue,3,1\n", header="no", text="one_hot")
    assert text.feature_names == ("x1=blue", "x1=red", "x2")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read: Read, end: str) -> None:
    for last in ("", end):
        dataset = read(f"a,b,name{end}1,2,x{end}3,4,y{last}")
        assert dataset.inputs.tolist() == [[1, 2], [3, 4]]
        assert dataset.target_names == ("x", "y")


def test_blank_lines_are_said_and_do_not_shift_line_numbers(read: Read, refused: Refused) -> None:
    assert "2 empty lines skipped" in read("a,y\n\n1,0\n   \n2,1\n").notes
    assert "line 5 has" in refused("a,y\n\n1,0\n\nabc,1\n3,1\n").title


def test_duplicate_and_empty_names(read: Read) -> None:
    dataset = read("age,age,,age (2),y\n1,2,3,4,0\n5,6,7,8,1\n")
    assert dataset.feature_names == ("age", "age (3)", "column 3", "age (2)")
    assert any("appear twice" in note and "“age”" in note for note in dataset.notes)
    assert any("1 column without a name" in note for note in dataset.notes)


def test_quoted_line_ends_separators_and_marks(read: Read, refused: Refused) -> None:
    text = 'a,name,y\n1,"one, ""two""\nthree",0\n2,plain,1\n3,plain,1\n'
    dataset = read(text, text="one_hot")
    assert dataset.feature_names == ("a", 'name=one, "two" three', "name=plain")
    assert dataset.inputs.tolist() == [[1, 1, 0], [2, 0, 1], [3, 0, 1]]
    # The quoted line end counts as a line of the file.
    assert "line 5 has 2 values, the header has 3" in refused(text.replace("3,plain,1", "3,plain")).title


def test_a_quotation_mark_that_is_never_closed(read: Read, refused: Refused) -> None:
    text = 'a,name,y\n1,5" pipe,0\n2,plain,1\n'
    problem = refused(text)
    assert problem.title == "data.csv was not loaded: line 2 opens a quotation mark that is never closed."
    assert problem.remedies[0].changes == {"data.quotes": "none"}
    assert read(text, quotes="none", text="drop").samples == 2


def test_quotation_marks_inside_values(read: Read, refused: Refused) -> None:
    whole = 'a,name,y\n1,5" pipe 6" wide,0\n2,plain,1\n'
    for quotes in ("double", "none"):
        assert 'name=5" pipe 6" wide' in read(whole, quotes=quotes, text="one_hot").feature_names
    torn = 'a,name,y\n1,5" pipe, 6" wide,0\n2,plain,1\n'
    problem = refused(torn)
    assert {"data.quotes": "none"} in [remedy.changes for remedy in problem.remedies]


def test_a_huge_value(read: Read, refused: Refused) -> None:
    text = f'a,name,y\n1,"{"x" * 5_000_000}",0\n2,plain,1\n'
    assert len(refused(text).body) < 500
    dataset = read(text, text="one_hot")
    assert all(len(name) < 60 for name in dataset.feature_names)


def test_many_columns(read: Read, refused: Refused) -> None:
    header = ",".join(f"c{i}" for i in range(2000))
    line = ",".join("1.5" for _ in range(2000))
    assert read(f"{header}\n{line}\n{line}9\n").features == 1999
    problem = refused(f"{header}\n{line}\n{line},1\n")
    assert problem.excerpt is not None
    assert len(problem.excerpt.header) <= 11
    assert problem.excerpt.bad_cells


def test_another_kind_of_file_is_named(refused: Refused) -> None:
    assert "PDF" in refused(b"%PDF-1.7 text").title
    assert "gzip" in refused(b"\x1f\x8b\x08\x00").title
    assert "Excel" in refused(b"PK\x03\x04" + b"x" * 26 + b"[Content_Types].xml").title
    assert "no Parquet file" in refused("a,y\n1,2\n", "data.parquet").title
    assert "no NPZ file" in refused("a,y\n1,2\n", "data.npz").title


def write_rows(rows: int) -> str:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(rows, 6)).round(5)
    labels = generator.integers(0, 3, rows)
    lines = ["a,b,c,d,e,f,y"]
    lines += [",".join(map(str, (*x, k))) for x, k in zip(inputs.tolist(), labels.tolist(), strict=True)]
    return "\n".join(lines) + "\n"


def test_a_hundred_thousand_rows_arrive_exactly(read: Read) -> None:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(100_000, 6)).round(5)
    dataset = read(write_rows(100_000))
    assert np.array_equal(dataset.inputs, inputs)


def test_a_bad_line_among_many_is_found_and_left_out(read: Read, refused: Refused) -> None:
    lines = write_rows(100_000).splitlines()
    lines[77_776] += ",1"
    lines[88_887] = "1,2"
    text = "\n".join(lines)
    assert "line 77777 has 8 values" in refused(text).title
    dataset = read(text, bad_lines="skip")
    assert dataset.samples == 99_998
    assert "2 lines with too many or too few values left out: 77777, 88888" in dataset.notes


def test_lines_before_the_header(read: Read, refused: Refused) -> None:
    for first in ("sep=;\n", "# made by a machine, today\n# twice\n"):
        text = first + "a;b;y\n1;2;0.5\n2;3;1.5\n"
        dataset = read(text)
        assert dataset.feature_names == ("a", "b")
        skipped = first.count("\n")
        assert f"{skipped} line{'s' if skipped > 1 else ''} before the header skipped" in dataset.notes
        assert not any("empty line" in note for note in dataset.notes)
        assert f"line {skipped + 2} has" in refused(text.replace("1;2;0.5", "x;2;0.5")).title
    assert read("# a,b,y\n1,2,0.5\n2,3,1.5\n").feature_names == ("a", "b")
    assert read("# a b y\n1.0 2.0 0.5\n2.0 3.0 1.5\n").feature_names == ("a", "b")
    assert refused("# nothing\n").title == "data.csv was not loaded: it has no values."
