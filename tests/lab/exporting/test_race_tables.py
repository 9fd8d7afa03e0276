from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compute.problems import ProblemError
from lab.exporting.race_files import write_race_tables
from lab.exporting.race_tables import finalist_table, race_tables
from lab.exporting.table_files import table_frame
from lab.exporting.table_text import latex_table, markdown_table
from tests.lab.exporting.latex_reading import read_table
from tests.lab.exporting.made_race import LABELS, made_judgements, made_race

TABLES = race_tables(made_race(), made_judgements())


def test_the_grid_marks_the_best_rate_and_says_what_diverged() -> None:
    rows = read_table(latex_table(TABLES["rates"], mark_best=True))
    assert rows[0] == ["Loss", "0.01", "0.1", "1"]
    assert rows[1] == ["Cross-entropy", "$0.800$", r"{\boldmath\bfseries $0.970$}", "diverged"]
    assert rows[2] == [r"MSE \& $<$raw$>$", "$0.700$", r"0.900 (1 of 5 diverged)", "--"]
    frame = table_frame(TABLES["rates"])
    assert frame["0.1"].to_list() == [0.97, 0.9]
    assert frame["1"].to_list() == [None, None]


def test_finalists_have_their_medians_with_late_runs_counted() -> None:
    frame = table_frame(TABLES["finalists"])
    assert frame["Loss"].to_list() == [LABELS[0], LABELS[1]] * 2
    steps = frame["Steps to validation accuracy 0.95"].to_list()
    assert steps == [120.0, math.inf, 60.0, 55.0]
    assert frame["Diverged"].to_list() == [0, 1, 0, 0]
    assert abs(frame["Validation accuracy"][1] - 0.905) < 1e-12  # over the runs that did not diverge
    rows = read_table(latex_table(TABLES["finalists"]))
    assert rows[2][4] == "never (1 of 3)"


def test_what_is_best_is_marked_within_each_way_of_racing() -> None:
    table = TABLES["finalists"]
    accuracy, steps = 3, 4
    assert table.best == {(0, accuracy), (2, accuracy), (0, steps), (3, steps)}


def test_comparisons_carry_the_sentence_and_the_interval() -> None:
    frame = table_frame(TABLES["comparisons"])
    assert frame["Difference"].to_list() == [-math.inf]
    assert frame["95 % high"].to_list() == [-200.0]
    assert frame["Judged by"].to_list() == ["steps to the target"]
    assert frame["Verdict"].to_list() == [made_judgements()[0].comparisons[0].sentence]
    assert "< 0.001".replace("<", "\\<") in markdown_table(TABLES["comparisons"])
    read_table(latex_table(TABLES["comparisons"]))


def test_before_the_final_there_is_the_grid_alone() -> None:
    assert set(race_tables(replace(made_race(), entrants=()))) == {"rates"}


def test_every_table_is_a_file_in_every_kind(tmp_path: Path) -> None:
    paths = write_race_tables(
        made_race(), made_judgements(), tmp_path, "race", ("csv", "latex"), mark_best=True
    )
    assert {path.name for path in paths} == {
        f"race-{name}{ending}" for name in TABLES for ending in (".csv", ".tex")
    }
    assert set(paths) == set(tmp_path.iterdir())
    assert r"\bfseries" in (tmp_path / "race-finalists.tex").read_text(encoding="utf-8")


def test_one_file_in_the_way_keeps_all_from_being_written(tmp_path: Path) -> None:
    (tmp_path / "race-comparisons.csv").write_text("mine")
    with pytest.raises(ProblemError, match=r"race-comparisons\.csv exists already"):
        write_race_tables(made_race(), made_judgements(), tmp_path, "race", ("csv",))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    write_race_tables(made_race(), made_judgements(), tmp_path, "race", ("csv",), overwrite=True)
    assert len(list(tmp_path.iterdir())) == 3


def test_nobody_is_judged_by_the_own_loss_or_by_what_was_trained_on() -> None:
    race = made_race()
    more = {"validation_loss": np.ones(3), "train_accuracy": np.ones(3)}
    times = {"seconds": np.ones(3), "epochs": np.full(3, 2.0)}
    entrants = tuple(
        replace(one, outcomes={**one.outcomes, **more}, times={**one.times, **times}) for one in race.entrants
    )
    titles = [column.title for column in finalist_table(replace(race, entrants=entrants)).columns]
    assert titles[3:-2] == ["Validation accuracy", "Epochs to validation accuracy 0.95"]
