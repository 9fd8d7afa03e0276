from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax

from compute.problems import ProblemError
from lab.explore import table
from lab.explore.choice import LossChoice, chosen
from lab.explore.table import TableRow, TableState
from lab.explore.table_text import parse_rows


@given(st.lists(st.floats(-30, 30), min_size=3, max_size=3), st.integers(0, 2))
@settings(max_examples=50, deadline=None)
def test_outputs_and_their_probabilities_give_the_same(logits, label):
    target = tuple(float(k == label) for k in range(3))
    logs = log_softmax(np.array(logits))
    p = tuple(np.exp(logs))
    raw = table.view(TableState(rows=(TableRow(target, tuple(logits)),), entries="outputs")).rows[0]
    entered = table.view(TableState(rows=(TableRow(target, p),))).rows[0]
    assert raw.cells[0].value == pytest.approx(-logs[label], rel=1e-9, abs=1e-13)
    assert [cell.value for cell in entered.cells] == pytest.approx(
        [cell.value for cell in raw.cells], abs=1e-9
    )
    assert raw.cells[1].value == pytest.approx(((np.array(p) - target) ** 2).sum(), abs=1e-12)


def test_the_link_takes_the_losses_with_it():
    rows = (TableRow((1.0,), (0.3,)),)
    view = table.view(TableState(link="sigmoid", rows=rows))
    assert view.labels == ("Binary cross-entropy", "MSE on sigmoid", "MAE on sigmoid") and view.missing == ()
    assert [cell.value for cell in view.rows[0].cells] == pytest.approx([-math.log(0.3), 0.49, 0.7])
    numbers = table.view(TableState(link="identity", rows=(TableRow((5.0,), (3.0,)),)))
    assert numbers.missing == ("Cross-entropy",)
    assert [cell.value for cell in numbers.rows[0].cells] == pytest.approx([4, 2])


def test_bad_rows_say_why_and_leave_the_others():
    good = TableRow((1.0, 0.0), (0.8, 0.2))
    bad = [((1.0, 0.0), (0.8, 0.5)), ((1.0, 0.0), (1.2, -0.2)), ((1.0,), (0.3,)), ((1.0, 0.0), (0.8,)),
           ((2.0, 0.0), (0.5, 0.5)), ((1.0, 0.0), (math.nan, 0.5))]  # fmt: skip
    view = table.view(TableState(rows=(good, *(TableRow(*row) for row in bad))))
    assert not view.rows[0].problem and all(row.problem for row in view.rows[1:])
    assert view.means[0] == pytest.approx(-math.log(0.8))
    assert [bool(row.cells) and row.cells[0].best for row in view.rows] == [True] + [False] * 6


def test_rounded_rows_are_scaled_and_say_so():
    row = table.view(TableState(rows=(TableRow((1.0, 0, 0), (0.33, 0.33, 0.33)),))).rows[0]
    assert "Scaled" in row.note and row.cells[0].value == pytest.approx(math.log(3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1\t0\t0,8\t0,2", TableRow((1, 0), (0.8, 0.2))),
        ("1;0;0,8;0,2", TableRow((1, 0), (0.8, 0.2))),
        ("1,0,0.8,0.2", TableRow((1, 0), (0.8, 0.2))),
        ("1 0 0,8 0,2", TableRow((1, 0), (0.8, 0.2))),
        ("\ufeff1, 0, .8, 2e-1\r\n", TableRow((1, 0), (0.8, 0.2))),
        ("2;0,1;0,7;0,2", TableRow((0, 1, 0), (0.1, 0.7, 0.2))),
        ("cat\t1\t0\t80 %\t20 %", TableRow((1, 0), (0.8, 0.2), "cat")),
        ("0.9\t0.1\t0.8\t0.2", TableRow((0.9, 0.1), (0.8, 0.2))),
    ],
)
def test_pasted_text_is_read(text, expected):
    assert parse_rows(text) == (expected,)
    if ";" in text:
        assert parse_rows("a;b;c;d;e\n" + text) == (expected,)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no rows"), (" \n;;", "no rows"), ("1;0;x;0,2", "Line 1, cell 3"), ("1;0;;0,2", "empty"),
     ("7;0,1;0,7;0,2", "4 cells"), ("0.5", "1 cell"), ("1;0;nan;1", "'nan'"), ("1;0;1e999;1", "number")],
)  # fmt: skip
def test_pasted_nonsense_is_refused_in_words(text, words):
    with pytest.raises(ProblemError, match=words):
        parse_rows(text)


def test_a_bad_cell_comes_with_its_place():
    with pytest.raises(ProblemError) as caught:
        parse_rows("1;0;0,8;0,2\n1;0;zero;1")
    excerpt = caught.value.problem.excerpt
    assert excerpt.rows[0][excerpt.bad_cells[0]] == "zero" and excerpt.rows[0][0] == "2"


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_rows_or_a_problem(text):
    try:
        rows = parse_rows(text)
    except ProblemError:
        return
    assert len(table.view(TableState(rows=rows)).rows) == len(rows) > 0


def test_csv_reads_back():
    state = TableState(rows=(TableRow((1.0, 0.0), (0.8, 0.2), "a, b"), TableRow((1.0, 0.0), (0.0, 1.0))))
    lines = list(csv.DictReader(io.StringIO(table.csv_text(state))))
    assert lines[0]["name"] == "a, b" and float(lines[0]["Cross-entropy"]) == pytest.approx(-math.log(0.8))
    assert lines[1]["Cross-entropy"] == "inf" and lines[2]["name"] == "mean"


def test_targets_without_any_class_and_learned_scales():
    nothing = table.view(TableState(rows=(TableRow((0.0, 0.0), (0.3, 0.7)),))).rows[0]
    assert nothing.cells[0].value == 0 and math.isnan(nothing.cells[1].value) and "sum to 0" in nothing.note
    state = TableState(chosen("gaussian_nll"), "identity", rows=(TableRow((1.0, 2.0), (3.0, 2.0)),))
    expected = float(LossChoice("gaussian_nll").loss().value_and_gradient(
        np.array([[[3.0, 2.0, 0.0, 0.0]]]), np.array([[[1.0, 2.0]]])
    )[0][0, 0])  # fmt: skip
    assert table.view(state).rows[0].cells[0].value == pytest.approx(expected)


def test_ratios_and_perfect_samples():
    rows = (TableRow((1.0, 0.0), (0.5, 0.5)), TableRow((1.0, 0.0), (0.25, 0.75)))
    state = TableState(chosen("cross_entropy"), rows=rows, perfect=1)
    cells = [row.cells[0] for row in table.view(state).rows]
    assert [cell.ratio for cell in cells] == pytest.approx([1, 2])
    assert [cell.diluted for cell in cells] == pytest.approx([math.log(2) / 2, math.log(2)])
    assert [
        cell.ratio for cell in (row.cells[0] for row in table.view(replace(state, reference=1)).rows)
    ] == [0.5, 1]
    with pytest.raises(ProblemError, match="reference"):
        replace(state, reference=2)
