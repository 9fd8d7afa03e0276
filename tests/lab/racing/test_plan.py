"""The experiments of a race, and which loss at which rate each of their entries is."""

from __future__ import annotations

import pytest

from lab.config_race import RaceConfig
from lab.loss_labels import loss_labels
from lab.racing import plan
from lab.racing.plan import cell_of, final_cells, stage, tuning_cells
from lab.racing.terms import race_terms
from tests.lab.racing.races import small_race, tuning_of


def test_tuning_is_one_experiment_of_every_loss_at_every_rate() -> None:
    config = small_race(training__target={"metric": "validation_accuracy", "value": 0.9})
    planned = tuning_of(config)
    made = planned.config
    assert (planned.role, planned.runs) == ("tuning", 2 * 3 * 2)
    assert made.seeds == config.race.tuning_seeds
    assert [(loss.name, loss.learning_rate) for loss in made.losses][:4] == [
        ("cross_entropy", 0.1), ("cross_entropy", 1.0), ("cross_entropy", 1e5), ("brier", 0.1),
    ]  # fmt: skip
    assert len(set(loss_labels(made))) == 6
    assert {loss.series for loss in made.losses} == {1, 2}, "a loss keeps its colour at every rate"
    assert made.training.target is None, "every run is trained to the end"
    assert made.training.show_target == 0.7
    assert made.race == RaceConfig()
    assert not made.training.evaluate_test, "the tuning does not look at the test part"
    assert (made.data, made.model, made.optimizer) == (config.data, config.model, config.optimizer)


def test_final_has_each_loss_at_the_common_rate_and_at_its_own() -> None:
    terms = race_terms(small_race())
    assert final_cells((1.0, 0.1), terms) == ((0, 0.1), (1, 0.1), (0, 1.0))
    assert final_cells((None, 1.0), terms) == ((0, 0.1), (1, 0.1), (1, 1.0))


def test_the_final_measures_the_test_part() -> None:
    config = small_race()
    (final,) = stage(config, race_terms(config), ((0, 0.1), (1, 0.1)), "final")
    assert final.config.training.evaluate_test
    assert final.config.seeds == config.race.seeds
    config = small_race(data__split=(0.8, 0.2, 0.0))
    (final,) = stage(config, race_terms(config), ((0, 0.1), (1, 0.1)), "final")
    assert not final.config.training.evaluate_test


def test_cells_are_found_again() -> None:
    config, terms = small_race(), race_terms(small_race())
    planned = tuning_of(config)
    found = [cell_of(config, entry) for entry in planned.config.losses]
    assert found == list(tuning_cells(config, terms))
    assert cell_of(config, config.losses[0]) is None, "an entry without a rate is none of a race"
    other = planned.config.losses[0].model_copy(update={"scale": 2.0})
    assert cell_of(config, other) is None


def test_very_many_cells_are_several_experiments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOST_ENTRIES", 4)
    config, terms = small_race(), race_terms(small_race())
    parts = stage(config, terms, tuning_cells(config, terms), "tuning")
    assert [len(part.config.losses) for part in parts] == [4, 2]
    assert stage(config, terms, (), "final") == ()
