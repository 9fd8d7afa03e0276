from __future__ import annotations

from typing import Any

from lab.experiment_file import apply_changes, default_experiment
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels


def labels(*losses: dict[str, Any]) -> tuple[str, ...]:
    return loss_labels(apply_changes(default_experiment(), {"losses": list(losses)}))


def test_one_loss_is_called_by_its_catalogue_name() -> None:
    assert labels({"name": "cross_entropy"}, {"name": "brier"}) == ("Cross-entropy", "Brier · MSE on softmax")
    assert short_loss_labels(default_experiment()) == ("CE", "Brier")


def test_a_factor_is_part_of_the_name() -> None:
    assert labels({"name": "squared_error_sigmoid", "scale": 0.5}) == ("0.5 × MSE on sigmoid",)


def test_losses_of_one_name_are_told_apart_by_what_differs() -> None:
    assert labels({"name": "cross_entropy"}, {"name": "cross_entropy", "label_smoothing": 0.1}) == (
        "Cross-entropy, label smoothing 0",
        "Cross-entropy, label smoothing 0.1",
    )
    assert labels({"name": "brier"}, {"name": "brier", "learning_rate": 1.0}) == (
        "Brier · MSE on softmax, common rate",
        "Brier · MSE on softmax, rate 1",
    )
    assert labels({"name": "brier"}, {"name": "brier", "scale": 0.1})[0] == "Brier · MSE on softmax"


def test_an_own_label_wins_and_equal_labels_are_numbered() -> None:
    assert labels({"name": "brier", "label": "mine"}, {"name": "huber", "label": "mine"}) == (
        "mine (1)",
        "mine (2)",
    )
    assert labels({"name": "brier"}, {"name": "brier"}) == (
        "Brier · MSE on softmax (1)",
        "Brier · MSE on softmax (2)",
    )


def test_labels_are_always_different() -> None:
    found = labels(
        {"name": "brier", "label": "a"}, {"name": "brier", "label": "a"}, {"name": "brier", "label": "a (1)"}
    )
    assert len(set(found)) == 3


def test_series_are_the_first_free_numbers() -> None:
    losses = [{"name": "brier", "series": 2}, {"name": "huber"}, {"name": "cross_entropy"}]
    config = default_experiment().model_validate({"data": {"name": "digits"}, "losses": losses})
    assert series_numbers(config) == (2, 1, 3)
