from __future__ import annotations

import csv
import io
import math

import pytest

from lab.explore.choice import chosen
from lab.explore.information import InformationState
from lab.explore.simplex import SimplexState
from lab.explore.view_csv import information_csv, simplex_csv


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_simplex_rows_have_the_loss_at_their_point() -> None:
    state = SimplexState(
        chosen("cross_entropy", "brier"), label=1, point=(0.3, 0.6, 0.1), resolution=10, steps=5
    )
    header, *rows = rows_of(simplex_csv(state))
    assert header[:5] == ["what", "index", "p1", "p2", "p3"]
    assert {row[0] for row in rows} == {"point", "grid", *(f"path of {name}" for name in header[5:])}
    assert [row[0] for row in rows].count("grid") == 66
    for row in rows:
        p = [float(cell) for cell in row[2:5]]
        assert sum(p) == pytest.approx(1, abs=1e-9)
        if row[5]:
            wanted = -math.log(p[1]) if p[1] else math.inf
            assert float(row[5]) == pytest.approx(wanted, abs=1e-9)
        if row[6]:
            brier = p[0] ** 2 + (p[1] - 1) ** 2 + p[2] ** 2
            assert float(row[6]) == pytest.approx(brier, abs=1e-9)


def test_information_rows_add_up() -> None:
    state = InformationState(p=(0.5, 0.25, 0.25), q=(0.25, 0.25, 0.5), unit="bits", smoothing=0.0)
    rows = {row[0]: row[1:] for row in rows_of(information_csv(state))}
    assert float(rows["H(P)"][1]) == pytest.approx(1.5)
    assert float(rows["KL(P, Q)"][1]) == pytest.approx(0.25)
    assert float(rows["H(P, Q)"][1]) == pytest.approx(1.75)
    assert [float(cell) for cell in rows["-log Q"][2:]] == [2.0, 2.0, 1.0]
    assert rows["H(P)"][0] == "bits" and rows["P"][0] == "probability"


def test_a_class_that_q_rules_out_is_infinite() -> None:
    rows = {row[0]: row[1:] for row in rows_of(information_csv(InformationState(q=(0.0, 0.7, 0.3))))}
    assert rows["H(P, Q)"][1] == rows["KL(P, Q)"][1] == "inf"
    assert rows["-log Q"][2] == "inf"
