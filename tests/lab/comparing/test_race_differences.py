from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from lab.comparing.race_differences import differences_csv, differences_of_race, interval_words, row_words
from lab.comparing.race_words import way_rates
from lab.racing.judging import judge
from lab.statistics.measures import measure_of
from tests.lab.comparing.made_races import drawn_race

RACE = drawn_race()
EPOCHS = measure_of("epochs", RACE.target)


def test_rows_carry_the_numbers_of_the_comparisons() -> None:
    judgements = judge(RACE, "epochs", 2.0)
    shown = differences_of_race(judgements, EPOCHS, way_rates(RACE))
    assert [title for title, _ in shown.groups] == [
        "at the same learning rate, 0.1", "at each loss’s own best rate",
    ]  # fmt: skip
    assert len(shown.rows) == 12
    for row, pair in zip(shown.rows, [c for j in judgements for c in j.comparisons], strict=True):
        assert (row.estimate, row.low, row.high) == (pair.estimate, pair.low, pair.high)
        assert np.array_equal(row.dots, pair.differences[~np.isnan(pair.differences)])
    assert (shown.margin, shown.unit) == (2.0, "epochs")


def test_what_never_arrived_lies_at_an_edge_and_not_on_the_axis() -> None:
    shown = differences_of_race(judge(RACE, "epochs", 2.0), EPOCHS)
    assert shown.never_low and not shown.never_high
    assert math.isfinite(shown.low) and shown.low < -20 and shown.high > 2
    words = row_words(next(row for row in shown.rows if row.words == "CE − Brier ÷ K"), shown.unit)
    assert "In 20 of 20 seeds Brier ÷ K never arrived and the other did." in words


def test_shares_are_in_points_of_per_cent() -> None:
    key = "validation_accuracy"
    shown = differences_of_race(judge(RACE, key, 0.005), measure_of(key))
    assert shown.unit == "points"
    assert math.isclose(shown.margin, 0.5)
    first = judge(RACE, key, 0.005)[0].comparisons[0]
    assert math.isclose(shown.rows[0].estimate, 100 * first.estimate)


def test_a_race_without_a_verdict_has_no_rows() -> None:
    shown = differences_of_race(judge(drawn_race(state="tuning"), "epochs", 2.0), EPOCHS)
    assert shown.rows == () and shown.low < 0 < shown.high


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((-9.0, -10.5, -7.5), "−9.0 [−10.5, −7.5]"),
        ((0.0, -0.001, 0.0004), "0.0000 [−0.0010, 0.0004]"),
        ((-math.inf, -math.inf, -math.inf), "second never"),
        ((math.inf, math.inf, math.inf), "first never"),
        ((-32.0, -math.inf, -28.0), "−32.0 [never, −28.0]"),
        ((math.nan, -math.inf, math.inf), "–"),
        ((0.0, 0.0, 0.0), "0.0 [0.0, 0.0]"),
        ((1234.0, 1200.0, 1300.0), "1234 [1200, 1300]"),
    ],
)
def test_numbers_and_intervals_are_written_to_one_place(numbers: tuple[float, ...], words: str) -> None:
    assert interval_words(*numbers) == words


def test_csv_has_a_row_a_pair() -> None:
    shown = differences_of_race(judge(RACE, "epochs", 2.0), EPOCHS)
    rows = list(csv.DictReader(io.StringIO(differences_csv(shown))))
    assert [float(row["difference"]) for row in rows] == [row.estimate for row in shown.rows]
