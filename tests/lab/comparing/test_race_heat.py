from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import pytest

from lab.comparing.race_heat import (
    all_diverged,
    cell_note,
    cell_text,
    cell_words,
    edge_sentence,
    extended_rates,
    grid_csv,
    grid_subtitle,
    heat_shares,
)
from lab.racing.results import RateCell
from tests.lab.comparing.made_races import RATES, SCORES, drawn_grid


def test_the_best_of_all_cells_is_darkest_and_the_worst_lightest() -> None:
    shares = heat_shares(drawn_grid())
    assert shares[0][5] == 1.0
    assert shares[3][0] == 0.0
    assert shares[0][7] is None
    place = (SCORES[1][2] - 0.21) / (0.968 - 0.21)
    assert shares[1][2] is not None and math.isclose(shares[1][2], place)


def test_a_metric_that_falls_is_compared_by_logarithms_where_all_are_positive() -> None:
    cells = tuple(RateCell(score, score, score, 0, 3) for score in (0.1, 1.0, 10.0))
    grid = replace(
        drawn_grid(1), metric="validation_nll", higher_is_better=False, cells=(cells,), rates=(0.1, 1.0, 3.0)
    )
    assert heat_shares(grid)[0] == pytest.approx((1.0, 0.5, 0.0))
    negative = (replace(cells[0], score=-1.0), *cells[1:])
    middle = heat_shares(replace(grid, cells=(negative,)))[0][1]
    assert middle is not None and math.isclose(middle, 1 - 2 / 11)


def test_one_score_alone_is_the_best() -> None:
    assert heat_shares(drawn_grid(1, tried=1))[0] == (1.0, *(None,) * 7)


def test_a_cell_says_score_divergence_or_nothing() -> None:
    whole, some = RateCell(0.5, 0.4, 0.6, 0, 5), RateCell(0.5, 0.4, 0.6, 2, 5)
    lost, early = RateCell(math.nan, math.nan, math.nan, 5, 5), RateCell(math.nan, math.nan, math.nan, 0, 5)
    assert [cell_text(cell) for cell in (whole, some, lost, early, None)] == [
        "0.500",
        "0.500",
        "diverged",
        "",
        "",
    ]
    assert [cell_note(cell) for cell in (whole, some, lost, None)] == ["", "2 of 5 diverged", "", ""]
    assert all_diverged(lost) and not all_diverged(early) and not all_diverged(None)


def test_tooltips_say_what_is_known_of_a_cell() -> None:
    grid = drawn_grid()
    assert "the best rate of CE" in cell_words(grid, 0, 5)
    assert "0.968, median of 10" in cell_words(grid, 0, 5)
    assert "all 10 runs diverged" in cell_words(grid, 0, 7)
    assert "1 of 10 diverged" in cell_words(grid, 2, 7)
    assert "nothing measured yet" in cell_words(drawn_grid(tried=2), 0, 5)


def test_a_best_rate_at_the_edge_is_said_with_what_to_add() -> None:
    grid = drawn_grid()
    assert edge_sentence(grid) == "Brier ÷ K is best at the edge of the grid: add 30."
    assert extended_rates(grid) == (*RATES, 30.0)
    both = replace(grid, edges={0: (30.0,), 1: (0.001,), 3: (30.0,)})
    assert edge_sentence(both) == (
        "Cross-entropy and Brier ÷ K are best at the edge of the grid: add 30. "
        "Brier, sum is best at the edge of the grid: add 0.001."
    )
    assert edge_sentence(drawn_grid(2)) == ""
    assert extended_rates(drawn_grid(2)) == RATES


def test_the_subtitle_and_the_csv_carry_the_metric_and_every_measured_cell() -> None:
    grid = drawn_grid(tried=3)
    assert grid_subtitle(grid) == "validation accuracy, median of 10 tuning seeds"
    assert grid_subtitle(replace(grid, seeds=(1,))).endswith("1 tuning seed")
    rows = list(csv.DictReader(io.StringIO(grid_csv(grid))))
    assert len(rows) == 4 * 3
    assert [float(row["validation_accuracy"]) for row in rows[:3]] == list(SCORES[0][:3])
