from __future__ import annotations

import math
import pickle

import pytest
from pydantic import ValidationError

from lab.config import (
    DataConfig,
    ExperimentConfig,
    LossConfig,
    OptimizerConfig,
    PlateauConfig,
    SeedsConfig,
    SplitConfig,
    TargetConfig,
    TrainingConfig,
)
from lab.config_race import RaceConfig
from lab.experiment_file import default_experiment


@pytest.mark.parametrize(
    "rate", [0, 0.0, -1, -1e-300, math.nan, math.inf, -math.inf, 1e308, "0.1", None, True, [0.1]]
)
def test_learning_rates_that_are_not_allowed(rate: object) -> None:
    with pytest.raises(ValidationError):
        OptimizerConfig(name="sgd", learning_rate=rate)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", [1e-300, 1e-6, 1, 1e6])
def test_learning_rates_that_are_allowed(rate: float) -> None:
    assert OptimizerConfig(name="sgd", learning_rate=rate).learning_rate == rate


def test_defaults_are_filled_in_so_that_equal_experiments_compare_equal() -> None:
    assert LossConfig.model_validate({"name": "huber"}) == LossConfig.model_validate(
        {"name": "huber", "delta": 1}
    )
    assert LossConfig(name="huber").parameters == {"delta": 1.0}


def test_a_whole_number_is_a_number_but_not_the_other_way_round() -> None:
    assert isinstance(LossConfig.model_validate({"name": "huber", "delta": 2}).parameters["delta"], float)
    with pytest.raises(ValidationError):
        DataConfig.model_validate({"name": "moons", "samples": 100.0})
    with pytest.raises(ValidationError):
        DataConfig.model_validate({"name": "moons", "samples": True})


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "moons", "samples": 1},
        {"name": "moons", "noise": -0.1},
        {"name": "moons", "noise": math.nan},
        {"name": "moons", "cells": 4},
        {"name": "nothing"},
        {"name": "points", "inputs": [[1.0, "a"]]},
        {"name": "points", "inputs": [1.0, 2.0]},
        {"name": "points", "targets": 3},
        {"name": "line", "noise": "uniform"},
        {"name": "digits", "seed": -1},
        {"name": "digits", "split": {"train": 0.7, "validation": 0.7, "test": 0.15}},
        {"name": "digits", "split": {"train": 0.0, "validation": 0.5, "test": 0.5}},
        {"name": "digits", "label_noise": {"share": 1.5}},
        {"name": "digits", "outliers": {"shift": math.inf}},
        {"name": "digits", "imbalance": {"ratio": 0}},
    ],
)
def test_data_that_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DataConfig.model_validate(changes)


def test_shares_may_be_off_by_rounding_only() -> None:
    assert SplitConfig(train=1 / 3, validation=1 / 3, test=1 / 3).test == 1 / 3
    with pytest.raises(ValidationError):
        SplitConfig(train=0.7, validation=0.2, test=0.2)


def test_length_is_epochs_unless_steps_are_given() -> None:
    assert TrainingConfig().epochs == 40
    assert TrainingConfig(steps=10).epochs is None
    assert TrainingConfig(epochs=3).steps is None


def test_batch_is_none_for_full_batch_and_the_size_is_kept() -> None:
    assert TrainingConfig(batch_size=7).batch == 7
    full = TrainingConfig(batch_size=7, full_batch=True)
    assert full.batch is None
    assert full.batch_size == 7


@pytest.mark.parametrize("metric", ["test_accuracy", "test_ece"])
def test_nothing_is_stopped_or_tuned_by_the_test_part(metric: str) -> None:
    with pytest.raises(ValidationError):
        TargetConfig(metric=metric)
    with pytest.raises(ValidationError):
        PlateauConfig(metric=metric)
    with pytest.raises(ValidationError):
        RaceConfig(tuning_metric=metric)
    with pytest.raises(ValidationError):
        RaceConfig(target_metric=metric)
    assert RaceConfig(measure=metric).measure == metric  # the last word may be the test part's


def test_seeds_count_from_the_first() -> None:
    assert SeedsConfig(first=5, count=3).values == (5, 6, 7)


def test_an_experiment_is_frozen_and_crosses_a_process_boundary() -> None:
    config = default_experiment()
    with pytest.raises(ValidationError):
        config.name = "other"
    assert pickle.loads(pickle.dumps(config)) == config


def test_at_least_one_loss() -> None:
    with pytest.raises(ValidationError):
        ExperimentConfig(data=DataConfig(name="digits"), losses=())
