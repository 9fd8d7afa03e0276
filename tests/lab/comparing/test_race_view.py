from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pytest

from lab.comparing.race_form import margin_field, race_fields, race_size
from lab.comparing.race_rows import race_rows
from lab.comparing.race_survival import arrival_words, arrivals_csv, median_words
from lab.comparing.race_view import FRONT, measure_choices, race_view, same_race
from lab.comparing.race_words import model_words, protocol_words, state_words, way_words
from lab.config_changes import apply_changes
from lab.problems import ProblemError
from lab.racing.terms import race_terms
from lab.statistics.measures import measure_of
from lab.statistics.survival import kaplan_meier
from tests.lab.comparing.made_races import drawn_race, race_config

RACE = drawn_race()
VIEW = race_view(RACE, "epochs", 2.0)


def test_the_verdicts_quote_the_two_in_front_unless_another_pair_is_chosen() -> None:
    same, own = VIEW.verdicts()
    assert (same.tag, same.kind, own.tag) == ("Better", "ok", "Practically equal")
    assert (
        same.headline
        == "Cross-entropy reaches 95\u202f% validation accuracy 9 epochs sooner than Brier, sum."
    )
    assert same.way == "At the same learning rate, 0.1"
    assert "of all 6 pairs, 6 differ by more than the margin" in same.detail
    assert same.quotable == f"{VIEW.judgements[0].headline} ({VIEW.judgements[0].detail})"
    other, _ = VIEW.verdicts("CE − MAE")
    assert other.headline.startswith("Cross-entropy reaches") and "MAE on softmax" in other.headline
    assert other.detail in other.quotable and other.headline in other.quotable
    assert VIEW.verdicts("no such pair") == VIEW.verdicts(FRONT)
    assert [key for key, _ in VIEW.pairs][:3] == [FRONT, "CE − Brier", "CE − MAE"]


def test_two_losses_are_one_pair_and_nothing_is_to_choose() -> None:
    assert race_view(drawn_race(2), "epochs", 2.0).pairs == ()


def test_before_the_end_the_verdict_says_what_is_going_on() -> None:
    view = race_view(drawn_race(state="tuning"), "epochs")
    same, _ = view.verdicts()
    assert same.tag == "" and "being tuned" in same.headline
    assert view.arrivals == () and view.differences.rows == ()


def test_a_score_has_no_curves_of_arrival() -> None:
    assert race_view(RACE, "validation_nll", 0.01).arrivals == ()
    assert [line.short for line in VIEW.arrivals[0].lines] == ["CE", "Brier", "MAE", "Brier ÷ K"]


def test_a_metric_that_was_not_measured_is_refused() -> None:
    with pytest.raises(ProblemError, match="was not measured"):
        race_view(RACE, "validation_brier")


def test_rows_count_who_arrived_and_say_never() -> None:
    rows = race_rows(RACE, measure_of("epochs", RACE.target))
    assert [title for title, _ in rows.columns] == [
        "Loss", "Rates", "Rate", "Reached", "Epochs", "Val. accuracy", "Val. NLL",
    ]  # fmt: skip
    assert len(rows.rows) == 8
    third, fourth = rows.rows[2].cells, rows.rows[3].cells
    assert third[3].text == "14 of 20" and "never" in third[4].text
    assert fourth[3].text == "0 of 20" and fourth[3].bad
    assert fourth[4].text == "never in 60" and fourth[4].bad
    entrant = RACE.entrants[0]
    low, middle, high = np.quantile(entrant.times["epochs"], (0.25, 0.5, 0.75))
    assert rows.rows[0].cells[4].text == f"{middle:g}  ({low:g} – {high:g})"


def test_rows_show_what_is_judged_by_first_and_say_what_diverged() -> None:
    nothing = np.array([math.nan, math.nan])
    outcomes = {"validation_nll": np.array([0.1, math.nan]), "validation_accuracy": nothing}
    lost = replace(RACE.entrants[0], outcomes=outcomes)
    rows = race_rows(replace(RACE, entrants=(lost,)), measure_of("validation_nll"))
    assert [title for title, _ in rows.columns][-2:] == ["Val. NLL", "Val. accuracy"]
    nll, accuracy = rows.rows[0].cells[-2:]
    assert nll.tip == "1 of 2 runs diverged and have no value" and not nll.bad
    assert accuracy.text == "–" and accuracy.bad


def test_curves_of_arrival_have_their_medians_in_words() -> None:
    never = kaplan_meier(np.array([60.0, 60.0]), np.array([False, False]))
    some = kaplan_meier(np.array([5.0, 60.0, 60.0]), np.array([True, False, False]))
    assert median_words(never) == "never" and median_words(some) == "never, 1 of 3"
    line = VIEW.arrivals[0].lines[0]
    assert line.text.startswith("9 (")
    assert (
        arrival_words(line, "epochs") == "Cross-entropy: half arrived within 9 epochs\n20 of 20 runs arrived"
    )
    rows = list(csv.DictReader(io.StringIO(arrivals_csv(VIEW.arrivals[0]))))
    assert len(rows) == sum(len(line.survival.times) for line in VIEW.arrivals[0].lines)
    assert VIEW.arrivals[0].end == 60.0


def test_a_race_stays_the_same_whatever_it_is_called_and_judged_by() -> None:
    config = RACE.config
    renamed = {"name": "other", "race.measure": "validation_nll", "race.margin": 0.2}
    assert same_race(RACE, apply_changes(config, renamed))
    for path, value in (("training.epochs", 3), ("race.seeds.count", 9), ("race.rates", [0.1])):
        assert not same_race(RACE, apply_changes(config, {path: value}))


def test_what_can_be_judged_by_are_times_with_a_target_and_shared_metrics() -> None:
    config = race_config()
    keys = [key for key, _ in measure_choices(config, race_terms(config))]
    assert keys[:4] == ["steps", "epochs", "examples", "seconds"]
    assert (
        keys[4].startswith("test_")
        and "validation_accuracy" in keys
        and not any(key.endswith("_loss") for key in keys)
    )
    split = {"data.split": {"train": 0.8, "validation": 0.2, "test": 0.0}}
    untested = apply_changes(config, split)
    assert not any(key.startswith("test_") for key, _ in measure_choices(untested, race_terms(untested)))
    without = replace(race_terms(config), target=None)
    assert "steps" not in [key for key, _ in measure_choices(config, without)]


def test_fields_show_the_grid_and_say_what_is_usual() -> None:
    config = race_config()
    fields = {field.path: field for field in race_fields(config, race_terms(config))}
    assert len(fields["race.rates"].value) == 8
    assert fields["race.tuning_metric"].empty_text == "Validation accuracy (usual)"
    assert fields["race.seeds.count"].value == 20
    tuned_by = [key for key, _, _ in fields["race.tuning_metric"].choices]
    assert "validation_nll" in tuned_by and not any(key.startswith("test_") for key in tuned_by)
    assert fields["race.target"].percent and fields["race.target"].empty_text == "95"
    assert margin_field(config, measure_of("epochs", RACE.target)).empty_text == "2"
    share = margin_field(config, measure_of("validation_accuracy"))
    assert share.percent and share.empty_text == "0.5"


def test_the_size_of_a_race_is_what_its_plan_trains() -> None:
    config = race_config()
    size = race_size(config, race_terms(config))
    losses = len(config.losses)
    assert size.tuning == losses * 8 * config.race.tuning_seeds.count
    assert size.final == 2 * losses * 20 and size.runs == size.tuning + size.final
    assert str(size.final) in size.final_words and str(size.tuning) in size.tuning_words


def test_words_of_protocol_and_state() -> None:
    config = race_config()
    assert protocol_words(config, "NLL").endswith("tuned by NLL")
    assert model_words(apply_changes(config, {"model.name": "linear"})) == "linear model"
    assert way_words("same") == "at the same learning rate"
    assert "Interrupted" in state_words(replace(RACE, state="interrupted"))
