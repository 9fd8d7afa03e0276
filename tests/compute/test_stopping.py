"""Divergence in recorded rows, and the layer in which it began."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.plan import PlateauRule, TargetRule
from compute.recording import Rows
from compute.stopping import PlateauWatch, TargetWatch, divergence_layer, first_diverged_rows, rises

NAN, INF = np.nan, np.inf


def rows(objective: Any, layers: Any = None, parameters: Any = None) -> Rows:
    values = np.asarray(objective, dtype=float)[:, None]
    norms = np.ones((len(values), 1, 2)) if layers is None else np.asarray(layers, dtype=float)[:, None]
    weights = np.ones_like(values) if parameters is None else np.asarray(parameters, dtype=float)[:, None]
    return Rows(values, values, norms, weights)


@pytest.mark.parametrize(
    ("recorded", "first", "row"),
    [
        (rows([1, 2, 3]), 1.0, 3),
        (rows([1, NAN, 3]), 1.0, 1),
        (rows([1, 2, INF]), 1.0, 2),
        (rows([1, 100, 100.1]), 0.01, 2),
        (rows([5, 500, 500.1]), 5.0, 2),
        (rows([NAN, NAN]), NAN, 0),
        (rows([INF, 1]), INF, 0),
        (rows([1, 1, 1], layers=[[1, 1], [1, 1], [1, INF]]), 1.0, 2),
        (rows([1, 1, 1], parameters=[1, NAN, 1]), 1.0, 1),
    ],
)
def test_first_diverged_row(recorded: Rows, first: float, row: int) -> None:
    assert first_diverged_rows(recorded, np.array([first]), 100.0).tolist() == [row]


@pytest.mark.parametrize(
    ("norms", "layer"),
    [
        ([[1, 1, 1], [1, INF, 1], [NAN, NAN, NAN]], 1),  # the first that broke
        ([[1, 1, 1], [1, 2, INF]], 2),
        ([[1, 1, 1], [2, 9, 3], [NAN, NAN, NAN]], 1),  # all broke at once: the one that grew most
        ([[1, 4, 1], [2, 9, 3]], 2),
        ([[0, 1], [1, 50]], 0),  # from nothing
        ([[NAN, NAN]], 0),
        ([[3, 4]], 0),
    ],
)
def test_divergence_layer(norms: Any, layer: int) -> None:
    assert divergence_layer(np.asarray(norms, dtype=float)) == layer


def test_scores_rise_and_everything_else_falls() -> None:
    assert rises("validation_accuracy")
    assert rises("train_r2")
    assert not rises("validation_nll")
    assert not rises("train_loss")
    values = np.array([0.1, 0.5, 0.9, NAN])
    assert TargetWatch(TargetRule("train_accuracy", 0.5)).reached(values).tolist() == [
        False,
        True,
        True,
        False,
    ]
    assert TargetWatch(TargetRule("train_nll", 0.5)).reached(values).tolist() == [True, True, False, False]


def test_plateau_counts_evaluations_without_improvement_run_by_run() -> None:
    watch = PlateauWatch(PlateauRule("validation_accuracy", 2, 0.1), 3)
    steps = [
        # rising by enough / creeping up by less than min_delta / never a number
        ([0.1, 0.50, NAN], [False, False, False]),
        ([0.3, 0.55, NAN], [False, False, True]),
        ([0.5, 0.59, NAN], [False, True, True]),
        ([0.4, 0.90, 0.1], [False, False, False]),
        ([0.5, 0.90, 0.1], [True, False, False]),
    ]
    for values, expected in steps:
        assert watch.flat(np.array(values)).tolist() == expected
